//! JT/T 1078 and the attachments of T/JSATL 12 and T/GDRTA 002 (11).

use super::time;
use crate::straight::Tape;

pub(crate) fn body(t: &mut Tape, id: u16, year: u16) -> bool {
    match id {
        0x9101 => {
            t.counted_text(1);
            t.n(2);
            t.n(2);
            t.repeat(3, |t| t.n(1));
        }
        0x9102 => t.repeat(4, |t| t.n(1)),
        0x9105 => t.repeat(2, |t| t.n(1)),
        0x1003 => {
            t.repeat(4, |t| t.n(1));
            t.n(2);
            t.repeat(4, |t| t.n(1));
        }
        0x1005 => {
            time(t);
            time(t);
            t.n(2);
            t.n(2);
        }
        0x9201 => {
            t.counted_text(1);
            t.n(2);
            t.n(2);
            t.repeat(6, |t| t.n(1));
            time(t);
            time(t);
        }
        0x9202 => {
            t.repeat(3, |t| t.n(1));
            time(t);
        }
        0x9205 => recording(t),
        0x1205 => {
            t.n(2);
            let count = t.count(4, 4);
            t.repeat(count, |t| {
                recording(t);
                t.n(4);
            });
        }
        0x9206 => {
            t.counted_text(1);
            t.n(2);
            t.repeat(3, |t| t.counted_text(1));
            recording(t);
            t.n(1);
        }
        0x9207 | 0x1206 => {
            t.n(2);
            t.n(1);
        }
        0x9301 => t.repeat(3, |t| t.n(1)),
        0x9302..=0x9306 => t.repeat(2, |t| t.n(1)),
        0x9208 => {
            t.counted_text(1);
            t.n(2);
            t.n(2);
            label(t, year);
            t.bytes(32);
            t.bytes(16);
        }
        0x1210 => {
            t.text(if year == 2019 { 30 } else { 7 });
            label(t, year);
            t.bytes(32);
            t.pick(1, &[0, 1]);
            let count = t.count(1, 4);
            t.repeat(count, |t| {
                t.counted_text(1);
                t.n(4);
            });
        }
        0x1211 | 0x1212 => {
            t.counted_text(1);
            t.pick(1, &[0, 1, 2, 3, 4]);
            t.n(4);
        }
        0x9212 => {
            t.counted_text(1);
            t.pick(1, &[0, 1, 2, 3, 4]);
            t.pick(1, &[0, 1]);
            let count = t.count(1, 4);
            t.repeat(count, |t| {
                t.n(4);
                t.n(4);
            });
        }
        _ => return false,
    }
    true
}

/// Channel, from, to, alarms, kind, stream, storage.
fn recording(t: &mut Tape) {
    t.n(1);
    time(t);
    time(t);
    t.digits(8);
    t.repeat(3, |t| t.n(1));
}

/// The label of an alarm: 16 bytes, 40 in T/GDRTA 002.
fn label(t: &mut Tape, year: u16) {
    t.text(if year == 2019 { 30 } else { 7 });
    time(t);
    t.n(1);
    t.n(1);
    t.text(if year == 2019 { 2 } else { 1 });
}
