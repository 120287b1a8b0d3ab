//! A test for each row of the checklist of the family's reference (§12).

use wire::gt06::{
    Checksum, Checksums, Form, Message, Model, Settings, Splitter, Zone, acknowledge, crc_of, seal,
};
use wire::{ErrorKind, Verdict};

use super::fixtures;
use super::sessions::{give, logged_in};
use super::worked_frames::with_message;

/// Kinds of the items of a stream; `None` for a good frame.
fn kinds(stream: &[u8]) -> Vec<Option<ErrorKind>> {
    let splitter = Splitter::default();
    let mut kinds = Vec::new();
    let mut at = 0;
    while let Some(split) = splitter.next(&stream[at..]) {
        assert_eq!(split.raw.len(), split.consumed);
        kinds.push(split.frame.err().map(|error| error.kind));
        at += split.consumed;
    }
    kinds
}

#[test]
fn row_1_both_starts_with_stop_bytes_inside() {
    let content = [0x0D, 0x0A, 0x78, 0x78, 0x0D, 0x0A];
    for form in [Form::Short, Form::Long] {
        let bytes = seal(form, 0x21, &content, 7);
        let frame = Splitter::default().next(&bytes).unwrap().frame.unwrap();
        assert_eq!((frame.form, frame.content, frame.serial), (form, &content[..], 7));
        assert!(frame.length_right);
    }
}

#[test]
fn row_1_a_wrong_length_falls_back_to_the_stop_bytes() {
    let good = fixtures::read("heartbeat__wrong_length_right_checksum");
    with_message(&good, |frame, message, _| {
        assert!(!frame.length_right);
        assert_eq!(message.name(), "heartbeat");
    });
    let mut stream = fixtures::read("heartbeat__wrong_length_wrong_checksum");
    stream.extend(fixtures::read("heartbeat"));
    assert_eq!(kinds(&stream), [Some(ErrorKind::Length), None]);
}

#[test]
fn row_1_resynchronises_after_rubbish_and_half_frames() {
    let good = fixtures::read("location");
    let mut stream = b"\x00\x01rubbish".to_vec();
    stream.extend_from_slice(&good);
    stream.extend_from_slice(&good[..20]);
    stream.extend_from_slice(&good);
    assert_eq!(
        kinds(&stream),
        [Some(ErrorKind::Junk), None, Some(ErrorKind::Truncated), None]
    );
}

#[test]
fn row_1_lengths_are_bounded() {
    let splitter = Splitter::new(Checksums::Check, 100);
    let mut stream = vec![0x79, 0x79, 0xFF, 0xFF, 0x21];
    stream.extend([b'a'; 120]);
    let split = splitter.next(&stream).unwrap();
    assert_eq!(split.frame.unwrap_err().kind, ErrorKind::TooLarge);
    assert!(split.consumed <= 100);
    let mut endless = vec![0x78, 0x78, 0xFF, 0x12];
    endless.extend([b'a'; 300]);
    assert_eq!(Splitter::default().next(&endless).unwrap().consumed, 260);
}

#[test]
fn row_1_the_topin_dialect_and_other_protocols_are_recognised() {
    let scan = fixtures::read("scan_topin");
    let frame = Splitter::default().next(&scan).unwrap().frame.unwrap();
    assert_eq!((frame.form, frame.checksum), (Form::Topin, Checksum::Absent));
    for sentence in [
        "*HQ,8168000005,V1,001530,A#",
        "(013612345678BP05)",
        "##,imei:359586015829802,A;",
    ] {
        let mut stream = sentence.as_bytes().to_vec();
        stream.extend(&scan);
        assert_eq!(kinds(&stream), [Some(ErrorKind::Junk), None], "{sentence}");
        let split = Splitter::default().next(&stream).unwrap();
        assert_eq!(split.raw, sentence.as_bytes());
        assert!(split.frame.unwrap_err().message.contains("a sentence of"));
    }
}

#[test]
fn row_2_the_checksum_covers_length_to_serial_and_a_device_may_be_forgiven() {
    assert_eq!(crc_of(b"123456789"), 0x906E);
    let mut bytes = fixtures::read("location");
    for at in 2..bytes.len() - 2 {
        bytes[at] ^= 1;
        let refused = kinds(&bytes);
        assert!(!refused.contains(&None), "byte {at}: {refused:?}");
        bytes[at] ^= 1;
    }
    bytes[5] ^= 1;
    assert_eq!(kinds(&bytes), [Some(ErrorKind::Checksum)]);
    let forgiving = Splitter::new(Checksums::Accept, 4096);
    let frame = forgiving.next(&bytes).unwrap().frame.unwrap();
    assert_eq!(frame.checksum, Checksum::Wrong);
}

#[test]
fn row_3_nothing_is_taken_before_the_login_and_answers_echo_the_serial() {
    let mut terminal = wire::gt06::Terminal::new(Settings::default(), super::sessions::NOW);
    let location = fixtures::read("location");
    let step = give(&mut terminal, &location, Verdict::Accepted);
    assert!(step.answers.is_empty() && step.publish.is_none());
    assert_eq!(step.reject.unwrap().kind, ErrorKind::State);
    let mut terminal = logged_in(Settings::default());
    for serial in [0, 1, 0x1234, 0xFFFF] {
        let heartbeat = seal(Form::Short, 0x13, &[0x46, 4, 3, 0, 2], serial);
        let step = give(&mut terminal, &heartbeat, Verdict::Accepted);
        assert_eq!(step.answers[0].bytes, acknowledge(Form::Short, 0x13, serial));
    }
}

