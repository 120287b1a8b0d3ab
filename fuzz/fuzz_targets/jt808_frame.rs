//! Framing: no panic, every item moves on, and the same items however the bytes are cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::jt808::Splitter;

/// Items of a stream that comes in two pieces: their lengths and whether they are good.
fn items(bytes: &[u8], cut: usize) -> Vec<(usize, bool)> {
    let mut splitter = Splitter::default();
    let mut scratch = Vec::new();
    let mut found = Vec::new();
    let mut at = 0;
    for end in [cut, bytes.len()] {
        while let Some(split) = splitter.next(&bytes[at..end], &mut scratch) {
            assert!(split.consumed > 0);
            at += split.consumed;
            found.push((split.raw.len(), split.frame.is_ok()));
        }
    }
    assert!(scratch.capacity() <= 16 * 1024);
    found
}

fuzz_target!(|bytes: &[u8]| {
    let cut = bytes.first().map_or(0, |first| usize::from(*first) * bytes.len() / 256);
    assert_eq!(items(bytes, cut), items(bytes, bytes.len()));
});
