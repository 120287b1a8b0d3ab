//! Rosters as the engine uses them: checked, with ids resolved and times read.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use events::roster::v1::{
    ApprovalKind, Coarse, CycleLength, OutsidePunch, OvertimeBasis, ShiftKind, SiteKind,
};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Site;

/// Everything that attendance is judged by, without the evidence.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// By id, in order.
    pub people: BTreeMap<Arc<str>, Person>,
    /// All places; [`SiteId`] is the position.
    pub sites: Vec<Site>,
    /// By device: who carried it and when.
    pub bindings: HashMap<Arc<str>, Vec<Binding>>,
}

/// Position of a site in [`Roster::sites`].
pub type SiteId = u16;

/// Someone whose attendance is judged, with all that is defined for this person.
#[derive(Debug, Clone)]
pub struct Person {
    /// Id.
    pub id: Arc<str>,
    /// Name, the id when none is given.
    pub name: String,
    /// Groups.
    pub groups: Vec<String>,
    /// Own places of work.
    pub sites: Vec<SiteId>,
    /// Zone of local times.
    pub zone: TimeZone,
    /// Rules.
    pub policy: Arc<Policy>,
    /// Holidays and make-up days.
    pub calendar: Arc<Calendar>,
    /// First second of employment.
    pub employed_from: i64,
    /// End of employment.
    pub employed_until: i64,
    /// In the order they became known, then as written.
    pub assignments: Vec<Assignment>,
    /// In order of time.
    pub approvals: Vec<Approval>,
    /// Figures carried in, in order of day.
    pub balances: Vec<Balance>,
    /// Moments at which one of these definitions became known, in order.
    pub known_times: Vec<i64>,
}

/// Hours of work; times are minutes after the local midnight of the day the shift starts on.
#[derive(Debug, Clone)]
pub struct Shift {
    /// Id.
    pub id: Arc<str>,
    /// Name, the id when none is given.
    pub name: String,
    /// Kind.
    pub kind: ShiftKind,
    /// Judged parts, in order; one for shifts that are not in parts.
    pub parts: Vec<Part>,
    /// True when the parts have each their own in and out.
    pub split: bool,
    /// Unpaid breaks, from and to.
    pub breaks: Vec<(u32, u32)>,
    /// Come later, leave later.
    pub flex_min: u32,
    /// Flexible: minutes due.
    pub required_min: u32,
    /// Flexible: core time.
    pub core: Option<(u32, u32)>,
    /// Unpaid break without fixed time.
    pub break_min: u32,
    /// How long before the start evidence belongs to the shift.
    pub in_window_min: u32,
    /// How long after the end evidence belongs to the shift.
    pub out_window_min: u32,
    /// Zone of the times.
    pub zone: Option<TimeZone>,
    /// Minutes that are paid whatever the clocks do.
    pub nominal_min: Option<u32>,
}

/// A judged part of a shift.
#[derive(Debug, Clone)]
pub struct Part {
    /// `AM`, `PM` or the given name.
    pub name: String,
    /// Minutes after midnight.
    pub start: u32,
    /// Minutes after midnight, beyond 1440 on the next day.
    pub end: u32,
}

/// Which shift on which day.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What repeats.
    pub turn: Turn,
    /// True when holidays and make-up days of the calendar apply.
    pub calendar: bool,
    /// Shift of a make-up day on a rest day.
    pub make_up: Option<Arc<Shift>>,
}

/// What repeats in a plan.
#[derive(Debug, Clone)]
pub enum Turn {
    /// By weekday, Monday first.
    Week([Option<Arc<Shift>>; 7]),
    /// A cycle from its first day on.
    Cycle(Date, Vec<Option<Arc<Shift>>>),
    /// One shift, or rest, on every day.
    Daily(Option<Arc<Shift>>),
}

/// Who works by which plan, and when.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The plan.
    pub plan: Arc<Plan>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// When it became known.
    pub known_at: i64,
    /// Also for shifts that had begun before it was known.
    pub retroactive: bool,
    /// Days it was given for by name: it goes before plans for longer times.
    pub single: bool,
}

/// Something that was approved for a span of time.
#[derive(Debug, Clone)]
pub struct Approval {
    /// Id.
    pub id: Arc<str>,
    /// Kind.
    pub kind: ApprovalKind,
    /// Type, for example `annual`.
    pub type_: String,
    /// First second.
    pub from: i64,
    /// End.
    pub until: i64,
    /// When it became known.
    pub known_at: i64,
    /// Zone of the place a trip goes to.
    pub zone: Option<TimeZone>,
    /// Unpaid break of overtime.
    pub break_min: u32,
    /// Overtime that is given back as time off.
    pub time_off: bool,
    /// Planned visits.
    pub visits: Vec<Visit>,
}

/// A planned visit.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Where.
    pub site: SiteId,
    /// By when.
    pub by: Option<i64>,
    /// Shortest stay.
    pub min: Option<u32>,
}

