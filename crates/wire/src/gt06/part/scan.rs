use nom::Parser as _;
use nom::multi::{count, length_data};
use nom::number::complete::be_u8;

use super::cell::{mnc_width, show_network, show_wide, wide, write_wide};
use super::{Cell, Facts, Octets, Parsed, Part, Shown, Text, Tower, Walk};
use crate::Value;

/// One entry of a list of cells: area code, cell id, strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct CellScan<const AREA: usize, const CELL: usize> {
    /// Location or tracking area code; 0 = empty slot.
    pub area: u32,
    /// Cell id.
    pub cell: u64,
    /// Strength.
    pub rssi: u8,
}

impl<'a, const AREA: usize, const CELL: usize> Part<'a> for CellScan<AREA, CELL> {
    #[allow(clippy::cast_possible_truncation, reason = "as many bytes were read as fit")]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, area) = wide(AREA)(input)?;
        let (input, cell) = wide(CELL)(input)?;
        let (input, rssi) = be_u8(input)?;
        Ok((
            input,
            Self {
                area: area as u32,
                cell,
                rssi,
            },
        ))
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_wide(u64::from(self.area), AREA, out);
        write_wide(self.cell, CELL, out);
        out.push(self.rssi);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        show_wide(&mut walk, AREA, "area_code", "位置区码", u64::from(self.area));
        show_wide(&mut walk, CELL, "cell_id", "基站号", self.cell);
        walk.step::<u8>("rssi", "信号强度");
        Shown::parts(walk.finish())
    }

    fn tell(&self, _: &'static str, _: &mut Facts<'a>) {}
}

/// For [`CellSlots`]: as many cells as leave the three bytes of timing advance and language.
pub const FILL: usize = usize::MAX;

/// Country code, network code and `N` cells of that network, the serving one first; `N` = 0: a count byte says how
/// many; `N` = [`FILL`]: as many as fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CellSlots<const N: usize, const AREA: usize, const CELL: usize> {
    /// Mobile country code in the low 15 bits. Bit 15: the network code has two bytes.
    pub mcc_word: u16,
    /// Mobile network code.
    pub mnc: u16,
    /// The cells, empty slots included.
    pub cells: Vec<CellScan<AREA, CELL>>,
}

impl<const N: usize, const AREA: usize, const CELL: usize> CellSlots<N, AREA, CELL> {
    /// A list of these cells; filled with empty slots or cut to `N`.
    #[must_use]
    pub fn new<const M: usize>(network: &Cell<M, AREA, CELL>, cells: &[CellScan<AREA, CELL>]) -> Self {
        let mut cells = cells.to_vec();
        if N > 0 && N != FILL {
            cells.resize(N, CellScan::default());
        }
        Self {
            mcc_word: network.mcc_word,
            mnc: network.mnc,
            cells,
        }
    }
}

impl<'a, const N: usize, const AREA: usize, const CELL: usize> Part<'a> for CellSlots<N, AREA, CELL> {
    #[allow(clippy::cast_possible_truncation, reason = "as many bytes were read as fit")]
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, mcc_word) = u16::parse(input)?;
        let (input, mnc) = wide(mnc_width(1, mcc_word))(input)?;
        let (input, number) = match N {
            0 => be_u8(input).map(|(input, number)| (input, usize::from(number)))?,
            FILL => {
                let width = AREA.saturating_add(CELL).saturating_add(1);
                (
                    input,
                    input.len().saturating_sub(3).checked_div(width).unwrap_or(0),
                )
            }
            _ => (input, N),
        };
        let (input, cells) = count(CellScan::parse, number).parse(input)?;
        Ok((
            input,
            Self {
                mcc_word,
                mnc: mnc as u16,
                cells,
            },
        ))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.mcc_word.write(out);
        write_wide(u64::from(self.mnc), mnc_width(1, self.mcc_word), out);
        let cells = self.cells.get(..255).unwrap_or(&self.cells);
        if N == 0 {
            out.push(u8::try_from(cells.len()).unwrap_or(u8::MAX));
        }
        for cell in cells {
            cell.write(out);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        show_network(&mut walk, self.mcc_word, 1, self.mnc);
        if N == 0 {
            walk.step::<u8>("cell_count", "基站数量");
        }
        for (index, cell) in self.cells.iter().enumerate() {
            let empty = cell.area == 0;
            walk.push(
                AREA.saturating_add(CELL).saturating_add(1),
                format!("cell_{index}"),
                "基站",
                |raw, at| Shown {
                    note: if empty {
                        "empty slot".to_owned()
                    } else {
                        String::new()
                    },
                    ..cell.show(raw, at)
                },
            );
        }
        Shown::parts(walk.finish())
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        for (index, cell) in self.cells.iter().enumerate().filter(|(_, cell)| cell.area != 0) {
            let network = Cell::<1, AREA, CELL> {
                mcc_word: self.mcc_word,
                mnc: self.mnc,
                area: cell.area,
                cell: cell.cell,
            };
            facts.towers.push(Tower {
                signal: Some(cell.rssi),
                serving: index == 0,
                ..network.tower()
            });
        }
    }
}

