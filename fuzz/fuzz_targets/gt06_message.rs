//! Any content under any number and model: reading never fails badly, and what is read is written back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::gt06::frame::{DEFAULT_MAX_LONG, MAX_SHORT};
use wire::gt06::{Checksum, Form, Frame, Message, Model};

fuzz_target!(|data: &[u8]| {
    let [kind, model, number, content @ ..] = data else { return };
    let form = [Form::Short, Form::Long, Form::Topin][usize::from(*kind) % 3];
    // No frame holds more.
    let longest = if form == Form::Long { DEFAULT_MAX_LONG } else { MAX_SHORT };
    let content = &content[..content.len().min(longest)];
    let (_, model) = Model::NAMES[usize::from(*model) % Model::NAMES.len()];
    let frame = Frame {
        form,
        number: *number,
        declared: 0,
        content,
        serial: 0,
        checksum: Checksum::Right,
        length_right: true,
        raw: content,
    };
    let Ok(decoded) = Message::parse(&frame, model) else { return };
    let mut written = Vec::new();
    decoded.message.write(&mut written);
    if !matches!(decoded.message, Message::Unknown(_)) {
        written.extend_from_slice(decoded.rest);
    }
    assert_eq!(written, content);
    let shown: usize = decoded.message.show(content, 0).iter().map(|field| field.raw.len()).sum();
    assert_eq!(shown, content.len());
    let _ = decoded.message.facts();
});
