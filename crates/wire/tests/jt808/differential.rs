//! The straight-line decoder beside the crate, on messages of every kind that were made for it: where each field lies,
//! and what it says.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use wire::jt808::message::Message;
use wire::jt808::{Edition, analyse_body};

use super::straight;
use super::strategies;
use crate::straight::{Noise, Tape, difference};

/// What came of one body.
enum Outcome {
    /// Both read it to its end and say the same.
    Agreed,
    /// The crate reads it, with a byte that is in excess or missing by the tables.
    Tolerated,
    /// Neither reads it.
    Refused,
    /// They differ.
    Differed(String),
}

fn compare(id: u16, edition: Edition, bytes: &[u8]) -> Outcome {
    let item = analyse_body(id, edition, bytes);
    let mut tape = Tape::reading(bytes);
    assert!(
        straight::body(&mut tape, id, item.edition.year()),
        "0x{id:04X} is not described"
    );
    let context = || {
        format!(
            "0x{id:04X} as {edition}, read as {}: {}",
            item.edition,
            hex::encode(bytes)
        )
    };
    let Some(marks) = tape.into_marks() else {
        return if item.error.is_none() && item.rest.is_empty() {
            Outcome::Tolerated
        } else {
            Outcome::Refused
        };
    };
    if let Some(error) = &item.error {
        return Outcome::Differed(format!("only the crate refuses {}: {error}", context()));
    }
    difference(&marks, &item.fields).map_or(Outcome::Agreed, |difference| {
        Outcome::Differed(format!("{}: {difference}", context()))
    })
}

fn ids() -> impl Iterator<Item = u16> {
    Message::TABLE.iter().map(|row| row.id)
}

/// The first of many.
fn some(differences: &[String]) -> String {
    let mut ids: Vec<&str> = Vec::new();
    let mut shown = Vec::new();
    for difference in differences {
        let id = difference
            .split(' ')
            .find(|word| word.starts_with("0x"))
            .unwrap_or("");
        if !ids.contains(&id) {
            ids.push(id);
            shown.push(difference.as_str());
        }
    }
    shown.join("\n")
}

#[test]
fn both_decoders_agree_on_messages_of_every_kind() {
    let mut kinds = 0;
    let mut messages = 0;
    let mut differences = Vec::new();
    for id in ids() {
        for edition in Edition::ALL.iter().copied() {
            let mut own = 0;
            for seed in 0..30 {
                let mut tape = Tape::making(Noise(
                    u64::from(id) << 32 | u64::from(edition.year()) << 16 | seed,
                ));
                assert!(
                    straight::body(&mut tape, id, edition.year()),
                    "0x{id:04X} is not described"
                );
                let bytes = tape.into_bytes();
                match compare(id, edition, &bytes) {
                    Outcome::Agreed => {}
                    Outcome::Differed(how) => differences.push(how),
                    Outcome::Tolerated | Outcome::Refused => {
                        differences.push(format!(
                            "0x{id:04X} as {edition}, not read: {}",
                            hex::encode(&bytes)
                        ));
                    }
                }
                own += usize::from(analyse_body(id, edition, &bytes).edition == edition);
                messages += 1;
            }
            if own == 0 {
                differences.push(format!("0x{id:04X} is never read as {edition}"));
            }
        }
        kinds += 1;
    }
    println!("both decoders agree on {messages} made messages of {kinds} kinds in three editions");
    assert_eq!(kinds, Message::TABLE.len());
    assert!(
        differences.is_empty(),
        "{} differ, such as\n{}",
        differences.len(),
        some(&differences)
    );
}

#[test]
fn both_decoders_agree_on_bodies_that_nobody_chose() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let bodies = strategies::body();
    let mut agreed = BTreeMap::<u16, usize>::new();
    let mut tolerated = BTreeMap::<u16, usize>::new();
    let mut differences = Vec::new();
    for _ in 0..20_000 {
        let (id, edition, bytes) = bodies.new_tree(&mut runner).unwrap().current();
        match compare(id, edition, &bytes) {
            Outcome::Agreed => *agreed.entry(id).or_default() += 1,
            Outcome::Tolerated => *tolerated.entry(id).or_default() += 1,
            Outcome::Refused => {}
            Outcome::Differed(how) => differences.push(how),
        }
    }
    println!(
        "both decoders agree on {} random bodies of {} kinds; the crate reads {} more: {tolerated:04x?}",
        agreed.values().sum::<usize>(),
        agreed.len(),
        tolerated.values().sum::<usize>(),
    );
    assert!(
        differences.is_empty(),
        "{} differ, such as\n{}",
        differences.len(),
        some(&differences)
    );
    assert!(agreed.len() > 30, "{agreed:04x?}");
}

/// Found by the comparison: the sign of a position inside multimedia messages was lost.
#[test]
fn a_picture_from_the_southern_hemisphere_is_shown_there() {
    let mut body = vec![0, 0, 0, 1, 0, 0, 0, 1];
    body.extend([0, 0, 0, 0, 0, 0, 0, 0x0F]);
    body.extend(33_868_820_u32.to_be_bytes());
    body.extend(70_648_270_u32.to_be_bytes());
    body.extend([
        0, 0, 0, 0, 0, 0, 0x24, 0x06, 0x15, 0x10, 0x30, 0x45, 0xFF, 0xD8, 0xFF,
    ]);
    assert!(matches!(compare(0x0801, Edition::V2013, &body), Outcome::Agreed));
    let shown = format!("{:?}", analyse_body(0x0801, Edition::V2013, &body).fields);
    assert!(
        shown.contains("Number(-33.86882)") && shown.contains("Number(-70.64827)"),
        "{shown}"
    );
}

/// Found by the comparison: in 2011 only 0x0201 lacks the serial of the order.
#[test]
fn a_vehicle_of_2011_says_which_order_it_answers() {
    let mut body = vec![0, 7];
    body.extend([0; 28]);
    let decoded = Message::parse(0x0500, Edition::V2011, &body).unwrap();
    assert_eq!(decoded.edition, Edition::V2011);
    let Message::VehicleControlAnswer(answer) = decoded.message else {
        panic!("{decoded:?}")
    };
    assert_eq!(answer.answered_serial, 7);
}

/// Found by the comparison: an item behind the position of 2011 that reads as a time as well.
#[test]
fn items_tell_a_position_of_2011_where_two_places_hold_a_time() {
    let body =
        hex::decode("0d054bc65cb7ed6003b923e6024463903e5387a262538209040630100402afeb1803c782912a025c82")
            .unwrap();
    assert_eq!(
        Message::parse(0x0201, Edition::V2011, &body).unwrap().edition,
        Edition::V2011
    );
    assert!(matches!(compare(0x0201, Edition::V2011, &body), Outcome::Agreed));
}
