//! What holds for all bytes and all ways to cut them.

use proptest::collection::vec;
use proptest::prelude::*;
use wire::gt06::{
    Acc, Cell, Checksum, Date, Form, Frame, Gps, Imei, Message, Model, Reupload, Splitter, UploadMode,
    analyse, encode, message, seal,
};

use super::fixtures;
use super::worked_frames::leaves;

/// Items of a stream that comes in pieces: the bytes of each and whether it is a good frame.
fn items(pieces: &[&[u8]]) -> Vec<(Vec<u8>, bool)> {
    let splitter = Splitter::default();
    let mut kept = Vec::new();
    let mut items = Vec::new();
    for piece in pieces {
        kept.extend_from_slice(piece);
        while let Some(split) = splitter.next(&kept) {
            items.push((split.raw.to_vec(), split.frame.is_ok()));
            let consumed = split.consumed;
            assert!((1..=kept.len()).contains(&consumed));
            kept.drain(..consumed);
        }
    }
    items
}

fn cut<'a>(stream: &'a [u8], places: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place.index(stream.len() + 1)).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for place in places {
        pieces.push(&stream[from..place]);
        from = place;
    }
    pieces.push(&stream[from..]);
    pieces
}

fn frame_of(form: Form, number: u8, content: &[u8]) -> Frame<'_> {
    Frame {
        form,
        number,
        declared: 0,
        content,
        serial: 0,
        checksum: Checksum::Right,
        length_right: true,
        raw: content,
    }
}

fn location() -> impl Strategy<Value = message::position::LocationUtc> {
    let coordinates = (
        -90.0..90.0_f64,
        -180.0..180.0_f64,
        any::<u8>(),
        0_u16..360,
        0_u8..16,
    );
    let tail = (
        any::<u8>(),
        any::<u8>(),
        any::<u8>(),
        prop::option::of(any::<u32>()),
    );
    let cell = (any::<u16>(), any::<u16>(), any::<u16>(), 0_u64..0x100_0000);
    (any::<[u8; 6]>(), coordinates, cell, tail).prop_map(|(date, gps, cell, tail)| {
        let mnc = if cell.0 & 0x8000 == 0 {
            cell.1 & 0xFF
        } else {
            cell.1
        };
        message::position::LocationUtc {
            date: Date(date),
            gps: Gps::new(gps.0, gps.1, gps.2, gps.3, gps.4),
            cell: Cell {
                mcc_word: cell.0,
                mnc,
                area: cell.2.into(),
                cell: cell.3,
            },
            acc: Acc(tail.0),
            upload_mode: UploadMode(tail.1),
            reupload: Reupload(tail.2),
            odometer_m: tail.3,
        }
    })
}

