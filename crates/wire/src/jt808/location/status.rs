use crate::Value;
use crate::jt808::edition::Edition;
use crate::jt808::part::{Flag, Parsed, Part, Shown};

/// Status bits of a position (JT/T 808-2019 table 25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Status(
    /// The word as on the wire.
    pub u32,
);

/// Load of the vehicle, status bits 8 and 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Load {
    /// Nothing on board.
    Empty,
    /// Half loaded.
    Half,
    /// Not used by the standard.
    Reserved,
    /// Full.
    Full,
}

impl Status {
    /// The bits that have a name when set; bits 8 and 9 are [`Status::load`].
    pub const FLAGS: &'static [Flag] = &[
        flag(0, "acc_on", "ACC开"),
        flag(1, "positioned", "定位"),
        flag(2, "south", "南纬"),
        flag(3, "west", "西经"),
        flag(4, "out_of_service", "停运"),
        flag(5, "coordinates_encrypted", "经纬度已加密"),
        flag(6, "forward_collision_warning", "紧急刹车系统前撞预警"),
        flag(7, "lane_departure_warning", "车道偏移预警"),
        flag(10, "fuel_cut", "油路断开"),
        flag(11, "circuit_cut", "电路断开"),
        flag(12, "doors_locked", "车门加锁"),
        flag(13, "door_1_open", "前门开"),
        flag(14, "door_2_open", "中门开"),
        flag(15, "door_3_open", "后门开"),
        flag(16, "door_4_open", "驾驶席门开"),
        flag(17, "door_5_open", "自定义门开"),
        flag(18, "gps_used", "使用GPS"),
        flag(19, "beidou_used", "使用北斗"),
        flag(20, "glonass_used", "使用GLONASS"),
        flag(21, "galileo_used", "使用Galileo"),
        flag(22, "moving", "车辆行驶"),
    ];

    /// True when the bit is set.
    #[must_use]
    pub const fn has(self, bit: u8) -> bool {
        (self.0 as u64) >> bit & 1 == 1
    }

    /// Bit 0: ignition on.
    #[must_use]
    pub const fn acc_on(self) -> bool {
        self.has(0)
    }

    /// Bit 1: the terminal has a fix.
    #[must_use]
    pub const fn positioned(self) -> bool {
        self.has(1)
    }

    /// Bit 2: southern latitude.
    #[must_use]
    pub const fn south(self) -> bool {
        self.has(2)
    }

    /// Bit 3: western longitude.
    #[must_use]
    pub const fn west(self) -> bool {
        self.has(3)
    }

    /// Bit 4 clear: the vehicle is in operation.
    #[must_use]
    pub const fn in_operation(self) -> bool {
        !self.has(4)
    }

    /// Bit 5: the coordinates are encrypted by a security plug-in and not fit for a map.
    #[must_use]
    pub const fn encrypted(self) -> bool {
        self.has(5)
    }

    /// Bits 8 and 9.
    #[must_use]
    pub const fn load(self) -> Load {
        match self.0 >> 8 & 3 {
            0 => Load::Empty,
            1 => Load::Half,
            2 => Load::Reserved,
            _ => Load::Full,
        }
    }

    /// Bit 10: fuel cut.
    #[must_use]
    pub const fn fuel_cut(self) -> bool {
        self.has(10)
    }

    /// Bit 11: electric circuit cut.
    #[must_use]
    pub const fn circuit_cut(self) -> bool {
        self.has(11)
    }

    /// Bit 12: doors locked.
    #[must_use]
    pub const fn doors_locked(self) -> bool {
        self.has(12)
    }

    /// Bit 22: moving (2019).
    #[must_use]
    pub const fn moving(self) -> bool {
        self.has(22)
    }

    /// The set bits that have a name.
    pub fn set(self) -> impl Iterator<Item = &'static Flag> {
        Self::FLAGS.iter().filter(move |flag| self.has(flag.bit))
    }
}

impl Load {
    const fn names(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Empty => None,
            Self::Half => Some(("half_loaded", "半载")),
            Self::Reserved => Some(("load_reserved", "载重保留")),
            Self::Full => Some(("fully_loaded", "满载")),
        }
    }
}

impl<'a> Part<'a> for Status {
    #[inline]
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        let (input, word) = u32::parse(input, edition)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        self.0.write(out, edition);
    }

    fn show(&self, _: &'a [u8], _: usize, _: Edition) -> Shown {
        let named = self
            .set()
            .map(|flag| (flag.name, flag.name_zh))
            .chain(self.load().names());
        let (names, names_zh): (Vec<_>, Vec<_>) = named.unzip();
        Shown {
            value: Value::Flags(names),
            note: format!("0x{:08X} {}", self.0, names_zh.join("、"))
                .trim_end()
                .to_owned(),
            parts: Vec::new(),
        }
    }
}

const fn flag(bit: u8, name: &'static str, name_zh: &'static str) -> Flag {
    Flag { bit, name, name_zh }
}
