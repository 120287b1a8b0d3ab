//! An independent decoder, straight down the reference's tables with index arithmetic: no combinators, no code of the
//! crate. What both find must agree.

use proptest::prelude::*;
use wire::jt808::{Edition, Message, Splitter};

use super::platform::envelope;
use super::{fixtures, shared};

/// A frame as the independent decoder sees it.
#[derive(Debug, PartialEq)]
pub(crate) struct Plain {
    id: u16,
    phone: String,
    serial: u16,
    part: Option<(u16, u16)>,
    body: Vec<u8>,
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from(bytes[at]) * 256 + u16::from(bytes[at + 1])
}

fn double(bytes: &[u8], at: usize) -> u32 {
    u32::from(word(bytes, at)) * 65536 + u32::from(word(bytes, at + 2))
}

/// Reads one whole frame `7E … 7E`; `None` when anything is wrong with it.
fn frame(bytes: &[u8]) -> Option<Plain> {
    if bytes.len() < 3 || bytes[0] != 0x7E || bytes[bytes.len() - 1] != 0x7E {
        return None;
    }
    let mut content = Vec::new();
    let mut at = 1;
    while at < bytes.len() - 1 {
        if bytes[at] == 0x7E {
            return None;
        }
        if bytes[at] == 0x7D {
            if at + 1 >= bytes.len() - 1 {
                return None;
            }
            content.push(match bytes[at + 1] {
                1 => 0x7D,
                2 => 0x7E,
                _ => return None,
            });
            at += 2;
        } else {
            content.push(bytes[at]);
            at += 1;
        }
    }
    let mut sum = 0;
    for byte in &content {
        sum ^= byte;
    }
    if sum != 0 || content.len() < 13 {
        return None;
    }
    let properties = word(&content, 2);
    let length = usize::from(properties & 0x3FF);
    if matches!(word(&content, 0), 0x4401 | 0x5501 | 0x5502) && content.len() == 11 + length + 1 {
        let mut phone = String::new();
        for byte in &content[4..10] {
            phone.push_str(&format!("{byte:02x}"));
        }
        return Some(Plain {
            id: word(&content, 0),
            phone,
            serial: u16::from(content[10]),
            part: None,
            body: content[11..11 + length].to_vec(),
        });
    }
    let new = properties & 0x4000 != 0;
    let (phone_at, phone_width) = if new { (5, 10) } else { (4, 6) };
    let mut phone = String::new();
    for byte in content.get(phone_at..phone_at + phone_width)? {
        phone.push_str(&format!("{byte:02x}"));
    }
    let serial_at = phone_at + phone_width;
    let mut body_at = serial_at + 2;
    let mut part = None;
    if content.len() < body_at + 1 {
        return None;
    }
    if properties & 0x2000 != 0 {
        if content.len() < body_at + 5 {
            return None;
        }
        part = Some((word(&content, body_at), word(&content, body_at + 2)));
        body_at += 4;
    }
    if content.len() != body_at + length + 1 {
        return None;
    }
    Some(Plain {
        id: word(&content, 0),
        phone,
        serial: word(&content, serial_at),
        part,
        body: content[body_at..body_at + length].to_vec(),
    })
}

/// The numbers of a position: alarms, status, latitude, longitude, altitude, speed, heading, time, items.
type Position = (u32, u32, u32, u32, u16, u16, u16, Vec<u8>, Vec<(u8, Vec<u8>)>);

fn position(body: &[u8]) -> Option<Position> {
    if body.len() < 28 {
        return None;
    }
    let mut items = Vec::new();
    let mut at = 28;
    while at + 2 <= body.len() && at + 2 + usize::from(body[at + 1]) <= body.len() {
        let end = at + 2 + usize::from(body[at + 1]);
        items.push((body[at], body[at + 2..end].to_vec()));
        at = end;
    }
    Some((
        double(body, 0),
        double(body, 4),
        double(body, 8),
        double(body, 12),
        word(body, 16),
        word(body, 18),
        word(body, 20),
        body[22..28].to_vec(),
        items,
    ))
}

/// What the crate makes of one whole frame.
fn ours(bytes: &[u8]) -> Option<Plain> {
    let mut scratch = Vec::new();
    let split = Splitter::default().next(bytes, &mut scratch)?;
    if split.consumed != bytes.len() {
        return None;
    }
    let frame = split.frame.ok()?;
    Some(Plain {
        id: frame.header.id,
        phone: frame.header.phone.hex(),
        serial: frame.header.serial,
        part: frame.header.part.map(|part| (part.total, part.index)),
        body: frame.body.to_vec(),
    })
}

fn our_position(body: &[u8]) -> Option<Position> {
    let decoded = Message::parse(0x0200, Edition::V2013, body).ok()?;
    let Message::Location(location) = decoded.message else {
        return None;
    };
    let fix = &location.fix;
    Some((
        fix.alarms.0,
        fix.status.0,
        fix.latitude_deg.0,
        fix.longitude_deg.0,
        fix.altitude_m.cast_unsigned(),
        fix.speed_kmh.0,
        fix.heading_deg,
        fix.time.0.to_vec(),
        location
            .items
            .iter()
            .map(|item| (item.id, item.value.0.to_vec()))
            .collect(),
    ))
}

/// Compares both decoders on one frame; true when it was a good one.
fn agree(bytes: &[u8], context: &str) -> bool {
    let theirs = frame(bytes);
    let found = ours(bytes);
    assert_eq!(found, theirs, "{context}");
    if let Some(plain) = &theirs {
        assert_eq!(our_position(&plain.body), position(&plain.body), "{context}");
    }
    theirs.is_some()
}

#[test]
fn both_decoders_agree_on_the_fixtures() {
    let good = fixtures::all()
        .iter()
        .filter(|(name, bytes)| agree(bytes, name))
        .count();
    assert!(good > 35, "{good}");
}

#[test]
fn both_decoders_agree_on_the_open_data() {
    let Some(lines) = shared::frames() else { return };
    let framed = lines
        .iter()
        .filter(|line| line.bytes.first() == Some(&0x7E) && line.text("/form") != "stream");
    let good = framed.filter(|line| agree(&line.bytes, &line.id)).count();
    println!("both decoders agree on {good} good frames of the open data");
    assert!(good > 200, "{good}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_decoders_agree_on_made_frames(
        id in any::<u16>(),
        serial in any::<u16>(),
        new in any::<bool>(),
        body in prop::collection::vec(prop_oneof![Just(0x7D), Just(0x7E), any::<u8>()], 0..300),
        change in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let edition = if new { Edition::V2019 } else { Edition::V2013 };
        let mut bytes = envelope(edition, serial).seal(id, serial, None, &body);
        if let Some((at, byte)) = change {
            let inner = bytes.len() - 2;
            let at = 1 + at.index(inner);
            // A delimiter inside makes two frames; that is the splitter's business, not this comparison's.
            if byte != 0x7E {
                bytes[at] = byte;
            }
        }
        agree(&bytes, "made");
    }
}
