//! The engine over all devices of a file.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use events::position::v1::Position;
use trips::engine::{Admission, Config, Device, Record};
use trips::intake;

use crate::derive::positions::BadRow;

/// Rows that are complained about one by one; the rest is counted.
const COMPLAINTS: usize = 5;

/// Devices, and what was published about them.
#[derive(Debug)]
pub(crate) struct Fleet {
    config: Config,
    devices: BTreeMap<String, Device>,
    published: Vec<Record>,
    left_out: BTreeMap<&'static str, usize>,
}

impl Fleet {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            devices: BTreeMap::new(),
            published: Vec::new(),
            left_out: BTreeMap::new(),
        }
    }

    /// Takes one position as it arrives.
    pub(crate) fn take(&mut self, position: &Position) {
        let (fix, received) = match intake::fix(position, &self.config) {
            Ok(fix) => fix,
            Err(unusable) => return *self.left_out.entry(unusable.name()).or_default() += 1,
        };
        if !self.devices.contains_key(&position.device) {
            self.devices.insert(position.device.clone(), Device::default());
        }
        let Some(device) = self.devices.get_mut(&position.device) else {
            return;
        };
        match device.push(fix, received, &self.config) {
            Admission::Taken | Admission::Repeated => {}
            Admission::TooLate => *self.left_out.entry("too late").or_default() += 1,
            Admission::Future => *self.left_out.entry("ahead of its arrival").or_default() += 1,
        }
        if device.is_due(&self.config) {
            let known_until = received.unwrap_or(fix.time);
            self.published
                .extend(device.update(&position.device, known_until, &self.config));
        }
    }

    /// Everything that was published, each revision, after the end of the file is known.
    pub(crate) fn close(&mut self) -> Vec<Record> {
        for (id, device) in &mut self.devices {
            self.published.extend(device.close(id, &self.config));
        }
        std::mem::take(&mut self.published)
    }

    /// The last revision of each record that was not withdrawn, by device and start.
    pub(crate) fn close_with_last(&mut self) -> Vec<Record> {
        let mut last: BTreeMap<String, Record> = BTreeMap::new();
        for record in self.close() {
            last.insert(record.id().to_owned(), record);
        }
        let mut records: Vec<Record> = last
            .into_values()
            .filter(|record| !record.is_withdrawn())
            .collect();
        records.sort_by(|a, b| a.order().cmp(&b.order()));
        records
    }

    /// Says on standard error what was left out.
    pub(crate) fn report(&self, bad: &[BadRow]) {
        let mut out = io::stderr().lock();
        for row in bad.iter().take(COMPLAINTS) {
            let _ = writeln!(out, "milepost: {row}");
        }
        if bad.len() > COMPLAINTS {
            let _ = writeln!(out, "milepost: {} more rows like these", bad.len() - COMPLAINTS);
        }
        for (why, count) in &self.left_out {
            let _ = writeln!(out, "milepost: {count} positions left out: {why}");
        }
    }
}
