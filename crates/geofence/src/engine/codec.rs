//! Bytes of saved state: numbers as variable-length integers, coordinates as they were reported when that is shorter. What
//! is written comes back equal to the last bit.

use spatial::Point;

use super::fix::Fix;
use super::history::Logged;
use super::key::FenceKey;
use super::presence::{OutRun, Phase, Presence};
use super::step::Live;
use super::transition::{Identity, Kind};

/// First byte of every entry; another layout will have another number.
pub(super) const LAYOUT: u8 = 1;

/// Coordinates that devices report are whole multiples of these parts of a degree: seven decimals, and the 1/30,000
/// minute of GT06.
const PARTS: [f64; 2] = [1e7, 1.8e6];

/// Collects bytes.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    /// With room for what an ordinary chunk takes.
    pub(super) fn with_room() -> Self {
        Self {
            bytes: Vec::with_capacity(512),
        }
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub(super) fn unsigned(&mut self, mut number: u64) {
        while number >= 0x80 {
            #[allow(clippy::cast_possible_truncation, reason = "seven bits at a time")]
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        #[allow(clippy::cast_possible_truncation, reason = "less than 128")]
        self.bytes.push(number as u8);
    }

    pub(super) fn count(&mut self, count: usize) {
        self.unsigned(u64::try_from(count).unwrap_or(u64::MAX));
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.unsigned(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    fn float(&mut self, number: f64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn single(&mut self, number: f32) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn maybe(&mut self, time: Option<i64>, base: i64) {
        match time {
            None => self.byte(0),
            Some(time) => {
                self.byte(1);
                self.signed(time.wrapping_sub(base));
            }
        }
    }

    pub(super) fn key(&mut self, key: FenceKey) {
        self.bytes.extend_from_slice(&key.0.to_le_bytes());
    }

    /// A fix after another.
    pub(super) fn fix(&mut self, fix: &Fix, before: Option<&Fix>) {
        let whole = PARTS.iter().zip(1_u8..).find_map(|(parts, tag)| {
            let latitude = whole(fix.point.latitude, *parts)?;
            Some((tag, latitude, whole(fix.point.longitude, *parts)?, *parts))
        });
        let tenths = whole_tenths(fix.accuracy_m);
        let tag = whole.map_or(0, |(tag, ..)| tag)
            | u8::from(tenths.is_some()) << 2
            | u8::from(fix.accuracy_m > 0.0) << 3
            | u8::from(!fix.altitude_m.is_nan()) << 4;
        self.byte(tag);
        self.signed(fix.time - before.map_or(0, |before| before.time));
        match whole {
            Some((_, latitude, longitude, parts)) => {
                let near = before.and_then(|before| {
                    Some((
                        whole_near(before.point.latitude, parts)?,
                        whole_near(before.point.longitude, parts)?,
                    ))
                });
                let (north, east) = near.unwrap_or((0, 0));
                self.signed(latitude - north);
                self.signed(longitude - east);
            }
            None => {
                self.float(fix.point.latitude);
                self.float(fix.point.longitude);
            }
        }
        match tenths {
            _ if fix.accuracy_m <= 0.0 => {}
            Some(tenths) => self.unsigned(tenths),
            None => self.single(fix.accuracy_m),
        }
        if !fix.altitude_m.is_nan() {
            self.single(fix.altitude_m);
        }
    }

    pub(super) fn live(&mut self, live: &Live) {
        self.byte(u8::from(live.last.is_some()));
        if let Some(last) = &live.last {
            self.fix(last, None);
        }
        let base = live.last.map_or(0, |last| last.time);
        self.count(live.presences.len());
        for presence in &live.presences {
            self.presence(presence, base);
        }
    }

    fn presence(&mut self, presence: &Presence, base: i64) {
        self.key(presence.fence);
        self.unsigned(u64::from(presence.version));
        self.byte(
            presence.phase as u8
                | u8::from(presence.initial) << 2
                | u8::from(presence.coarse) << 3
                | u8::from(presence.dwelt) << 4
                | u8::from(presence.stale) << 5
                | u8::from(presence.out.is_some()) << 6,
        );
        self.signed(presence.since.wrapping_sub(base));
        self.maybe((presence.seen > i64::MIN).then_some(presence.seen), base);
        self.float(presence.place.latitude);
        self.float(presence.place.longitude);
        self.single(presence.probability);
        self.byte(presence.weight);
        self.signed(presence.told.wrapping_sub(base));
        if let Some(run) = &presence.out {
            self.signed(run.first.wrapping_sub(base));
            self.byte(run.weight);
            self.maybe(run.enough, base);
            self.byte(u8::from(run.coarse));
        }
    }

    pub(super) fn log(&mut self, log: &[Logged], base: i64) {
        self.count(log.len());
        let mut before = base;
        for logged in log {
            self.identity(&logged.identity, before);
            before = logged.identity.event_time;
            self.signed(logged.confirmed_at - before);
            self.bytes.extend_from_slice(&logged.digest.to_le_bytes());
        }
    }

    pub(super) fn identity(&mut self, identity: &Identity, base: i64) {
        self.byte(identity.kind as u8);
        self.key(identity.fence);
        self.unsigned(u64::from(identity.version));
        self.signed(identity.event_time - base);
    }
}

/// Reads what [`Writer`] wrote; `None` where the bytes are something else.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*head)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(super) fn unsigned(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A number of things that follow, each of at least one byte.
    pub(super) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.unsigned()?).ok()?;
        (count <= self.bytes.len()).then_some(count)
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.unsigned()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn float(&mut self) -> Option<f64> {
        self.take().map(f64::from_le_bytes)
    }

    fn single(&mut self) -> Option<f32> {
        self.take().map(f32::from_le_bytes)
    }

    fn maybe(&mut self, base: i64) -> Option<Option<i64>> {
        match self.byte()? {
            0 => Some(None),
            _ => Some(Some(self.signed()?.wrapping_add(base))),
        }
    }

    pub(super) fn key(&mut self) -> Option<FenceKey> {
        self.take().map(|bytes| FenceKey(u64::from_le_bytes(bytes)))
    }

    pub(super) fn fix(&mut self, before: Option<&Fix>) -> Option<Fix> {
        let tag = self.byte()?;
        let time = self
            .signed()?
            .wrapping_add(before.map_or(0, |before| before.time));
        let point = match PARTS.iter().zip(1_u8..).find(|(_, number)| *number == tag & 3) {
            Some((parts, _)) => {
                let near = before.and_then(|before| {
                    Some((
                        whole_near(before.point.latitude, *parts)?,
                        whole_near(before.point.longitude, *parts)?,
                    ))
                });
                let (north, east) = near.unwrap_or((0, 0));
                let latitude = self.signed()?.wrapping_add(north);
                let longitude = self.signed()?.wrapping_add(east);
                #[allow(clippy::cast_precision_loss, reason = "less than 2^53")]
                let (latitude, longitude) = (latitude as f64 / parts, longitude as f64 / parts);
                Point { latitude, longitude }
            }
            None => Point {
                latitude: self.float()?,
                longitude: self.float()?,
            },
        };
        let accuracy_m = match (tag & 8 != 0, tag & 4 != 0) {
            (false, _) => 0.0,
            (true, true) => tenths(self.unsigned()?),
            (true, false) => self.single()?,
        };
        let altitude_m = if tag & 16 == 0 { f32::NAN } else { self.single()? };
        Some(Fix {
            time,
            point,
            accuracy_m,
            altitude_m,
        })
    }

    pub(super) fn live(&mut self) -> Option<Live> {
        let last = if self.byte()? == 0 {
            None
        } else {
            Some(self.fix(None)?)
        };
        let base = last.map_or(0, |last| last.time);
        let presences = (0..self.count()?)
            .map(|_| self.presence(base))
            .collect::<Option<_>>()?;
        Some(Live { last, presences })
    }

    fn presence(&mut self, base: i64) -> Option<Presence> {
        let fence = self.key()?;
        let version = u32::try_from(self.unsigned()?).ok()?;
        let flags = self.byte()?;
        let mut presence = Presence {
            fence,
            version,
            slot: super::fences::NO_SLOT,
            phase: [Phase::Doubtful, Phase::Entering, Phase::Inside]
                .into_iter()
                .find(|p| *p as u8 == flags & 3)?,
            since: self.signed()?.wrapping_add(base),
            seen: self.maybe(base)?.unwrap_or(i64::MIN),
            place: Point {
                latitude: self.float()?,
                longitude: self.float()?,
            },
            probability: self.single()?,
            weight: self.byte()?,
            initial: flags & 4 != 0,
            coarse: flags & 8 != 0,
            dwelt: flags & 16 != 0,
            stale: flags & 32 != 0,
            out: None,
            told: self.signed()?.wrapping_add(base),
        };
        if flags & 64 != 0 {
            presence.out = Some(OutRun {
                first: self.signed()?.wrapping_add(base),
                weight: self.byte()?,
                enough: self.maybe(base)?,
                coarse: self.byte()? != 0,
            });
        }
        Some(presence)
    }

    pub(super) fn log(&mut self, base: i64) -> Option<Vec<Logged>> {
        let count = self.count()?;
        let mut log = Vec::with_capacity(count);
        let mut before = base;
        for _ in 0..count {
            let identity = self.identity(before)?;
            before = identity.event_time;
            let confirmed_at = self.signed()?.wrapping_add(before);
            log.push(Logged {
                identity,
                confirmed_at,
                digest: u32::from_le_bytes(self.take()?),
            });
        }
        Some(log)
    }

    pub(super) fn identity(&mut self, base: i64) -> Option<Identity> {
        Some(Identity {
            kind: Kind::from_number(self.byte()?)?,
            fence: self.key()?,
            version: u32::try_from(self.unsigned()?).ok()?,
            event_time: self.signed()?.wrapping_add(base),
        })
    }
}

/// The number as whole parts of a degree, when that gives the same number back.
fn whole(degrees: f64, parts: f64) -> Option<i64> {
    let whole = whole_near(degrees, parts)?;
    #[allow(clippy::cast_precision_loss, reason = "less than 2^53")]
    let back = whole as f64 / parts;
    (back.to_bits() == degrees.to_bits()).then_some(whole)
}

/// The nearest whole number of parts.
fn whole_near(degrees: f64, parts: f64) -> Option<i64> {
    let scaled = degrees * parts;
    if scaled.is_nan() || scaled.abs() >= 1e10 {
        return None;
    }
    // Not by `round`, which is a call, four times for each fix.
    #[allow(clippy::cast_possible_truncation, reason = "checked")]
    let towards_zero = scaled as i64;
    #[allow(clippy::cast_precision_loss, reason = "less than 2^53")]
    let rest = scaled - towards_zero as f64;
    Some(towards_zero + i64::from(rest >= 0.5) - i64::from(rest <= -0.5))
}

fn whole_tenths(metres: f32) -> Option<u64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked right after"
    )]
    let whole = (f64::from(metres) * 10.0).round().clamp(0.0, 1e9) as u64;
    (tenths(whole).to_bits() == metres.to_bits()).then_some(whole)
}

fn tenths(number: u64) -> f32 {
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "at most 1e9"
    )]
    let metres = (number as f64 / 10.0) as f32;
    metres
}
