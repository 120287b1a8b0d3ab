//! What the platform orders: parameters, texts, vehicles, areas (7.4 to 7.9), and what terminals say to it.

use super::time;
use crate::straight::Tape;

pub(crate) fn body(t: &mut Tape, id: u16, year: u16) -> bool {
    match id {
        // Parameters (7.4).
        0x0104 => {
            t.n(2);
            parameters(t, year);
        }
        0x8103 => parameters(t, year),
        0x8106 => ids(t),
        // Control, properties, upgrade (7.5).
        0x8105 => {
            t.pick(1, &[1, 2, 4, 0x64]);
            t.rest_text();
        }
        0x0107 => {
            t.flags(2);
            t.text(5);
            t.text(if year == 2019 { 30 } else { 20 });
            t.text(if year == 2019 { 30 } else { 7 });
            t.digits(10);
            t.counted_text(1);
            t.counted_text(1);
            t.flags(1);
            t.flags(1);
        }
        0x8108 => {
            t.pick(1, &[0, 12, 52]);
            t.text(5);
            t.counted_text(1);
            t.counted_bytes(4);
        }
        0x0108 => {
            t.pick(1, &[0, 12, 52]);
            t.pick(1, &[0, 1, 2]);
        }
        // Texts, events, questions, telephone (7.7).
        0x8300 => {
            t.flags(1);
            if year == 2019 {
                t.pick(1, &[1, 2]);
            }
            t.rest_text();
        }
        0x6006 => {
            t.n(1);
            t.rest_text();
        }
        0x1300 => {
            t.n(2);
            let pairs = t.left() / 2;
            t.told(pairs * 2, |bytes| {
                let words: Vec<u16> = bytes
                    .chunks(2)
                    .map(|pair| u16::from(pair[0]) * 256 + u16::from(pair[1]))
                    .collect();
                String::from_utf16_lossy(&words)
            });
        }
        0x8301 => match t.pick(1, &[0, 1, 2, 3, 4]) {
            4 => {
                let count = t.count(1, 5);
                t.repeat(count, |t| t.n(1));
            }
            // To delete all nothing follows.
            0 if !t.is_making() && t.left() == 0 => {}
            0 if t.is_making() => {}
            _ => {
                let count = counts(t, year);
                t.repeat(count, |t| {
                    t.n(1);
                    t.counted_text(1);
                });
            }
        },
        0x0301 => {
            t.n(1);
        }
        0x8302 => {
            t.flags(1);
            t.counted_text(1);
            while t.more() && !t.is_short() {
                t.n(1);
                t.counted_text(2);
            }
        }
        0x0302 => {
            t.n(2);
            t.n(1);
        }
        0x8303 => {
            t.pick(1, &[1, 2, 3]);
            let count = counts(t, year);
            t.repeat(count, |t| {
                t.n(1);
                t.counted_text(2);
            });
        }
        0x0303 => {
            t.n(1);
            t.pick(1, &[0, 1]);
        }
        0x8304 => {
            t.n(1);
            if year == 2011 {
                t.n(2);
            }
            t.counted_text(2);
        }
        0x8400 => {
            t.pick(1, &[0, 1]);
            t.rest_text();
        }
        0x8401 => {
            t.pick(1, &[1, 2, 3]);
            let count = counts(t, year);
            t.repeat(count, |t| {
                t.pick(1, &[1, 2, 3]);
                t.counted_text(1);
                t.counted_text(1);
            });
        }
        // Doors (7.8).
        0x8500 if year == 2019 => {
            let count = t.count(2, 4);
            t.repeat(count, |t| {
                // Parameters of makers' own orders have no length: they take what is left.
                if t.pick(2, &[1]) == 1 {
                    t.pick(1, &[0, 1]);
                } else {
                    t.rest();
                }
            });
        }
        0x8500 => {
            t.flags(1);
        }
        _ => return false,
    }
    true
}

/// A number of items; in 2011 the number over all packets, then that in this packet.
fn counts(t: &mut Tape, year: u16) -> usize {
    if year == 2011 {
        t.n(1);
    }
    t.count(1, 4)
}

