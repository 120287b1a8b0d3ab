//! What a run saw, and what must hold of memory.

use std::time::Duration;

/// Most that one connection may hold at any moment, bytes: sub-packets that wait, the stream, and one message with all
/// that is told about it.
const PEAK: u64 = 16 << 20;

/// Counts of a run.
#[derive(Debug, Default, Clone)]
pub(crate) struct Seen {
    pub(crate) inputs: u64,
    pub(crate) bytes: u64,
    pub(crate) frames: u64,
    pub(crate) bad: u64,
    pub(crate) published: u64,
    pub(crate) answers: u64,
    pub(crate) dissected: u64,
    peak: u64,
}

impl Seen {
    pub(crate) fn peak(&mut self, bytes: u64) {
        assert!(bytes <= PEAK, "a connection held {bytes} bytes");
        self.peak = self.peak.max(bytes);
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            inputs: self.inputs + other.inputs,
            bytes: self.bytes + other.bytes,
            frames: self.frames + other.frames,
            bad: self.bad + other.bad,
            published: self.published + other.published,
            answers: self.answers + other.answers,
            dissected: self.dissected + other.dissected,
            peak: self.peak.max(other.peak),
        }
    }

    pub(crate) fn line(&self, seed: u64, panics: u64, elapsed: Duration) -> String {
        let Self {
            inputs,
            bytes,
            frames,
            bad,
            published,
            answers,
            dissected,
            peak,
        } = self;
        let seconds = elapsed.as_secs_f64();
        format!(
            r#"{{"seed":{seed},"inputs":{inputs},"bytes":{bytes},"good_frames":{frames},"bad_items":{bad},"published":{published},"answers":{answers},"inputs_dissected":{dissected},"peak_bytes_of_a_connection":{peak},"panics":{panics},"seconds":{seconds:.0}}}"#
        )
    }
}
