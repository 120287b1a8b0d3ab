use rand::SeedableRng;
use rand::rngs::StdRng;

use super::{Occupation, PlaceKind, Places, RoadNetwork, Settings, Track, plan};

/// Protocol a device speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// GT06 family.
    Gt06,
    /// JT/T 808, edition 2013.
    Jt808V2013,
    /// JT/T 808, edition 2019.
    Jt808V2019,
}

impl Protocol {
    /// Name in files and options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gt06 => "gt06",
            Self::Jt808V2013 => "jt808-2013",
            Self::Jt808V2019 => "jt808-2019",
        }
    }
}

/// Transport a device uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl Transport {
    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
        }
    }
}

/// How a device finds its place, and how often it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sensor {
    /// Satellites all the time: every 10 s on the way, every 60 s at rest.
    Tracker,
    /// A telephone: satellites while it notices that it moves, else network positions every five minutes.
    Phone,
    /// No satellites at all: the towers heard, every five minutes.
    Cell,
}

impl Sensor {
    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tracker => "tracker",
            Self::Phone => "phone",
            Self::Cell => "cell",
        }
    }
}

/// What a device is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Number in the fleet, from 0.
    pub index: usize,
    /// Device id: IMEI or terminal phone number without leading zeros.
    pub device: String,
    /// Protocol.
    pub protocol: Protocol,
    /// Transport.
    pub transport: Transport,
    /// Sensor.
    pub sensor: Sensor,
}

/// Somebody who moves, with the device carried or driven.
#[derive(Debug)]
pub struct Actor {
    /// Name for people.
    pub name: String,
    /// Id of the person.
    pub person: String,
    /// Day's work.
    pub occupation: Occupation,
    /// The device.
    pub identity: Identity,
    /// Where the actor really is.
    pub track: Track,
}

use Occupation as O;
use Protocol as P;
use Sensor as S;
use Transport as T;

/// The mix of the demo's twenty; larger fleets repeat it.
const MIX: [(Occupation, Protocol, Transport, Sensor); 20] = [
    (O::Office, P::Gt06, T::Tcp, S::Tracker),
    (O::Courier, P::Jt808V2013, T::Tcp, S::Tracker),
    (O::Field, P::Jt808V2019, T::Tcp, S::Phone),
    (O::Lorry, P::Jt808V2019, T::Tcp, S::Tracker),
    (O::BikeCourier, P::Gt06, T::Tcp, S::Tracker),
    (O::Office, P::Jt808V2019, T::Tcp, S::Phone),
    (O::Patrol, P::Jt808V2013, T::Tcp, S::Tracker),
    (O::NightGuard, P::Gt06, T::Tcp, S::Tracker),
    (O::Courier, P::Jt808V2013, T::Udp, S::Tracker),
    (O::BranchOffice, P::Gt06, T::Tcp, S::Cell),
    (O::Field, P::Gt06, T::Tcp, S::Tracker),
    (O::Office, P::Jt808V2013, T::Udp, S::Phone),
    (O::Courier, P::Jt808V2019, T::Tcp, S::Tracker),
    (O::Field, P::Jt808V2019, T::Tcp, S::Phone),
    (O::BranchOffice, P::Jt808V2013, T::Tcp, S::Tracker),
    (O::Courier, P::Gt06, T::Tcp, S::Tracker),
    (O::Office, P::Gt06, T::Tcp, S::Tracker),
    (O::BikeCourier, P::Jt808V2019, T::Udp, S::Tracker),
    (O::Field, P::Jt808V2013, T::Tcp, S::Phone),
    (O::Lorry, P::Jt808V2013, T::Tcp, S::Tracker),
];

const NAMES: [&str; 20] = [
    "Chen Jing",
    "Liu Yang",
    "Wang Fang",
    "Zhang Wei",
    "Li Na",
    "Zhao Min",
    "Huang Lei",
    "Zhou Tao",
    "Wu Qiang",
    "Xu Li",
    "Sun Hao",
    "Hu Mei",
    "Zhu Lin",
    "Gao Peng",
    "Lin Xia",
    "He Jun",
    "Guo Yan",
    "Ma Chao",
    "Luo Ting",
    "Deng Bo",
];

/// Everybody of a world.
pub(super) fn generate(settings: &Settings, roads: &RoadNetwork, places: &Places) -> Vec<Actor> {
    let homes: Vec<_> = places.of(PlaceKind::Home).collect();
    (0..settings.devices)
        .map(|index| {
            let (occupation, protocol, transport, sensor) = MIX[index % MIX.len()];
            let mut rng =
                StdRng::seed_from_u64(settings.seed ^ (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            Actor {
                name: NAMES[index % NAMES.len()].to_owned(),
                person: format!("p{:03}", index + 1),
                occupation,
                identity: Identity {
                    index,
                    device: device_id(protocol, index),
                    protocol,
                    transport,
                    sensor,
                },
                track: plan(occupation, homes[index], settings.days, roads, places, &mut rng),
            }
        })
        .collect()
}

/// Made-up ids: an IMEI with a right check digit, a phone number that begins like no mobile number of China.
#[must_use]
pub(super) fn device_id(protocol: Protocol, index: usize) -> String {
    match protocol {
        Protocol::Gt06 => {
            let body = format!("86000000{index:06}");
            format!("{body}{}", luhn_digit(&body))
        }
        Protocol::Jt808V2013 | Protocol::Jt808V2019 => format!("100{index:08}"),
    }
}

/// Check digit of an IMEI (3GPP TS 23.003, annex B).
fn luhn_digit(digits: &str) -> u32 {
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(
            |(place, digit)| match digit * if place.is_multiple_of(2) { 2 } else { 1 } {
                double @ 10.. => double - 9,
                single => single,
            },
        )
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imeis_have_a_right_check_digit() {
        // Worked example of TS 23.003: 49015420323751 has the check digit 8.
        assert_eq!(luhn_digit("49015420323751"), 8);
        assert_eq!(device_id(Protocol::Gt06, 3).len(), 15);
    }
}
