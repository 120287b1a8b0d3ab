//! What holds for all messages and all bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use wire::Session;
use wire::jt808::{Edition, Frame, Splitter, analyse, analyse_body};

use super::platform::{Platform, Policy, envelope};
use super::{coverage, fixtures, strategies};

/// The good frames of a stream that comes in pieces: header's bytes and body.
fn frames(pieces: &[&[u8]]) -> (Vec<(u16, u16, Vec<u8>)>, usize) {
    let mut splitter = Splitter::default();
    let mut scratch = Vec::new();
    let mut held: Vec<u8> = Vec::new();
    let mut good = Vec::new();
    let mut bad = 0;
    for piece in pieces {
        held.extend_from_slice(piece);
        let mut at = 0;
        while let Some(split) = splitter.next(&held[at..], &mut scratch) {
            assert!(split.consumed > 0 && at + split.consumed <= held.len());
            at += split.consumed;
            match split.frame {
                Ok(Frame { header, body, .. }) => good.push((header.id, header.serial, body.to_vec())),
                Err(_) => bad += 1,
            }
        }
        held.drain(..at);
    }
    (good, bad)
}

/// Cuts bytes at places.
fn cut<'a>(bytes: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place.index(bytes.len() + 1)).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for place in places {
        pieces.push(&bytes[from..place]);
        from = place;
    }
    pieces.push(&bytes[from..]);
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_encoded_decodes_to_the_same((id, edition, bytes) in strategies::body()) {
        if let Some(decoded) = strategies::decode(id, edition, &bytes) {
            let mut written = Vec::new();
            decoded.message.write(&mut written, decoded.edition);
            let again = strategies::decode(id, decoded.edition, &written).expect("what was written can be read");
            if again.edition == decoded.edition {
                prop_assert_eq!(&again.message, &decoded.message);
            }
            let mut rewritten = Vec::new();
            again.message.write(&mut rewritten, again.edition);
            prop_assert_eq!(rewritten, written);
        }
    }

    #[test]
    fn a_framed_body_comes_back((id, edition, bytes) in strategies::body(), serial in any::<u16>()) {
        let frame = envelope(edition, serial).seal(id, serial, None, &bytes);
        let short = matches!(id, 0x4401 | 0x5501 | 0x5502) && !edition.since_2019();
        let serial = if short { serial & 0xFF } else { serial };
        prop_assert_eq!(frames(&[&frame]).0, [(id, serial, bytes)]);
    }

    #[test]
    fn any_cut_of_a_stream_gives_the_same_items(
        bodies in vec(strategies::body(), 1..6),
        rubbish in vec(vec(prop_oneof![Just(0x7E), Just(0xE7), Just(0x7D), any::<u8>()], 0..12), 6),
        places in vec(any::<prop::sample::Index>(), 0..40),
    ) {
        let mut stream = Vec::new();
        for ((id, edition, body), rubbish) in bodies.iter().zip(&rubbish) {
            stream.extend_from_slice(rubbish);
            stream.extend(envelope(*edition, 7).seal(*id, 7, None, body));
        }
        prop_assert_eq!(frames(&cut(&stream, &places)), frames(&[&stream]));
    }

    #[test]
    fn rubbish_costs_no_good_frame(
        rubbish in vec(any::<u8>(), 0..3000),
        bodies in vec(strategies::body(), 2..5),
    ) {
        let mut stream = rubbish;
        // Rubbish may hold the beginning of a frame; its end is at the next delimiter at the latest.
        stream.push(0x7E);
        for (id, edition, body) in &bodies {
            stream.extend(envelope(*edition, 7).seal(*id, 7, None, body));
        }
        let found = frames(&[&stream]).0;
        let wanted: Vec<_> = bodies.into_iter().map(|(id, _, body)| (id, 7, body)).collect();
        prop_assert!(found.ends_with(&wanted), "{} of {}", found.len(), wanted.len());
    }

    #[test]
    fn any_bytes_are_analysed_whole(bytes in vec(prop_oneof![Just(0x7E), Just(0xE7), any::<u8>()], 0..400)) {
        for item in analyse(&bytes) {
            coverage::check(&item.fields, 0, "random bytes");
        }
    }

    #[test]
    fn any_body_is_analysed_whole((id, edition, bytes) in strategies::body()) {
        let item = analyse_body(id, edition, &bytes);
        let end = coverage::check(&item.fields, 0, "random body");
        prop_assert_eq!(end, bytes.len());
    }

    #[test]
    fn a_session_survives_any_frames(
        bodies in vec((strategies::body(), any::<u16>(), proptest::option::of((0u16..6, 0u16..6))), 0..20),
        waits in vec(0i64..60, 20),
    ) {
        let mut platform = Platform::new(Policy::Open);
        for (((id, edition, body), serial, part), wait) in bodies.into_iter().zip(waits) {
            let part = part.map(|(total, index)| wire::jt808::PartOf { total, index });
            platform.feed(&envelope(edition, serial).seal(id, serial, part, &body));
            platform.wait_s(wait);
            assert!(platform.terminal.held_bytes() <= 1 << 20);
            assert!(platform.terminal.deadline().is_some());
        }
    }
}

#[test]
fn every_byte_alone_or_missing_or_changed_in_a_fixture_is_harmless() {
    for (name, bytes) in fixtures::all() {
        for at in 0..bytes.len() {
            let mut without = bytes.clone();
            without.remove(at);
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            for stream in [&bytes[..at], &without, &changed] {
                let mut platform = Platform::new(Policy::Open);
                platform.feed(stream);
                for item in analyse(stream) {
                    coverage::check(&item.fields, 0, &name);
                }
            }
        }
    }
}

#[test]
fn editions_are_those_of_the_standard() {
    assert_eq!(
        Edition::ALL
            .iter()
            .map(|edition| edition.year())
            .collect::<Vec<_>>(),
        [2011, 2013, 2019]
    );
}
