//! What a desk needs to go on after a restart, as entries of key and bytes that are saved as they change.

use std::collections::BTreeSet;

use events::Message as _;
use events::attendance::v1::{Record, RecordKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::day::DayState;
use super::pace::Pace;
use super::{Desk, Ledger};
use crate::engine::carry::Carry;
use crate::engine::ledger::Seen;

/// Parts that are not saved as they stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Unsaved {
    pub(super) head: bool,
    pub(super) states: BTreeSet<Date>,
    pub(super) ledgers: BTreeSet<Date>,
    pub(super) cycles: BTreeSet<Date>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    devices: Vec<String>,
    wrong_clock: Vec<i64>,
    base: Carry,
    newest: i64,
    defined_until: i64,
    pace: Pace,
}

#[derive(Debug, Serialize, Deserialize)]
struct State {
    state: DayState,
    seen: Option<Seen>,
}

impl Desk {
    /// Hands out what changed since the last call, for [`restore`](Self::restore); no value for what is gone.
    pub fn unsaved(&mut self, mut save: impl FnMut(String, Option<Vec<u8>>)) {
        let unsaved = std::mem::take(&mut self.unsaved);
        if unsaved.head {
            let head = Head {
                devices: self.facts.devices().map(ToOwned::to_owned).collect(),
                wrong_clock: self.facts.wrong_clock.clone(),
                base: self.base.clone(),
                newest: self.newest,
                defined_until: self.defined_until,
                pace: self.pace,
            };
            save("head".into(), serde_json::to_vec(&head).ok());
        }
        for date in unsaved.states {
            let state = self.days.get(&date).and_then(|day| {
                serde_json::to_vec(&State {
                    state: day.state.clone(),
                    seen: day.ledger.seen.clone(),
                })
                .ok()
            });
            save(format!("day/{date}"), state);
        }
        for date in unsaved.ledgers {
            let records = self.days.get(&date).map(|day| &day.ledger);
            save(format!("said/{date}"), records.and_then(written));
        }
        for date in unsaved.cycles {
            save(format!("cycle/{date}"), self.cycles.get(&date).and_then(written));
        }
    }

    /// Takes an entry back. False when it is none.
    pub fn restore(&mut self, key: &str, value: &[u8]) -> bool {
        match key.split_once('/') {
            None if key == "head" => {
                let Ok(head) = serde_json::from_slice::<Head>(value) else {
                    return false;
                };
                for device in &head.devices {
                    self.facts.device(device);
                }
                self.facts.wrong_clock = head.wrong_clock;
                self.base = head.base;
                self.newest = head.newest;
                self.defined_until = head.defined_until;
                self.pace = head.pace;
            }
            Some((kind, date)) => {
                let Ok(date) = date.parse::<Date>() else {
                    return false;
                };
                match kind {
                    "day" => {
                        let Ok(State { state, seen }) = serde_json::from_slice(value) else {
                            return false;
                        };
                        let day = self.days.entry(date).or_default();
                        day.state = state;
                        day.ledger.seen = seen;
                    }
                    "said" => read(value, &mut self.days.entry(date).or_default().ledger),
                    "cycle" => read(value, self.cycles.entry(date).or_default()),
                    _ => return false,
                }
            }
            None => return false,
        }
        true
    }
}

/// The record and its adjustments, each with its length before it.
fn written(ledger: &Ledger) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for record in ledger.record.iter().chain(&ledger.adjustments) {
        bytes.extend(record.encode_length_delimited_to_vec());
    }
    (!bytes.is_empty()).then_some(bytes)
}

fn read(mut bytes: &[u8], ledger: &mut Ledger) {
    while !bytes.is_empty() {
        let Ok(record) = Record::decode_length_delimited(&mut bytes) else {
            return;
        };
        if record.kind() == RecordKind::Adjustment {
            ledger.adjustments.push(record);
        } else {
            ledger.record = Some(record);
        }
    }
}
