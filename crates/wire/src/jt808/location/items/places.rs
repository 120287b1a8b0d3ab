use crate::jt808::part::{codes, flags, layout};

layout! {
    /// 0x11: where the speed was exceeded.
    pub struct OverspeedPlaceItem {
        /// Kind of place.
        kind: PlaceKind = "位置类型",
        /// Id of the area or section, unless there is none.
        id: u32 = "区域或路段ID" if |_| kind.named(),
    }
}

layout! {
    /// 0x12: which area or route was entered or left.
    pub struct AreaCrossingItem {
        /// Kind of place.
        kind: PlaceKind = "位置类型",
        /// Id of the area or route.
        id: u32 = "区域或线路ID",
        /// In or out.
        direction: CrossingDirection = "方向",
    }
}

layout! {
    /// 0x13: time on a section.
    pub struct SectionTimeItem {
        /// Id of the section.
        id: u32 = "路段ID",
        /// Time on it.
        duration_s: u16 = "路段行驶时间",
        /// What is wrong with it.
        result: SectionResult = "结果",
    }
}

codes! {
    /// Kind of place.
    pub struct PlaceKind: u8 {
        0 => "none" "无特定位置",
        1 => "circle" "圆形区域",
        2 => "rectangle" "矩形区域",
        3 => "polygon" "多边形区域",
        4 => "section" "路段",
    }
}

impl PlaceKind {
    /// True when an id follows.
    #[must_use]
    pub const fn named(self) -> bool {
        self.0 != 0
    }
}

codes! {
    /// In or out.
    pub struct CrossingDirection: u8 {
        0 => "in" "进",
        1 => "out" "出",
    }
}

codes! {
    /// What is wrong with the time on a section.
    pub struct SectionResult: u8 {
        0 => "too_short" "不足",
        1 => "too_long" "过长",
    }
}

flags! {
    /// 0xF4 of two bytes: how it is driven.
    pub struct DrivingEventBits: u16 {
        0 => "harsh_acceleration" "急加速",
        1 => "harsh_deceleration" "急减速",
        2 => "harsh_braking" "急刹车",
        3 => "harsh_turn" "急转弯",
        4 => "collision" "碰撞",
        5 => "rollover" "侧翻",
        6 => "input_1" "输入1",
        7 => "input_2" "输入2",
    }
}
