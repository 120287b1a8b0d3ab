//! A connection from the platform's side.

use wire::gt06::{Form, Message, Received, Settings, Splitter, Terminal, acknowledge, seal};
use wire::{Admission, Claim, Close, ErrorKind, Session, Step, Time, Verdict, When};

use super::fixtures;

/// 2024-06-15 02:30:46 UTC.
pub(crate) const NOW: Time = Time(1_718_418_646_000);

/// Lets in whom it is told to.
pub(crate) struct Gate(pub(crate) Verdict);

impl Admission for Gate {
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict {
        assert!(claim.device.len() >= 15, "{claim:?}");
        self.0.clone()
    }
}

pub(crate) fn give<'a>(terminal: &mut Terminal, bytes: &'a [u8], verdict: Verdict) -> Step<Received<'a>> {
    let frame = Splitter::default().next(bytes).unwrap().frame.unwrap();
    terminal.receive(frame, NOW, &mut Gate(verdict))
}

/// A connection whose device logged in.
pub(crate) fn logged_in(settings: Settings) -> Terminal {
    let mut terminal = Terminal::new(settings, NOW);
    let login = fixtures::read("login_long");
    let step = give(&mut terminal, &login, Verdict::Accepted);
    assert!(step.admitted);
    terminal
}

fn answers(step: &Step<Received<'_>>) -> Vec<(String, When)> {
    step.answers
        .iter()
        .map(|answer| (hex::encode_upper(&answer.bytes), answer.when))
        .collect()
}

#[test]
fn a_login_is_answered_once_it_is_durable() {
    let mut terminal = Terminal::new(Settings::default(), NOW);
    let login = fixtures::read("login_short");
    let step = give(&mut terminal, &login, Verdict::Accepted);
    assert_eq!(
        answers(&step),
        [("787805010001D9DC0D0A".to_owned(), When::Durable)]
    );
    assert_eq!(terminal.device(), Some("356938035643809"));
    let again = give(&mut terminal, &login, Verdict::Accepted);
    assert!(!again.admitted && again.answers.len() == 1);
}

#[test]
fn another_login_on_the_connection_is_another_device() {
    let mut terminal = logged_in(Settings::default());
    let other = seal(
        Form::Short,
        0x01,
        &[0x08, 0x64, 0x71, 0x70, 0x03, 0x28, 0x35, 0x81],
        9,
    );
    assert!(give(&mut terminal, &other, Verdict::Accepted).admitted);
    assert_eq!(terminal.device(), Some("864717003283581"));
}

#[test]
fn an_unknown_device_hears_an_answer_and_nothing_of_it_is_taken() {
    let mut terminal = Terminal::new(Settings::default(), NOW);
    let login = fixtures::read("login_short");
    let step = give(&mut terminal, &login, Verdict::UnknownDevice);
    assert_eq!(
        answers(&step),
        [("787805010001D9DC0D0A".to_owned(), When::AtOnce)]
    );
    assert!(step.publish.is_none() && step.close.is_none());
    assert_eq!(step.reject.unwrap().kind, ErrorKind::NotAdmitted);
    let heartbeat = fixtures::read("heartbeat");
    let step = give(&mut terminal, &heartbeat, Verdict::UnknownDevice);
    assert_eq!(
        answers(&step),
        [("787805130002DB6A0D0A".to_owned(), When::AtOnce)]
    );
    assert!(step.publish.is_none());
    let alarm = fixtures::read("alarm_sos");
    let step = give(&mut terminal, &alarm, Verdict::UnknownDevice);
    assert!(step.answers.is_empty() && step.publish.is_none());
}

#[test]
fn a_banned_device_is_closed_without_an_answer() {
    let mut terminal = Terminal::new(Settings::default(), NOW);
    let login = fixtures::read("login_short");
    let step = give(&mut terminal, &login, Verdict::Banned);
    assert!(step.answers.is_empty());
    assert_eq!(step.close, Some(Close::NotAdmitted));
}

#[test]
fn a_heartbeat_is_answered_at_once_and_one_with_an_alarm_when_it_is_durable() {
    let mut terminal = logged_in(Settings::default());
    let heartbeat = fixtures::read("heartbeat");
    let step = give(&mut terminal, &heartbeat, Verdict::Accepted);
    assert_eq!(
        answers(&step),
        [("787805130002DB6A0D0A".to_owned(), When::AtOnce)]
    );
    let alarm = seal(Form::Short, 0x13, &[0x66, 4, 3, 0, 2], 2);
    let step = give(&mut terminal, &alarm, Verdict::Accepted);
    assert_eq!(step.answers[0].when, When::Durable);
}

#[test]
fn positions_are_not_answered_unless_the_settings_say_so() {
    let location = fixtures::read("location_utc_odometer");
    let mut terminal = logged_in(Settings::default());
    assert!(
        give(&mut terminal, &location, Verdict::Accepted)
            .answers
            .is_empty()
    );
    let mut terminal = logged_in(Settings {
        answer_all: true,
        ..Settings::default()
    });
    let step = give(&mut terminal, &location, Verdict::Accepted);
    let expected = hex::encode_upper(acknowledge(Form::Short, 0x22, 4));
    assert_eq!(answers(&step), [(expected, When::Durable)]);
}

