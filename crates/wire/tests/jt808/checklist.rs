//! The reference's checklist for an implementation, row by row.

use wire::jt808::frame::MAX_ESCAPED;
use wire::jt808::location::{Fix, ItemBuf};
use wire::jt808::message::{
    AnswerResult, GeneralAnswer, MediaHead, MediaPosition, MediaUpload, Message, MessageId, ParametersOrder,
    PositionAnswer, PositionsBuf, VehicleControlReport,
};
use wire::jt808::parameter::Parameter;
use wire::jt808::{Bytes, Dialect, Edition, Excess, Phone, Splitter};
use wire::{Close, ErrorKind, Session, When};

use super::fixtures;
use super::platform::{Platform, Policy, answer, envelope, message_in};

/// Kinds of the items of a stream: `None` for a good frame.
fn items(bytes: &[u8]) -> Vec<Option<ErrorKind>> {
    let mut splitter = Splitter::default();
    let mut scratch = Vec::new();
    let mut kinds = Vec::new();
    let mut at = 0;
    while let Some(split) = splitter.next(&bytes[at..], &mut scratch) {
        at += split.consumed;
        kinds.push(split.frame.err().map(|error| error.kind));
    }
    kinds
}

/// Row 1: frame limit, junk skipping, resynchronisation after an error, empty frames, 7E shared by two frames.
mod row_1 {
    use super::*;

    #[test]
    fn a_delimiter_without_another_ends_at_the_limit_and_the_next_frame_is_found() {
        let mut bytes = vec![0x7E];
        bytes.resize(1 + MAX_ESCAPED + 300, 0x11);
        bytes.extend(fixtures::bytes("heartbeat"));
        assert_eq!(
            items(&bytes),
            [Some(ErrorKind::TooLarge), Some(ErrorKind::Junk), None]
        );
    }

    #[test]
    fn bytes_before_a_frame_are_junk() {
        let mut bytes = vec![0x24, 0x24];
        bytes.extend(fixtures::bytes("heartbeat"));
        assert_eq!(items(&bytes), [Some(ErrorKind::Junk), None]);
    }

    #[test]
    fn a_lost_delimiter_costs_one_frame_at_most() {
        let good = fixtures::bytes("heartbeat");
        let mut bytes = good[..good.len() - 4].to_vec();
        bytes.extend(&good);
        bytes.extend(&good);
        assert_eq!(items(&bytes), [Some(ErrorKind::Checksum), None, None]);
    }

    #[test]
    fn a_bad_frame_of_each_kind_is_followed_by_a_good_one() {
        for name in [
            "location__bad_checksum",
            "location__bad_escape",
            "location__short_body",
            "location__long_body",
        ] {
            let mut bytes = fixtures::bytes(name);
            bytes.extend(fixtures::bytes("heartbeat"));
            let kinds = items(&bytes);
            assert_eq!(kinds.len(), 2, "{name}");
            assert!(kinds[0].is_some() && kinds[1].is_none(), "{name}: {kinds:?}");
        }
    }

    #[test]
    fn empty_frames_are_passed_over() {
        let mut bytes = vec![0x7E, 0x7E, 0x7E];
        bytes.extend(fixtures::bytes("heartbeat"));
        bytes.extend([0x7E, 0x7E]);
        assert_eq!(items(&bytes), [None]);
    }

    #[test]
    fn two_frames_may_share_a_delimiter() {
        let mut bytes = fixtures::bytes("heartbeat");
        bytes.pop();
        bytes.extend(fixtures::bytes("location_items"));
        assert_eq!(items(&bytes), [None, None]);
    }

    #[test]
    fn a_frame_longer_than_its_length_field_is_bad_unless_told_otherwise() {
        let bytes = fixtures::bytes("location__long_body");
        assert_eq!(items(&bytes), [Some(ErrorKind::Length)]);
        let mut scratch = Vec::new();
        let split = Splitter::new(Excess::Accept).next(&bytes, &mut scratch).unwrap();
        let frame = split.frame.unwrap();
        assert_eq!(frame.surplus, [0xAA, 0xBB]);
        assert_eq!(frame.body.len(), 28);
    }
}

/// Row 2: both headers in one connection; bit 14; sub-packet fields; non-decimal phone.
mod row_2 {
    use super::*;

