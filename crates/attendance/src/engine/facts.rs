//! What is known about one person, and when it became known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use events::punch::v1::PunchKind;
use spatial::Point;

use super::span::Span;
use crate::presence::{Fix, Sighting, View, view};
use crate::roster::{Person, Roster, SiteId};

/// What was seen further than this from the edges of a span says nothing about it, seconds.
pub(super) const REACH_S: i64 = 13 * 3600;

/// The facts about one person. Fixes may be kept elsewhere and be here only while they are looked at.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Devices in the order they were first heard of.
    devices: Vec<Arc<str>>,
    /// Hours since 1970 whose fixes were brought here.
    loaded: BTreeSet<i64>,
    fixes: BTreeMap<(i64, u16), Fix>,
    /// Of each fix one.
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

    /// The devices, by their numbers.
    pub fn devices(&self) -> impl Iterator<Item = &str> {
        self.devices.iter().map(|device| &**device)
    }

    /// True when the fixes of an hour are to be brought now: they will be here from then on.
    pub fn wants_hour(&mut self, hour: i64) -> bool {
        self.loaded.insert(hour)
    }

    /// Lets go of the fixes before an hour; they can be brought again.
    pub fn unload_before(&mut self, hour: i64) {
        let at = hour.saturating_mul(3600);
        self.fixes = self.fixes.split_off(&(at, 0));
        self.sightings = self.sightings.split_off(&(at, 0));
        self.loaded = self.loaded.split_off(&hour);
    }

    /// True when the fix says nothing new.
    #[must_use]
    pub fn knows(&self, fix: &Fix) -> bool {
        self.fixes
            .get(&(fix.at, fix.device))
            .is_some_and(|known| !better(fix, known))
    }

    /// Adds a fix; false when it was known. Of two fixes of a device at the same second the more exact is kept.
    pub fn add_fix(&mut self, fix: Fix, roster: &Roster, person: &Person) -> bool {
        if self.knows(&fix) {
            return false;
        }
        let key = (fix.at, fix.device);
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
        for (fix, sighting) in self.fixes.values().zip(self.sightings.values_mut()) {
            *sighting = view(fix, roster, person);
        }
    }

    /// The fixes in order of time.
    pub fn fixes(&self) -> impl Iterator<Item = &Fix> {
        self.fixes.values()
    }

    /// The fixes within `span`, in order of time.
    pub fn fixes_within(&self, span: Span) -> impl Iterator<Item = &Fix> {
        self.fixes.range((span.from, 0)..(span.to, 0)).map(|(_, fix)| fix)
    }

    /// The sighting of the nearest fix before a moment, and that of the fix.
    pub(super) fn step(&self, at: i64, device: u16) -> (Option<View>, Option<View>) {
        let view = |found: Option<(&(i64, u16), &Sighting)>| found.map(|(_, sighting)| sighting.view);
        (
            view(self.sightings.range(..(at, device)).next_back()),
            self.sightings.get(&(at, device)).map(|sighting| sighting.view),
        )
    }

    /// Sightings by fixes within `span`, and the nearest before and after it.
    pub(super) fn sightings(&self, span: Span) -> Vec<Sighting> {
        let nearest = |found: Option<(&(i64, u16), &Sighting)>| found.map(|((at, _), _)| *at);
        let reach = (span.from - REACH_S, 0)..(span.from, 0);
        let before = nearest(self.sightings.range(reach).next_back());
        let reach = (span.to, 0)..(span.to + REACH_S, 0);
        let after = nearest(self.sightings.range(reach).next());
        let from = before.unwrap_or(span.from);
        let to = after.map_or(span.to, |after| after + 1).max(from);
        self.sightings
            .range((from, 0)..(to, 0))
            .map(|(_, sighting)| *sighting)
            .collect()
    }

    /// Forgets the fixes before a moment.
    pub fn forget_before(&mut self, at: i64) {
        self.fixes = self.fixes.split_off(&(at, 0));
        self.sightings = self.sightings.split_off(&(at, 0));
        self.wrong_clock.retain(|received_at| *received_at >= at);
    }
}

/// Which of two fixes of one device and second is kept, whatever came first.
pub(crate) fn better(new: &Fix, known: &Fix) -> bool {
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