fn parameters(t: &mut Tape, year: u16) {
    let count = counts(t, year);
    t.repeat(count, |t| {
        let id = t.picked_told(4, &[0x0001, 0x0013, 0x0029, 0x0031, 0x0083, 0x0084], |id| {
            format!("0x{id:04X}")
        });
        let width = match id {
            0x0001 | 0x0029 => 4,
            0x0031 => 2,
            0x0084 => 1,
            0x0013 | 0x0083 => return t.counted_text(1),
            _ => 0,
        };
        match t.exactly(1, width) {
            length if length > 0 && length as u64 == width => {
                t.n(length);
            }
            length => t.whatever(length),
        }
    });
}

fn ids(t: &mut Tape) {
    let count = t.count(1, 5);
    t.repeat(count, |t| t.n(4));
}

/// Areas and routes (7.9).
pub(crate) fn area(t: &mut Tape, id: u16, year: u16) -> bool {
    match id {
        0x8600 => circles(t, year),
        0x8602 => rectangles(t, year),
        0x8604 => polygon(t, year),
        0x8606 => route(t, year),
        0x8601 | 0x8603 | 0x8605 | 0x8607 => ids(t),
        0x8608 => {
            t.pick(1, &[1, 2, 3, 4]);
            let count = t.count(4, 5);
            t.repeat(count, |t| t.n(4));
        }
        0x0608 => {
            let kind = t.pick(1, &[1, 2, 3, 4]);
            t.n(4);
            while t.more() && !t.is_short() {
                match kind {
                    1 => circles(t, year),
                    2 => rectangles(t, year),
                    3 => polygon(t, year),
                    4 => route(t, year),
                    _ => {
                        t.n(4);
                    }
                }
            }
        }
        _ => return false,
    }
    true
}

fn circles(t: &mut Tape, year: u16) {
    t.pick(1, &[0, 1, 2]);
    let count = counts(t, year);
    t.repeat(count, |t| {
        t.n(4);
        let attributes = t.flags(2);
        t.scaled(4, 1e6);
        t.scaled(4, 1e6);
        t.n(4);
        rules(t, attributes);
        night_and_name(t, attributes, year);
    });
}

fn rectangles(t: &mut Tape, year: u16) {
    t.pick(1, &[0, 1, 2]);
    let count = counts(t, year);
    t.repeat(count, |t| {
        t.n(4);
        let attributes = t.flags(2);
        t.repeat(4, |t| t.scaled(4, 1e6));
        rules(t, attributes);
        night_and_name(t, attributes, year);
    });
}

fn polygon(t: &mut Tape, year: u16) {
    t.n(4);
    let attributes = t.flags(2);
    rules(t, attributes);
    let count = if year == 2011 {
        t.n(2);
        t.count(1, 4)
    } else {
        t.count(2, 4)
    };
    t.repeat(count, |t| {
        t.scaled(4, 1e6);
        t.scaled(4, 1e6);
    });
    night_and_name(t, attributes, year);
}

fn route(t: &mut Tape, year: u16) {
    t.n(4);
    let attributes = t.flags(2);
    if attributes & 1 == 1 {
        time(t);
        time(t);
    }
    let count = if year == 2011 {
        t.n(2);
        t.count(1, 4)
    } else {
        t.count(2, 4)
    };
    t.repeat(count, |t| {
        if year != 2011 {
            t.n(4);
        }
        t.n(4);
        t.scaled(4, 1e6);
        t.scaled(4, 1e6);
        t.n(1);
        let point = t.flags(1);
        if point & 1 == 1 {
            t.n(2);
            if year != 2011 {
                t.n(2);
            }
        }
        if point & 2 == 2 {
            t.n(2);
            t.n(1);
        }
        if point & 2 == 2 && year == 2019 {
            t.n(2);
        }
    });
    if year == 2019 {
        t.counted_text(2);
    }
}

/// Start and end under bit 0, speed and duration under bit 1.
fn rules(t: &mut Tape, attributes: u64) {
    if attributes & 1 == 1 {
        time(t);
        time(t);
    }
    if attributes & 2 == 2 {
        t.n(2);
        t.n(1);
    }
}

fn night_and_name(t: &mut Tape, attributes: u64, year: u16) {
    if year == 2019 {
        if attributes & 2 == 2 {
            t.n(2);
        }
        t.counted_text(2);
    }
}
