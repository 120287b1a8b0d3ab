//! JT/T 808 frames whose parts contradict each other.

use rand::RngExt;
use rand::rngs::SmallRng;
use wire::jt808::{Edition, Envelope, Message, Splitter, frame::checksum};

use super::mutate;

/// Message id and body, and the header as it was found.
#[derive(Debug, Clone)]
pub(super) struct Example {
    id: u16,
    head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

/// Frames of `stream` as examples.
pub(super) fn examples(stream: &[u8]) -> Vec<Example> {
    let (mut splitter, mut scratch, mut found, mut at) = (Splitter::default(), Vec::new(), Vec::new(), 0);
    while let Some(split) = splitter.next(&stream[at..], &mut scratch) {
        at += split.consumed;
        if let Ok(frame) = split.frame {
            let head = frame.content.len().saturating_sub(frame.body.len() + 1);
            found.push(Example {
                id: frame.header.id,
                head: frame.content[..head].to_vec(),
                body: frame.body.to_vec(),
            });
        }
    }
    found
}

/// Headers of one device in each edition, with id, length and serial to be filled in.
#[derive(Debug)]
pub(super) struct Heads(Vec<Vec<u8>>);

impl Heads {
    pub(super) fn new(device: &str) -> Self {
        let of = |edition: &Edition| {
            let frame = Envelope::new(*edition, device, 0)?.seal(0, 0, None, &[]);
            examples(&frame).pop().map(|example| example.head)
        };
        Self(Edition::ALL.iter().filter_map(of).collect())
    }
}

/// Appends the example with this body, mostly under a header that fits it.
pub(super) fn seal(rng: &mut SmallRng, heads: &Heads, example: &Example, body: &[u8], out: &mut Vec<u8>) {
    let mut content = Vec::with_capacity(body.len() + 32);
    match heads.0.get(mutate::place(rng, heads.0.len())) {
        Some(head) if rng.random_ratio(7, 8) => {
            content.extend_from_slice(head);
            let id = if rng.random_ratio(1, 8) {
                Message::TABLE[mutate::place(rng, Message::TABLE.len())].id
            } else {
                example.id
            };
            content[..2].copy_from_slice(&id.to_be_bytes());
            let serial = content.len() - 2;
            content[serial..].copy_from_slice(&rng.random::<u16>().to_be_bytes());
        }
        _ => content.extend_from_slice(&example.head),
    }
    if content.len() >= 4 {
        let mut properties = u16::from_be_bytes([content[2], content[3]]) & !0x03FF;
        let length = body.len().min(0x03FF) as u16;
        properties |= match rng.random_range(0..32u8) {
            0 => rng.random_range(0..0x0400),
            1 => length.saturating_sub(1),
            _ => length,
        };
        if rng.random_ratio(1, 12) && properties & 0x2000 == 0 {
            properties |= 0x2000;
            let total = rng.random_range(0..5u16);
            content.extend(total.to_be_bytes());
            content.extend(rng.random_range(0..=total + 1).to_be_bytes());
        }
        if rng.random_ratio(1, 64) {
            properties ^= 1 << rng.random_range(10..16u8);
        }
        content[2..4].copy_from_slice(&properties.to_be_bytes());
    }
    if rng.random_ratio(1, 32) {
        let at = mutate::place(rng, content.len());
        content[at] = rng.random();
    }
    content.extend_from_slice(body);
    content.push(checksum(&content));
    out.push(0x7E);
    for byte in content {
        match byte {
            0x7E => out.extend([0x7D, 0x02]),
            0x7D => out.extend([0x7D, 0x01]),
            plain => out.push(plain),
        }
    }
    out.push(0x7E);
}
