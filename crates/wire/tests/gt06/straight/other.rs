//! Commands, information, addresses, media, peripherals, the Topin dialect (8, 9.1).

use wire::gt06::Form;

use super::{Layout, access_point, alarm, cell, cell_4g, cells, date, gps, imei, modules, packed_date};
use crate::straight::Tape;

pub(crate) fn layouts(form: Form, number: u8) -> Vec<Layout> {
    let known: &[Layout] = match (form, number) {
        // Clocks.
        (Form::Short, 0x8A) => &[|_| {}, date],
        (Form::Short, 0x1F) => &[
            |t| {
                unix(t);
                t.bytes(2);
            },
            |t| t.bytes(3),
        ],
        // Commands and answers: the inner length counts flag and text.
        (Form::Short, 0x80) => &[flagged, flagged_and_language],
        (Form::Short, 0x15) => &[
            flagged,
            flagged_and_language,
            // Old devices leave the length at less than the flag.
            |t| {
                t.pick(1, &[0, 1]);
                t.digits(4);
                t.whatever_left();
            },
        ],
        (Form::Long, 0x21) => &[|t| {
            t.digits(4);
            t.pick(1, &[1, 2]);
            t.whatever_left();
        }],
        (_, 0x81 | 0x82) | (Form::Long, 0x83 | 0x84 | 0x8D | 0x9C | 0xFD) => &[some],
        // Addresses.
        (Form::Short, 0x1A | 0x2A) => &[|t| {
            date(t);
            gps(t);
            t.whatever(21);
            alarm(t);
        }],
        (Form::Short, 0xA7) => &[|t| {
            cell_4g(t);
            t.whatever(21);
            alarm(t);
        }],
        (Form::Short, 0x17) => &[
            |t| {
                t.force_network(460, cell);
                t.whatever(21);
                alarm(t);
            },
            |t| address(t, 1),
        ],
        (Form::Short, 0x97) => &[|t| address(t, 1)],
        (Form::Long, 0x97) => &[|t| address(t, 2)],
        // Information.
        (Form::Short, 0x94) => &[|t| t.scaled(2, 100.0)],
        (Form::Long, 0x94) => &[
            information,
            |t| {
                t.pick(1, &[0x05]);
                t.whatever(1);
            },
            |t| {
                t.pick(1, &[0x1B]);
                t.whatever_ending(b"RFID:0012");
            },
            |t| {
                t.pick(1, &[0x05, 0x0D]);
                date(t);
                t.whatever_left();
            },
        ],
        // Photos of X1.
        (_, 0x35) => &[|t| {
            date(t);
            t.n(1);
            t.n(4);
            t.n(4);
            t.n(1);
            t.n(1);
            t.n(1);
            t.n(4);
            t.n(4);
        }],
        (Form::Long, 0x36) => &[photo_request, |t| {
            t.n(4);
            t.n(4);
            let length = t.exactly(2, 9);
            t.bytes(length);
        }],
        (Form::Short, 0x36) => &[photo_request],
        // WD-209.
        (Form::Long, 0x41) => &[|t| {
            t.digits(8);
            unix(t);
            gps(t);
            cell(t);
            t.n(4);
            t.n(4);
            t.n(1);
            t.n(1);
            t.n(1);
            t.n(2);
            t.rest();
        }],
        (Form::Short, 0x40) => &[|t| {
            t.digits(8);
            unix(t);
            t.rest();
        }],
        (Form::Short, 0x14 | 0x65 | 0x66 | 0x8B | 0x8C | 0xFD | 0xB0) | (Form::Long, 0x8C | 0xB0) => &[some],
        (Form::Long, 0x9B) => &[|t| {
            t.n(1);
            t.whatever_left();
        }],
        (Form::Long, 0x70) => &[|t| modules(t, 2)],
        (_, 0xF1) => &[|t| {
            unix(t);
            while t.more() && !t.is_short() {
                let (id, length) = t.choose(&[(1, 1), (5, 2), (0x0B, 2), (0x33, 3)]);
                t.pick(2, &[id]);
                let length = t.exactly(1, length);
                t.whatever(length);
            }
        }],
        (_, 0xF2) => &[|t| {
            unix(t);
            t.rest();
        }],
        // A clock-in of a Bluetooth tag.
        (_, 0xB2) => &[|t| {
            date(t);
            t.n(1);
            t.digits(6);
            t.digits(16);
            t.n(2);
            t.n(2);
            t.scaled(2, 100.0);
            t.whatever(1);
        }],
        // Cameras: JC100 and its relatives with file names, JC400.
        (Form::Short, 0x95) => &[
            |t| {
                date(t);
                t.n(1);
            },
            |t| {
                date(t);
                t.n(1);
                t.n(2);
            },
            |t| {
                t.pick(2, &[0xFFFF]);
                t.n(1);
                date(t);
                t.n(1);
                super::coordinates(t, 8);
                t.flags(2);
                t.n(2);
                t.scaled(2, 10.0);
                t.n(1);
                t.n(2);
                t.whatever_left();
            },
            |t| {
                date(t);
                t.n(4);
                t.n(4);
                t.whatever(2);
                t.n(1);
                t.n(2);
                t.whatever_left();
            },
        ],
        (Form::Topin, _) => topin(number),
        _ => &[],
    };
    known.to_vec()
}

