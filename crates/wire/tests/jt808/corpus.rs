//! What the fuzzers found worth keeping, replayed. The folder `fuzz/corpus` is made by `fuzz/seeds` and grows while
//! fuzzing; without it the fixtures are the corpus.

use std::path::Path;
use wire::jt808::{Edition, Message, analyse, analyse_body};

use super::platform::{Platform, Policy};
use super::{coverage, fixtures};

/// Contents of a target's corpus.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn the_corpus_is_harmless() {
    let fixtures = fixtures::all().into_iter().map(|(_, bytes)| bytes);
    let streams: Vec<Vec<u8>> = fixtures
        .chain(corpus("jt808_frame"))
        .chain(corpus("jt808_session"))
        .collect();
    for bytes in &streams {
        let mut platform = Platform::new(Policy::Open);
        platform.feed(bytes);
        for item in analyse(bytes) {
            coverage::check(&item.fields, 0, "corpus");
        }
    }
    let bodies = corpus("jt808_message");
    for bytes in &bodies {
        let Some((&[high, low, edition], body)) = bytes.split_first_chunk() else {
            continue;
        };
        let id = u16::from_be_bytes([high, low]);
        let known = Message::TABLE[usize::from(id) % Message::TABLE.len()].id;
        for id in [id, known] {
            let item = analyse_body(id, Edition::ALL[usize::from(edition) % 3], body);
            assert_eq!(coverage::check(&item.fields, 0, "corpus"), body.len());
        }
    }
    println!("replayed {} streams and {} bodies", streams.len(), bodies.len());
}
