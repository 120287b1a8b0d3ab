//! Bodies: no panic, every byte has a name, and what was read is written back to something that reads the same.
//! Input: message id (two bytes), edition (one byte), body.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::Field;
use wire::jt808::{Edition, Message, analyse_body};

fn covered(fields: &[Field], from: usize) -> usize {
    fields.iter().fold(from, |at, field| {
        assert_eq!(field.offset, at);
        let end = at + field.raw.len();
        if !field.parts.is_empty() {
            assert_eq!(covered(&field.parts, at), end);
        }
        end
    })
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&[high, low, edition], body)) = bytes.split_first_chunk() else { return };
    // Two thirds of the ids of all are not in the table: draw from it.
    let id = u16::from_be_bytes([high, low]);
    let id = Message::row(id).map_or_else(|| Message::TABLE[usize::from(id) % Message::TABLE.len()].id, |row| row.id);
    let edition = Edition::ALL[usize::from(edition) % Edition::ALL.len()];
    assert_eq!(covered(&analyse_body(id, edition, body).fields, 0), body.len());
    let Ok(decoded) = Message::parse(id, edition, body) else { return };
    let mut written = Vec::new();
    decoded.message.write(&mut written, decoded.edition);
    let again = Message::parse(id, decoded.edition, &written).expect("what was written can be read");
    if again.edition == decoded.edition {
        assert_eq!(again.message, decoded.message);
    }
});
