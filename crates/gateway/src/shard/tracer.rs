use bytes::Bytes;
use rand::RngExt as _;
use runtime::trace::{Span, TraceContext};

use crate::config::Traces;

/// Chooses frames that are followed through all that they lead to.
#[derive(Debug)]
pub(super) struct Tracer {
    sample: f64,
    /// Frames until the next one that is chosen by chance.
    left: u64,
    devices: Vec<Bytes>,
}

/// A frame that is followed.
#[derive(Debug)]
pub(super) struct Traced {
    context: TraceContext,
    begin_ms: i64,
    device: Bytes,
    message: &'static str,
}

impl Tracer {
    pub(super) fn new(config: &Traces) -> Self {
        let devices = config.devices.iter();
        let mut tracer = Self {
            sample: config.sample,
            left: 0,
            devices: devices.map(|device| Bytes::from(device.clone())).collect(),
        };
        tracer.left = tracer.gap();
        tracer
    }

    /// Frames that are passed over before the next one, so that each is chosen with the same chance. It is asked for
    /// once for each that is chosen, not once for each frame.
    fn gap(&self) -> u64 {
        if self.sample <= 0.0 {
            return u64::MAX;
        }
        let chance: f64 = rand::rng().random_range(f64::MIN_POSITIVE..1.0);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "beyond the largest number no frame is chosen, and below 0 there is none"
        )]
        let gap = (chance.ln() / (1.0 - self.sample).ln()) as u64;
        gap
    }

    /// Whether a frame of the device is followed.
    pub(super) fn choose(
        &mut self,
        device: &Bytes,
        message: Option<&'static str>,
        now_ms: i64,
    ) -> Option<Box<Traced>> {
        let by_chance = self.left == 0;
        if by_chance {
            self.left = self.gap();
        } else {
            self.left -= 1;
        }
        if !by_chance && (self.devices.is_empty() || !self.devices.contains(device)) {
            return None;
        }
        Some(Box::new(Traced {
            context: TraceContext::begin(),
            begin_ms: now_ms,
            device: device.clone(),
            message: message.unwrap_or("unknown"),
        }))
    }
}

impl Traced {
    /// The header of records that the frame led to.
    pub(super) fn header(&self) -> Bytes {
        Bytes::from(self.context.to_string())
    }

    /// Tells what became of the frame.
    pub(super) fn end(&self, now_ms: i64, durable: bool) {
        Span {
            context: self.context,
            parent: None,
            name: "frame",
            begin_us: self.begin_ms.saturating_mul(1000),
            end_us: now_ms.saturating_mul(1000),
            durable,
            key: &String::from_utf8_lossy(&self.device),
            what: self.message,
            place: None,
        }
        .tell();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(sample: f64, devices: &[&str], device: &'static str, frames: usize) -> usize {
        let mut tracer = Tracer::new(&Traces {
            sample,
            devices: devices.iter().map(|device| (*device).to_owned()).collect(),
        });
        let device = Bytes::from_static(device.as_bytes());
        (0..frames)
            .filter(|_| tracer.choose(&device, Some("location"), 7).is_some())
            .count()
    }

    #[test]
    fn a_part_of_the_frames_is_chosen_and_all_of_listed_devices() {
        assert_eq!(chosen(0.0, &[], "1", 10_000), 0);
        assert_eq!(chosen(1.0, &[], "1", 10_000), 10_000);
        assert_eq!(chosen(0.0, &["1"], "1", 100), 100);
        assert_eq!(chosen(0.0, &["1"], "2", 100), 0);
        // 1000 are expected; seven standard deviations either way.
        let some = chosen(0.01, &[], "1", 100_000);
        assert!((780..1220).contains(&some), "{some}");
    }
}
