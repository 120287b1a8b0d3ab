use std::collections::VecDeque;

use bytes::Bytes;

use super::frame::{Frame, Head, Kept};

/// Frames of one device that are kept.
pub(crate) const FRAMES: usize = 64;
/// Bytes that a frame takes besides its own.
const HEAD: usize = size_of::<Head>();

/// The newest frames of one device, oldest first.
#[derive(Debug)]
pub(super) struct Tape {
    pub(super) key: Bytes,
    heads: VecDeque<Head>,
    bytes: VecDeque<u8>,
    /// Written since the search for room came by.
    pub(super) fresh: bool,
}

impl Tape {
    pub(super) fn new(key: Bytes) -> Self {
        Self {
            key,
            heads: VecDeque::new(),
            bytes: VecDeque::new(),
            fresh: true,
        }
    }

    /// Appends a frame; the oldest go where they are too many, or take more than `share` bytes.
    pub(super) fn push(&mut self, frame: &Frame<'_>, keep_secrets: bool, share: usize) {
        self.fresh = true;
        let kept = if frame.secret && !keep_secrets {
            Kept::Secret
        } else if HEAD + frame.bytes.len() > share {
            Kept::TooLong
        } else {
            Kept::Whole
        };
        let bytes = if kept == Kept::Whole { frame.bytes } else { &[] };
        while self.heads.len() >= FRAMES
            || (!self.heads.is_empty() && self.size() + HEAD + bytes.len() > share)
        {
            self.forget_oldest();
        }
        if self.bytes.capacity() > 2 * share.max(HEAD) {
            self.bytes.shrink_to(share);
        }
        let wanted = self.bytes.len() + bytes.len();
        if wanted > self.bytes.capacity() {
            // Twice as much each time, so that a device that says little costs little, and not beyond the share.
            let room = (2 * self.bytes.capacity())
                .clamp(128.min(share), share)
                .max(wanted);
            self.bytes.reserve_exact(room - self.bytes.len());
        }
        if self.heads.len() == self.heads.capacity() {
            let room = (2 * self.heads.capacity()).clamp(4, FRAMES);
            self.heads.reserve_exact(room - self.heads.len());
        }
        self.bytes.extend(bytes);
        self.heads.push_back(frame.head(kept));
    }

    fn forget_oldest(&mut self) {
        if let Some(Head { length, kept, .. }) = self.heads.pop_front()
            && kept == Kept::Whole
        {
            self.bytes.drain(..(length as usize).min(self.bytes.len()));
        }
    }

    /// Bytes of frames that it holds, with what goes with them.
    fn size(&self) -> usize {
        self.heads.len() * HEAD + self.bytes.len()
    }

    /// Bytes of memory that it takes, with its place in the lists.
    pub(super) fn cost(&self) -> usize {
        2 * size_of::<Self>() + self.key.len() + self.heads.capacity() * HEAD + self.bytes.capacity()
    }

    /// The frames.
    pub(super) fn frames(&self) -> impl Iterator<Item = (Head, Vec<u8>)> {
        let mut begin = 0;
        self.heads.iter().map(move |head| {
            let length = match head.kept {
                Kept::Whole => head.length as usize,
                Kept::Secret | Kept::TooLong => 0,
            };
            let bytes = self.bytes.range(begin..begin + length).copied().collect();
            begin += length;
            (*head, bytes)
        })
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

    fn contents(tape: &Tape) -> Vec<Vec<u8>> {
        tape.frames().map(|(_, bytes)| bytes).collect()
    }

    #[test]
    fn the_newest_frames_stay_and_the_order_with_them() {
        let mut tape = Tape::new(Bytes::from_static(b"1"));
        for number in 0..=200_u8 {
            tape.push(&frame(&[number; 5]), false, 1 << 20);
        }
        let kept = contents(&tape);
        assert_eq!(kept.len(), FRAMES);
        assert_eq!(kept.first(), Some(&vec![137; 5]));
        assert_eq!(kept.last(), Some(&vec![200; 5]));
    }

    #[test]
    fn a_share_in_bytes_bounds_it_also_when_the_share_shrinks() {
        let mut tape = Tape::new(Bytes::from_static(b"1"));
        for number in 0..60_u8 {
            tape.push(&frame(&[number; 100]), false, 8192);
        }
        assert!(tape.size() <= 8192);
        tape.push(&frame(&[99; 100]), false, 512);
        assert!(tape.size() <= 512 && tape.bytes.capacity() <= 1024, "{tape:?}");
        assert_eq!(contents(&tape).last(), Some(&vec![99; 100]));
        tape.push(&frame(&[1; 1000]), false, 512);
        let (head, bytes) = tape.frames().last().unwrap();
        assert_eq!((head.kept, head.length, bytes.len()), (Kept::TooLong, 1000, 0));
    }

    #[test]
    fn secrets_are_not_kept_unless_wanted() {
        let mut tape = Tape::new(Bytes::from_static(b"1"));
        let secret = Frame {
            secret: true,
            ..frame(b"code")
        };
        tape.push(&secret, false, 512);
        tape.push(&frame(b"open"), false, 512);
        tape.push(&secret, true, 512);
        assert_eq!(
            contents(&tape),
            [b"".to_vec(), b"open".to_vec(), b"code".to_vec()]
        );
    }
}
