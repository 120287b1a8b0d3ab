//! What is known about one person, and when it became known.

use std::collections::BTreeMap;
use std::sync::Arc;

use events::punch::v1::PunchKind;
use spatial::Point;

use super::span::Span;
use crate::presence::{Fix, Sighting, view};
use crate::roster::{Person, Roster, SiteId};

/// The facts about one person.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Devices in the order they were first heard of.
    devices: Vec<Arc<str>>,
    fixes: BTreeMap<(i64, u16), Fix>,
    sightings: BTreeMap<(i64, u16), Sighting>,
    /// Observed presences.
    pub presences: Vec<Presence>,
    /// Punches in order of time.
    pub punches: Vec<Punch>,
    /// Moments at which a fix with a wrong clock was received.
    pub wrong_clock: Vec<i64>,
}

/// Presence observed by other means.
#[derive(Debug, Clone, PartialEq)]
pub struct Presence {
    /// Id.
    pub id: Arc<str>,
    /// Where; none is elsewhere.
    pub site: Option<SiteId>,
    /// When.
    pub span: Span,
    /// Distance from the nearest own site, metres.
    pub distance_m: f32,
    /// Nothing is known before.
    pub unknown_before: bool,
    /// Nothing is known after.
    pub unknown_after: bool,
    /// Seen by coarse means only.
    pub coarse: bool,
}

/// A punch.
#[derive(Debug, Clone, PartialEq)]
pub struct Punch {
    /// Id.
    pub id: Arc<str>,
    /// Unix seconds.
    pub at: i64,
    /// What the person said.
    pub kind: PunchKind,
    /// Where.
    pub place: PunchPlace,
    /// The phone says that its location is simulated.
    pub mock: bool,
}

/// Where a punch was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PunchPlace {
    /// At a terminal of a site.
    Site(SiteId),
    /// At a terminal, nobody says which: at the person's first site.
    Terminal,
    /// With the phone at a place.
    Phone(Point, f32),
    /// At a distance from the nearest own site, metres.
    Distance(f32),
}

impl Facts {
    /// Number of a device in this person's list.
    pub fn device(&mut self, id: &str) -> u16 {
        let known = self.devices.iter().position(|device| **device == *id);
        let position = known.unwrap_or_else(|| {
            self.devices.push(id.into());
            self.devices.len() - 1
        });
        u16::try_from(position).unwrap_or(u16::MAX)
    }

    /// Name of a device.
    #[must_use]
    pub fn device_name(&self, device: u16) -> &str {
        self.devices.get(usize::from(device)).map_or("", |device| device)
    }

    /// Adds a fix; false when it was known. Of two fixes of a device at the same second the more exact is kept.
    pub fn add_fix(&mut self, fix: Fix, roster: &Roster, person: &Person) -> bool {
        let key = (fix.at, fix.device);
        if self.fixes.get(&key).is_some_and(|known| !better(&fix, known)) {
            return false;
        }
        self.fixes.insert(key, fix);
        self.sightings.insert(key, view(&fix, roster, person));
        true
    }

    /// Takes a fix back; false when it was not known.
    pub fn remove_fix(&mut self, at: i64, device: u16) -> bool {
        self.sightings.remove(&(at, device));
        self.fixes.remove(&(at, device)).is_some()
    }

    /// Adds a punch; false when it was known.
    pub fn add_punch(&mut self, punch: Punch) -> bool {
        if self
            .punches
            .iter()
            .any(|known| known.id == punch.id && known.at == punch.at)
        {
            return false;
        }
        let place = self
            .punches
            .partition_point(|known| (known.at, &known.id) < (punch.at, &punch.id));
        self.punches.insert(place, punch);
        true
    }

    /// Adds an observed presence; false when it was known.
    pub fn add_presence(&mut self, presence: Presence) -> bool {
        if self.presences.contains(&presence) {
            return false;
        }
        let key = |presence: &Presence| (presence.span, Arc::clone(&presence.id));
        let place = self
            .presences
            .partition_point(|known| key(known) < key(&presence));
        self.presences.insert(place, presence);
        true
    }

    /// Puts all fixes anew in relation to the sites, after those have changed.
    pub fn look_again(&mut self, roster: &Roster, person: &Person) {
        self.sightings = self
            .fixes
            .iter()
            .map(|(key, fix)| (*key, view(fix, roster, person)))
            .collect();
    }

    /// The fixes in order of time.
    pub fn fixes(&self) -> impl Iterator<Item = &Fix> {
        self.fixes.values()
    }

    /// The fixes within `span`, in order of time.
    pub fn fixes_within(&self, span: Span) -> impl Iterator<Item = &Fix> {
        self.fixes.range((span.from, 0)..(span.to, 0)).map(|(_, fix)| fix)
    }

    /// Sightings by fixes within `span`, and the nearest before and after it.
    pub(super) fn sightings(&self, span: Span) -> Vec<Sighting> {
        let nearest = |found: Option<(&(i64, u16), &Sighting)>| found.map(|((at, _), _)| *at);
        let before = nearest(self.sightings.range(..(span.from, 0)).next_back());
        let after = nearest(self.sightings.range((span.to, 0)..).next());
        let from = before.unwrap_or(span.from);
        let to = after.map_or(span.to, |after| after + 1).max(from);
        self.sightings
            .range((from, 0)..(to, 0))
            .map(|(_, sighting)| *sighting)
            .collect()
    }

    /// Moments of the earliest and the latest fact.
    #[must_use]
    pub fn range(&self) -> Option<(i64, i64)> {
        let fixes = self
            .fixes
            .keys()
            .next()
            .zip(self.fixes.keys().next_back())
            .map(|((a, _), (b, _))| (*a, *b));
        let punches = self
            .punches
            .first()
            .zip(self.punches.last())
            .map(|(a, b)| (a.at, b.at));
        let presences = self.presences.first().map(|first| {
            let last = self.presences.iter().map(|presence| presence.span.to).max();
            (first.span.from, last.unwrap_or(first.span.to))
        });
        [fixes, punches, presences]
            .into_iter()
            .flatten()
            .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
    }

    /// Forgets the fixes before a moment.
    pub fn forget_before(&mut self, at: i64) {
        self.fixes = self.fixes.split_off(&(at, 0));
        self.sightings = self.sightings.split_off(&(at, 0));
    }
}

/// Which of two fixes of one device and second is kept, whatever came first.
fn better(new: &Fix, known: &Fix) -> bool {
    let rank = |fix: &Fix| {
        (
            fix.mock,
            fix.accuracy_m.to_bits(),
            fix.point.latitude.to_bits(),
            fix.point.longitude.to_bits(),
        )
    };
    rank(new) < rank(known)
}
