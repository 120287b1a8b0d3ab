//! The position of 0x0200 (8) and what else says where a terminal is.

use super::{packed, time, told};
use crate::straight::{Noise, Tape};

/// The basic part (8.1).
pub(crate) fn basic(t: &mut Tape) {
    t.flags(4);
    let status = t.flags(4);
    for (bit, limit) in [(2, 90_000_000), (3, 180_000_000)] {
        let negative = status >> bit & 1 == 1;
        // A set highest bit can be no coordinate: it is two's complement, which a few terminals send.
        if t.ahead().is_some_and(|first| first > 0x7F) {
            t.scaled_signed(4, 1e6);
        } else {
            t.scaled_by_sign(4, 1e6, limit, negative);
        }
    }
    t.signed(2);
    t.scaled(2, 10.0);
    t.n(2);
    time(t);
}

/// The basic part and items up to the end (8.4, 8.5); bytes that are no item belong to nothing, unless they are the
/// fixed 18 bytes of some devices.
pub(crate) fn position(t: &mut Tape) {
    basic(t);
    if let Some(tail) = t.everything_left().map(<[u8]>::to_vec) {
        let whole = items_of(&tail);
        if whole < tail.len() && tail.len() == 18 {
            return t.whatever(18);
        }
        t.within(whole, |t| {
            while t.more() && !t.is_short() {
                item(t);
            }
        });
        return t.rest();
    }
    while t.more() {
        item(t);
    }
}

/// Bytes that whole items take.
fn items_of(tail: &[u8]) -> usize {
    let mut at = 0;
    while at + 2 <= tail.len() && at + 2 + usize::from(tail[at + 1]) <= tail.len() {
        at += 2 + usize::from(tail[at + 1]);
    }
    at
}

/// Items of the standard with their lengths.
const ITEMS: [(u64, u64); 22] = [
    (0x01, 4),
    (0x02, 2),
    (0x03, 2),
    (0x04, 2),
    (0x05, 30),
    (0x06, 2),
    (0x11, 1),
    (0x11, 5),
    (0x12, 6),
    (0x13, 7),
    (0x14, 4),
    (0x15, 4),
    (0x16, 4),
    (0x17, 2),
    (0x18, 3),
    (0x25, 4),
    (0x2A, 2),
    (0x2B, 4),
    (0x30, 1),
    (0x31, 1),
    (0x61, 2),
    (0x99, 5),
];

fn item(t: &mut Tape) {
    let (id, length) = t.choose(&ITEMS);
    let id = t.picked_told(1, &[id], |id| format!("0x{id:02X}"));
    let length = t.exactly(1, length);
    if t.is_short() {
        return;
    }
    match (id, length) {
        (0x01, 4) => t.scaled(4, 10.0),
        // Fuel: bit 15 says percent instead of tenths of a litre.
        (0x02, 2) if t.ahead().is_some_and(|first| first < 0x80) => t.scaled(2, 10.0),
        (0x03, 2) => t.scaled(2, 10.0),
        (0x04, 2) => {
            t.n(2);
        }
        (0x05, 30) => t.repeat(30, |t| t.n(1)),
        // Small magnitudes with the top bit are sign and magnitude, all else is two's complement.
        (0x06, 2) => {
            t.shown(2, Noise::next, |word| match word.cast_signed() {
                word @ 0..0x8000 => word,
                word @ 0x8000..0x80C8 => 0x8000 - word,
                word => word - 0x10000,
            });
        }
        // A kind of place other than 0 has an id behind it; what does not keep to that is not read.
        (0x11, 1) if t.peek(0, 1).is_none_or(|kind| kind == 0) => {
            t.pick(1, &[0]);
        }
        (0x11, 5) if t.peek(0, 1).is_none_or(|kind| kind != 0) => {
            t.pick(1, &[1, 2, 3, 4]);
            t.n(4);
        }
        (0x12, 6) => {
            t.pick(1, &[1, 2, 3, 4]);
            t.n(4);
            t.pick(1, &[0, 1]);
        }
        (0x13, 7) => {
            t.n(4);
            t.n(2);
            t.pick(1, &[0, 1]);
        }
        (0x14 | 0x25, 4) | (0x2A, 2) => {
            t.flags(length);
        }
        (0x18, 3) => {
            t.flags(2);
            t.n(1);
        }
        // Bits 0-15 are the first input, so it comes last.
        (0x2B, 4) => {
            t.n(2);
            t.n(2);
        }
        (0x30 | 0x31, 1) => {
            t.n(1);
        }
        (0x61, 2) => t.scaled(2, 100.0),
        _ => t.whatever(length),
    }
}

/// 0x5501 and 0x5502: a padlock's position (Traccar). Eight and nine decimal digits of place and a digit of flags.
pub(crate) fn short(t: &mut Tape) {
    t.six(
        |[year, month, day, hour, minute, second]| [day, month, year, hour, minute, second].map(packed),
        |bytes| {
            let turned = [bytes[2], bytes[1], bytes[0], bytes[3], bytes[4], bytes[5]];
            let text = told(&turned, "Z");
            Some(if text.ends_with('Z') {
                text
            } else {
                hex::encode(bytes)
            })
        },
    );
    t.whatever(9);
    t.shown(
        1,
        |noise| u64::from(packed(noise.next().to_be_bytes()[0] % 100)),
        |byte| (byte / 16 * 10 + byte % 16).cast_signed(),
    );
    t.shown(1, |noise| noise.below(180), |byte| (byte * 2).cast_signed());
    t.n(1);
    t.n(1);
    t.n(4);
    t.n(1);
    t.n(4);
    t.n(2);
    t.n(1);
    t.n(2);
    t.n(2);
    while t.more() && !t.is_short() {
        t.n(1);
        let length = t.count(1, 6);
        t.whatever(length);
    }
}
