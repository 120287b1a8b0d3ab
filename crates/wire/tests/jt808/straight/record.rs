//! Recorder, waybill, driver, CAN, multimedia, pass-through (7.10, 7.11).

use super::position::basic;
use super::time;
use crate::straight::Tape;

pub(crate) fn body(t: &mut Tape, id: u16, year: u16) -> bool {
    match id {
        0x8700 | 0x8701 => {
            t.n(1);
            recorder(t, 0xAA75);
        }
        0x0700 => {
            t.n(2);
            t.n(1);
            if year == 2011 {
                t.n(2);
                t.n(2);
            }
            recorder(t, 0x557A);
        }
        0x0701 => t.counted_text(4),
        0x0702 if year == 2011 => {
            t.counted_text(1);
            t.text(20);
            t.text(40);
            t.counted_text(1);
        }
        0x0702 => {
            let status = t.pick(1, &[1, 2]);
            time(t);
            if status == 1 && t.pick(1, &[0, 0, 1, 4]) == 0 {
                t.counted_text(1);
                t.text(20);
                t.counted_text(1);
                t.digits(4);
                if year == 2019 {
                    t.text(20);
                }
            }
        }
        0x0705 => {
            t.n(2);
            t.digits(5);
            while t.more() && !t.is_short() {
                t.shown(4, |noise| noise.next(), |word| (word & 0x1FFF_FFFF).cast_signed());
                t.digits(8);
            }
        }
        // Multimedia: id, kind, format, event, channel.
        0x0800 => media(t),
        0x0801 => {
            media(t);
            if year == 2011 {
                t.n(4);
                t.n(4);
            } else {
                basic(t);
            }
            t.rest();
        }
        0x8800 => {
            if year == 2011 {
                t.n(2);
            }
            t.n(4);
            if t.more() {
                let count = t.count(1, 6);
                t.repeat(count, |t| t.n(2));
            }
        }
        0x8801 => {
            t.n(1);
            t.n(2);
            t.n(2);
            t.repeat(7, |t| t.n(1));
        }
        0x0805 => {
            t.n(2);
            if t.pick(1, &[0, 0, 1, 2]) == 0 {
                let count = t.count(2, 5);
                t.repeat(count, |t| t.n(4));
            }
        }
        0x8802 => {
            t.repeat(3, |t| t.n(1));
            time(t);
            time(t);
        }
        0x0802 => {
            t.n(2);
            if year == 2011 {
                t.n(2);
            }
            let count = t.count(2, 4);
            t.repeat(count, |t| {
                if year != 2011 {
                    t.n(4);
                }
                t.repeat(3, |t| t.n(1));
                basic(t);
            });
        }
        0x8803 => {
            t.repeat(3, |t| t.n(1));
            time(t);
            time(t);
            t.pick(1, &[0, 1]);
        }
        0x8805 => {
            t.n(4);
            t.pick(1, &[0, 1]);
        }
        0x8804 => {
            t.n(1);
            t.n(2);
            t.n(1);
            t.n(1);
        }
        0x0900 | 0x8900 => {
            let kind = t.pick(1, &[0x00, 0x0B, 0x41, 0x42, 0xF0]);
            if year == 2011 {
                t.n(4);
                t.n(2);
            }
            if matches!(kind, 0xF7 | 0xF8) {
                let length = t.left();
                t.whatever(length);
            } else {
                t.rest();
            }
        }
        0x0901 => t.counted_bytes(4),
        0x0A00 | 0x8A00 => {
            t.n(4);
            t.bytes(128);
        }
        // Makers' own (5): text, bytes, a time of numbers, readings of three axes.
        0x0120 | 0x0205 => t.rest_text(),
        0x0310 | 0x8888 | 0xA006 => t.rest(),
        0x8109 => {
            t.n(2);
            t.repeat(6, |t| t.n(1));
        }
        0x2070 => {
            while t.more() && !t.is_short() {
                time(t);
                t.repeat(3, |t| t.n(2));
            }
        }
        _ => return false,
    }
    true
}

fn media(t: &mut Tape) {
    t.n(4);
    t.repeat(4, |t| t.n(1));
}

/// A packet of the recorder, as the frames of peers' tests show it: start, command, length, a reserved byte, data, sum.
fn recorder(t: &mut Tape, start: u64) {
    let (command, length) = t.choose(&[
        (0x00, 2),
        (0x01, 18),
        (0x05, 41),
        (0x06, 87),
        (0x11, 100),
        (0x13, 7),
        (0x82, 39),
        (0x84, 87),
        (0xC3, 8),
    ]);
    let whole = t
        .peek(3, 2)
        .is_some_and(|length| t.remaining() == Some(usize::try_from(length).unwrap() + 7))
        && t.peek(0, 2).is_some_and(|start| matches!(start, 0x557A | 0xAA75))
        && t.peek(2, 1)
            .is_some_and(|command| !matches!(command, 0xFA | 0xFB));
    if !t.is_making() && !whole {
        let length = t.left();
        return t.whatever(length);
    }
    t.pick(2, &[start]);
    let command = t.pick(1, &[command]);
    let length = t.exactly(2, length);
    t.n(1);
    match (command, length) {
        (0x00, 2) => {
            t.digits(1);
            t.n(1);
        }
        (0x01, 18) => t.text(18),
        (0x05, 41) | (0x82, 39) => {
            t.text(17);
            t.text(12);
            t.text(length - 29);
        }
        (0x06 | 0x84, 87) => {
            time(t);
            t.n(1);
            t.repeat(8, |t| t.text(10));
        }
        (0xC3, 8) => {
            time(t);
            t.n(2);
        }
        (0x11, 50 | 100) => t.repeat(length / 50, |t| {
            t.text(18);
            time(t);
            time(t);
            t.repeat(2, |t| {
                t.n(4);
                t.n(4);
                t.signed(2);
            });
        }),
        _ => t.whatever(length),
    }
    t.n(1);
}