proptest! {
    #[test]
    fn a_message_that_is_written_is_read_back(location in location(), serial in any::<u16>()) {
        let message = Message::LocationUtc(location);
        let bytes = encode(&message, serial);
        let frame = Splitter::default().next(&bytes).unwrap().frame.unwrap();
        prop_assert_eq!(frame.serial, serial);
        let decoded = Message::parse(&frame, Model::Standard).unwrap();
        prop_assert_eq!(decoded.message, message);
        prop_assert!(decoded.rest.is_empty());
    }

    #[test]
    fn a_login_that_is_written_is_read_back(digits in "[0-9]{15}", serial in any::<u16>()) {
        let imei = Imei::from_digits(&digits).unwrap();
        let login = message::login::Login { imei, ..Default::default() };
        let bytes = encode(&Message::Login(login), serial);
        let frame = Splitter::default().next(&bytes).unwrap().frame.unwrap();
        let decoded = Message::parse(&frame, Model::Standard).unwrap();
        prop_assert_eq!(decoded.message.as_login(), Some((imei, None)));
        prop_assert_eq!(imei.digits(), digits);
    }

    /// Every row of the table, with contents that nobody chose.
    #[test]
    fn what_is_read_is_written_back(
        row in prop::sample::select(Message::ROWS),
        fixed in vec(any::<u8>(), 0..160),
        model in prop::sample::select(Model::NAMES),
    ) {
        let frame = frame_of(row.form, row.number, &fixed);
        if let Ok(decoded) = Message::parse(&frame, model.1) {
            let mut written = Vec::new();
            decoded.message.write(&mut written);
            if !matches!(decoded.message, Message::Unknown(_)) {
                written.extend_from_slice(decoded.rest);
            }
            prop_assert_eq!(hex::encode(&written), hex::encode(&fixed), "{:?}", decoded.message);
            let again = frame_of(row.form, row.number, &written);
            prop_assert_eq!(Message::parse(&again, model.1), Ok(decoded));
        }
    }

    /// Fixtures with one byte changed, cut or longer: closer to what devices send than noise.
    #[test]
    fn damaged_contents_are_read_without_harm(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        keep in any::<prop::sample::Index>(),
        more in vec(any::<u8>(), 0..4),
    ) {
        let fixtures = fixtures::all();
        let (_, bytes) = &fixtures[which.index(fixtures.len())];
        let Ok(frame) = Splitter::default().next(bytes).unwrap().frame else { return Ok(()) };
        let mut content = frame.content.to_vec();
        if !content.is_empty() {
            let at = at.index(content.len());
            content[at] = byte;
            content.truncate(keep.index(content.len()) + 1);
        }
        content.extend(more);
        let frame = frame_of(frame.form, frame.number, &content);
        if let Ok(decoded) = Message::parse(&frame, Model::Standard) {
            let mut fields = Vec::new();
            leaves(&decoded.message.show(&content, 0), &mut fields);
            let shown: Vec<u8> = fields.iter().flat_map(|field| field.raw.clone()).collect();
            prop_assert_eq!(hex::encode(shown), hex::encode(&content), "{:?}", decoded.message);
            let _ = decoded.message.facts();
        }
    }

    #[test]
    fn noise_gives_items_that_add_up(noise in vec(any::<u8>(), 0..600)) {
        let consumed: usize = analyse(&noise).iter().map(|item| item.raw.len()).sum();
        prop_assert!(consumed <= noise.len());
    }

    #[test]
    fn noise_made_of_markers_gives_items_that_add_up(
        noise in vec(prop::sample::select(&[0x78, 0x79, 0x0D, 0x0A, 0x01, 0x05, 0x12, 0x13, 0x17, 0x00][..]), 0..300),
        places in vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let whole = items(&[&noise]);
        prop_assert!(whole.iter().map(|item| item.0.len()).sum::<usize>() <= noise.len());
        prop_assert_eq!(items(&cut(&noise, &places)), whole);
    }

    #[test]
    fn every_cut_of_a_stream_gives_the_same_frames(
        picks in vec(any::<prop::sample::Index>(), 1..8),
        noise in vec(vec(any::<u8>(), 0..12), 8),
        places in vec(any::<prop::sample::Index>(), 0..10),
    ) {
        let fixtures = fixtures::all();
        let mut stream = Vec::new();
        for (pick, noise) in picks.iter().zip(&noise) {
            stream.extend_from_slice(&fixtures[pick.index(fixtures.len())].1);
            stream.extend_from_slice(noise);
        }
        prop_assert_eq!(items(&cut(&stream, &places)), items(&[&stream]));
    }

    #[test]
    fn a_good_frame_behind_rubbish_is_found(
        rubbish in vec(any::<u8>(), 0..80),
        cut_short in any::<prop::sample::Index>(),
        serial in any::<u16>(),
    ) {
        let good = seal(Form::Short, 0x13, &[0x46, 4, 3, 0, 2], serial);
        let half = &good[..cut_short.index(good.len())];
        let mut stream = rubbish;
        stream.extend_from_slice(half);
        // Frames behind it let a length that lies run out.
        for _ in 0..300 {
            stream.extend_from_slice(&good);
        }
        let found = items(&[&stream]).into_iter().filter(|(raw, ok)| *ok && *raw == good).count();
        prop_assert!(found >= 300 - 1, "{found}");
    }
}
