use crate::roster::SiteId;

/// How a person was seen at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sighting {
    /// Unix seconds.
    pub at: i64,
    /// What was seen holds until then, at least; `at` for a fix.
    pub until: i64,
    /// Where.
    pub view: View,
    /// 68 % radius in metres.
    pub accuracy_m: f32,
    /// Metres to the border of the nearest own site, 0 inside.
    pub distance_m: f32,
    /// Degrees; enough to see impossible jumps.
    pub latitude: f32,
    /// Degrees.
    pub longitude: f32,
    /// What it rests on.
    pub origin: Origin,
    /// The phone says that its location is simulated.
    pub mock: bool,
}

/// Where somebody was seen, from the point of view of this person's places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// At an own site.
    Inside(SiteId),
    /// At a known place that is not the person's.
    Foreign(SiteId),
    /// Outside all own sites for sure.
    Outside,
    /// Too inexact to say.
    Near,
}

/// What a sighting rests on; the number is the position in the person's list of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A fix of a device.
    Fix(u16),
    /// An observed presence.
    Presence(u16),
    /// A punch.
    Punch(u16),
}

impl Sighting {
    /// True when the fix is too inexact to begin or end presence by itself.
    #[must_use]
    pub fn is_coarse(&self) -> bool {
        f64::from(self.accuracy_m) > super::COARSE_M
    }

    /// True when outside for sure.
    #[must_use]
    pub fn is_out(&self) -> bool {
        matches!(self.view, View::Outside | View::Foreign(_))
    }
}