    #[test]
    fn both_headers_on_one_connection_are_answered_in_their_own_form() {
        let mut platform = Platform::new(Policy::Open);
        let older = platform.frame(&fixtures::bytes("location_items"));
        let newer = platform.frame(&fixtures::bytes("location_2019"));
        assert_eq!(older.answers[0].bytes[3] & 0x40, 0);
        assert_eq!(newer.answers[0].bytes[3] & 0x40, 0x40);
        assert!(!newer.admitted, "the same terminal under both headers");
    }

    #[test]
    fn sub_packet_fields_are_read() {
        let bytes = fixtures::bytes("media_data_part2");
        let mut scratch = Vec::new();
        let frame = Splitter::default()
            .next(&bytes, &mut scratch)
            .unwrap()
            .frame
            .unwrap();
        let part = frame.header.part.unwrap();
        assert_eq!((part.total, part.index), (3, 2));
    }

    #[test]
    fn a_phone_that_is_not_decimal_is_an_imei_without_its_check_digit() {
        let vl502 = Phone::from_bytes(&[0x4F, 0x07, 0x78, 0x8E, 0xF6, 0x6C]);
        assert_eq!(&vl502.digits()[..14], "86893506000492");
        assert_eq!(vl502.digits().len(), 15);
        let captured = Phone::from_bytes(&[0x4E, 0xF4, 0x80, 0x12, 0x89, 0x19]);
        assert_eq!(&captured.digits()[..14], "86812027685145");
    }

    #[test]
    fn the_answer_to_such_a_phone_carries_its_bytes() {
        let mut envelope = envelope(Edition::V2013, 5);
        envelope.phone = Phone::from_bytes(&[0x4F, 0x07, 0x78, 0x8E, 0xF6, 0x6C]);
        let mut platform = Platform::new(Policy::Open);
        let step = platform.frame(&envelope.frame(&Message::Heartbeat(Default::default())));
        assert_eq!(step.answers[0].bytes[5..11], [0x4F, 0x07, 0x78, 0x8E, 0xF6, 0x6C]);
        assert!(platform.terminal.device().unwrap().starts_with("86893506000492"));
    }

    #[test]
    fn the_padlock_dialect_is_answered_in_kind() {
        let mut envelope = envelope(Edition::V2013, 5);
        envelope.dialect = Dialect::Padlock;
        envelope.phone = Phone::from_digits("700160800003E6".trim_end_matches("E6"), 7).unwrap();
        let message = Message::Heartbeat(wire::jt808::message::HeartbeatBody {
            state: Bytes(&[0xE7, 0x3E, 0x3D, 0xE6]),
        });
        let bytes = envelope.frame(&message);
        assert_eq!((bytes[0], bytes[bytes.len() - 1]), (0xE7, 0xE7));
        let mut platform = Platform::new(Policy::Open);
        let step = platform.frame(&bytes);
        assert_eq!(step.publish.unwrap().body.as_ref(), [0xE7, 0x3E, 0x3D, 0xE6]);
        assert_eq!(step.answers[0].bytes[0], 0xE7);
        assert_eq!(step.answers[0].bytes[5..12], bytes[5..12]);
    }

    #[test]
    fn a_sentence_of_a_padlock_asks_for_the_time() {
        let mut platform = Platform::new(Policy::Open);
        let step = platform.frame(b"(7001608000,1,001,BASE,2,TIME)");
        assert_eq!(step.answers[0].bytes, b"(7001608000,1,001,BASE,2,150624023045)");
    }
}

/// Row 3: 0x0100 in three layouts, 0x0102 in two; answers in the edition of the session.
mod row_3 {
    use super::*;

    #[test]
    fn registrations_of_all_editions_get_a_code_once_it_is_durable() {
        for (name, edition) in [
            ("register_2011", Edition::V2011),
            ("register_2013", Edition::V2013),
            ("register_2019", Edition::V2019),
        ] {
            let mut platform = Platform::new(Policy::Strict);
            let step = platform.frame(&fixtures::bytes(name));
            assert!(step.admitted, "{name}");
            assert_eq!(step.publish.as_ref().unwrap().edition, edition);
            assert_eq!(step.answers[0].when, When::Durable);
            answer(&step, |message| {
                let Message::RegisterAnswer(answer) = message else {
                    panic!("{message:?}")
                };
                assert_eq!(answer.code.unwrap().decode(), "AUTH0001");
            });
            if edition != Edition::V2019 {
                assert_eq!(platform.terminal.older_edition(), edition, "remembered");
            }
        }
    }

