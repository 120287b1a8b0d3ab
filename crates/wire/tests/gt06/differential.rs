//! The straight-line decoder beside the crate, on messages of every kind that were made for it: where each field lies,
//! and what it says.

use std::collections::BTreeSet;

use wire::gt06::{Form, Frame, Message, Model, Splitter, seal};

use super::straight::layouts;
use crate::straight::{Noise, Tape, difference};

const MODELS: [Model; 4] = [Model::Standard, Model::Lw, Model::R11, Model::Seeworld];

/// A frame around a content. The Topin dialect has the byte in the place of the length and the number in its content.
fn framed(form: Form, number: u8, content: &[u8]) -> Vec<u8> {
    match form {
        Form::Topin => [b"\x78\x78".as_slice(), content, b"\r\n"].concat(),
        form => seal(form, number, content, 7),
    }
}

/// What differs between the decoders, if anything does, and the variant that the crate reads.
fn compare(frame: &Frame<'_>, model: Model) -> Result<Option<String>, String> {
    let readings = layouts(frame.form, frame.number, model)
        .into_iter()
        .filter_map(|layout| {
            let mut tape = Tape::reading(frame.content);
            layout(&mut tape);
            tape.into_marks()
        });
    let marks: Vec<_> = readings.collect();
    if marks.is_empty() {
        return Ok(None);
    }
    let decoded =
        Message::parse(frame, model).map_err(|error| format!("only the crate refuses it: {error}"))?;
    let fields = decoded.message.show(frame.content, 0);
    let mut differences = marks.iter().map(|marks| difference(marks, &fields));
    let first = differences.next().flatten();
    match first {
        // Two layouts of one length: makers use numbers again, and the crate may know more than the length.
        Some(first) if differences.all(|difference| difference.is_some()) => Err(first),
        _ => {
            let name = format!("{:?}", decoded.message);
            Ok(Some(name.split('(').next().unwrap_or_default().to_owned()))
        }
    }
}

#[test]
fn both_decoders_agree_on_messages_of_every_kind() {
    let kinds: BTreeSet<(u8, u8)> = Message::ROWS
        .iter()
        .map(|row| (row.form as u8, row.number))
        .collect();
    let mut messages = 0;
    let mut variants = BTreeSet::new();
    let mut differences = Vec::new();
    for row in Message::ROWS {
        let models: &[Model] = if row.number == 0x13 { &MODELS } else { &MODELS[..1] };
        for model in models {
            let layouts = layouts(row.form, row.number, *model);
            if layouts.is_empty() {
                differences.push(format!("{:?} 0x{:02X} is not described", row.form, row.number));
            }
            for (index, layout) in layouts.into_iter().enumerate() {
                for seed in 0..60 {
                    let mut tape =
                        Tape::making(Noise(u64::from(row.number) << 32 | (index as u64) << 16 | seed));
                    layout(&mut tape);
                    let content = tape.into_bytes();
                    let bytes = framed(row.form, row.number, &content);
                    let context = || {
                        format!(
                            "0x{:02X} {:?} {model:?}, layout {index}: {}",
                            row.number,
                            row.form,
                            hex::encode(&content)
                        )
                    };
                    let split = Splitter::default().next(&bytes).expect("a frame");
                    let frame = match split.frame {
                        Ok(frame) if frame.content == content => frame,
                        other => {
                            differences.push(format!("{} is no frame: {other:?}", context()));
                            continue;
                        }
                    };
                    match compare(&frame, *model) {
                        Ok(Some(variant)) => drop(variants.insert(variant)),
                        Ok(None) => differences.push(format!("{} is not read again", context())),
                        Err(how) => differences.push(format!("{}: {how}", context())),
                    }
                    messages += 1;
                }
            }
        }
    }
    println!(
        "both decoders agree on {messages} made messages of {} kinds in {} of {} layouts of the crate",
        kinds.len(),
        variants.len(),
        Message::ROWS.len()
    );
    assert_eq!(
        variants.len(),
        Message::ROWS.len(),
        "a layout of the crate was never read: {variants:?}"
    );
    let mut shown = BTreeSet::new();
    let some: Vec<&String> = differences
        .iter()
        .filter(|difference| shown.insert(difference.split(':').next().unwrap_or_default().to_owned()))
        .collect();
    assert!(
        differences.is_empty(),
        "{} differ, such as\n{some:#?}",
        differences.len()
    );
}
