//! What the fuzzers found worth keeping, replayed. The folder `fuzz/corpus` is made by `fuzz/seeds` and grows while
//! fuzzing; without it the fixtures are the corpus.

use std::path::Path;

use wire::Verdict;
use wire::gt06::{Form, Message, Settings, Splitter, analyse, analyse_body};

use super::fixtures;
use super::sessions::{give, logged_in};
use super::worked_frames::leaves;

/// Contents of a target's corpus, without the bytes that steer the target.
fn corpus(target: &str, steering: usize) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(target);
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .filter_map(|bytes| bytes.get(steering..).map(<[u8]>::to_vec))
        .collect()
}

#[test]
fn the_corpus_is_harmless() {
    let streams: Vec<Vec<u8>> = fixtures::all()
        .into_iter()
        .map(|(_, bytes)| bytes)
        .chain(corpus("gt06_frame", 1))
        .chain(corpus("gt06_session", 1))
        .collect();
    for bytes in &streams {
        let taken: usize = analyse(bytes).iter().map(|item| item.raw.len()).sum();
        assert!(taken <= bytes.len());
        let mut terminal = logged_in(Settings::default());
        let mut at = 0;
        while let Some(split) = Splitter::default().next(&bytes[at..]) {
            at += split.consumed;
            if split.frame.is_ok() {
                give(&mut terminal, split.raw, Verdict::Accepted);
            }
        }
    }
    let bodies = corpus("gt06_message", 2);
    for bytes in &bodies {
        let Some((&number, content)) = bytes.split_first() else {
            continue;
        };
        for form in [Form::Short, Form::Long, Form::Topin] {
            let item = analyse_body(form, number, content);
            let mut fields = Vec::new();
            leaves(&item.fields, &mut fields);
            let shown: usize = fields.iter().map(|field| field.raw.len()).sum();
            assert_eq!(shown, content.len(), "0x{number:02X} {}", hex::encode(content));
        }
    }
    let known = Message::ROWS.len();
    println!(
        "replayed {} streams and {} contents against {known} rows",
        streams.len(),
        bodies.len()
    );
}