fn unix(t: &mut Tape) {
    t.whatever(4);
}

fn some(t: &mut Tape) {
    if t.remaining() == Some(0) {
        t.whatever(1);
    }
    t.whatever_ending(b"\x01 text");
}

fn flagged(t: &mut Tape) {
    let length = t.exactly(1, 9);
    t.digits(4);
    t.whatever(length.saturating_sub(4));
}

fn flagged_and_language(t: &mut Tape) {
    flagged(t);
    t.pick(1, &[0]);
    t.pick(1, &[1, 2]);
}

fn address(t: &mut Tape, width: usize) {
    t.n(width);
    t.digits(4);
    t.whatever_ending(b"ADDRESS&&\0A\0B&&139##");
}

fn photo_request(t: &mut Tape) {
    t.n(4);
    t.n(4);
    t.n(2);
}

fn information(t: &mut Tape) {
    match t.pick(
        1,
        &[0x00, 0x04, 0x05, 0x08, 0x09, 0x0A, 0x0B, 0x1B, 0x1E, 0x10, 0x0D],
    ) {
        0x00 => t.scaled(2, 100.0),
        0x05 => t.whatever(1),
        0x09 => {
            t.pick(1, &[0, 1, 3]);
            t.repeat(4, |t| {
                let count = t.count(1, 4);
                t.repeat(count, |t| t.n(1));
            });
            t.behind(1, Tape::rest);
        }
        0x0A => {
            imei(t);
            t.decimal(8, |digits| digits.strip_prefix('0').unwrap_or(digits).to_owned());
            t.digits(10);
        }
        // One byte says the network, two a voltage.
        0x0B => {
            let made = t.choose(&[1, 2]);
            if t.remaining().unwrap_or(made) == 1 {
                t.pick(1, &[0, 1]);
            } else {
                t.scaled(2, 100.0);
            }
        }
        0x0D => t.whatever_ending(b"!AIOIL,02,100.000"),
        0x1B if t.is_making() || t.remaining() == Some(8) => {
            t.n(1);
            t.n(1);
            t.digits(4);
            t.n(1);
            t.n(1);
        }
        0x1E => {
            t.scaled_signed(4, 10.0);
            t.scaled(4, 10.0);
        }
        _ => t.whatever_left(),
    }
}

fn topin(number: u8) -> &'static [Layout] {
    match number {
        0x01 => &[|t| {
            lead(t, 0x0D, 0x01);
            imei(t);
            t.n(1);
        }],
        0x08 => &[|t| {
            lead(t, 1, 0x08);
        }],
        0x10 => &[|t| {
            lead(t, 0x12, 0x10);
            date(t);
            gps(t);
        }],
        0x11 => &[|t| {
            lead(t, 0x15, 0x11);
            date(t);
            gps(t);
            t.bytes(3);
        }],
        0x17 => &[
            |t| scan(t, 0x17),
            |t| {
                lead(t, 0, 0x17);
                packed_date(t);
            },
        ],
        0x69 => &[
            |t| scan(t, 0x69),
            |t| {
                lead(t, 0, 0x69);
                packed_date(t);
            },
        ],
        _ => &[],
    }
}

/// The byte in the place of the length, and the number.
fn lead(t: &mut Tape, count: u64, number: u64) -> usize {
    let count = t.exactly(1, count);
    t.picked_told(1, &[number], |number| format!("0x{number:02X}"));
    count
}

/// Access points, cells of two bytes each, and perhaps a zero.
fn scan(t: &mut Tape, number: u64) {
    let points = t.choose(&[0, 1, 3]);
    let points = lead(t, points, number);
    packed_date(t);
    t.repeat(points, access_point);
    let count = t.count(1, 4);
    if count > 0 {
        t.n(2);
        t.n(1);
    }
    cells(t, count, 2, 2);
    if t.more() {
        t.whatever_ending(b"\0");
    }
}
