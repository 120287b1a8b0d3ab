//! Every content of GT06, straight down the reference's tables: no combinators, no code of the crate. A description
//! runs over bytes to read them and without bytes to make them, see [`Tape`]. A number has several layouts; the first
//! that takes a content exactly is the content's.

mod other;
mod position;
mod report;

use wire::gt06::{Form, Model};

use crate::straight::{Noise, Tape, civil};

/// A layout of a content.
pub(crate) type Layout = fn(&mut Tape);

/// The layouts of a number, as a device of a model sends it, the longest and most certain first.
pub(crate) fn layouts(form: Form, number: u8, model: Model) -> Vec<Layout> {
    let found = [
        position::layouts(form, number),
        report::layouts(form, number, model),
        other::layouts(form, number),
    ];
    found.concat()
}

/// Six binary bytes `YY MM DD hh mm ss`.
fn date(t: &mut Tape) {
    t.six(|civil| civil, |bytes| stated(|index| u32::from(bytes[index])));
}

/// The same in packed decimal.
fn packed_date(t: &mut Tape) {
    t.six(
        |civil| civil.map(|number| number / 10 * 16 + number % 10),
        |bytes| {
            if bytes.iter().any(|byte| byte / 16 > 9 || byte % 16 > 9) {
                return None;
            }
            stated(|index| u32::from(bytes[index] / 16 * 10 + bytes[index] % 16))
        },
    );
}

fn stated(part: impl Fn(usize) -> u32) -> Option<String> {
    civil([part(0), part(1), part(2), part(3), part(4), part(5)])
}

/// The GPS block (3.2): a nibble and satellites, latitude, longitude, speed, course and status. The hemispheres stand
/// behind the coordinates.
fn gps(t: &mut Tape) {
    t.shown(
        1,
        |noise| 0xC0 | noise.below(16),
        |byte| (byte % 16).cast_signed(),
    );
    coordinates(t, 9);
    t.n(1);
    t.flags(2);
}

/// Latitude and longitude; their signs are in the word of course and status `at` bytes ahead.
fn coordinates(t: &mut Tape, at: usize) {
    let status = t.peek(at, 2).unwrap_or_default();
    let north = status & 0x0400 != 0;
    let west = status & 0x0800 != 0;
    t.scaled_by_sign(4, 1_800_000.0, 90 * 1_800_000, !north);
    t.scaled_by_sign(4, 1_800_000.0, 180 * 1_800_000, west);
}

/// The code of a country, whose highest bit widens the network's, and the network's code (3.3).
fn network(t: &mut Tape, width: usize) {
    let forced = t.network();
    let made = |noise: &mut Noise| forced.unwrap_or_else(|| noise.below(0x1_0000) & 0x83FF);
    let word = t.shown(2, made, |word| (word & 0x7FFF).cast_signed());
    t.n(if word > 0x7FFF { 2 } else { width });
}

fn any_cell(t: &mut Tape, mnc: usize, area: usize, cell: usize) {
    network(t, mnc);
    t.n(area);
    t.n(cell);
}

/// A 2G cell.
fn cell(t: &mut Tape) {
    any_cell(t, 1, 2, 3);
}

/// A 4G cell.
fn cell_4g(t: &mut Tape) {
    any_cell(t, 1, 4, 8);
}

/// A cell behind a length that counts itself: 9 or, with a wide network code, 10; 16 or 17 for 4G.
fn cell_block(t: &mut Tape) {
    let wide = |word: u64| usize::from(word > 0x7FFF);
    let four_g = t.choose(&[false, true]);
    let word = t.choose(&[460, 0x8136]);
    let length = t.exactly(1, (if four_g { 16 } else { 9 } + wide(word)) as u64);
    let word = t.peek(0, 2).unwrap_or(word);
    t.force_network(word, |t| match length.checked_sub(wide(word)) {
        Some(9) => cell(t),
        Some(16) => cell_4g(t),
        _ => t.whatever(length.saturating_sub(1)),
    });
}

/// Cells of one network with their strengths.
fn cells(t: &mut Tape, count: usize, area: usize, cell: usize) {
    t.repeat(count, |t| {
        t.n(area);
        t.n(cell);
        t.n(1);
    });
}

/// Address and strength of an access point.
fn access_point(t: &mut Tape) {
    t.told(6, |bytes| {
        let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(":")
    });
    t.n(1);
}

/// An IMEI: sixteen digits of which the first is a zero that is left out.
fn imei(t: &mut Tape) {
    t.decimal(8, |digits| digits.strip_prefix('0').unwrap_or(digits).to_owned());
}

/// Information, level of voltage, level of the network (3.4, 3.5).
fn levels(t: &mut Tape) {
    t.flags(1);
    t.n(1);
    t.n(1);
}

/// Alarm and language (3.6).
fn alarm(t: &mut Tape) {
    t.n(1);
    t.n(1);
}

/// The same where the upper half of the language extends the alarm.
fn extended_alarm(t: &mut Tape) {
    let language = t.peek(1, 1).unwrap_or_default();
    t.shown(
        1,
        |noise| noise.below(256),
        |alarm| (language / 16 * 256 + alarm).cast_signed(),
    );
    t.n(1);
}

/// Modules: id, length, value.
fn modules(t: &mut Tape, length_width: usize) {
    while t.more() && !t.is_short() {
        let (id, length) = t.choose(&[(0x18, 2), (0x29, 4), (0x6A, 1), (0x7777, 3), (0x09, 1), (0x27, 2)]);
        t.picked_told(2, &[id], |id| format!("0x{id:04X}"));
        let length = t.exactly(length_width, length);
        t.whatever(length);
    }
}
