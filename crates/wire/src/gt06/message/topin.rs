//! The Topin dialect: neither serial nor checksum. The byte in the place of the length and the number belong to the
//! content here, since the former counts what follows.

use super::super::part::{AccessPoint, BcdDate, Bssid, Cell, CellScan, Date, Facts, Gps, Imei, Octets, Parsed, Part, Shown, Tower, Walk, layout};

layout! {
    /// Login.
    pub struct TopinLogin {
        /// 13, as in the ordinary login.
        count: u8 = "长度",
        /// 0x01.
        number: Number = "协议号",
        /// The device.
        imei: Imei = "终端ID",
        /// Not known.
        extra: u8 = "附加",
    }
}

layout! {
    /// Heartbeat, and its answer.
    pub struct TopinHeartbeat {
        /// 1.
        count: u8 = "长度",
        /// 0x08.
        number: Number = "协议号",
    }
}

layout! {
    /// 0x10: a position.
    pub struct TopinLocation {
        /// 18: bytes of date and fix.
        count: u8 = "长度",
        /// 0x10.
        number: Number = "协议号",
        /// Time of the fix, binary here.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
    }
}

layout! {
    /// 0x11: a position with three bytes more.
    pub struct TopinLocationExtra {
        /// 21: bytes of date, fix and what follows.
        count: u8 = "长度",
        /// 0x11.
        number: Number = "协议号",
        /// Time of the fix, binary here.
        date: Date = "日期时间",
        /// The fix.
        gps: Gps = "GPS信息",
        /// Not known.
        extra: Octets<3> = "附加",
    }
}

layout! {
    /// 0x17 and 0x69 from the platform: the date of the message that it answers.
    pub struct TopinAnswer {
        /// 0.
        count: u8 = "长度",
        /// Number of the answered message.
        number: Number = "协议号",
        /// The date.
        date: BcdDate = "日期时间",
    }
}

/// The protocol number inside a content; it says nothing about the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Number(
    /// The number.
    pub u8,
);

impl<'a> Part<'a> for Number {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, number) = u8::parse(input)?;
        Ok((input, Self(number)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown { value: crate::Value::Text(format!("0x{:02X}", self.0)), note: String::new(), parts: Vec::new() }
    }

    fn tell(&self, _: &'static str, _: &mut Facts<'a>) {}
}

/// 0x17 and 0x69: access points and cells with ids of two bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TopinScan<'a> {
    /// Protocol number.
    pub number: u8,
    /// Time of the scan, packed decimal here.
    pub date: BcdDate,
    /// Access points.
    pub access_points: Vec<AccessPoint<'a>>,
    /// Country code; 0 without cells.
    pub mcc: u16,
    /// Network code; 0 without cells.
    pub mnc: u8,
    /// Cells.
    pub cells: Vec<CellScan<2, 2>>,
    /// A zero byte follows in some frames.
    pub closed: bool,
}

impl<'a> Part<'a> for TopinScan<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, count) = u8::parse(input)?;
        let (input, number) = u8::parse(input)?;
        let (mut input, date) = BcdDate::parse(input)?;
        let mut scan = Self { number, date, ..Self::default() };
        for _ in 0..count {
            let (rest, Octets(bssid)) = Octets::parse(input)?;
            let (rest, strength) = u8::parse(rest)?;
            scan.access_points.push(AccessPoint { bssid, strength, ssid: None });
            input = rest;
        }
        let (mut input, cells) = u8::parse(input)?;
        if cells > 0 {
            (input, scan.mcc) = u16::parse(input)?;
            (input, scan.mnc) = u8::parse(input)?;
        }
        for _ in 0..cells {
            let (rest, cell) = CellScan::parse(input)?;
            scan.cells.push(cell);
            input = rest;
        }
        if let [0, rest @ ..] = input {
            scan.closed = true;
            input = rest;
        }
        Ok((input, scan))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let points = self.access_points.get(..255).unwrap_or(&self.access_points);
        let cells = self.cells.get(..255).unwrap_or(&self.cells);
        out.extend([u8::try_from(points.len()).unwrap_or(u8::MAX), self.number]);
        self.date.write(out);
        for point in points {
            out.extend_from_slice(&point.bssid);
            out.push(point.strength);
        }
        out.push(u8::try_from(cells.len()).unwrap_or(u8::MAX));
        if !cells.is_empty() {
            self.mcc.write(out);
            out.push(self.mnc);
        }
        for cell in cells {
            cell.write(out);
        }
        if self.closed {
            out.push(0);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<u8>("access_point_count", "接入点数量");
        walk.step::<Number>("number", "协议号");
        walk.step::<BcdDate>("date", "日期时间");
        for _ in &self.access_points {
            walk.step::<Bssid>("bssid", "MAC地址");
            walk.step::<u8>("strength", "信号强度");
        }
        walk.step::<u8>("cell_count", "基站数量");
        if !self.cells.is_empty() {
            walk.step::<u16>("mcc", "国家码");
            walk.step::<u8>("mnc", "网络码");
        }
        for index in 0..self.cells.len() {
            walk.step::<CellScan<2, 2>>(format!("cell_{index}"), "基站");
        }
        if self.closed {
            walk.step::<u8>("end", "结束");
        }
        Shown { value: crate::Value::Parts, note: String::new(), parts: walk.finish() }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        self.date.tell(name, facts);
        facts.access_points.extend_from_slice(&self.access_points);
        for (index, cell) in self.cells.iter().enumerate() {
            let network = Cell::<1, 2, 2> { mcc_word: self.mcc, mnc: self.mnc.into(), area: cell.area, cell: cell.cell };
            facts.towers.push(Tower { signal: Some(cell.rssi), serving: index == 0, ..network.tower() });
        }
    }
}
