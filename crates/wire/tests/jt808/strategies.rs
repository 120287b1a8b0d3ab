//! Messages with random content.

use proptest::collection::vec;
use proptest::prelude::*;
use wire::jt808::message::Message;
use wire::jt808::{Decoded, Edition};

/// A body of random bytes for a message of the table, as one edition reads it: what cannot be read is drawn again.
/// `bytes` outlives the message, so the message is made by [`decode`].
pub(crate) fn body() -> impl Strategy<Value = (u16, Edition, Vec<u8>)> {
    let ids: Vec<u16> = Message::TABLE.iter().map(|row| row.id).collect();
    (
        prop::sample::select(ids),
        prop::sample::select(Edition::ALL),
        vec(any::<u8>(), 0..200),
    )
        .prop_map(|(id, edition, mut bytes)| {
            // Small counts and lengths make lists and texts that fit.
            for byte in bytes.iter_mut().step_by(3) {
                *byte &= 0x07;
            }
            (id, edition, bytes)
        })
}

/// The message in a body, where it is one.
pub(crate) fn decode(id: u16, edition: Edition, bytes: &[u8]) -> Option<Decoded<'_>> {
    Message::parse(id, edition, bytes).ok()
}