/// Figures carried in, minutes.
#[derive(Debug, Clone)]
pub struct Balance {
    /// From this day on.
    pub day: Date,
    /// Overtime of the month so far.
    pub overtime_min: u32,
    /// Time-off bank.
    pub time_off_min: u32,
    /// Worked in the cycle so far.
    pub cycle_worked_min: u32,
    /// Of these on statutory holidays.
    pub cycle_statutory_min: u32,
}

/// Holidays, rest days and make-up days.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// By date, in the order they became known.
    pub days: BTreeMap<Date, Vec<CalendarDay>>,
}

/// One entry of a calendar.
#[derive(Debug, Clone)]
pub struct CalendarDay {
    /// What the day is.
    pub kind: events::calendar::v1::DayKind,
    /// Name.
    pub name: String,
    /// Half days: true when the morning is free, else the afternoon.
    pub off_morning: bool,
    /// Half days: groups it holds for; empty for everyone.
    pub groups: Vec<String>,
    /// When the entry became known.
    pub known_at: i64,
}

/// Who carried a device, and when.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Who.
    pub person: Arc<str>,
    /// First second.
    pub from: i64,
    /// End.
    pub until: i64,
}

/// Rules with all defaults filled in; `docs/rosters.md` explains each.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Policy {
    pub late_grace_min: u32,
    pub early_grace_min: u32,
    pub serious_late_min: u32,
    pub half_absent_min: u32,
    pub away_min: u32,
    pub bridge_min: u32,
    pub continuity_min: u32,
    pub transit_max_min: u32,
    pub visit_min: u32,
    pub coarse: Coarse,
    pub outside_punch: OutsidePunch,
    pub overtime: OvertimeBasis,
    pub overtime_tolerance_min: u32,
    pub daily_standard_min: u32,
    pub overtime_cap_min: u32,
    pub overtime_unit_min: u32,
    pub late_allowance_min: u32,
    pub travel_allowance_min: u32,
    pub night: Option<(u32, u32)>,
    pub final_after_h: u32,
    pub lock_day: u32,
    pub cycle: Option<(CycleLength, u32)>,
    pub p_in: f64,
    pub out_dwell_s: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            late_grace_min: 5,
            early_grace_min: 5,
            serious_late_min: 30,
            half_absent_min: 60,
            away_min: 15,
            bridge_min: 240,
            continuity_min: 10,
            transit_max_min: 90,
            visit_min: 10,
            coarse: Coarse::Count,
            outside_punch: OutsidePunch::NeedsApproval,
            overtime: OvertimeBasis::Approved,
            overtime_tolerance_min: 0,
            daily_standard_min: 480,
            overtime_cap_min: 36 * 60,
            overtime_unit_min: 1,
            late_allowance_min: 60,
            travel_allowance_min: 120,
            night: None,
            final_after_h: 24,
            lock_day: 5,
            cycle: None,
            p_in: 0.7,
            out_dwell_s: 60,
        }
    }
}

impl Roster {
    /// The place, where the id is one of this roster.
    #[must_use]
    pub fn site(&self, id: SiteId) -> Option<&Site> {
        self.sites.get(usize::from(id))
    }

    /// Who carried `device` at a time; nobody when two did, since evidence for two is evidence for none.
    #[must_use]
    pub fn carrier(&self, device: &str, at: i64) -> Option<&Arc<str>> {
        let mut carriers = self
            .bindings
            .get(device)?
            .iter()
            .filter(|binding| binding.from <= at && at < binding.until)
            .map(|binding| &binding.person);
        let first = carriers.next()?;
        carriers.all(|other| other == first).then_some(first)
    }

    /// Whose evidence a fix of `device` is: the carrier's, or that of the person of the same id where the device is
    /// nowhere bound.
    #[must_use]
    pub fn owner(&self, device: &str, at: i64) -> Option<&Arc<str>> {
        if self.bindings.contains_key(device) {
            return self.carrier(device, at);
        }
        self.people.get_key_value(device).map(|(id, _)| id)
    }

    /// True when the place is a customer's.
    #[must_use]
    pub fn is_customer(&self, id: SiteId) -> bool {
        self.site(id).is_some_and(|site| site.kind == SiteKind::Customer)
    }
}

impl Person {
    /// Whether a half day or an assignment for these groups is for this person.
    #[must_use]
    pub fn is_in(&self, groups: &[String]) -> bool {
        groups.is_empty() || groups.iter().any(|group| self.groups.contains(group))
    }

    /// Moments at which a definition about this person became known, in order.
    pub(super) fn note_known_times(&mut self) {
        let mut times: Vec<i64> = self
            .assignments
            .iter()
            .map(|assignment| assignment.known_at)
            .chain(self.approvals.iter().map(|approval| approval.known_at))
            .chain(self.calendar.days.values().flatten().map(|day| day.known_at))
            .filter(|at| *at > i64::MIN)
            .collect();
        times.sort_unstable();
        times.dedup();
        self.known_times = times;
    }
}
