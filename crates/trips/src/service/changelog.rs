//! The state of a device as entries of the stage's state: its fixes by quarters of an hour, so that a fix rewrites
//! little, and everything else in one.
//!
//! Keys: the device id, a zero byte, and `h`, or `f` with the number of the quarter since 1970.

use std::collections::BTreeMap;

use bus::Out;
use bytes::Bytes;

use crate::engine::{Config, Device, Fix, Millis};

/// Milliseconds whose fixes share an entry.
const SPAN_MS: Millis = 900_000;
const HEAD: u8 = b'h';
const FIXES: u8 = b'f';

/// Which entries of a device exist.
#[derive(Debug, Default)]
pub(super) struct Changelog {
    /// Quarters with an entry, in order.
    quarters: Vec<i32>,
    /// Count of rewrites of the window when they were saved.
    rewrites: u32,
    /// Quarters whose fixes have changed since.
    changed: Vec<i32>,
    /// More than the fixes has changed since.
    updated: bool,
}

impl Changelog {
    pub(super) fn bytes(&self) -> usize {
        (self.quarters.capacity() + self.changed.capacity()) * std::mem::size_of::<i32>()
    }

    /// Notes that the fixes around `time` have changed.
    pub(super) fn note(&mut self, time: Millis) {
        let quarter = quarter(time);
        if !self.changed.contains(&quarter) {
            self.changed.push(quarter);
        }
    }

    /// Notes that more than the fixes has changed.
    pub(super) fn note_update(&mut self) {
        self.updated = true;
    }

    /// Saves what has changed since it was called last.
    pub(super) fn save(&mut self, id: &str, device: &Device, out: &mut Out) {
        let mut changed = std::mem::take(&mut self.changed);
        if device.rewrites() != self.rewrites {
            self.rewrites = device.rewrites();
            self.updated = true;
            changed = device.fixes().iter().map(|fix| quarter(fix.time)).collect();
            changed.dedup();
            self.quarters.retain(|known| {
                let kept = changed.binary_search(known).is_ok();
                if !kept {
                    out.save(key(id, FIXES, Some(*known)), None);
                }
                kept
            });
        }
        for quarter in changed {
            self.save_quarter(id, device, quarter, out);
        }
        if std::mem::take(&mut self.updated) {
            out.save(key(id, HEAD, None), device.head().map(Bytes::from));
        }
    }

    fn save_quarter(&mut self, id: &str, device: &Device, quarter: i32, out: &mut Out) {
        if let Err(at) = self.quarters.binary_search(&quarter) {
            self.quarters.insert(at, quarter);
        }
        let from = Millis::from(quarter) * SPAN_MS;
        let fixes = device
            .since(from)
            .iter()
            .take_while(|fix| fix.time < from + SPAN_MS);
        let bytes: Vec<u8> = fixes.flat_map(Fix::to_bytes).collect();
        out.save(key(id, FIXES, Some(quarter)), Some(bytes.into()));
    }
}

/// Devices of saved entries. What cannot be read is left out: the fixes come again or are gone, the stream goes on.
pub(super) fn restore(entries: Vec<(Bytes, Bytes)>, config: &Config) -> Vec<(String, Device, Changelog)> {
    let mut heads: BTreeMap<String, (Bytes, Vec<Fix>, Vec<i32>)> = BTreeMap::new();
    for (key, value) in entries {
        let Some((id, kind, quarter)) = parse(&key) else {
            continue;
        };
        let entry = heads.entry(id).or_default();
        match (kind, quarter) {
            (HEAD, _) => entry.0 = value,
            (FIXES, Some(quarter)) => {
                let mut rest: &[u8] = &value;
                while let Some((fix, behind)) = Fix::from_bytes(rest) {
                    entry.1.push(fix);
                    rest = behind;
                }
                entry.2.push(quarter);
            }
            _ => {}
        }
    }
    let device = |(id, (head, fixes, mut quarters)): (String, (Bytes, Vec<Fix>, Vec<i32>))| {
        quarters.sort_unstable();
        let device = Device::restore(&head, fixes, config);
        let changelog = Changelog {
            quarters,
            rewrites: device.rewrites(),
            ..Changelog::default()
        };
        (id, device, changelog)
    };
    heads.into_iter().map(device).collect()
}

fn quarter(time: Millis) -> i32 {
    i32::try_from(time.div_euclid(SPAN_MS)).unwrap_or(i32::MAX)
}

fn key(id: &str, kind: u8, quarter: Option<i32>) -> Vec<u8> {
    let mut key = Vec::with_capacity(id.len() + 6);
    key.extend_from_slice(id.as_bytes());
    key.extend_from_slice(&[0, kind]);
    if let Some(quarter) = quarter {
        key.extend_from_slice(&quarter.to_be_bytes());
    }
    key
}

fn parse(key: &[u8]) -> Option<(String, u8, Option<i32>)> {
    let zero = key.iter().position(|byte| *byte == 0)?;
    let (id, rest) = key.split_at(zero);
    let id = String::from_utf8(id.to_vec()).ok()?;
    match rest {
        [0, kind] => Some((id, *kind, None)),
        [0, kind, quarter @ ..] => Some((id, *kind, quarter.try_into().ok().map(i32::from_be_bytes))),
        _ => None,
    }
}
