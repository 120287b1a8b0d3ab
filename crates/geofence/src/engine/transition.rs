use events::fence::v1 as proto;
use events::id;
use spatial::Point;

use super::fix::timestamp;
use super::key::FenceKey;

/// Kinds of events. The numbers are those of the schema and stand in saved state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The device came in.
    Enter = 1,
    /// The device went out.
    Exit = 2,
    /// The device went through between two fixes.
    Cross = 3,
    /// The device has been inside for the time that the fence asks for.
    Dwell = 4,
    /// The device was inside when the schedule began.
    Inside = 5,
    /// The device is inside and silent.
    Stale = 6,
    /// A coarse fix that may be inside.
    Uncertain = 7,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Enter,
        Self::Exit,
        Self::Cross,
        Self::Dwell,
        Self::Inside,
        Self::Stale,
        Self::Uncertain,
    ];

    /// Name as it stands in files and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enter => "enter",
            Self::Exit => "exit",
            Self::Cross => "cross",
            Self::Dwell => "dwell",
            Self::Inside => "inside",
            Self::Stale => "stale",
            Self::Uncertain => "uncertain",
        }
    }

    /// Order of events of the same time: a device leaves before it enters.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Exit => 0,
            Self::Enter => 1,
            Self::Cross => 2,
            Self::Inside => 3,
            Self::Dwell => 4,
            Self::Stale => 5,
            Self::Uncertain => 6,
        }
    }

    pub(super) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }
}

/// Something that happened between a device and a fence, as the engine found it. Times are Unix milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// What happened.
    pub kind: Kind,
    /// The fence, its version, and where it was found in the set.
    pub fence: FenceKey,
    /// Version of the fence.
    pub version: u32,
    pub(crate) slot: u32,
    /// When it happened.
    pub event_time: i64,
    /// When the rules were met.
    pub confirmed_at: i64,
    /// Last fix that showed the other state.
    pub not_before: Option<i64>,
    /// Cross: when the device was out again.
    pub left_at: Option<i64>,
    /// Milliseconds since the enter.
    pub inside_ms: Option<i64>,
    /// Where.
    pub place: Point,
    /// Probability of being inside.
    pub probability: f32,
    /// Nothing is known of the device before.
    pub initial: bool,
    /// It follows from the fixes around it.
    pub inferred: bool,
    /// The deciding fix was coarse.
    pub coarse: bool,
    /// The fence was changed around the device.
    pub fence_change: bool,
}

/// What makes an event the same event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) event_time: i64,
    pub(super) fence: FenceKey,
    pub(super) version: u32,
    pub(super) kind: Kind,
}

impl Transition {
    pub(super) fn identity(&self) -> Identity {
        Identity {
            event_time: self.event_time,
            fence: self.fence,
            version: self.version,
            kind: self.kind,
        }
    }

    /// A number that changes when anything but the identity and the confirmation changes.
    pub(super) fn digest(&self) -> u32 {
        let flags = u8::from(self.initial)
            | u8::from(self.inferred) << 1
            | u8::from(self.coarse) << 2
            | u8::from(self.fence_change) << 3;
        let hash = super::key::hash_of_parts(&[
            &[flags],
            &self.not_before.unwrap_or(i64::MIN).to_le_bytes(),
            &self.left_at.unwrap_or(i64::MIN).to_le_bytes(),
            &self.inside_ms.unwrap_or(i64::MIN).to_le_bytes(),
            &self.place.latitude.to_le_bytes(),
            &self.place.longitude.to_le_bytes(),
            &self.probability.to_le_bytes(),
            // Digests in saved state have these at the end.
            &[0; 12],
        ]);
        #[allow(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
        let digest = hash as u32;
        digest
    }
}

impl Identity {
    /// Id of the event: the same whoever computes it and whenever.
    pub(super) fn event_id(&self, device: &str) -> uuid::Uuid {
        id::deterministic(&[
            b"fence-event",
            &[self.kind as u8],
            device.as_bytes(),
            &self.fence.0.to_be_bytes(),
            &self.version.to_be_bytes(),
            &self.event_time.to_be_bytes(),
        ])
    }
}

/// A record to be published: an event, a correction of one, or its withdrawal.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What happened; of a withdrawn event only its identity is meant.
    pub transition: Transition,
    /// Id of the event.
    pub event_id: uuid::Uuid,
    /// 1 for the first record of the event.
    pub revision: u32,
    /// The event that this one replaces or takes back.
    pub retracts: Option<uuid::Uuid>,
    /// True when the event did not happen after all.
    pub withdrawn: bool,
    /// True when it is known too late to wake somebody.
    pub late: bool,
    /// When what led to it was received, Unix milliseconds.
    pub observed_at: i64,
}

impl Change {
    /// The event of the schema.
    #[must_use]
    pub fn to_event(&self, device: &str, fence: &str, fence_name: &str) -> proto::FenceEvent {
        let transition = &self.transition;
        proto::FenceEvent {
            event_id: self.event_id.to_string(),
            revision: self.revision,
            kind: transition.kind as i32,
            device: device.into(),
            fence: fence.into(),
            fence_name: fence_name.into(),
            fence_version: transition.version,
            event_time: Some(timestamp(transition.event_time)),
            confirmed_at: Some(timestamp(transition.confirmed_at)),
            observed_at: Some(timestamp(self.observed_at)),
            not_before: transition.not_before.map(timestamp),
            left_at: transition.left_at.map(timestamp),
            initial: transition.initial,
            inferred: transition.inferred,
            late: self.late,
            withdrawn: self.withdrawn,
            retracts: self.retracts.map(|id| id.to_string()).unwrap_or_default(),
            probability: f64::from(transition.probability),
            confidence: if transition.coarse {
                proto::Confidence::Low
            } else {
                proto::Confidence::High
            }
            .into(),
            reason: if transition.fence_change {
                proto::Reason::FenceChange
            } else {
                proto::Reason::Fix
            }
            .into(),
            #[allow(clippy::cast_precision_loss, reason = "a stay of 285,000 years is exact")]
            inside_s: transition.inside_ms.map(|millis| millis as f64 / 1000.0),
            latitude: transition.place.latitude,
            longitude: transition.place.longitude,
        }
    }
}
