//! GT06 frames whose parts contradict each other.

use rand::RngExt;
use rand::rngs::SmallRng;
use wire::gt06::{Form, Message, Splitter, crc_of, seal as sound};

use super::mutate;

/// Form, protocol number and content of a message.
#[derive(Debug, Clone)]
pub(super) struct Example {
    form: Form,
    number: u8,
    pub(super) body: Vec<u8>,
}

/// Frames of `stream` as examples.
pub(super) fn examples(stream: &[u8]) -> Vec<Example> {
    let (splitter, mut found, mut at) = (Splitter::default(), Vec::new(), 0);
    while let Some(split) = splitter.next(&stream[at..]) {
        at += split.consumed;
        if let Ok(frame) = split.frame {
            found.push(Example {
                form: frame.form,
                number: frame.number,
                body: frame.content.to_vec(),
            });
        }
    }
    found
}

/// Appends the example with this body, mostly with a length and a checksum that fit.
pub(super) fn seal(rng: &mut SmallRng, example: &Example, body: &[u8], out: &mut Vec<u8>) {
    if example.form == Form::Topin {
        out.extend([0x78, 0x78]);
        out.extend_from_slice(body);
        out.extend([0x0D, 0x0A]);
        return;
    }
    let number = if rng.random_ratio(1, 8) {
        Message::ROWS[mutate::place(rng, Message::ROWS.len())].number
    } else {
        example.number
    };
    // A short frame counts its content in one byte.
    let form = if body.len() > 250 || rng.random_ratio(1, 32) {
        Form::Long
    } else {
        example.form
    };
    let start = out.len();
    out.extend(sound(form, number, body, rng.random()));
    if rng.random_ratio(1, 16) {
        lie(rng, &mut out[start..]);
    }
}

/// Changes the length field and mends the checksum.
fn lie(rng: &mut SmallRng, frame: &mut [u8]) {
    if let Some(length) = frame.get_mut(2 + mutate::place(rng, 2)) {
        *length = rng.random();
    }
    // Start bytes and the checksum and stop bytes themselves are not covered.
    if let Some(end) = frame.len().checked_sub(4).filter(|end| *end > 2) {
        let sum = crc_of(&frame[2..end]);
        frame[end..end + 2].copy_from_slice(&sum.to_be_bytes());
    }
}
