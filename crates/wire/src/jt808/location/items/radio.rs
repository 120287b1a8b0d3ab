use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{BcdTime, Items, List, Octets, Parsed, Part, Shown, Text, Walk, layout};

/// Cells behind their number.
pub type CellList<T> = List<u8, T>;

/// Access points behind their number.
pub type CountedAccessPoints = List<u8, AccessPoint>;

/// Strength of a signal: 0 to 127 in the maker's scale, or dBm where the byte is 128 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Strength(
    /// The byte as on the wire.
    pub u8,
);

impl Strength {
    /// The strength; negative values are dBm.
    #[must_use]
    pub const fn get(self) -> i8 {
        self.0.cast_signed()
    }
}

impl<'a> Part<'a> for Strength {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, byte) = u8::parse(input, edition)?;
        Ok((input, Self(byte)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        let note = if self.get() < 0 {
            "dBm".to_owned()
        } else {
            String::new()
        };
        Shown {
            value: Value::Integer(i64::from(self.get())),
            note,
            parts: Vec::new(),
        }
    }
}

layout! {
    /// 0x53: a cell of the second generation.
    pub struct GsmCell {
        /// Mobile country code.
        mcc: u16 = "MCC",
        /// Mobile network code.
        mnc: u8 = "MNC",
        /// Location area code.
        lac: u16 = "LAC",
        /// Cell id.
        cell_id: u16 = "CI",
        /// Strength.
        signal: Strength = "信号强度",
    }
}

layout! {
    /// 0x5D: a cell of the fourth generation.
    pub struct LteCell {
        /// Mobile country code.
        mcc: u16 = "MCC",
        /// Mobile network code.
        mnc: u8 = "MNC",
        /// Tracking area code.
        lac: u16 = "LAC",
        /// Cell id.
        cell_id: u32 = "CI",
        /// Strength.
        signal: Strength = "信号强度",
    }
}

layout! {
    /// 0xF0: a cell with wide fields.
    pub struct WideCell {
        /// Mobile country code.
        mcc: u16 = "MCC",
        /// Mobile network code.
        mnc: u16 = "MNC",
        /// Cell id.
        cell_id: u32 = "CI",
        /// Location area code.
        lac: u32 = "LAC",
        /// Strength.
        signal: Strength = "信号强度",
    }
}

/// 0xE1: cells of one operator. Two forms: area codes of two bytes (the last strength may be missing) or of three.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OperatorCellsItem {
    /// Mobile country code.
    pub mcc: u16,
    /// Mobile network code.
    pub mnc: u16,
    /// The cells with area codes of two bytes.
    pub cells: Vec<OperatorCell>,
    /// True when area codes have three bytes on the wire.
    pub wide: bool,
}

/// A cell of [`OperatorCellsItem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OperatorCell {
    /// Location area code.
    pub lac: u32,
    /// Cell id.
    pub cell_id: u32,
    /// Strength.
    pub signal: Option<Strength>,
}

layout! {
    /// A cell with an area code of two bytes.
    pub struct NarrowCell {
        /// Location area code.
        lac: u16 = "LAC",
        /// Cell id.
        cell_id: u32 = "CI",
        /// Strength; may be missing at the end.
        signal: crate::jt808::part::Trailing<Strength> = "信号强度",
    }
}

layout! {
    /// A cell with an area code of three bytes.
    pub struct BroadCell {
        /// Location area code.
        lac: Octets<3> = "LAC",
        /// Cell id.
        cell_id: u32 = "CI",
        /// Strength.
        signal: Strength = "信号强度",
    }
}

impl<'a> Part<'a> for OperatorCellsItem {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, mcc) = u16::parse(input, edition)?;
        let (input, mnc) = u16::parse(input, edition)?;
        if input.len() % 8 == 0 && input.len() % 7 != 0 {
            let (input, list) = Items::<BroadCell>::parse(input, edition)?;
            let cells = list.items.iter().map(|cell| {
                let [high, middle, low] = cell.lac.0;
                let lac = u32::from_be_bytes([0, high, middle, low]);
                OperatorCell {
                    lac,
                    cell_id: cell.cell_id,
                    signal: Some(cell.signal),
                }
            });
            return Ok((
                input,
                Self {
                    mcc,
                    mnc,
                    cells: cells.collect(),
                    wide: true,
                },
            ));
        }
        let (input, list) = Items::<NarrowCell>::parse(input, edition)?;
        let cells = list.items.iter().map(|cell| OperatorCell {
            lac: u32::from(cell.lac),
            cell_id: cell.cell_id,
            signal: cell.signal.0,
        });
        Ok((
            input,
            Self {
                mcc,
                mnc,
                cells: cells.collect(),
                wide: false,
            },
        ))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.mcc.write(out, edition);
        self.mnc.write(out, edition);
        for cell in &self.cells {
            let lac = cell.lac.to_be_bytes();
            out.extend(lac.iter().skip(if self.wide { 1 } else { 2 }));
            cell.cell_id.write(out, edition);
            out.extend(cell.signal.map(|signal| signal.0));
        }
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        let mut walk = Walk::new(raw, at, edition);
        walk.step::<u16>("mcc", "MCC");
        walk.step::<u16>("mnc", "MNC");
        if self.wide {
            walk.step::<Items<BroadCell>>("cells", "基站");
        } else {
            walk.step::<Items<NarrowCell>>("cells", "基站");
        }
        Shown::parts(walk.finish())
    }
}

layout! {
    /// 0xEB with cells: those of one operator.
    pub struct CodedCellsItem {
        /// Mobile country code.
        mcc: u16 = "MCC",
        /// Mobile network code.
        mnc: u8 = "MNC",
        /// The cells.
        cells: Items<CodedCell> = "基站",
    }
}

layout! {
    /// A cell of [`CodedCellsItem`].
    pub struct CodedCell {
        /// Location area code.
        lac: u16 = "LAC",
        /// Cell id.
        cell_id: u16 = "CI",
        /// Strength.
        signal: Strength = "信号强度",
    }
}

layout! {
    /// An access point of a wireless network.
    pub struct AccessPoint {
        /// Its address.
        bssid: Mac = "MAC",
        /// Strength.
        signal: Strength = "信号强度",
    }
}

/// An address of six bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Mac(
    /// The bytes.
    pub [u8; 6],
);

impl Mac {
    /// Lower-case hexadecimal with colons.
    #[must_use]
    pub fn text(&self) -> String {
        let pairs: Vec<String> = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(":")
    }
}

impl<'a> Part<'a> for Mac {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, Octets(bytes)) = Octets::parse(input, edition)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>, _: Edition) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        Shown::plain(Value::Text(self.text()))
    }
}

layout! {
    /// 0xFB with stations, sent without a fix: `mcc,mnc,n,lac,ci,signal,lac,ci,signal…`.
    pub struct StationTextItem<'a> {
        /// When.
        time: BcdTime = "时间",
        /// The stations.
        stations: Text<'a> = "基站信息",
    }
}

layout! {
    /// 0xFC with access points, sent without a fix: `-,-,rssi,mac,channel` per point.
    pub struct AccessPointTextItem<'a> {
        /// Number of points.
        count: u8 = "WIFI数量",
        /// The points.
        points: Text<'a> = "WIFI信息",
    }
}
