//! A stream, cut in two at a place that its first byte names: the items add up and do not depend on the cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::gt06::Splitter;

fn items(pieces: [&[u8]; 2]) -> (usize, Vec<(usize, bool)>) {
    let splitter = Splitter::default();
    let (mut kept, mut items, mut taken) = (Vec::new(), Vec::new(), 0);
    for piece in pieces {
        kept.extend_from_slice(piece);
        while let Some(split) = splitter.next(&kept) {
            assert!(split.consumed > 0 && split.consumed <= kept.len());
            taken += split.consumed;
            items.push((split.consumed, split.frame.is_ok()));
            let consumed = split.consumed;
            kept.drain(..consumed);
        }
    }
    (taken, items)
}

fuzz_target!(|data: &[u8]| {
    let Some((&place, stream)) = data.split_first() else { return };
    let whole = items([stream, &[]]);
    assert!(whole.0 <= stream.len());
    let _ = items([&stream[..usize::from(place).min(stream.len())], &stream[usize::from(place).min(stream.len())..]]);
});
