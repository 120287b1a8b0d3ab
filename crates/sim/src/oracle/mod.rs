//! Checks what stands in the positions topic against what devices were promised.
//!
//! The invariants, by the numbers that the project's tests use:
//!
//! * I1: every acknowledged message is in the topic.
//! * I2: a message stands there twice only when the device sent it twice, and always under the same event id.
//! * I3: the messages of one connection stand there first in the order in which they were sent.

mod seen;

use std::collections::HashMap;

use serde::Serialize;

pub use seen::{NotAPosition, Seen};

use crate::obligations::Obligations;

/// How many missing messages are named.
const NAMED: usize = 20;

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Verdict {
    /// Obligations: messages that were acknowledged.
    pub acked: u64,
    /// Messages of the run that stand in the topic, each counted once, acknowledged or not.
    pub found: u64,
    /// I1: acknowledged and not in the topic.
    pub lost: u64,
    /// Records beyond the first of a message.
    pub duplicates_before: u64,
    /// Of these, the ones that a reader who drops repeated event ids still sees.
    pub duplicates_after: u64,
    /// I2: records beyond the first of messages that were sent only once.
    pub unexplained_duplicates: u64,
    /// I3: records that stand behind a later one of the same connection, seen by a reader who drops repeated ones.
    pub disorder: u64,
    /// Some of the lost ones, as device and fix time in Unix seconds.
    pub missing: Vec<(String, i64)>,
}

impl Verdict {
    /// True when nothing was lost, doubled or out of order.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds_with_spool() && self.unexplained_duplicates == 0
    }

    /// The same for a gateway with a spool: what was handed to the log when a fault came is handed over again, so that
    /// records may stand there twice, under one event id, of which the device knows nothing.
    #[must_use]
    pub fn holds_with_spool(&self) -> bool {
        self.lost == 0 && self.duplicates_after == 0 && self.disorder == 0
    }
}

/// Collects the records of the topic, in the order of each partition, and judges them in the end.
#[derive(Debug, Default)]
pub struct Oracle {
    devices: HashMap<String, Device>,
    verdict: Verdict,
}

#[derive(Debug, Default)]
struct Device {
    /// Event id of the first record of each fix time.
    first: HashMap<i64, Box<str>>,
    /// Records beyond the first, by fix time.
    repeated: HashMap<i64, u64>,
    /// Last serial of each connection.
    last: HashMap<u64, u16>,
}

impl Oracle {
    /// Takes the next record. Records of one partition come in its order; partitions may be mixed.
    pub fn see(&mut self, seen: Seen) {
        let device = self.devices.entry(seen.device).or_default();
        match device.first.get(&seen.fix_time) {
            None => {
                if let Some(last) = device.last.insert(seen.generation, seen.serial)
                    // Serials wrap: what is less than half the circle ahead is later.
                    && seen.serial.wrapping_sub(last).cast_signed() < 0
                {
                    self.verdict.disorder += 1;
                }
                device.first.insert(seen.fix_time, seen.event_id);
            }
            Some(first) => {
                self.verdict.duplicates_before += 1;
                if *first != seen.event_id {
                    self.verdict.duplicates_after += 1;
                }
                *device.repeated.entry(seen.fix_time).or_default() += 1;
            }
        }
    }

    /// Judges all that was seen against the obligations of the run.
    #[must_use]
    pub fn judge(self, obligations: &[Obligations]) -> Verdict {
        let mut verdict = self.verdict;
        let nothing = Device::default();
        for one in obligations {
            let device = self.devices.get(&one.device).unwrap_or(&nothing);
            verdict.acked += one.acked.len();
            let time = |number: u64| one.base + number as i64;
            verdict.found += one
                .sent
                .iter()
                .filter(|&number| device.first.contains_key(&time(number)))
                .count() as u64;
            for number in one.acked.iter() {
                if !device.first.contains_key(&time(number)) {
                    verdict.lost += 1;
                    if verdict.missing.len() < NAMED {
                        verdict.missing.push((one.device.clone(), time(number)));
                    }
                }
            }
            verdict.unexplained_duplicates += device
                .repeated
                .iter()
                .filter(|&(&fix_time, _)| !one.resent.contains((fix_time - one.base) as u64))
                .map(|(_, count)| count)
                .sum::<u64>();
        }
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obligations::Ranges;

    const BASE: i64 = 1_700_000_000;

    fn seen(number: u64, generation: u64) -> Seen {
        Seen {
            device: "d".to_owned(),
            fix_time: BASE + number as i64,
            event_id: format!("event-{number}").into(),
            generation,
            serial: number as u16,
        }
    }

    fn ranges(numbers: impl IntoIterator<Item = u64>) -> Ranges {
        let mut ranges = Ranges::default();
        numbers.into_iter().for_each(|number| ranges.insert(number));
        ranges
    }

    fn promised(resent: &[u64]) -> Vec<Obligations> {
        vec![Obligations {
            device: "d".to_owned(),
            base: BASE,
            sent: Ranges::below(10),
            acked: Ranges::below(9),
            resent: ranges(resent.iter().copied()),
        }]
    }

    fn judge(records: impl IntoIterator<Item = Seen>, resent: &[u64]) -> Verdict {
        let mut oracle = Oracle::default();
        records.into_iter().for_each(|record| oracle.see(record));
        oracle.judge(&promised(resent))
    }

    #[test]
    fn a_faithful_topic_holds_with_or_without_the_message_that_was_not_acknowledged() {
        for all in [9, 10] {
            let verdict = judge((0..all).map(|n| seen(n, 1)), &[]);
            assert!(verdict.holds(), "{verdict:?}");
            assert_eq!((verdict.acked, verdict.found), (9, all));
        }
    }

    #[test]
    fn a_missing_acknowledged_message_is_lost_by_name() {
        let verdict = judge((0..10).filter(|&n| n != 4).map(|n| seen(n, 1)), &[]);
        assert_eq!(verdict.lost, 1);
        assert_eq!(verdict.missing, [("d".to_owned(), BASE + 4)]);
        assert!(!verdict.holds());
    }

    #[test]
    fn a_resend_may_stand_twice_under_one_id_and_nothing_else_may() {
        let twice = |n| (0..10).map(|n| seen(n, 1)).chain([seen(n, 2)]);
        let verdict = judge(twice(6), &[6]);
        assert!(verdict.holds(), "{verdict:?}");
        assert_eq!((verdict.duplicates_before, verdict.duplicates_after), (1, 0));

        let verdict = judge(twice(6), &[]);
        assert_eq!(verdict.unexplained_duplicates, 1);

        let renamed = Seen {
            event_id: "another".into(),
            ..seen(6, 2)
        };
        let verdict = judge((0..10).map(|n| seen(n, 1)).chain([renamed]), &[6]);
        assert_eq!(verdict.duplicates_after, 1);
        assert!(!verdict.holds());
    }

    #[test]
    fn order_counts_within_a_connection_and_serials_wrap() {
        let verdict = judge([0, 1, 3, 2, 4, 5, 6, 7, 8].map(|n| seen(n, 1)), &[]);
        assert_eq!(verdict.disorder, 1);
        let over_connections = [seen(5, 1), seen(0, 2), seen(1, 2)];
        assert_eq!(judge(over_connections, &[]).disorder, 0);
        let wrapped = [65_534, 65_535, 65_536, 65_537].map(|n| seen(n, 1));
        assert_eq!(judge(wrapped, &[]).disorder, 0);
    }
}
