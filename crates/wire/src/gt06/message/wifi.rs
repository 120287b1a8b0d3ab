use super::super::part::{AccessPoint, AccessPoints, BcdDate, Bssid, CellSlots, Date, Facts, NamedAccessPoints, Octets, Parsed, Part, Shown, Walk, layout};

layout! {
    /// 0x2C: cells and access points.
    pub struct WifiReport<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: CellSlots<7, 2, 3> = "基站列表",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Access points.
        access_points: AccessPoints<'a> = "WIFI",
    }
}

layout! {
    /// 0x2C of Concox V5: access points with their names.
    pub struct WifiNamedReport<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: CellSlots<7, 2, 3> = "基站列表",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Access points.
        access_points: NamedAccessPoints<'a> = "WIFI",
    }
}

layout! {
    /// 0xA2: 4G cells and access points.
    pub struct WifiReport4g<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: CellSlots<7, 4, 8> = "基站列表",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Access points.
        access_points: AccessPoints<'a> = "WIFI",
    }
}

layout! {
    /// 0x33: six cells with wide ids, timing advance, access points.
    pub struct WifiWideReport<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: CellSlots<6, 2, 4> = "基站列表",
        /// Timing advance, 255 = unknown.
        timing_advance: u8 = "时间提前量",
        /// Access points.
        access_points: AccessPoints<'a> = "WIFI",
    }
}

layout! {
    /// 0x33 without timing advance.
    pub struct WifiWideReportBare<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// Cells.
        cells: CellSlots<6, 2, 4> = "基站列表",
        /// Access points.
        access_points: AccessPoints<'a> = "WIFI",
    }
}

layout! {
    /// 0xF3: access points only.
    pub struct WifiOnly<'a> {
        /// Time of the scan.
        date: BcdDate = "日期时间",
        /// Access points.
        access_points: PointList<'a> = "WIFI",
    }
}

/// A count byte and access points behind two unknown bytes each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PointList<'a>(
    /// The unknown bytes and the access point, at most 255.
    pub Vec<([u8; 2], AccessPoint<'a>)>,
);

impl<'a> Part<'a> for PointList<'a> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (mut input, number) = u8::parse(input)?;
        let mut points = Vec::new();
        for _ in 0..number {
            let (rest, Octets(unknown)) = Octets::parse(input)?;
            let (rest, Octets(bssid)) = Octets::parse(rest)?;
            points.push((unknown, AccessPoint { bssid, ..AccessPoint::default() }));
            input = rest;
        }
        Ok((input, Self(points)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        let points = self.0.get(..255).unwrap_or(&self.0);
        out.push(u8::try_from(points.len()).unwrap_or(u8::MAX));
        for (unknown, point) in points {
            out.extend_from_slice(unknown);
            out.extend_from_slice(&point.bssid);
        }
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<u8>("access_point_count", "接入点数量");
        for _ in &self.0 {
            walk.step::<Octets<2>>("unknown", "未知");
            walk.step::<Bssid>("bssid", "MAC地址");
        }
        Shown::parts(walk.finish())
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        facts.access_points.extend(self.0.iter().map(|(_, point)| *point));
    }
}