    #[test]
    fn registering_again_gives_a_code_again() {
        let mut platform = Platform::new(Policy::Strict);
        platform.frame(&fixtures::bytes("register_2013"));
        let step = platform.frame(&fixtures::bytes("register_2013"));
        answer(&step, |message| {
            assert!(matches!(message, Message::RegisterAnswer(answer) if answer.result.0 == 0))
        });
        assert!(!step.admitted);
    }

    #[test]
    fn authentication_of_both_forms() {
        for name in ["authenticate_2013", "authenticate_2019"] {
            let mut platform = Platform::new(Policy::Strict);
            let step = platform.frame(&fixtures::bytes(name));
            assert!(step.admitted && step.publish.unwrap().authenticated, "{name}");
        }
    }

    #[test]
    fn the_older_form_under_a_2019_header() {
        let bytes = envelope(Edition::V2019, 1).seal(0x0102, 1, None, b"AUTH0001");
        let step = Platform::new(Policy::Strict).frame(&bytes);
        assert!(step.admitted);
        assert_eq!(
            step.answers[0].bytes[3] & 0x40,
            0x40,
            "answered with the header that came"
        );
    }

    #[test]
    fn a_wrong_code_is_refused_and_not_shown() {
        let bytes = envelope(Edition::V2013, 1).seal(0x0102, 1, None, b"SECRET-77");
        let step = Platform::new(Policy::Strict).frame(&bytes);
        let error = step.reject.as_ref().unwrap();
        assert_eq!(error.kind, ErrorKind::NotAdmitted);
        assert!(!format!("{step:?}{error}").contains("SECRET"));
        answer(&step, |message| {
            assert!(
                matches!(message, Message::PlatformAnswer(answer) if answer.result == AnswerResult::FAILED)
            );
        });
    }

    #[test]
    fn an_unknown_terminal_may_not_register() {
        let step = Platform::new(Policy::Closed).frame(&fixtures::bytes("register_2013"));
        assert!(step.publish.is_none());
        answer(&step, |message| {
            assert!(matches!(message, Message::RegisterAnswer(answer) if answer.result.0 == 4))
        });
    }

    #[test]
    fn silence_before_and_after_the_login_ends_the_connection() {
        let mut platform = Platform::new(Policy::Strict);
        assert_eq!(platform.wait_s(20).close, Some(Close::LoginTimeout));
        let mut platform = Platform::new(Policy::Strict);
        platform.frame(&fixtures::bytes("authenticate_2013"));
        assert_eq!(platform.wait_s(539).close, None);
        assert_eq!(platform.wait_s(1).close, Some(Close::Idle));
    }

    #[test]
    fn unregistering_ends_the_connection_after_its_answer() {
        let mut platform = Platform::new(Policy::Open);
        let step = platform.frame(&fixtures::bytes("unregister"));
        assert_eq!(step.close, Some(Close::Unregistered));
        assert_eq!(step.answers.len(), 1);
    }
}

