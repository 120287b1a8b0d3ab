//! The newest frames of each device, in both directions, and captures of single devices.
//!
//! Each thread records its own connections, so that nothing is locked. Memory is bounded by a budget that all devices
//! share; a device that says much takes nothing from the others.

mod frame;
mod tap;
mod tape;
mod tapes;

use bytes::Bytes;

pub(crate) use frame::{Frame, Head, Line};
pub(crate) use tap::Tap;
use tapes::Tapes;

/// Part of the budget for those who were not admitted.
const STRANGERS: usize = 8;

/// What one thread records.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// Of devices that were admitted.
    devices: Tapes,
    /// Of others, by the id that they claimed or by their address: whoever is not admitted drives no device out.
    strangers: Tapes,
    taps: Vec<Tap>,
    secrets: bool,
}

/// Whose frame it is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose<'a> {
    /// A device that is being served, and the place of its frames.
    Device(&'a Bytes, u32),
    /// Somebody else.
    Stranger(&'a Bytes),
}

impl Recorder {
    /// In so many bytes; 0 records nothing but captures.
    pub(crate) fn new(bytes: usize, secrets: bool) -> Self {
        Self {
            devices: Tapes::new(bytes - bytes / STRANGERS),
            strangers: Tapes::new(bytes / STRANGERS),
            taps: Vec::new(),
            secrets,
        }
    }

    /// True while nothing is recorded.
    pub(crate) fn is_idle(&self) -> bool {
        self.devices.is_off() && self.taps.is_empty()
    }

    /// Records a frame; gives the place of the device's frames.
    pub(crate) fn record(&mut self, whose: Whose<'_>, frame: &Frame<'_>) -> u32 {
        let (Whose::Device(key, _) | Whose::Stranger(key)) = whose;
        if !self.taps.is_empty() {
            for tap in self.taps.iter_mut().filter(|tap| tap.device == *key) {
                tap.tell(frame, self.secrets);
            }
        }
        match whose {
            _ if self.devices.is_off() => 0,
            Whose::Device(key, place) => self.devices.push(place, key, frame, self.secrets),
            Whose::Stranger(key) => {
                self.strangers.push(u32::MAX, key, frame, self.secrets);
                0
            }
        }
    }

    /// The newest frames of a device or an address.
    pub(crate) fn frames(&self, key: &[u8]) -> Vec<(Head, Vec<u8>)> {
        let mut frames = self.strangers.frames(key);
        frames.extend(self.devices.frames(key));
        frames
    }

    /// Begins a capture.
    pub(crate) fn tap(&mut self, tap: Tap) {
        self.taps.push(tap);
    }

    /// Ends captures that are over.
    pub(crate) fn sweep(&mut self, now_ms: i64) {
        if !self.taps.is_empty() {
            self.taps.retain(|tap| tap.goes_on(now_ms));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: &[u8]) -> Frame<'_> {
        Frame {
            time_ms: 7,
            down: false,
            secret: false,
            reject: None,
            bytes,
        }
    }

    #[test]
    fn strangers_do_not_drive_devices_out() {
        let mut recorder = Recorder::new(1 << 20, false);
        let device = Bytes::from_static(b"13800138000");
        recorder.record(Whose::Device(&device, 0), &frame(b"mine"));
        for number in 0..20_000 {
            let key = Bytes::from(format!("10.0.{number}"));
            recorder.record(Whose::Stranger(&key), &frame(&[0; 300]));
        }
        assert_eq!(recorder.frames(&device).len(), 1);
    }

    #[test]
    fn off_it_keeps_nothing_and_captures_all_the_same() {
        let mut recorder = Recorder::new(0, false);
        assert!(recorder.is_idle());
        let device = Bytes::from_static(b"13800138000");
        let (lines, mut told) = tokio::sync::mpsc::channel(8);
        recorder.tap(Tap {
            device: device.clone(),
            lines,
            until_ms: 100,
            missed: 0,
        });
        assert!(!recorder.is_idle());
        recorder.record(Whose::Device(&device, 0), &frame(b"mine"));
        recorder.record(
            Whose::Stranger(&Bytes::from_static(b"other")),
            &frame(b"not mine"),
        );
        assert!(told.try_recv().is_ok() && told.try_recv().is_err());
        assert!(recorder.frames(&device).is_empty());
        recorder.sweep(100);
        assert!(recorder.is_idle());
    }
}
