use std::collections::HashMap;

use bytes::Bytes;
use slab::Slab;

use super::frame::{Frame, Head};
use super::tape::Tape;

/// Bytes of one device's frames, at least and at most.
const SHARE: (usize, usize) = (512, 8 << 10);

/// The newest frames of many devices, in a given number of bytes.
#[derive(Debug)]
pub(super) struct Tapes {
    budget: usize,
    used: usize,
    tapes: Slab<Tape>,
    places: HashMap<Bytes, usize>,
    /// Where the search for room goes on.
    hand: usize,
}

impl Tapes {
    pub(super) fn new(budget: usize) -> Self {
        Self {
            budget,
            used: 0,
            tapes: Slab::new(),
            places: HashMap::new(),
            hand: 0,
        }
    }

    pub(super) const fn is_off(&self) -> bool {
        self.budget == 0
    }

    /// Appends a frame to those of `key`, which were last at the place `hint`; gives where they are now.
    pub(super) fn push(&mut self, hint: u32, key: &Bytes, frame: &Frame<'_>, keep_secrets: bool) -> u32 {
        let place = match self.tapes.get(hint as usize) {
            Some(tape) if tape.key == *key => hint as usize,
            _ => self.place(key),
        };
        let share = (self.budget / self.tapes.len().max(1)).clamp(SHARE.0, SHARE.1);
        if let Some(tape) = self.tapes.get_mut(place) {
            let before = tape.cost();
            tape.push(frame, keep_secrets, share);
            self.used = (self.used + tape.cost()).saturating_sub(before);
        }
        while self.used > self.budget && self.tapes.len() > 1 {
            self.forget_one(place);
        }
        place as u32
    }

    /// The frames of `key`, oldest first.
    pub(super) fn frames(&self, key: &[u8]) -> Vec<(Head, Vec<u8>)> {
        let tape = self.places.get(key).and_then(|place| self.tapes.get(*place));
        tape.map(|tape| tape.frames().collect()).unwrap_or_default()
    }

    fn place(&mut self, key: &Bytes) -> usize {
        if let Some(place) = self.places.get(key) {
            return *place;
        }
        // A copy of its own: the key may be a part of something larger.
        let key = Bytes::copy_from_slice(key);
        let tape = Tape::new(key.clone());
        self.used += tape.cost();
        let place = self.tapes.insert(tape);
        self.places.insert(key, place);
        place
    }

    /// Forgets a device that was not heard of for as long as any, other than the one at `but`: each that was heard
    /// of since the hand came by last has one more turn.
    fn forget_one(&mut self, but: usize) {
        loop {
            self.hand = if self.hand + 1 < self.tapes.capacity() {
                self.hand + 1
            } else {
                0
            };
            if self.hand == but {
                continue;
            }
            match self.tapes.get_mut(self.hand) {
                Some(tape) if tape.fresh => tape.fresh = false,
                Some(_) => {
                    let tape = self.tapes.remove(self.hand);
                    self.places.remove(&tape.key);
                    self.used = self.used.saturating_sub(tape.cost());
                    return;
                }
                None => {}
            }
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

    fn key(number: usize) -> Bytes {
        Bytes::from(format!("86000000{number:07}"))
    }

    #[test]
    fn any_number_of_devices_fits_the_budget_and_those_that_speak_stay() {
        let mut tapes = Tapes::new(1 << 20);
        for round in 0..50_u8 {
            for number in 0..5000 {
                tapes.push(0, &key(number), &frame(&[round; 40]), false);
                tapes.push(0, &key(0), &frame(&[round; 40]), false);
                assert!(tapes.used <= 1 << 20);
            }
        }
        assert_eq!(tapes.places.len(), tapes.tapes.len());
        let held: usize = tapes.tapes.iter().map(|(_, tape)| tape.cost()).sum();
        assert_eq!(held, tapes.used);
        assert!(tapes.frames(&key(0)).len() > 5, "{:?}", tapes.frames(&key(0)));
        assert!(tapes.tapes.len() > 1000, "{}", tapes.tapes.len());
    }

    #[test]
    fn a_device_that_says_much_does_not_drive_others_out() {
        let mut tapes = Tapes::new(1 << 20);
        for number in 0..50 {
            tapes.push(0, &key(number), &frame(b"once"), false);
        }
        let mut hint = 0;
        for _ in 0..100_000 {
            hint = tapes.push(hint, &key(99), &frame(&[7; 900]), false);
        }
        for number in 0..50 {
            assert_eq!(tapes.frames(&key(number)).len(), 1);
        }
    }

    #[test]
    fn a_place_that_another_device_has_by_now_is_not_written_to() {
        let mut tapes = Tapes::new(1 << 20);
        let hint = tapes.push(u32::MAX, &key(1), &frame(b"one"), false);
        assert_eq!(tapes.push(hint, &key(1), &frame(b"two"), false), hint);
        let other = tapes.push(hint, &key(2), &frame(b"three"), false);
        assert_ne!(other, hint);
        assert_eq!(tapes.frames(&key(1)).len(), 2);
        assert_eq!(tapes.frames(&key(2))[0].1, b"three");
    }
}