/// Row 4: 0x0200, 0x0201, 0x0704, 0x0801 and 0x0500 share one position decoder with a byte limit.
#[test]
fn row_4_one_position_in_every_message_that_carries_one() {
    let location = fixtures::bytes("location_items");
    let body = &location[13..location.len() - 2];
    let items = Message::parse(0x0200, Edition::V2013, body).unwrap();
    let Message::Location(position) = items.message else {
        panic!()
    };

    let answered = |id: u16| {
        let mut bytes = vec![0, 6];
        bytes.extend(body);
        let decoded = Message::parse(id, Edition::V2013, &bytes).unwrap().message;
        match &decoded {
            Message::LocationAnswer(PositionAnswer { position: found, .. })
            | Message::VehicleControlAnswer(VehicleControlReport { position: found, .. }) => {
                assert_eq!(*found, position)
            }
            other => panic!("{other:?}"),
        }
    };
    answered(0x0201);
    answered(0x0500);

    let mut batch = PositionsBuf::default();
    batch.push(&position);
    batch.push(&position);
    let batch = batch.batch(wire::jt808::message::BatchKind(1));
    assert_eq!(
        batch.positions.iter().collect::<Vec<_>>(),
        [position.clone(), position.clone()]
    );

    let mut bytes = vec![0, 0, 0, 1, 0, 0, 0, 1];
    bytes.extend(&body[..Fix::LENGTH]);
    bytes.extend([0xFF, 0xD8, 0xFF]);
    let decoded = Message::parse(0x0801, Edition::V2013, &bytes).unwrap().message;
    let Message::MediaData(upload) = decoded else {
        panic!()
    };
    assert_eq!(upload.position.unwrap().0.unwrap(), position.fix);
    assert_eq!(upload.data.0, [0xFF, 0xD8, 0xFF]);

    for length in 0..Fix::LENGTH {
        let error = Message::parse(0x0200, Edition::V2013, &body[..length]).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Truncated);
    }
}

/// Row 5: the loop over additional items cannot fail the message.
#[test]
fn row_5_no_additional_item_spoils_the_position() {
    let good = ItemBuf::default().with(0x01, &[0, 0, 0, 9]);
    for broken in [
        &[0x30][..],
        &[0x30, 5, 1],
        &[0x61, 1, 0, 200],
        &[0xE1, 255],
        &[0x00, 0x00],
    ] {
        let mut body = vec![0; Fix::LENGTH];
        body.extend(good.list().0);
        body.extend(broken);
        let decoded = Message::parse(0x0200, Edition::V2013, &body).unwrap();
        let Message::Location(location) = decoded.message else {
            panic!()
        };
        assert_eq!(location.items.get(0x01), Some(&[0, 0, 0, 9][..]));
        let whole: usize = location.items.iter().map(|item| item.value.0.len() + 2).sum();
        assert_eq!(
            whole + location.items.rest().len(),
            location.items.0.len(),
            "nothing is lost"
        );
    }
}

/// Row 6: sub-packets: bounded, any order, timers, 0x8003, 0x8800 and 0x0005.
mod row_6 {
    use super::*;

    fn media_part(number: u8) -> Vec<u8> {
        fixtures::bytes(&format!("media_data_part{number}"))
    }