#[test]
fn row_4_number_kind_and_length_choose_and_the_rest_is_raw() {
    // Tens: the length of a cell inside the content is that of a 2G cell and one byte more.
    let name = |form, number, length: usize| {
        let bytes = seal(form, number, &vec![0x0A; length], 1);
        let frame = Splitter::default().next(&bytes).unwrap().frame.unwrap();
        Message::parse(&frame, Model::Standard).map(|decoded| (decoded.message.name(), decoded.rest.len()))
    };
    assert_eq!(name(Form::Short, 0x32, 36), Ok(("location_status", 0)));
    assert_eq!(name(Form::Short, 0x36, 48), Ok(("location_rfid", 0)));
    assert_eq!(name(Form::Short, 0xA2, 59), Ok(("location_4g_status", 0)));
    assert_eq!(name(Form::Short, 0x12, 33), Ok(("location", 7)));
    assert_eq!(name(Form::Short, 0x77, 3), Ok(("unknown", 3)));
    assert_eq!(
        name(Form::Short, 0x12, 10).unwrap_err().kind,
        ErrorKind::Truncated
    );
    let mut terminal = logged_in(Settings::default());
    let unknown = seal(Form::Short, 0x77, &[1, 2, 3], 5);
    let step = give(&mut terminal, &unknown, Verdict::Accepted);
    assert!(step.publish.is_some() && step.close.is_none());
    assert_eq!(step.answers[0].bytes, acknowledge(Form::Short, 0x77, 5));
}

#[test]
fn row_5_bit_15_of_the_country_code_widens_the_network_code_everywhere() {
    // Country 310, network 410, behind a position and in an alarm, in 2G numbers too.
    let cell = [0x81, 0x36, 0x01, 0x9A, 0xC6, 0x0D, 0x02, 0x68, 0xEA];
    let position = fixtures::read("location")[4..22].to_vec();
    let with = |tail: &[&[u8]]| [&position[..], &tail.concat()].concat();
    for (number, content) in [
        (0x12, with(&[&cell])),
        (0x22, with(&[&cell, &[1, 0, 0]])),
        (0x16, with(&[&[10], &cell, &[0x46, 4, 3, 0, 2]])),
        (0x19, [&cell[..], &[0x46, 4, 3, 0, 2]].concat()),
    ] {
        let bytes = seal(Form::Short, number, &content, 1);
        with_message(&bytes, |_, message, rest| {
            assert!(rest.is_empty(), "{message:?}");
            let tower = message.facts().towers[0];
            assert_eq!(
                (tower.mcc, tower.mnc, tower.area, tower.cell),
                (310, 410, 0xC60D, 0x0268EA),
                "{number:#x}"
            );
        });
    }
}

#[test]
fn row_6_the_zone_is_the_setting_then_utc_by_number_then_the_login() {
    let login = Zone {
        configured_min: None,
        login_min: Some(480),
    };
    assert_eq!(
        (login.of(0x12), login.of(0x16), login.of(0x22), login.of(0xA0)),
        (480, 480, 0, 0)
    );
    let set = Zone {
        configured_min: Some(60),
        ..login
    };
    assert_eq!((set.of(0x12), set.of(0x22)), (60, 60));
    assert_eq!(Zone::default().of(0x12), 0);
    let mut terminal = logged_in(Settings::default());
    let location = fixtures::read("location");
    let received = give(&mut terminal, &location, Verdict::Accepted).publish.unwrap();
    assert_eq!(received.zone.of(0x12), 480);
    assert_eq!(wire::gt06::Date([24, 13, 1, 0, 0, 0]).in_zone(0), None);
}

#[test]
fn row_7_information_byte_alarm_byte_and_high_nibble_all_count() {
    let alarm = |language: u8| {
        let bytes = fixtures::read("alarm_multi_fence_enter");
        let frame = Splitter::default().next(&bytes).unwrap().frame.unwrap();
        let mut content = frame.content.to_vec();
        let at = content.len() - 2;
        content[at] = language;
        content[at - 1] = 0x07;
        content[at - 4] = 0x66;
        seal(Form::Short, 0x27, &content, 1)
    };
    with_message(&alarm(0x12), |_, message, _| {
        let facts = message.facts();
        assert_eq!(
            facts.alarm.map(|alarm| (alarm.0, alarm.names().unwrap().0)),
            Some((0x107, "jamming"))
        );
        assert_eq!(
            facts.info.and_then(|info| info.alarm()).map(|names| names.0),
            Some("sos")
        );
    });
    let sos = fixtures::read("alarm_sos");
    with_message(&sos, |_, message, _| {
        assert_eq!(
            message.facts().alarm.unwrap().names_on(Model::Standard),
            Some(("sos", "紧急求助"))
        );
    });
}

#[test]
fn row_8_both_forms_of_an_answer_name_the_flag_of_their_command() {
    for (fixture, flag) in [
        ("command_answer_old", "00000002"),
        ("command_answer", "11223344"),
        ("command", "11223344"),
    ] {
        let bytes = fixtures::read(fixture);
        with_message(&bytes, |_, message, _| {
            let facts = message.facts();
            let item = facts
                .items
                .iter()
                .find(|item| item.name == "server_flag")
                .expect("a flag");
            assert_eq!(hex::encode(&item.raw), flag, "{fixture}");
        });
    }
}

#[test]
fn row_9_everything_that_is_counted_has_a_name_from_a_closed_set() {
    let mut names: Vec<&str> = Message::ROWS.iter().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names.iter().chain(
        ErrorKind::ALL
            .iter()
            .map(|kind| kind.name())
            .collect::<Vec<_>>()
            .iter(),
    ) {
        assert!(
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte)),
            "{name}"
        );
    }
    assert!(names.len() < 100, "{}", names.len());
}
