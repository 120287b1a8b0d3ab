use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::report::Line;

/// Sums of one person's month; durations in minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Totals {
    pub due_days: u32,
    pub present_days: u32,
    pub scheduled: u32,
    pub worked: i64,
    pub late_times: u32,
    pub late: u32,
    pub early_times: u32,
    pub early: u32,
    pub absent_half_days: u32,
    pub missing: u32,
    pub unverified: u32,
    pub away_times: u32,
    pub away: u32,
    pub leave: u32,
    pub trip: u32,
    pub overtime_workday: u32,
    pub overtime_rest_day: u32,
    pub overtime_statutory: u32,
    /// Booked this month for days of locked ones.
    pub adjusted: i64,
}

impl Totals {
    /// Heads of the columns, Chinese and English.
    pub const HEADS: [(&'static str, &'static str); 19] = [
        ("应出勤天数", "due days"),
        ("出勤天数", "present days"),
        ("应出勤分钟", "scheduled min"),
        ("计出勤分钟", "worked min"),
        ("迟到次数", "late times"),
        ("迟到分钟", "late min"),
        ("早退次数", "early times"),
        ("早退分钟", "early min"),
        ("缺勤半天数", "absent half days"),
        ("缺到离记录", "unseen in or out"),
        ("待核实天数", "unverified days"),
        ("离岗次数", "left-area times"),
        ("离岗分钟", "left-area min"),
        ("请假分钟", "leave min"),
        ("出差分钟", "trip min"),
        ("工作日加班", "overtime workday"),
        ("休息日加班", "overtime rest day"),
        ("法定节日加班", "overtime statutory"),
        ("补差分钟", "adjusted min"),
    ];

    /// Sums the days of one person.
    #[must_use]
    pub fn of(days: &BTreeMap<Date, Vec<Line>>) -> Self {
        let mut totals = Self::default();
        for line in days.values().flatten() {
            if let Some(adjustment) = &line.adjustment {
                totals.adjusted += i64::from(adjustment.worked);
            } else {
                totals.add(line);
            }
        }
        totals
    }

    fn add(&mut self, line: &Line) {
        let due = line.scheduled > 0;
        self.due_days += u32::from(due);
        self.present_days += u32::from(due && line.worked > 0);
        self.scheduled += line.scheduled;
        self.worked += i64::from(line.worked);
        self.late_times += u32::from(line.late > 0);
        self.late += line.late;
        self.early_times += u32::from(line.early > 0);
        self.early += line.early;
        self.absent_half_days += match line.grade.as_str() {
            "absent" => 2,
            "half-absent-AM" | "half-absent-PM" => 1,
            _ => 0,
        };
        self.missing += u32::from(line.grade.starts_with("missing"));
        self.unverified += u32::from(line.grade == "unverified");
        let left = line
            .excursions
            .iter()
            .filter(|excursion| excursion.counted > 0)
            .count();
        self.away_times += u32::try_from(left).unwrap_or(0);
        self.away += line.away;
        self.leave += line.leave_min;
        self.trip += line.trip_min;
        let class = |name: &str| line.ot_classes.get(name).copied().unwrap_or(0);
        self.overtime_workday += class("workday");
        self.overtime_rest_day += class("rest-day");
        self.overtime_statutory += class("statutory");
    }

    /// The figures in the order of [`Totals::HEADS`].
    #[must_use]
    pub fn figures(&self) -> [i64; 19] {
        [
            self.due_days.into(),
            self.present_days.into(),
            self.scheduled.into(),
            self.worked,
            self.late_times.into(),
            self.late.into(),
            self.early_times.into(),
            self.early.into(),
            self.absent_half_days.into(),
            self.missing.into(),
            self.unverified.into(),
            self.away_times.into(),
            self.away.into(),
            self.leave.into(),
            self.trip.into(),
            self.overtime_workday.into(),
            self.overtime_rest_day.into(),
            self.overtime_statutory.into(),
            self.adjusted,
        ]
    }
}
