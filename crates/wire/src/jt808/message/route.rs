use super::AreaAttributes;
use crate::jt808::part::{BcdTime, Listed, Prefixed, Scaled, flags, layout};

layout! {
    /// 0x8606: a route (2013 §8.41, 2019 §8.38).
    pub struct Route<'a> {
        /// Its id.
        id: u32 = "路线ID",
        /// Its attributes: bits 0 and 2 to 5.
        attributes: AreaAttributes = "路线属性",
        /// Begin of the rule; a date of zeros means daily.
        start: BcdTime = "起始时间" if |_| attributes.timed(),
        /// End of the rule.
        end: BcdTime = "结束时间" if |_| attributes.timed(),
        /// The turning points.
        points: Listed<u16, u8, RoutePoint> = "拐点项",
        /// Name, from 2019.
        name: Prefixed<'a, u16> = "路线名称" if |edition| edition.since_2019(),
    }
}

layout! {
    /// A turning point and the section that begins there.
    pub struct RoutePoint {
        /// Id of the point, from 2013.
        point_id: u32 = "拐点ID" if |edition| edition.since_2013(),
        /// Id of the section.
        section_id: u32 = "路段ID",
        /// Latitude without sign.
        latitude_deg: Scaled<u32, 1_000_000> = "拐点纬度",
        /// Longitude without sign.
        longitude_deg: Scaled<u32, 1_000_000> = "拐点经度",
        /// Width of the section.
        width_m: u8 = "路段宽度",
        /// Attributes of the section.
        attributes: SectionAttributes = "路段属性",
        /// Longest time on the section.
        too_long_s: u16 = "路段行驶过长阈值" if |_| attributes.timed(),
        /// Shortest time on the section, from 2013.
        too_short_s: u16 = "路段行驶不足阈值" if |edition| edition.since_2013() && attributes.timed(),
        /// Highest speed.
        max_speed_kmh: u16 = "路段最高速度" if |_| attributes.limited(),
        /// How long it may be exceeded.
        overspeed_s: u8 = "路段超速持续时间" if |_| attributes.limited(),
        /// Highest speed at night, from 2019.
        night_speed_kmh: u16 = "夜间最高速度" if |edition| edition.since_2019() && attributes.limited(),
    }
}

flags! {
    /// Attributes of a section.
    pub struct SectionAttributes: u8 {
        0 => "time_rule" "行驶时间",
        1 => "speed_rule" "限速",
        2 => "south" "南纬",
        3 => "west" "西经",
    }
}

impl SectionAttributes {
    /// Bit 0: times are present.
    #[must_use]
    pub const fn timed(self) -> bool {
        self.has(0)
    }

    /// Bit 1: speeds are present.
    #[must_use]
    pub const fn limited(self) -> bool {
        self.has(1)
    }
}
