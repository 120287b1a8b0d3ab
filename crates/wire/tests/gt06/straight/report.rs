//! Logins, heartbeats, alarms, cells and access points (4, 6, 7).

use wire::gt06::{Form, Model};

use super::position::radio_cell;
use super::{
    Layout, access_point, alarm, any_cell, cell, cell_4g, cell_block, cells, date, extended_alarm, gps, imei,
    levels, modules, network, packed_date,
};
use crate::straight::Tape;

pub(crate) fn layouts(form: Form, number: u8, model: Model) -> Vec<Layout> {
    let known: &[Layout] = match (form, number) {
        (Form::Short, 0x01) => &[imei, |t| {
            imei(t);
            t.n(2);
            t.whatever(2);
        }],
        (Form::Short, 0x13) => heartbeats(model),
        (Form::Short, 0x23) => &[|t| {
            t.flags(1);
            t.scaled(2, 100.0);
            t.n(1);
            t.bytes(2);
        }],
        (Form::Short, 0x36) => &[|t| {
            levels(t);
            alarm(t);
            modules(t, 1);
        }],
        (Form::Short, 0x16) => &[
            local_alarm,
            // Without a length of the cell, as a peer's test has it.
            |t| {
                date(t);
                gps(t);
                t.force_network(460, cell);
                t.flags(1);
                t.pick(1, &[0, 3, 6]);
                t.pick(1, &[0, 4]);
                t.n(1);
                t.pick(1, &[1, 2]);
            },
            // VXT01: a voltage in the place of the levels.
            |t| {
                date(t);
                gps(t);
                t.force_network(460, cell);
                t.flags(1);
                t.voltage();
                t.n(1);
                t.n(1);
            },
            // TRX16i.
            |t| {
                date(t);
                gps(t);
                t.exactly(1, 9);
                t.force_network(460, cell);
                levels(t);
                alarm(t);
                t.digits(8);
            },
            // Seeworld.
            |t| {
                date(t);
                gps(t);
                t.exactly(1, 9);
                t.force_network(460, |t| any_cell(t, 1, 2, 4));
                levels(t);
                alarm(t);
            },
        ],
        (Form::Short, 0x26) => &[local_alarm, |t| {
            local_alarm(t);
            t.n(4);
        }],
        (Form::Short, 0x27 | 0xA4) => &[|t| {
            date(t);
            gps(t);
            cell_block(t);
            levels(t);
            extended_alarm(t);
            t.n(1);
        }],
        (Form::Short, 0x19) => &[
            |t| {
                cell(t);
                levels(t);
                alarm(t);
            },
            // SPACE10X: as many cells as fit.
            |t| {
                date(t);
                network(t, 1);
                let room = t.remaining().map_or(2, |left| left.saturating_sub(3) / 6);
                cells(t, room, 2, 3);
                t.n(1);
                t.bytes(2);
            },
        ],
        (Form::Short, 0xA5) => &[|t| {
            cell_4g(t);
            levels(t);
            alarm(t);
        }],
        (Form::Long | Form::Short, 0x39) => &[|t| {
            date(t);
            gps(t);
            radio_cell(t);
            levels(t);
            extended_alarm(t);
            modules(t, 1);
        }],
        (Form::Short, 0xA3) => &[
            |t| {
                date(t);
                gps(t);
                t.pick(1, &[0x39]);
                t.force_network(460, cell_4g);
                levels(t);
                alarm(t);
            },
            // A state and steps, of which little is known.
            |t| {
                t.bytes(9);
                t.n(4);
                t.bytes(4);
            },
        ],
        (Form::Short, 0xA9) => &[|t| {
            date(t);
            network(t, 1);
            let four_g = t.pick(1, &[0, 1]) == 1;
            let count = t.count(1, 4);
            cells(t, count, if four_g { 4 } else { 2 }, if four_g { 8 } else { 3 });
            t.n(1);
            let count = t.count(1, 3);
            t.repeat(count, access_point);
            alarm(t);
        }],
        (Form::Short, 0x18 | 0x28 | 0x2E) => &[seven_cells],
        (Form::Short, 0x24) => &[
            seven_cells,
            // WanWay S20: the timing advance first, and a count.
            |t| {
                date(t);
                t.n(1);
                t.force_network(460, |t| network(t, 1));
                let count = t.exactly(1, 5);
                cells(t, count, 2, 3);
                t.bytes(3);
            },
        ],
        (Form::Short, 0xA1) => &[|t| {
            date(t);
            network(t, 1);
            cells(t, 7, 4, 8);
            t.n(1);
            t.bytes(2);
        }],
        (Form::Short, 0x2C) => &[
            |t| wifi(t, 7, 2, 3),
            // Concox V5: names of the access points.
            |t| {
                date(t);
                network(t, 1);
                cells(t, 7, 2, 3);
                t.n(1);
                let count = t.exactly(1, 2);
                t.repeat(count, |t| {
                    access_point(t);
                    t.whatever_behind(1, &[2, 5]);
                });
            },
        ],
        (Form::Short, 0xA2) => &[|t| wifi(t, 7, 4, 8)],
        (Form::Short, 0x33) => &[
            |t| t.force_network(460, |t| wifi(t, 6, 2, 4)),
            |t| {
                date(t);
                t.force_network(460, |t| network(t, 1));
                cells(t, 6, 2, 4);
                let count = t.count(1, 3);
                t.repeat(count, access_point);
            },
        ],
        (Form::Short, 0xF3) => &[|t| {
            packed_date(t);
            let count = t.count(1, 4);
            t.repeat(count, |t| t.whatever(8));
        }],
        _ => &[],
    };
    known.to_vec()
}

