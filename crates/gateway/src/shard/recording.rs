use bytes::Bytes;
use wire::ErrorKind;

use super::connection::State;
use super::core::Core;
use crate::link::{Taken, answer_holds_code};
use crate::recorder::{Frame, Whose};

impl Core {
    /// Records what came from a device.
    pub(super) fn heard(&mut self, state: &mut State, taken: &Taken<'_>) {
        if self.recorder.is_idle() {
            return;
        }
        if let (false, Some(claims)) = (state.online(), taken.claims) {
            state.claims = Some(claims.into());
        }
        let frame = Frame {
            time_ms: self.now_ms,
            down: false,
            secret: taken.secret,
            reject: taken.reject.as_ref().map(|error| error.kind),
            bytes: taken.raw,
        };
        self.record(state, &frame);
    }

    /// Records what is written to a device.
    pub(super) fn said(&mut self, state: &mut State, answer: &[u8]) {
        if self.recorder.is_idle() || answer.is_empty() {
            return;
        }
        let frame = Frame {
            time_ms: self.now_ms,
            down: true,
            secret: answer_holds_code(answer),
            reject: None,
            bytes: answer,
        };
        self.record(state, &frame);
    }

    /// Records the unfinished frame at the end of a datagram. Nobody knows what it was, so it is treated as a secret.
    pub(super) fn unfinished(&mut self, state: &mut State, rest: &[u8]) {
        if self.recorder.is_idle() {
            return;
        }
        let frame = Frame {
            time_ms: self.now_ms,
            down: false,
            secret: true,
            reject: Some(ErrorKind::Truncated),
            bytes: rest,
        };
        self.record(state, &frame);
    }

    fn record(&mut self, state: &mut State, frame: &Frame<'_>) {
        if state.online() {
            let whose = Whose::Device(&state.device, state.tape);
            state.tape = self.recorder.record(whose, frame);
        } else {
            let key = state
                .claims
                .as_deref()
                .map_or_else(|| state.key(), |claims| Bytes::copy_from_slice(claims.as_bytes()));
            self.recorder.record(Whose::Stranger(&key), frame);
        }
    }
}
