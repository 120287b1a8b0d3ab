use nom::Parser as _;
use nom::bytes::complete::take;

use super::{Facts, Parsed, Part, Shown, Walk};
use crate::Value;

/// Radio access technology as far as the widths of the fields tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Radio {
    /// Two-byte area code.
    #[default]
    Gsm,
    /// Four-byte area code, eight-byte cell id.
    Lte,
}

/// A tower as a message names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tower {
    /// Technology.
    pub radio: Radio,
    /// Mobile country code.
    pub mcc: u16,
    /// Mobile network code; with one byte on the wire only its low byte (302-720 arrives as 208).
    pub mnc: u16,
    /// Location or tracking area code.
    pub area: u32,
    /// Cell id.
    pub cell: u64,
    /// Strength as reported: 0 weakest to 255 by the text, a negative dBm without its sign in practice.
    pub signal: Option<u8>,
    /// Timing advance as reported.
    pub timing_advance: Option<u8>,
    /// The one that serves the device.
    pub serving: bool,
}

/// Country and network code and one cell. `MNC`: bytes of the network code, where 1 means "1, or 2 when bit 15 of the
/// country code is set"; `AREA` and `CELL`: bytes of the area code and the cell id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Cell<const MNC: usize = 1, const AREA: usize = 2, const CELL: usize = 3> {
    /// Mobile country code in the low 15 bits. Bit 15: the network code has two bytes.
    pub mcc_word: u16,
    /// Mobile network code.
    pub mnc: u16,
    /// Location or tracking area code.
    pub area: u32,
    /// Cell id.
    pub cell: u64,
}

impl<const MNC: usize, const AREA: usize, const CELL: usize> Cell<MNC, AREA, CELL> {
    /// Mobile country code.
    #[must_use]
    pub const fn mcc(&self) -> u16 {
        self.mcc_word & 0x7FFF
    }

    /// The cell as a tower that serves the device.
    #[must_use]
    pub const fn tower(&self) -> Tower {
        Tower {
            radio: if AREA > 2 { Radio::Lte } else { Radio::Gsm },
            mcc: self.mcc(),
            mnc: self.mnc,
            area: self.area,
            cell: self.cell,
            signal: None,
            timing_advance: None,
            serving: true,
        }
    }

    /// True when the device names no cell.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.area == 0 && self.cell == 0
    }
}

/// Reads a big-endian number of up to eight bytes.
#[inline]
pub(super) fn wide(width: usize) -> impl Fn(&[u8]) -> Parsed<'_, u64> {
    move |input| {
        let (input, bytes) = take(width).parse(input)?;
        Ok((
            input,
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte)),
        ))
    }
}

/// Writes the low bytes of a number.
pub(super) fn write_wide(number: u64, width: usize, out: &mut Vec<u8>) {
    let bytes = number.to_be_bytes();
    let from = bytes.len().saturating_sub(width);
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
}

/// Bytes of a network code: `width`, or two when the country code says so.
pub(super) const fn mnc_width(width: usize, mcc_word: u16) -> usize {
    if width == 1 && mcc_word & 0x8000 != 0 {
        2
    } else {
        width
    }
}

/// Notes country code and network code.
pub(super) fn show_network(walk: &mut Walk<'_>, mcc_word: u16, width: usize, mnc: u16) {
    walk.push(2, "mcc", "国家码", |_, _| Shown {
        value: Value::Integer(i64::from(mcc_word & 0x7FFF)),
        note: if mcc_word & 0x8000 != 0 {
            "two-byte MNC follows".to_owned()
        } else {
            String::new()
        },
        parts: Vec::new(),
    });
    walk.push(mnc_width(width, mcc_word), "mnc", "网络码", |_, _| {
        Shown::plain(Value::Integer(i64::from(mnc)))
    });
}

/// Notes a number of this width.
pub(super) fn show_wide(
    walk: &mut Walk<'_>,
    width: usize,
    name: &'static str,
    zh: &'static str,
    number: u64,
) {
    walk.push(width, name, zh, |_, _| {
        Shown::plain(Value::Integer(i64::try_from(number).unwrap_or(i64::MAX)))
    });
}

impl<'a, const MNC: usize, const AREA: usize, const CELL: usize> Part<'a> for Cell<MNC, AREA, CELL> {
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "as many bytes were read as fit")]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, mcc_word) = u16::parse(input)?;
        let (input, mnc) = wide(mnc_width(MNC, mcc_word))(input)?;
        let (input, area) = wide(AREA)(input)?;
        let (input, cell) = wide(CELL)(input)?;
        Ok((
            input,
            Self {
                mcc_word,
                mnc: mnc as u16,
                area: area as u32,
                cell,
            },
        ))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.mcc_word.write(out);
        write_wide(u64::from(self.mnc), mnc_width(MNC, self.mcc_word), out);
        write_wide(u64::from(self.area), AREA, out);
        write_wide(self.cell, CELL, out);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        show_network(&mut walk, self.mcc_word, MNC, self.mnc);
        show_wide(&mut walk, AREA, "area_code", "位置区码", u64::from(self.area));
        show_wide(&mut walk, CELL, "cell_id", "基站号", self.cell);
        Shown::parts(walk.finish())
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        if !self.is_empty() {
            facts.towers.push(self.tower());
        }
    }
}

