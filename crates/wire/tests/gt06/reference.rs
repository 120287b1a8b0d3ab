//! A second decoder, straight down the bytes and without the crate's machinery, for the messages that matter most.
//! Both must say the same about worked frames and about made-up ones.

use proptest::prelude::*;
use wire::gt06::{Form, Message, Model, Splitter, Stated, seal};

use super::fixtures;

/// What the straight-line decoder reads.
#[derive(Debug, Default, PartialEq)]
struct Straight {
    serial: u16,
    date: [u8; 6],
    latitude_raw: i64,
    longitude_raw: i64,
    speed: u8,
    course: u16,
    satellites: u8,
    valid: bool,
    mcc: u16,
    mnc: u16,
    area: u32,
    cell: u64,
    acc: Option<bool>,
    alarm: Option<u16>,
}

/// Bitwise CRC-16/X.25.
fn crc(bytes: &[u8]) -> u16 {
    let mut crc = 0xFFFF_u16;
    for byte in bytes {
        crc ^= u16::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0x8408 } else { crc >> 1 };
        }
    }
    !crc
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| number * 256 + u64::from(*byte))
}

fn straight(frame: &[u8]) -> Option<Straight> {
    let length = usize::from(frame[2]);
    assert_eq!(&frame[..2], &[0x78, 0x78]);
    assert_eq!(frame.len(), length + 5);
    let end = frame.len();
    assert_eq!(
        number(&frame[end - 4..end - 2]),
        u64::from(crc(&frame[2..end - 4]))
    );
    let kind = frame[3];
    if !matches!(kind, 0x12 | 0x22 | 0xA0 | 0x16 | 0x26) {
        return None;
    }
    let flags = u16::try_from(number(&frame[20..22])).unwrap();
    let sign = |set: bool| if set { -1 } else { 1 };
    let mut at = if matches!(kind, 0x16 | 0x26) { 23 } else { 22 };
    let word = u16::try_from(number(&frame[at..at + 2])).unwrap();
    at += 2;
    let mnc_bytes = if word > 0x7FFF { 2 } else { 1 };
    let mnc = u16::try_from(number(&frame[at..at + mnc_bytes])).unwrap();
    at += mnc_bytes;
    let (area_bytes, cell_bytes) = if kind == 0xA0 { (4, 8) } else { (2, 3) };
    let area = u32::try_from(number(&frame[at..at + area_bytes])).unwrap();
    at += area_bytes;
    let cell = number(&frame[at..at + cell_bytes]);
    at += cell_bytes;
    Some(Straight {
        serial: u16::try_from(number(&frame[end - 6..end - 4])).unwrap(),
        date: frame[4..10].try_into().unwrap(),
        latitude_raw: i64::try_from(number(&frame[11..15])).unwrap() * sign(flags & 0x0400 == 0),
        longitude_raw: i64::try_from(number(&frame[15..19])).unwrap() * sign(flags & 0x0800 != 0),
        speed: frame[19],
        course: flags % 1024,
        satellites: frame[10] % 16,
        valid: flags & 0x1000 != 0,
        mcc: word % 0x8000,
        mnc,
        area,
        cell,
        acc: matches!(kind, 0x22 | 0xA0).then(|| frame[at] != 0),
        alarm: matches!(kind, 0x16 | 0x26).then(|| u16::from(frame[at + 3])),
    })
}

#[allow(clippy::cast_possible_truncation, reason = "rounded to whole units")]
fn ours(bytes: &[u8]) -> Straight {
    let frame = Splitter::default().next(bytes).unwrap().frame.unwrap();
    let facts = Message::parse(&frame, Model::Standard).unwrap().message.facts();
    let gps = facts.gps.unwrap();
    let tower = facts.towers.first().copied().unwrap_or_default();
    let Some(Stated::Civil(date)) = facts.stated else {
        panic!("a date")
    };
    Straight {
        serial: frame.serial,
        date: date.0,
        latitude_raw: (gps.latitude() * 1_800_000.0).round() as i64,
        longitude_raw: (gps.longitude() * 1_800_000.0).round() as i64,
        speed: gps.speed_kmh,
        course: gps.course_status.course_deg(),
        satellites: gps.satellites(),
        valid: gps.positioned(),
        mcc: tower.mcc,
        mnc: tower.mnc,
        area: tower.area,
        cell: tower.cell,
        acc: facts.acc_on,
        alarm: facts.alarm.map(|alarm| alarm.0),
    }
}

#[test]
fn both_decoders_agree_on_the_worked_frames() {
    let mut compared = 0;
    for (name, bytes) in fixtures::all()
        .into_iter()
        .filter(|(name, bytes)| !name.contains("__") && bytes[0] == 0x78)
    {
        if name.contains("answer") || name.contains("topin") {
            continue;
        }
        if let Some(expected) = straight(&bytes) {
            assert_eq!(ours(&bytes), expected, "{name}");
            compared += 1;
        }
    }
    assert!(compared >= 7, "compared {compared}");
}

proptest! {
    #[test]
    fn both_decoders_agree_on_made_up_messages(
        kind in prop::sample::select(&[(0x12_u8, 26), (0x22, 29), (0x22, 33), (0xA0, 36), (0x16, 32), (0x26, 32)][..]),
        noise in prop::array::uniform32(any::<u8>()),
        serial in any::<u16>(),
    ) {
        let mut content: Vec<u8> = noise.iter().cycle().take(kind.1).copied().collect();
        let cell_at = if matches!(kind.0, 0x16 | 0x26) { 19 } else { 18 };
        content[cell_at] &= 0x7F;
        // An empty slot is no tower.
        content[cell_at + 6] |= 1;
        if kind.0 == 0xA0 {
            content[cell_at + 14] |= 1;
        }
        if matches!(kind.0, 0x16 | 0x26) {
            content[18] = 9;
        }
        let bytes = seal(Form::Short, kind.0, &content, serial);
        prop_assert_eq!(Some(ours(&bytes)), straight(&bytes));
    }
}
