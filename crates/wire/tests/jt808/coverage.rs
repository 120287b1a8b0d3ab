//! Every byte of every frame has a name.

use wire::jt808::analyse;
use wire::{Field, Value};

use super::{fixtures, shared};

/// Checks that the parts of each field cover the field's bytes once and in order, and gives where the fields end.
pub(crate) fn check(fields: &[Field], from: usize, context: &str) -> usize {
    let mut at = from;
    for field in fields {
        assert_eq!(
            field.offset, at,
            "{context}: {} begins where the field before ends",
            field.name
        );
        assert!(!field.raw.is_empty(), "{context}: {} is empty", field.name);
        assert!(!field.name.is_empty(), "{context}: a field without a name");
        let end = at + field.raw.len();
        if field.parts.is_empty() {
            assert_ne!(
                field.value,
                Value::Parts,
                "{context}: {} has no parts",
                field.name
            );
        } else {
            assert_eq!(
                check(&field.parts, at, context),
                end,
                "{context}: parts of {}",
                field.name
            );
            let joined: Vec<u8> = field.parts.iter().flat_map(|part| part.raw.clone()).collect();
            assert_eq!(joined, field.raw, "{context}: parts of {}", field.name);
        }
        at = end;
    }
    at
}

#[test]
fn fields_cover_every_byte_of_the_fixtures_once() {
    for (name, bytes) in fixtures::all() {
        let items = analyse(&bytes);
        assert!(!items.is_empty(), "{name}");
        for item in items {
            let end = check(&item.fields, 0, &name);
            assert!(end <= item.raw.len(), "{name}: unescaping makes a frame shorter");
        }
    }
}

#[test]
fn fields_cover_every_byte_of_the_open_corpus_once() {
    let Some(lines) = shared::frames() else { return };
    let mut frames = 0;
    for line in lines {
        let items = match line.body_id() {
            Some((id, edition)) => vec![wire::jt808::analyse_body(id, edition, &line.bytes)],
            None => analyse(&line.bytes),
        };
        for item in items {
            check(&item.fields, 0, &line.id);
            frames += 1;
        }
    }
    println!("fields cover every byte of {frames} items");
    assert!(frames > 250);
}
