//! Positions (5).

use wire::gt06::Form;

use super::{
    Layout, access_point, any_cell, cell, cell_4g, cells, date, gps, imei, levels, modules, network,
};
use crate::straight::Tape;

pub(crate) fn layouts(form: Form, number: u8) -> Vec<Layout> {
    let known: &[Layout] = match (form, number) {
        (Form::Short, 0x10) => &[fix, |t| {
            fix(t);
            t.n(2);
        }],
        (Form::Short, 0x11) => &[
            |t| {
                fix(t);
                any_cell(t, 2, 2, 4);
            },
            |t| {
                date(t);
                cell(t);
            },
        ],
        (Form::Short, 0x12) => &[
            base,
            // Benway.
            |t| {
                narrow(t);
                t.n(2);
            },
            // GT06N.
            |t| {
                narrow(t);
                t.n(4);
            },
            // VXT01.
            |t| {
                narrow(t);
                t.flags(1);
                t.scaled(2, 100.0);
                t.n(1);
                t.n(1);
            },
            // S5.
            |t| {
                narrow(t);
                t.flags(1);
                t.scaled(2, 100.0);
                t.n(1);
                t.n(1);
                t.n(2);
                t.n(1);
                t.scaled(4, 0.1);
            },
            // QH302R.
            |t| {
                imei(t);
                narrow(t);
            },
            // WeTrust: no card, or one of two characters.
            |t| {
                narrow(t);
                t.n(4);
                t.whatever_behind(1, &[1, 3]);
                t.n(1);
                t.n(1);
                t.n(2);
            },
            // GT06E with its card reader.
            |t| {
                narrow(t);
                t.n(4);
                t.whatever_behind(1, &[80]);
                t.n(1);
                t.n(1);
            },
            // A length that nobody documents.
            |t| {
                narrow(t);
                t.bytes(3);
            },
        ],
        (Form::Short, 0x22) => &[
            |t| {
                base(t);
                mode(t);
            },
            |t| {
                base(t);
                mode(t);
                t.n(4);
            },
            // Seeworld: the highest bit of the temperature is its sign.
            |t| {
                fix(t);
                network_of_one(t, |t| any_cell(t, 1, 2, 4));
                mode(t);
                t.n(4);
                t.n(4);
                signed_magnitude(t, 100.0);
                t.scaled(2, 100.0);
            },
            nt,
            // A length that nobody documents.
            |t| {
                narrow(t);
                mode(t);
                t.n(4);
                t.bytes(3);
            },
        ],
        // XT40: as NT, and who drives.
        (Form::Short, 0x25) => &[|t| {
            nt(t);
            t.behind(1, |t| {
                t.n(1);
                t.whatever_left();
            });
        }],
        (Form::Short, 0x2D) => &[
            |t| {
                base(t);
                mode(t);
            },
            |t| {
                base(t);
                mode(t);
                t.n(4);
            },
        ],
        (Form::Short, 0x31) => &[
            // SL4X.
            |t| {
                fix(t);
                any_cell(t, 2, 2, 8);
                mode(t);
                t.signed(2);
            },
            |t| {
                narrow(t);
                mode(t);
                t.signed(2);
            },
            |t| {
                narrow(t);
                mode(t);
                t.n(4);
                t.signed(2);
            },
        ],
        // SL4X: a cell behind its length.
        (Form::Short, 0x32) => &[|t| {
            fix(t);
            t.behind(1, |t| any_cell(t, 2, 2, 4));
            levels(t);
            t.n(1);
            t.n(1);
            t.signed(2);
        }],
        // X1; or cells of SL4X, whose layout is not certain.
        (Form::Short, 0x34) => &[
            |t| {
                t.n(4);
                fix(t);
                t.n(2);
                t.n(4);
                network_of_one(t, |t| any_cell(t, 1, 2, 4));
                t.digits(4);
                t.scaled(2, 100.0);
                t.scaled(2, 100.0);
                t.bytes(4);
                t.n(1);
                t.n(1);
                while t.more() && !t.is_short() {
                    t.scaled(2, 100.0);
                }
            },
            |t| {
                date(t);
                t.bytes(44);
            },
        ],
        (Form::Short, 0x37) => &[|t| {
            base(t);
            mode(t);
            modules(t, 1);
        }],
        (Form::Long | Form::Short, 0x38) => &[|t| {
            fix(t);
            t.n(1);
            t.switch();
            radio_cell(t);
            modules(t, 1);
        }],
        (Form::Short, 0xA0) => &[
            |t| {
                fix(t);
                cell_4g(t);
                mode(t);
            },
            |t| {
                fix(t);
                cell_4g(t);
                mode(t);
                t.n(4);
            },
        ],
        // LW4G, before the WiFi list of the same number.
        (Form::Short, 0xA2) => &[|t| {
            fix(t);
            network_of_one(t, |t| any_cell(t, 1, 4, 8));
            t.n(1);
            t.flags(1);
            t.scaled(2, 100.0);
            t.n(1);
            t.n(1);
            t.n(1);
            t.n(1);
            t.n(4);
            t.n(4);
            imei(t);
            t.n(2);
        }],
        (Form::Short, 0x1E) => &[|t| {
            fix(t);
            network(t, 1);
            cells(t, 7, 2, 3);
            t.n(1);
            t.bytes(2);
        }],
        (Form::Short, 0x17) => &[|t| {
            narrow(t);
            t.digits(8);
            t.n(1);
        }],
        // TRX16i; other contents of the number are heartbeats and photos.
        (Form::Short, 0x36) => &[|t| {
            fix(t);
            network_of_one(t, |t| any_cell(t, 1, 2, 4));
            mode(t);
            t.n(4);
            t.scaled(2, 100.0);
            t.scaled(1, 10.0);
            t.n(3);
            t.digits(8);
        }],
        (Form::Short, 0x61) => &[|t| {
            imei(t);
            fix(t);
            any_cell(t, 1, 2, 4);
            t.digits(6);
        }],
        // SR411; 0x24 is a list of cells otherwise.
        (Form::Short, 0x24) => &[|t| {
            narrow(t);
            t.bytes(15);
        }],
        (Form::Long, 0x32 | 0x33) => &[az735],
        _ => &[],
    };
    known.to_vec()
}