    #[test]
    fn parts_join_in_any_order_with_repetitions() {
        for order in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]] {
            let mut platform = Platform::new(Policy::Open);
            assert!(
                platform.frame(&media_part(order[0])).answers.is_empty(),
                "no answer to parts of 0x0801"
            );
            platform.frame(&media_part(order[0]));
            platform.frame(&media_part(order[1]));
            let step = platform.frame(&media_part(order[2]));
            let received = step.publish.as_ref().expect("whole");
            assert_eq!(received.body.len(), 102);
            let decoded = received.decode().unwrap();
            let Message::MediaData(MediaUpload { head, data, .. }) = decoded.message else {
                panic!()
            };
            assert_eq!((head.id, data.0.len()), (1, 66));
            assert_eq!(&data.0[..4], [0xFF, 0xD8, 0xFF, 0xE0]);
            assert_eq!(step.answers[0].when, When::Durable);
            answer(&step, |message| {
                let Message::MediaAnswer(receipt) = message else {
                    panic!("{message:?}")
                };
                assert_eq!((receipt.id, receipt.missing.0.as_ref()), (1, None));
            });
            assert_eq!(platform.terminal.held_bytes(), 0);
        }
    }

    #[test]
    fn missing_parts_of_multimedia_are_asked_for_with_their_list() {
        let mut platform = Platform::new(Policy::Open);
        platform.frame(&media_part(1));
        platform.frame(&media_part(3));
        assert!(platform.wait_s(9).answers.is_empty());
        let step = platform.wait_s(1);
        answer(&step, |message| {
            let Message::MediaAnswer(receipt) = message else {
                panic!("{message:?}")
            };
            assert_eq!(receipt.missing.0.as_ref().unwrap().items, [2]);
        });
        assert!(platform.frame(&media_part(2)).publish.is_some());
    }

    #[test]
    fn missing_parts_of_others_are_asked_for_by_serial_in_the_form_of_the_edition() {
        for edition in [Edition::V2013, Edition::V2019] {
            let sender = envelope(edition, 40);
            let frames = sender.frames_of(0x0900, &[0xF1; 2500]);
            assert_eq!(frames.len(), 3);
            let mut platform = Platform::new(Policy::Open);
            let step = platform.frame(&frames[2]);
            answer(&step, |message| {
                assert!(matches!(message, Message::PlatformAnswer(_)))
            });
            let step = platform.wait_s(10);
            answer(&step, |message| {
                let Message::PlatformResend(request) = message else {
                    panic!("{message:?}")
                };
                assert_eq!(request.first_serial, 40, "reckoned from the part that came");
                assert_eq!(request.indices().collect::<Vec<_>>(), [1, 2]);
                assert_eq!(request.indices_2019.is_some(), edition.since_2019());
            });
        }
    }

    #[test]
    fn a_message_that_stays_incomplete_is_given_up() {
        let mut platform = Platform::new(Policy::Open);
        platform.frame(&media_part(1));
        let mut asked = 0;
        for _ in 0..89 {
            asked += platform.wait_s(1).answers.len();
        }
        assert_eq!(asked, 3);
        let step = platform.wait_s(1);
        assert_eq!(step.reject.unwrap().kind, ErrorKind::Truncated);
        assert_eq!(platform.terminal.held_bytes(), 0);
    }

    #[test]
    fn impossible_and_too_many_parts_are_refused() {
        let sender = envelope(Edition::V2013, 1);
        let mut platform = Platform::new(Policy::Open);
        for (total, index, kind) in [
            (0, 0, ErrorKind::Field),
            (3, 0, ErrorKind::Field),
            (3, 4, ErrorKind::Field),
            (0xFFFF, 1, ErrorKind::TooLarge),
        ] {
            let part = wire::jt808::PartOf { total, index };
            let step = platform.frame(&sender.seal(0x0900, 1, Some(part), &[1, 2]));
            assert_eq!(step.reject.unwrap().kind, kind, "{index} of {total}");
        }
        for id in 0x0F00..0x0F04 {
            let part = wire::jt808::PartOf { total: 2, index: 1 };
            assert!(
                platform
                    .frame(&sender.seal(id, 1, Some(part), &[1]))
                    .reject
                    .is_none()
            );
        }
        let part = wire::jt808::PartOf { total: 2, index: 1 };
        let step = platform.frame(&sender.seal(0x0F04, 1, Some(part), &[1]));
        assert_eq!(
            step.reject.unwrap().kind,
            ErrorKind::TooLarge,
            "a fifth message at once"
        );
    }

    #[test]
    fn a_first_part_with_other_bytes_begins_anew() {
        let sender = envelope(Edition::V2013, 1);
        let part = |index, byte: u8| {
            let part = wire::jt808::PartOf { total: 2, index };
            sender.seal(0x0900, index, Some(part), &[byte; 3])
        };
        let mut platform = Platform::new(Policy::Open);
        platform.frame(&part(1, 0xF1));
        platform.frame(&part(1, 0xF2));
        let step = platform.frame(&part(2, 0xF3));
        assert_eq!(
            step.publish.unwrap().body.as_ref(),
            [0xF2, 0xF2, 0xF2, 0xF3, 0xF3, 0xF3]
        );
    }

    #[test]
    fn a_terminal_gets_the_parts_that_it_asks_for() {
        let mut platform = Platform::new(Policy::Open);
        platform.frame(&fixtures::bytes("location_2019"));
        let value = [b'x'; 200];
        let parameters: Vec<_> = (0..10).map(|id| Parameter { id, value: &value }).collect();
        let order = Message::SetParameters(ParametersOrder {
            parameters: parameters.into(),
        });
        let frames = platform.terminal.order(&order, platform.now).unwrap();
        assert_eq!(frames.len(), 3);
        let serial = u16::from_be_bytes([frames[0][16], frames[0][17]]);
        let ask = wire::jt808::message::ResendRequest::new(serial, vec![2, 3], Edition::V2019);
        let step = platform.frame(&envelope(Edition::V2019, 7).frame(&Message::TerminalResend(ask)));
        let sent: Vec<_> = step.answers.into_iter().map(|answer| answer.bytes).collect();
        assert_eq!(sent, frames[1..]);
    }
}