/// Heartbeats of five bytes differ by model; longer ones by length.
fn heartbeats(model: Model) -> &'static [Layout] {
    match model {
        // Twelve bits of a voltage.
        Model::Lw => &[|t| {
            levels(t);
            t.low_bits(2, 0x0FFF, 10.0);
        }],
        Model::R11 => &[|t| {
            t.flags(1);
            t.scaled(2, 100.0);
            t.n(1);
            t.n(1);
        }],
        Model::Seeworld => &[|t| {
            levels(t);
            t.scaled(1, 10.0);
            t.n(1);
        }],
        _ => &[
            |t| {
                levels(t);
                alarm(t);
            },
            |t| {
                levels(t);
                alarm(t);
                t.n(1);
            },
            // A length that nobody documents.
            |t| {
                levels(t);
                alarm(t);
                t.bytes(3);
            },
            obd,
            |t| {
                obd(t);
                t.scaled_signed(2, 10.0);
            },
            // The highest bit says that the temperature is above zero.
            |t| {
                t.flags(1);
                t.n(2);
                alarm(t);
                t.n(1);
                t.n(1);
                t.scaled(2, 100.0);
                t.n(1);
                t.n(2);
                t.n(2);
                let positive = t.peek(0, 1).is_some_and(|first| first > 0x7F);
                t.low_bits(2, 0x7FFF, if positive { 10.0 } else { -10.0 });
            },
        ],
    }
}

/// OBD6.
fn obd(t: &mut Tape) {
    t.flags(1);
    t.n(2);
    alarm(t);
    t.n(1);
    t.n(1);
    t.scaled(2, 100.0);
    t.n(1);
    t.n(2);
}

fn local_alarm(t: &mut Tape) {
    date(t);
    gps(t);
    cell_block(t);
    levels(t);
    alarm(t);
}

fn seven_cells(t: &mut Tape) {
    date(t);
    network(t, 1);
    cells(t, 7, 2, 3);
    t.n(1);
    t.bytes(2);
}

fn wifi(t: &mut Tape, count: usize, area: usize, cell: usize) {
    date(t);
    network(t, 1);
    cells(t, count, area, cell);
    t.n(1);
    let count = t.count(1, 3);
    t.repeat(count, access_point);
}
