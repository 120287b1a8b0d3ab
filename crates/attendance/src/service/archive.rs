//! The fixes of one person as bytes, hour by hour: they are looked at again only when their day is.

use std::collections::BTreeMap;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use spatial::Point;

use crate::engine::span::Span;
use crate::engine::{Facts, better};
use crate::presence::Fix;
use crate::roster::{Person, Roster};

/// Bytes of one fix: second in the hour, device, degrees times 10⁷, accuracy, mock.
const FIX_BYTES: usize = 2 + 2 + 4 + 4 + 4 + 1;
const PER_DEGREE: f64 = 1e7;

/// Fixes by hour since 1970, each hour in order of time.
#[derive(Debug, Default)]
pub(super) struct Archive {
    hours: BTreeMap<i64, Bytes>,
}

/// The hour that a moment is in.
pub(super) fn hour_of(at: i64) -> i64 {
    at.div_euclid(3600)
}

/// A fix as it comes back from the archive: a centimetre is near enough.
pub(super) fn rounded(fix: Fix) -> Fix {
    let round = |degrees: f64| (degrees * PER_DEGREE).round() / PER_DEGREE;
    Fix {
        point: Point {
            latitude: round(fix.point.latitude),
            longitude: round(fix.point.longitude),
        },
        ..fix
    }
}

impl Archive {
    /// Takes an hour back.
    pub(super) fn restore(&mut self, hour: i64, bytes: Bytes) {
        self.hours.insert(hour, bytes);
    }

    /// The hours and their bytes.
    pub(super) fn hour(&self, hour: i64) -> Option<&Bytes> {
        self.hours.get(&hour)
    }

    /// First hour that has a fix.
    pub(super) fn first_hour(&self) -> Option<i64> {
        self.hours.keys().next().copied()
    }

    /// True when the fix says nothing new.
    pub(super) fn knows(&self, fix: &Fix) -> bool {
        let fixes = self.fixes(hour_of(fix.at));
        let mut same = fixes.iter().filter(|known| key(known) == key(fix));
        same.any(|known| !better(fix, known))
    }

    /// Adds a fix, or puts it in the place of a worse one.
    pub(super) fn add(&mut self, fix: Fix) {
        let hour = hour_of(fix.at);
        let mut fixes = self.fixes(hour);
        match fixes.binary_search_by_key(&key(&fix), key) {
            Ok(place) => {
                if let Some(known) = fixes.get_mut(place) {
                    *known = fix;
                }
            }
            Err(place) => fixes.insert(place, fix),
        }
        self.hours.insert(hour, written(hour, &fixes));
    }

    /// Takes out the fixes that `keep` does not want; gives them and the hours that have changed.
    pub(super) fn sort_out(&mut self, keep: impl Fn(&Fix) -> bool) -> (Vec<Fix>, Vec<i64>) {
        let (mut out, mut changed) = (Vec::new(), Vec::new());
        let hours: Vec<i64> = self.hours.keys().copied().collect();
        for hour in hours {
            let (kept, gone): (Vec<Fix>, Vec<Fix>) = self.fixes(hour).into_iter().partition(&keep);
            if gone.is_empty() {
                continue;
            }
            out.extend(gone);
            changed.push(hour);
            if kept.is_empty() {
                self.hours.remove(&hour);
            } else {
                self.hours.insert(hour, written(hour, &kept));
            }
        }
        (out, changed)
    }

    /// Brings the fixes of a span into the facts, where they are not there yet.
    pub(super) fn load(&self, facts: &mut Facts, span: Span, roster: &Roster, person: &Person) {
        for (hour, _) in self.hours.range(hour_of(span.from)..=hour_of(span.to)) {
            if facts.wants_hour(*hour) {
                for fix in self.fixes(*hour) {
                    facts.add_fix(fix, roster, person);
                }
            }
        }
    }

    /// Forgets the hours before `hour` and gives them.
    pub(super) fn forget_before(&mut self, hour: i64) -> Vec<i64> {
        let kept = self.hours.split_off(&hour);
        std::mem::replace(&mut self.hours, kept).into_keys().collect()
    }

    fn fixes(&self, hour: i64) -> Vec<Fix> {
        let Some(bytes) = self.hours.get(&hour) else {
            return Vec::new();
        };
        bytes
            .chunks_exact(FIX_BYTES)
            .map(|mut bytes| Fix {
                at: hour * 3600 + i64::from(bytes.get_u16()),
                device: bytes.get_u16(),
                point: Point {
                    latitude: f64::from(bytes.get_i32()) / PER_DEGREE,
                    longitude: f64::from(bytes.get_i32()) / PER_DEGREE,
                },
                accuracy_m: bytes.get_f32(),
                mock: bytes.get_u8() != 0,
            })
            .collect()
    }
}

fn key(fix: &Fix) -> (i64, u16) {
    (fix.at, fix.device)
}

fn written(hour: i64, fixes: &[Fix]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(fixes.len() * FIX_BYTES);
    #[allow(clippy::cast_possible_truncation, reason = "180 degrees times 10⁷ fit")]
    let degrees = |degrees: f64| (degrees * PER_DEGREE).round() as i32;
    for fix in fixes {
        bytes.put_u16(u16::try_from(fix.at - hour * 3600).unwrap_or(0));
        bytes.put_u16(fix.device);
        bytes.put_i32(degrees(fix.point.latitude));
        bytes.put_i32(degrees(fix.point.longitude));
        bytes.put_f32(fix.accuracy_m);
        bytes.put_u8(u8::from(fix.mock));
    }
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_comes_back_as_it_was_rounded_and_once() {
        let fix = rounded(Fix {
            at: 1_758_675_599,
            device: 3,
            point: Point::new(-31.230_412_345_67, 121.473_798_765_43).unwrap(),
            accuracy_m: 12.5,
            mock: true,
        });
        let mut archive = Archive::default();
        assert!(!archive.knows(&fix));
        archive.add(fix);
        assert!(archive.knows(&fix));
        assert_eq!(archive.fixes(hour_of(fix.at)), [fix]);
        let worse = Fix {
            accuracy_m: 50.0,
            ..fix
        };
        assert!(archive.knows(&worse));
        assert_eq!(archive.sort_out(|_| false), (vec![fix], vec![hour_of(fix.at)]));
        assert_eq!(archive.first_hour(), None);
    }
}