/// Row 7: what comes again is known by (device, serial) and by (device, fix time).
#[test]
fn row_7_repetitions_are_marked_answered_and_published() {
    let mut platform = Platform::new(Policy::Open);
    let bytes = fixtures::bytes("location_items");
    let first = platform.frame(&bytes);
    let again = platform.frame(&bytes);
    assert!(!first.publish.unwrap().repeated);
    assert!(again.publish.unwrap().repeated);
    assert_eq!(again.answers[0].when, When::Durable);

    let body = &bytes[13..bytes.len() - 2];
    let other_serial = envelope(Edition::V2013, 900).seal(0x0200, 900, None, body);
    assert!(
        platform.frame(&other_serial).publish.unwrap().repeated,
        "the same fix under another serial"
    );

    let mut later = body.to_vec();
    later[27] = 0x46;
    let next = envelope(Edition::V2013, 3).seal(0x0200, 3, None, &later);
    assert!(!platform.frame(&next).publish.unwrap().repeated);
}

/// Row 8: a table of (message, serial) that wait for an answer, with growing waits.
#[test]
fn row_8_an_order_is_sent_again_until_it_is_answered() {
    let mut platform = Platform::new(Policy::Open);
    assert!(
        platform
            .terminal
            .order(&Message::LinkCheck(Default::default()), platform.now)
            .is_none()
    );
    platform.frame(&fixtures::bytes("authenticate_2013"));
    let frames = platform
        .terminal
        .order(&Message::LocationQuery(Default::default()), platform.now)
        .unwrap();
    let mut sent_at = Vec::new();
    for second in 1..=200 {
        let step = platform.wait_s(1);
        sent_at.extend(step.answers.iter().map(|answer| {
            assert_eq!(answer.bytes, frames[0], "identical to the first time");
            second
        }));
    }
    assert_eq!(sent_at, [10, 30, 90], "after 10, 20 and 60 s");

    let frames = platform
        .terminal
        .order(&Message::LocationQuery(Default::default()), platform.now)
        .unwrap();
    let serial = u16::from_be_bytes([frames[0][11], frames[0][12]]);
    let done = PositionAnswer {
        answered_serial: Some(serial),
        ..PositionAnswer::default()
    };
    platform.frame(&envelope(Edition::V2013, 9).frame(&Message::LocationAnswer(done)));
    assert!(platform.wait_s(10).answers.is_empty());

    let frames = platform
        .terminal
        .order(&Message::LinkCheck(Default::default()), platform.now)
        .unwrap();
    let serial = u16::from_be_bytes([frames[0][11], frames[0][12]]);
    let done = GeneralAnswer {
        answered_serial: serial,
        answered_id: MessageId(0x8204),
        result: AnswerResult::OK,
    };
    platform.frame(&envelope(Edition::V2013, 10).frame(&Message::TerminalAnswer(done)));
    assert!(platform.wait_s(10).answers.is_empty());
}

/// Row 9: bytes are kept for unknown ids and items.
#[test]
fn row_9_what_is_not_known_is_kept() {
    let mut platform = Platform::new(Policy::Open);
    let step = platform.frame(&envelope(Edition::V2013, 4).seal(0x0F77, 4, None, b"vendor"));
    assert_eq!(step.publish.as_ref().unwrap().body.as_ref(), b"vendor");
    answer(&step, |message| {
        assert!(
            matches!(message, Message::PlatformAnswer(answer) if answer.result == AnswerResult::NOT_SUPPORTED)
        );
    });
    let items = ItemBuf::default().with(0xC7, &[1, 2, 3]);
    let item = items.list().iter().next().unwrap();
    assert_eq!(
        (item.id, item.value.0, item.typed()),
        (0xC7, &[1, 2, 3][..], None)
    );
}

