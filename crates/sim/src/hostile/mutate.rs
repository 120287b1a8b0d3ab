//! Changes to bytes that know nothing of a protocol.

use rand::RngExt;
use rand::rngs::SmallRng;

/// Bytes that mean something to one of the protocols or stand at the border of a number.
const TELLING: [u8; 12] = [
    0x00, 0x01, 0x7D, 0x7E, 0x7F, 0x80, 0xFE, 0xFF, 0x78, 0x79, 0x0D, 0x0A,
];

/// Longest body that is made; both protocols refuse longer ones.
const LONGEST: usize = 1200;

/// Changes `bytes` in up to four places; `other` is a body of another message.
pub(super) fn body(rng: &mut SmallRng, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..rng.random_range(1..=4u8) {
        let at = place(rng, bytes.len());
        match rng.random_range(0..8u8) {
            0 | 1 => set(bytes, at, rng.random()),
            2 | 3 => set(bytes, at, TELLING[place(rng, TELLING.len())]),
            4 => bytes.insert(at.min(bytes.len()), rng.random()),
            5 => bytes.truncate(at),
            6 => {
                let from = place(rng, other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(other.get(from..).unwrap_or_default());
            }
            _ => {
                let end = (at + rng.random_range(1..=32usize)).min(bytes.len());
                bytes.extend_from_within(at.min(end)..end);
            }
        }
    }
    bytes.truncate(LONGEST);
}

/// Damages what stands in `bytes` from `from` on without mending any checksum.
pub(super) fn frame(rng: &mut SmallRng, bytes: &mut Vec<u8>, from: usize) {
    let at = from + place(rng, bytes.len() - from);
    match rng.random_range(0..4u8) {
        0 => set(bytes, at, rng.random()),
        1 => bytes.truncate(at),
        2 => bytes.insert(at.min(bytes.len()), TELLING[place(rng, TELLING.len())]),
        _ => bytes.extend_from_within(at..),
    }
}

/// Appends up to 64 bytes without any sense.
pub(super) fn noise(rng: &mut SmallRng, out: &mut Vec<u8>) {
    let mut bytes = [0; 64];
    rng.fill(&mut bytes);
    let length = rng.random_range(1..=bytes.len());
    out.extend_from_slice(&bytes[..length]);
}

/// A place in something of that length; 0 when it is empty.
pub(super) fn place(rng: &mut SmallRng, length: usize) -> usize {
    rng.random_range(0..length.max(1))
}

fn set(bytes: &mut [u8], at: usize, value: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = value;
    }
}