/// A WiFi access point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct AccessPoint<'a> {
    /// Its address.
    pub bssid: [u8; 6],
    /// Its strength: a negative dBm without its sign.
    pub strength: u8,
    /// Its name where the message has it.
    pub ssid: Option<Text<'a>>,
}

impl AccessPoint<'_> {
    /// Its address, lower-case hexadecimal with colons.
    #[must_use]
    pub fn address(&self) -> String {
        super::facts::bssid(&self.bssid)
    }
}

fn access_point<'a>(named: bool) -> impl Fn(&'a [u8]) -> Parsed<'a, AccessPoint<'a>> {
    move |input| {
        let (input, Octets(bssid)) = Octets::parse(input)?;
        let (input, strength) = be_u8(input)?;
        if !named {
            return Ok((
                input,
                AccessPoint {
                    bssid,
                    strength,
                    ssid: None,
                },
            ));
        }
        let (input, ssid) = length_data(be_u8).parse(input)?;
        Ok((
            input,
            AccessPoint {
                bssid,
                strength,
                ssid: Some(Text(ssid)),
            },
        ))
    }
}

fn write_points(points: &[AccessPoint<'_>], out: &mut Vec<u8>) {
    for point in points {
        out.extend_from_slice(&point.bssid);
        out.push(point.strength);
        if let Some(Text(ssid)) = point.ssid {
            super::ShortText(Text(ssid)).write(out);
        }
    }
}

/// Address of an access point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Bssid(
    /// The bytes.
    pub [u8; 6],
);

impl<'a> Part<'a> for Bssid {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, Octets(bytes)) = Octets::parse(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown::plain(Value::Text(super::facts::bssid(&self.0)))
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(
            name,
            self.bytes(),
            super::ItemValue::Text(super::facts::bssid(&self.0)),
        );
    }
}

fn show_points(walk: &mut Walk<'_>, points: &[AccessPoint<'_>]) {
    for (index, point) in points.iter().enumerate() {
        let name = point.ssid.map_or(0, |ssid| ssid.0.len().saturating_add(1));
        walk.push(
            name.saturating_add(7),
            format!("access_point_{index}"),
            "接入点",
            |raw, at| {
                let mut inner = Walk::new(raw, at);
                inner.step::<Bssid>("bssid", "MAC地址");
                inner.step::<u8>("strength", "信号强度");
                if point.ssid.is_some() {
                    inner.step::<super::ShortText<'_>>("ssid", "名称");
                }
                Shown::parts(inner.finish())
            },
        );
    }
}

macro_rules! access_points {
    ($(#[$meta:meta])* $name:ident, $named:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct $name<'a>(
            /// The access points, at most 255.
            pub Vec<AccessPoint<'a>>,
        );

        impl<'a> Part<'a> for $name<'a> {
            fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
                let (input, number) = be_u8(input)?;
                let (input, points) = count(access_point($named), usize::from(number)).parse(input)?;
                Ok((input, Self(points)))
            }

            fn write(&self, out: &mut Vec<u8>) {
                let points = self.0.get(..255).unwrap_or(&self.0);
                out.push(u8::try_from(points.len()).unwrap_or(u8::MAX));
                write_points(points, out);
            }

            fn show(&self, raw: &'a [u8], at: usize) -> Shown {
                let mut walk = Walk::new(raw, at);
                walk.step::<u8>("access_point_count", "接入点数量");
                show_points(&mut walk, &self.0);
                Shown::parts(walk.finish())
            }

            fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
                facts.access_points.extend_from_slice(&self.0);
            }
        }
    };
}

access_points! {
    /// A count byte and that many access points.
    AccessPoints, false
}

access_points! {
    /// A count byte and that many access points with their names.
    NamedAccessPoints, true
}
