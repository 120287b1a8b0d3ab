use crate::jt808::part::{BcdTime, Listed, Prefixed, Scaled, codes, flags, layout};

flags! {
    /// Attributes of an area or route.
    pub struct AreaAttributes: u16 {
        0 => "time_rule" "根据时间",
        1 => "speed_rule" "限速",
        2 => "tell_driver_entering" "进区域报警给驾驶员",
        3 => "tell_platform_entering" "进区域报警给平台",
        4 => "tell_driver_leaving" "出区域报警给驾驶员",
        5 => "tell_platform_leaving" "出区域报警给平台",
        6 => "south" "南纬",
        7 => "west" "西经",
        8 => "doors_shut" "禁止开门",
        14 => "radio_off" "进区域关闭通信模块",
        15 => "record_gnss" "进区域采集GNSS详细定位数据",
    }
}

impl AreaAttributes {
    /// Bit 0: start and end are present.
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

codes! {
    /// What to do with areas.
    pub struct AreaSetting: u8 {
        0 => "replace" "更新区域",
        1 => "add" "追加区域",
        2 => "change" "修改区域",
    }
}

layout! {
    /// 0x8600: circles (2013 §8.35, 2019 §8.32).
    pub struct CirclesOrder<'a> {
        /// What to do with them.
        setting: AreaSetting = "设置属性",
        /// The circles.
        circles: Listed<u8, u8, Circle<'a>> = "区域项",
    }
}

layout! {
    /// One circle.
    pub struct Circle<'a> {
        /// Its id.
        id: u32 = "区域ID",
        /// Its attributes.
        attributes: AreaAttributes = "区域属性",
        /// Latitude of the centre, without sign.
        centre_latitude_deg: Scaled<u32, 1_000_000> = "中心点纬度",
        /// Longitude of the centre, without sign.
        centre_longitude_deg: Scaled<u32, 1_000_000> = "中心点经度",
        /// Radius.
        radius_m: u32 = "半径",
        /// Begin of the rule; a date of zeros means daily.
        start: BcdTime = "起始时间" if |_| attributes.timed(),
        /// End of the rule.
        end: BcdTime = "结束时间" if |_| attributes.timed(),
        /// Highest speed.
        max_speed_kmh: u16 = "最高速度" if |_| attributes.limited(),
        /// How long it may be exceeded.
        overspeed_s: u8 = "超速持续时间" if |_| attributes.limited(),
        /// Highest speed at night, from 2019.
        night_speed_kmh: u16 = "夜间最高速度" if |edition| edition.since_2019() && attributes.limited(),
        /// Name, from 2019.
        name: Prefixed<'a, u16> = "区域名称" if |edition| edition.since_2019(),
    }
}

layout! {
    /// 0x8602: rectangles (2013 §8.37, 2019 §8.34).
    pub struct RectanglesOrder<'a> {
        /// What to do with them.
        setting: AreaSetting = "设置属性",
        /// The rectangles.
        rectangles: Listed<u8, u8, Rectangle<'a>> = "区域项",
    }
}

layout! {
    /// One rectangle.
    pub struct Rectangle<'a> {
        /// Its id.
        id: u32 = "区域ID",
        /// Its attributes.
        attributes: AreaAttributes = "区域属性",
        /// Latitude of the upper left corner, without sign.
        top_latitude_deg: Scaled<u32, 1_000_000> = "左上点纬度",
        /// Longitude of the upper left corner, without sign.
        left_longitude_deg: Scaled<u32, 1_000_000> = "左上点经度",
        /// Latitude of the lower right corner, without sign.
        bottom_latitude_deg: Scaled<u32, 1_000_000> = "右下点纬度",
        /// Longitude of the lower right corner, without sign.
        right_longitude_deg: Scaled<u32, 1_000_000> = "右下点经度",
        /// Begin of the rule; a date of zeros means daily.
        start: BcdTime = "起始时间" if |_| attributes.timed(),
        /// End of the rule.
        end: BcdTime = "结束时间" if |_| attributes.timed(),
        /// Highest speed.
        max_speed_kmh: u16 = "最高速度" if |_| attributes.limited(),
        /// How long it may be exceeded.
        overspeed_s: u8 = "超速持续时间" if |_| attributes.limited(),
        /// Highest speed at night, from 2019.
        night_speed_kmh: u16 = "夜间最高速度" if |edition| edition.since_2019() && attributes.limited(),
        /// Name, from 2019.
        name: Prefixed<'a, u16> = "区域名称" if |edition| edition.since_2019(),
    }
}

layout! {
    /// 0x8604: a polygon (2013 §8.39, 2019 §8.36).
    pub struct Polygon<'a> {
        /// Its id.
        id: u32 = "区域ID",
        /// Its attributes.
        attributes: AreaAttributes = "区域属性",
        /// Begin of the rule; a date of zeros means daily.
        start: BcdTime = "起始时间" if |_| attributes.timed(),
        /// End of the rule.
        end: BcdTime = "结束时间" if |_| attributes.timed(),
        /// Highest speed.
        max_speed_kmh: u16 = "最高速度" if |_| attributes.limited(),
        /// How long it may be exceeded.
        overspeed_s: u8 = "超速持续时间" if |_| attributes.limited(),
        /// The corners.
        vertices: Listed<u16, u8, Vertex> = "顶点项",
        /// Highest speed at night, from 2019.
        night_speed_kmh: u16 = "夜间最高速度" if |edition| edition.since_2019() && attributes.limited(),
        /// Name, from 2019.
        name: Prefixed<'a, u16> = "区域名称" if |edition| edition.since_2019(),
    }
}

layout! {
    /// One corner of a polygon.
    pub struct Vertex {
        /// Latitude without sign.
        latitude_deg: Scaled<u32, 1_000_000> = "顶点纬度",
        /// Longitude without sign.
        longitude_deg: Scaled<u32, 1_000_000> = "顶点经度",
    }
}