#[test]
fn where_everything_is_answered_the_topin_dialect_hears_only_what_it_knows() {
    let mut terminal = logged_in(Settings {
        answer_all: true,
        ..Settings::default()
    });
    for frame in [
        // An answer of the platform, sent back, with a date that is none; a position.
        "78780017B002017E7A270D0A",
        "78781210180F0B0A1E2DC9026B2A250C3CB15D2414800D0A",
    ] {
        let bytes = hex::decode(frame).unwrap();
        let step = give(&mut terminal, &bytes, Verdict::Accepted);
        assert!(step.answers.is_empty(), "{frame}: {step:?}");
    }
    let heartbeat = hex::decode("787801080D0A").unwrap();
    let step = give(&mut terminal, &heartbeat, Verdict::Accepted);
    assert_eq!(answers(&step), [("787801080D0A".to_owned(), When::AtOnce)]);
}

#[test]
fn an_alarm_is_answered_when_it_is_durable_and_with_its_place_where_that_is_wanted() {
    let chinese = fixtures::read("alarm_sos");
    let english = fixtures::read("alarm_utc_vibration");
    let mut terminal = logged_in(Settings::default());
    let step = give(&mut terminal, &english, Verdict::Accepted);
    assert_eq!(
        answers(&step),
        [("787805260009DAAA0D0A".to_owned(), When::Durable)]
    );
    let mut terminal = logged_in(Settings {
        alarm_address: true,
        ..Settings::default()
    });
    for (bytes, number) in [(&chinese, 0x17), (&english, 0x97)] {
        let step = give(&mut terminal, bytes, Verdict::Accepted);
        let [_, address] = step.answers.as_slice() else {
            panic!("{:?}", step.answers)
        };
        let frame = Splitter::default().next(&address.bytes).unwrap().frame.unwrap();
        assert_eq!(frame.number, number);
        let text = String::from_utf8_lossy(frame.content).replace('\0', "");
        assert!(text.contains("ALARMSMS&&22.54310,114.05787&&0"), "{text}");
    }
    let no_answer = seal(Form::Short, 0x26, &alarm_with_language(&english, 0), 9);
    assert_eq!(
        give(&mut terminal, &no_answer, Verdict::Accepted).answers.len(),
        1
    );
}

/// Content of an alarm with another language byte.
fn alarm_with_language(frame: &[u8], language: u8) -> Vec<u8> {
    let frame = Splitter::default().next(frame).unwrap().frame.unwrap();
    let mut content = frame.content.to_vec();
    *content.last_mut().unwrap() = language;
    content
}

#[test]
fn the_time_is_told_in_utc_with_the_serial_of_the_request() {
    let mut terminal = logged_in(Settings::default());
    let request = fixtures::read("time_request");
    let step = give(&mut terminal, &request, Verdict::Accepted);
    let expected = hex::encode_upper(fixtures::read("time_answer"));
    assert_eq!(answers(&step), [(expected, When::AtOnce)]);
    let unix = seal(Form::Short, 0x1F, &[0; 8], 2);
    let step = give(&mut terminal, &unix, Verdict::Accepted);
    let frame = Splitter::default()
        .next(&step.answers[0].bytes)
        .unwrap()
        .frame
        .unwrap();
    assert_eq!(frame.content, [0x66, 0x6C, 0xFC, 0xD6, 0, 0]);
}

#[test]
fn an_address_request_is_answered_with_the_coordinates() {
    let mut terminal = logged_in(Settings::default());
    let request = fixtures::read("address_request_utc");
    let step = give(&mut terminal, &request, Verdict::Accepted);
    let frame = Splitter::default()
        .next(&step.answers[0].bytes)
        .unwrap()
        .frame
        .unwrap();
    assert_eq!((frame.form, frame.number, frame.serial), (Form::Long, 0x97, 20));
    let message = Message::parse(&frame, wire::gt06::Model::Standard)
        .unwrap()
        .message;
    let Message::AddressAnswerLong(answer) = message else {
        panic!("{message:?}")
    };
    assert_eq!(
        answer.address.text.address().as_deref(),
        Some("22.54310,114.05787")
    );
    assert_eq!(usize::from(answer.length), frame.content.len() - 2);
}

#[test]
fn a_modular_message_gets_a_short_answer() {
    let mut terminal = logged_in(Settings::default());
    let modular = fixtures::read("modular");
    let step = give(&mut terminal, &modular, Verdict::Accepted);
    assert_eq!(
        answers(&step),
        [("787805700015557D0D0A".to_owned(), When::Durable)]
    );
}

#[test]
fn the_topin_dialect_is_answered_in_its_own_form() {
    let mut terminal = logged_in(Settings::default());
    let scan = fixtures::read("scan_topin");
    let step = give(&mut terminal, &scan, Verdict::Accepted);
    assert_eq!(
        answers(&step),
        [("787800172406150230450D0A".to_owned(), When::Durable)]
    );
}

#[test]
fn silence_closes_the_connection() {
    let mut terminal = Terminal::new(Settings::default(), NOW);
    assert_eq!(terminal.deadline(), Some(NOW.after_s(20)));
    assert_eq!(terminal.expire(NOW.after_s(19)).close, None);
    assert_eq!(terminal.expire(NOW.after_s(20)).close, Some(Close::LoginTimeout));
    let mut terminal = logged_in(Settings::default());
    assert_eq!(terminal.expire(NOW.after_s(899)).close, None);
    assert_eq!(terminal.expire(NOW.after_s(900)).close, Some(Close::Idle));
}