fn fix(t: &mut Tape) {
    date(t);
    gps(t);
}

fn base(t: &mut Tape) {
    fix(t);
    cell(t);
}

/// As [`base`], with a network code of one byte: where the length of the content tells layouts apart.
fn narrow(t: &mut Tape) {
    fix(t);
    network_of_one(t, cell);
}

/// Makes networks whose code has one byte.
fn network_of_one(t: &mut Tape, part: impl FnOnce(&mut Tape)) {
    t.force_network(460, part);
}

/// ACC, upload mode, re-upload.
fn mode(t: &mut Tape) {
    t.switch();
    t.n(1);
    t.switch();
}

/// A cell behind the kind of its network, and its strength.
pub(super) fn radio_cell(t: &mut Tape) {
    if t.pick(1, &[0, 1, 3, 4]) >= 3 {
        cell_4g(t);
        t.n(2);
    } else {
        cell(t);
        t.n(1);
    }
}

fn signed_magnitude(t: &mut Tape, divisor: f64) {
    let negative = t.peek(0, 1).is_some_and(|first| first > 0x7F);
    t.low_bits(2, 0x7FFF, if negative { -divisor } else { divisor });
}

/// NT models; of the block of states behind the cell the reference says nothing more.
fn nt(t: &mut Tape) {
    t.n(1);
    imei(t);
    date(t);
    date(t);
    gps(t);
    t.exactly(1, 9);
    network_of_one(t, cell);
    t.whatever(13);
}

/// AZ735: blocks behind their lengths; more cells and access points are lists.
fn az735(t: &mut Tape) {
    date(t);
    t.behind(1, |t| {
        if t.more() {
            gps(t);
        }
    });
    t.behind(1, |t| {
        if t.more() {
            cell(t);
            t.n(1);
        }
    });
    t.behind(1, |t| {
        while t.more() && !t.is_short() {
            cells(t, 1, 2, 3);
        }
    });
    t.behind(1, |t| {
        while t.more() && !t.is_short() {
            access_point(t);
        }
    });
    t.pick(1, &[0xA0, 0xA1, 0xA2, 0xA5]);
    if t.more() {
        t.behind(1, Tape::rest);
    }
}