/// A cell with its signal strength behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RssiCell<const MNC: usize, const AREA: usize, const CELL: usize> {
    /// The cell.
    pub cell: Cell<MNC, AREA, CELL>,
    /// Its strength.
    pub rssi: u8,
}

impl<'a, const MNC: usize, const AREA: usize, const CELL: usize> Part<'a> for RssiCell<MNC, AREA, CELL> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, cell) = Cell::parse(input)?;
        let (input, rssi) = u8::parse(input)?;
        Ok((input, Self { cell, rssi }))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.cell.write(out);
        out.push(self.rssi);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<Cell<MNC, AREA, CELL>>("cell", "基站");
        walk.step::<u8>("rssi", "信号强度");
        Shown::parts(walk.finish())
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        if !self.cell.is_empty() {
            facts.towers.push(Tower {
                signal: Some(self.rssi),
                ..self.cell.tower()
            });
        }
    }
}

/// A cell behind a length byte that counts itself: 0 or 1 = none, 9 (10) = 2G, 16 (17) = 4G. The TRX16i does not count
/// the byte itself and says 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellBlock<'a> {
    /// No cell: the length byte is too small for one.
    None(u8),
    /// A length byte of 0 and room for a cell behind it all the same.
    Skipped(&'a [u8]),
    /// 2G, and a length byte that does not count itself.
    Uncounted(Cell),
    /// 2G, and bytes behind it that the length byte counts.
    Gsm(Cell, &'a [u8]),
    /// 4G, and bytes behind it that the length byte counts.
    Lte(Cell<1, 4, 8>, &'a [u8]),
}

impl Default for CellBlock<'_> {
    fn default() -> Self {
        Self::None(0)
    }
}

impl CellBlock<'_> {
    fn length(&self) -> u8 {
        let cell = match self {
            Self::None(length) => return *length,
            Self::Skipped(_) => return 0,
            Self::Uncounted(_) => return 8,
            Self::Gsm(cell, rest) => cell.bytes().len().saturating_add(rest.len()),
            Self::Lte(cell, rest) => cell.bytes().len().saturating_add(rest.len()),
        };
        u8::try_from(cell.saturating_add(1)).unwrap_or(u8::MAX)
    }
}

impl<'a> Part<'a> for CellBlock<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (after, length) = u8::parse(input)?;
        if length == 0 {
            // Some devices say 0 and leave room: that of a cell, or 45 bytes. Five bytes of state follow.
            let room: usize = match after.len() {
                13 => 8,
                50.. => 45,
                _ => return Ok((after, Self::None(0))),
            };
            let (rest, skipped) = take(room).parse(after)?;
            return Ok((rest, Self::Skipped(skipped)));
        }
        if length < 8 {
            return Ok((after, Self::None(length)));
        }
        if length == 8 {
            return Cell::parse(after).map(|(rest, cell)| (rest, Self::Uncounted(cell)));
        }
        let (rest, block) = take(usize::from(length).saturating_sub(1)).parse(after)?;
        Ok(match length {
            0..16 => Cell::parse(block).map(|(left, cell)| (rest, Self::Gsm(cell, left)))?,
            _ => Cell::parse(block).map(|(left, cell)| (rest, Self::Lte(cell, left)))?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.length());
        match self {
            Self::None(_) => {}
            Self::Skipped(room) => out.extend_from_slice(room),
            Self::Uncounted(cell) => cell.write(out),
            Self::Gsm(cell, rest) => {
                cell.write(out);
                out.extend_from_slice(rest);
            }
            Self::Lte(cell, rest) => {
                cell.write(out);
                out.extend_from_slice(rest);
            }
        }
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<u8>("cell_block_length", "基站信息长度");
        match self {
            Self::None(_) => {}
            Self::Skipped(room) => walk.push(room.len(), "empty_cell", "空基站", |_, _| {
                Shown::plain(Value::Bytes)
            }),
            Self::Uncounted(_) | Self::Gsm(..) => walk.step::<Cell>("cell", "基站"),
            Self::Lte(..) => walk.step::<Cell<1, 4, 8>>("cell", "基站"),
        }
        Shown::parts(walk.finish())
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        match self {
            Self::None(_) | Self::Skipped(_) => {}
            Self::Uncounted(cell) | Self::Gsm(cell, _) => cell.tell(name, facts),
            Self::Lte(cell, _) => cell.tell(name, facts),
        }
    }
}
