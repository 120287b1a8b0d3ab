/// How a topic forgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cleanup {
    /// Records older than the retention are deleted.
    Delete,
    /// The newest record of each key is kept; a record without value deletes its key.
    Compact,
}

/// Bytes that are no message of the schema they should have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a {schema}, found bytes that are none: {reason}")]
pub struct NotThisSchema {
    schema: &'static str,
    reason: String,
}

macro_rules! topics {
    ($($variant:ident = $name:literal, $schema:literal as $message:ty, $cleanup:ident, $doc:literal;)*) => {
        /// A topic of Milepost. The names are part of the contract with readers and never change their meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Topic {
            $(#[doc = $doc] $variant,)*
        }

        impl Topic {
            /// Every topic.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Full name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Full name of the protobuf message in the values.
            #[must_use]
            pub const fn schema(self) -> &'static str {
                match self { $(Self::$variant => $schema,)* }
            }

            /// A value of this topic in the proto3 JSON mapping.
            ///
            /// # Errors
            /// When the bytes are no message of this topic's schema.
            pub fn to_json(self, value: &[u8]) -> Result<serde_json::Value, NotThisSchema> {
                match self {
                    $(Self::$variant => {
                        let message = <$message as prost::Message>::decode(value)
                            .map_err(|source| NotThisSchema { schema: $schema, reason: source.to_string() })?;
                        serde_json::to_value(&message)
                            .map_err(|source| NotThisSchema { schema: $schema, reason: source.to_string() })
                    })*
                }
            }

            /// How the topic forgets.
            #[must_use]
            pub const fn cleanup(self) -> Cleanup {
                match self { $(Self::$variant => Cleanup::$cleanup,)* }
            }

            /// What the topic holds and how it is keyed, one sentence.
            #[must_use]
            pub const fn describe(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

topics! {
    Positions = "milepost.positions.v1", "milepost.position.v1.Position" as crate::position::v1::Position, Delete,
        "Every position of every device; key = device.";
    DeviceEvents = "milepost.device-events.v1", "milepost.device.v1.DeviceEvent" as crate::device::v1::DeviceEvent, Delete,
        "What happened to devices besides positions; key = device.";
    CellScans = "milepost.cell-scans.v1", "milepost.cell.v1.CellScan" as crate::cell::v1::CellScan, Delete,
        "Radio towers and access points that devices saw; key = device.";
    Rejects = "milepost.rejects.v1", "milepost.reject.v1.Reject" as crate::reject::v1::Reject, Delete,
        "What could not be understood or was refused; key = device, else peer address.";
    Trips = "milepost.trips.v1", "milepost.trip.v1.Trip" as crate::trip::v1::Trip, Delete,
        "Trips, each revision an upsert by trip id; key = device.";
    Stops = "milepost.stops.v1", "milepost.trip.v1.Stop" as crate::trip::v1::Stop, Delete,
        "Stops between trips, each revision an upsert by stop id; key = device.";
    RawFrames = "milepost.raw-frames.v1", "milepost.frame.v1.RawFrame" as crate::frame::v1::RawFrame, Delete,
        "Every frame as it came, when switched on; key = device.";
    Devices = "milepost.devices.v1", "milepost.registry.v1.Device" as crate::registry::v1::Device, Compact,
        "Devices that are known, and the hashes of their codes; key = device.";
    Rosters = "milepost.rosters.v1", "milepost.roster.v1.Definition" as crate::roster::v1::Definition, Compact,
        "Persons, sites, shifts, patterns, policies and approvals; key = kind/id.";
    Calendars = "milepost.calendars.v1", "milepost.calendar.v1.Calendar" as crate::calendar::v1::Calendar, Compact,
        "Holidays, rest days and make-up days; key = calendar.";
    Fences = "milepost.fences.v1", "milepost.fence.v1.Fence" as crate::fence::v1::Fence, Compact,
        "What fences there are and how they are judged; key = fence.";
    FenceEvents = "milepost.fence-events.v1", "milepost.fence.v1.FenceEvent" as crate::fence::v1::FenceEvent, Delete,
        "Devices that entered, left or crossed fences; key = device.";
    Bindings = "milepost.bindings.v1", "milepost.binding.v1.Binding" as crate::binding::v1::Binding, Compact,
        "Who carries which device and when; key = binding.";
    Punches = "milepost.punches.v1", "milepost.punch.v1.Punch" as crate::punch::v1::Punch, Delete,
        "What people said by punching; key = person.";
    Evidence = "milepost.evidence.v1", "milepost.evidence.v1.Evidence" as crate::evidence::v1::Evidence, Delete,
        "Positions told to the person who carried the device; key = person.";
    Attendance = "milepost.attendance.v1", "milepost.attendance.v1.Record" as crate::attendance::v1::Record, Compact,
        "What each shift of each person came to; key = person/day/index.";
    AttendanceSignals = "milepost.attendance-signals.v1", "milepost.attendance.v1.Signal" as crate::attendance::v1::Signal, Delete,
        "Not arrived, left the area: what matters while a shift runs; key = person.";
}

impl Topic {
    /// Hours that a record of a compacted topic stays readable after a newer one of its key was written; 0 for those
    /// that may go at once. Late positions are judged by the fences of their time, also after a restart.
    #[must_use]
    pub const fn replaced_hours(self) -> u64 {
        match self {
            Self::Fences => 96,
            _ => 0,
        }
    }

    /// The topic of that name, with or without `milepost.` before and `.v1` behind.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|topic| {
            let full = topic.name();
            let short = full.trim_start_matches("milepost.").trim_end_matches(".v1");
            full == name || short == name
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_full_names_find_the_topic() {
        for topic in Topic::ALL {
            assert_eq!(Topic::from_name(topic.name()), Some(*topic));
        }
        assert_eq!(Topic::from_name("positions"), Some(Topic::Positions));
        assert_eq!(Topic::from_name("nothing"), None);
    }
}
