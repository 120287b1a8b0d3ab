use super::super::part::{AccessPoint, Block, Bssid, Bytes, CellScan, Date, Facts, Gps, List, Parsed, Part, RssiCell, Shown, Walk, codes, layout};

layout! {
    /// 0x32 and 0x33 in long frames: AZ735, every block behind its length.
    pub struct LocationAz735<'a> {
        /// Time of the message.
        date: Date = "日期时间",
        /// The fix, where there is one.
        gps: Block<'a, Gps> = "GPS信息",
        /// Serving cell.
        cell: Block<'a, RssiCell<1, 2, 3>> = "基站",
        /// Other cells.
        neighbours: Block<'a, List<CellScan<2, 3>>> = "邻区",
        /// Access points.
        wifi: Block<'a, List<WifiEntry>> = "WIFI",
        /// State.
        state: StateCode = "状态",
        /// More.
        extension: Option<Block<'a, Bytes<'a>>> = "扩展",
    }
}

/// One access point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct WifiEntry {
    /// Address.
    pub bssid: Bssid,
    /// Strength.
    pub strength: u8,
}

impl<'a> Part<'a> for WifiEntry {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, bssid) = Bssid::parse(input)?;
        let (input, strength) = u8::parse(input)?;
        Ok((input, Self { bssid, strength }))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.bssid.write(out);
        out.push(self.strength);
    }

    fn show(&self, raw: &'a [u8], at: usize) -> Shown {
        let mut walk = Walk::new(raw, at);
        walk.step::<Bssid>("bssid", "MAC地址");
        walk.step::<u8>("strength", "信号强度");
        Shown::parts(walk.finish())
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        facts.access_points.push(AccessPoint {
            bssid: self.bssid.0,
            strength: self.strength,
            ssid: None,
        });
    }
}

codes! {
    /// State of the AZ735.
    pub struct StateCode {
        0xA0 => "armed" "已设防",
        0xA1 => "disarmed" "已撤防",
        0xA2 | 0xA3 => "low_battery" "低电",
        0xA4 => "alarm" "报警",
        0xA5 => "door" "门",
    }
}
