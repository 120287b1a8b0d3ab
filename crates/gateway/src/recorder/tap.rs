use bytes::Bytes;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use super::frame::{Frame, Kept, Line};

/// A capture of one device that goes on.
#[derive(Debug, Clone)]
pub(crate) struct Tap {
    pub(crate) device: Bytes,
    /// Takes lines; the capture is over when nobody takes them any more.
    pub(crate) lines: Sender<String>,
    /// When it ends.
    pub(crate) until_ms: i64,
    /// Frames that were not told since the last one that was.
    pub(crate) missed: u64,
}

impl Tap {
    pub(super) fn goes_on(&self, now_ms: i64) -> bool {
        now_ms < self.until_ms && !self.lines.is_closed()
    }

    /// Tells a frame. A reader that is too slow misses some, and is told how many.
    pub(super) fn tell(&mut self, frame: &Frame<'_>, show_secrets: bool) {
        let kept = if frame.secret && !show_secrets {
            Kept::Secret
        } else {
            Kept::Whole
        };
        let mut text = Line(frame.head(kept), frame.bytes).to_string();
        if self.missed > 0 {
            text = format!("# {} frames are missing: they came too fast\n{text}", self.missed);
        }
        match self.lines.try_send(text) {
            Ok(()) => self.missed = 0,
            Err(TrySendError::Full(_)) => self.missed += 1,
            Err(TrySendError::Closed(_)) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_reader_is_told_how_much_it_missed() {
        let (lines, mut told) = tokio::sync::mpsc::channel(1);
        let mut tap = Tap {
            device: Bytes::from_static(b"1"),
            lines,
            until_ms: 100,
            missed: 0,
        };
        let frame = |bytes| Frame {
            time_ms: 7,
            down: true,
            secret: false,
            reject: None,
            bytes,
        };
        for bytes in [b"a", b"b", b"c"] {
            tap.tell(&frame(bytes), false);
        }
        assert!(told.try_recv().unwrap().ends_with("down 61\n"));
        tap.tell(&frame(b"d"), false);
        let line = told.try_recv().unwrap();
        assert!(
            line.starts_with("# 2 frames are missing") && line.ends_with("down 64\n"),
            "{line}"
        );
        assert!(tap.goes_on(99) && !tap.goes_on(100));
        drop(told);
        assert!(!tap.goes_on(99));
    }
}