/// Row 10: what goes wrong has a kind that can be counted.
#[test]
fn row_10_problems_have_kinds() {
    let kinds = |name: &str| {
        let mut platform = Platform::new(Policy::Open);
        let steps = platform.feed(&fixtures::bytes(name));
        let bad = platform.bad.iter().map(|error| error.kind);
        bad.chain(
            steps
                .into_iter()
                .filter_map(|step| step.reject)
                .map(|error| error.kind),
        )
        .collect::<Vec<_>>()
    };
    assert_eq!(kinds("location__bad_checksum"), [ErrorKind::Checksum]);
    assert_eq!(kinds("location__bad_escape"), [ErrorKind::Escape]);
    assert_eq!(kinds("location__short_body"), [ErrorKind::Length]);
    assert_eq!(kinds("location__long_body"), [ErrorKind::Length]);
    assert_eq!(kinds("location__truncated"), [ErrorKind::Truncated]);
    assert_eq!(kinds("location__encrypted"), [ErrorKind::Encrypted]);
    let unauthenticated = Platform::new(Policy::Open).frame(&fixtures::bytes("location_items"));
    assert!(
        !unauthenticated.publish.unwrap().authenticated,
        "published with a flag"
    );
    let refused = Platform::new(Policy::Strict).frame(&fixtures::bytes("location_items"));
    assert_eq!(refused.reject.unwrap().kind, ErrorKind::NotAdmitted);
}

#[test]
fn encrypted_bodies_are_refused_with_not_supported() {
    let step = Platform::new(Policy::Open).frame(&fixtures::bytes("location__encrypted"));
    assert!(step.publish.is_none());
    answer(&step, |message| {
        assert!(
            matches!(message, Message::PlatformAnswer(answer) if answer.result == AnswerResult::NOT_SUPPORTED)
        );
    });
}

#[test]
fn answers_promise_data_only_once_they_are_durable() {
    let mut platform = Platform::new(Policy::Open);
    for (name, when) in [
        ("location_items", When::Durable),
        ("location_batch", When::Durable),
        ("driver_identity_2013", When::Durable),
        ("heartbeat", When::AtOnce),
        ("time_query", When::AtOnce),
    ] {
        assert_eq!(
            platform.frame(&fixtures::bytes(name)).answers[0].when,
            when,
            "{name}"
        );
    }
    let step = platform.frame(&fixtures::bytes("time_query"));
    message_in(&step.answers[0].bytes, |message| {
        let Message::ServerTime(time) = message else {
            panic!("{message:?}")
        };
        assert_eq!(time.utc.0, [0x24, 0x06, 0x15, 0x02, 0x30, 0x45], "UTC");
    });
}

#[test]
fn a_media_upload_without_position_is_understood() {
    let head = MediaHead {
        id: 7,
        ..MediaHead::default()
    };
    let upload = MediaUpload {
        head,
        position: Some(MediaPosition(None)),
        data: Bytes(&[0xFF, 0xD8, 0xFF, 0xE1, 1, 2, 3]),
        ..MediaUpload::default()
    };
    let mut body = Vec::new();
    Message::MediaData(upload.clone()).write(&mut body, Edition::V2013);
    let decoded = Message::parse(0x0801, Edition::V2013, &body).unwrap();
    assert_eq!(decoded.message, Message::MediaData(upload));
}

#[test]
fn multimedia_of_2011_is_joined_from_its_bodies() {
    let mut platform = Platform::new(Policy::Open);
    platform.frame(&fixtures::bytes("register_2011"));
    let piece = |index: u32, data: &'static [u8]| {
        let upload = MediaUpload {
            head: MediaHead {
                id: 9,
                ..MediaHead::default()
            },
            total: Some(2),
            index: Some(index),
            data: Bytes(data),
            ..MediaUpload::default()
        };
        envelope(Edition::V2011, 5).frame(&Message::MediaData(upload))
    };
    let first = platform.frame(&piece(1, &[0xFF, 0xD8, 0xFF]));
    assert!(first.publish.is_none());
    assert_eq!(first.answers[0].when, When::AtOnce);
    let last = platform.frame(&piece(2, &[7, 8]));
    assert_eq!(last.answers[0].when, When::Durable);
    let received = last.publish.unwrap();
    let Message::MediaData(upload) = received.decode().unwrap().message else {
        panic!()
    };
    assert_eq!(
        (upload.head.id, upload.data.0),
        (9, &[0xFF, 0xD8, 0xFF, 7, 8][..])
    );
}
