//! Every body of JT/T 808 and its supplements, straight down the reference's tables: no combinators, no code of the
//! crate. A description runs over bytes to read them and without bytes to make them, see [`Tape`].

mod control;
mod position;
mod record;
mod video;

pub(crate) use position::position;

use crate::straight::{Tape, civil};

/// Reads or makes the body of a message in the layout of a year; false when the message is not known here.
pub(crate) fn body(t: &mut Tape, id: u16, year: u16) -> bool {
    register(t, id, year)
        || control::body(t, id, year)
        || control::area(t, id, year)
        || record::body(t, id, year)
        || video::body(t, id, year)
}

/// `YY MM DD hh mm ss` in packed decimal, GMT+8.
pub(crate) fn time(t: &mut Tape) {
    t.six(|civil| civil.map(packed), |bytes| Some(told(bytes, "+08:00")));
}

/// A number below 100 in packed decimal.
pub(crate) fn packed(number: u8) -> u8 {
    number / 10 * 16 + number % 10
}

/// Packed decimal as a time, or as its digits.
pub(crate) fn told(bytes: &[u8], zone: &str) -> String {
    let mut parts = [0; 6];
    for (part, byte) in parts.iter_mut().zip(bytes) {
        if byte / 16 > 9 || byte % 16 > 9 {
            return hex::encode(bytes);
        }
        *part = u32::from(byte / 16 * 10 + byte % 16);
    }
    civil(parts).map_or_else(|| hex::encode(bytes), |civil| civil + zone)
}

/// Answers, heartbeats, registration, authentication, positions.
fn register(t: &mut Tape, id: u16, year: u16) -> bool {
    match id {
        // General answers (7.1): serial, id, result.
        0x0001 | 0x8001 => {
            t.n(2);
            t.n(2);
            t.pick(1, &[0, 1, 2, 3, 4]);
        }
        // Heartbeats are empty; some devices put a state of their own into them.
        0x0002 | 0x0506 => t.rest(),
        // Empty ones.
        0x0003 | 0x0004 | 0x0109 | 0x8104 | 0x8107 | 0x8201 | 0x8204 | 0x8702 | 0x9003 => {}
        // Missing sub-packets (9): serial of the first, count, indices.
        0x0005 | 0x8003 => {
            t.n(2);
            let count = t.count(if year == 2019 { 2 } else { 1 }, 6);
            t.repeat(count, |t| {
                t.n(2);
            });
        }
        // The server's time is UTC and is written like every other time.
        0x8004 => time(t),
        // Registration (7.2).
        0x0100 => {
            t.n(2);
            t.n(2);
            let (maker, model, terminal) = match year {
                2011 => (5, 8, 7),
                2013 => (5, 20, 7),
                _ => (11, 30, 30),
            };
            t.text(maker);
            t.text(model);
            t.text(terminal);
            t.pick(1, &[0, 1, 2, 9, 94]);
            t.rest_text();
        }
        0x8100 => {
            t.n(2);
            if t.pick(1, &[0, 0, 1, 3, 4]) == 0 {
                t.rest_text();
            }
        }
        // Authentication (7.3).
        0x0102 if year == 2019 => {
            t.counted_text(1);
            t.text(15);
            t.text(20);
        }
        0x0102 => t.rest_text(),
        // Positions (7.6, 8).
        0x0200 => position(t),
        0x0201 | 0x0500 => {
            if year != 2011 || id == 0x0500 {
                t.n(2);
            }
            position(t);
        }
        0x0704 => {
            t.n(2);
            t.pick(1, &[0, 1]);
            while t.more() && !t.is_short() {
                t.behind(2, position);
            }
        }
        0x0210 => {
            while t.more() && !t.is_short() {
                t.behind(1, position);
            }
        }
        0x5501 | 0x5502 => position::short(t),
        0x4401 => {
            t.n(2);
            t.pick(1, &[0, 1]);
        }
        0x8202 => {
            t.n(2);
            if t.more() {
                t.n(4);
            }
        }
        0x8203 => {
            t.n(2);
            t.flags(4);
        }
        _ => return false,
    }
    true
}
