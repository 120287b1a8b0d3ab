use crate::jt808::edition::Edition;
use crate::jt808::part::{Bytes, List, Parsed, Part, Shown, codes, flags, layout};

layout! {
    /// 0x8500: orders the vehicle (2013 §8.33, 2019 §8.30). The meaning of the door's value was turned round in 2019.
    pub struct VehicleControlOrder<'a> {
        /// Flags, before 2019.
        flags: VehicleFlags = "控制标志" if |edition| !edition.since_2019(),
        /// Orders, from 2019.
        orders: VehicleOrders<'a> = "控制类型列表" if |edition| edition.since_2019(),
    }
}

flags! {
    /// What the vehicle is to do, before 2019: bit 0 locks the doors, and unlocks them when it is 0.
    pub struct VehicleFlags: u8 {
        0 => "lock_doors" "车门加锁",
    }
}

/// The orders of 2019: behind their number as the text says, or one without a number, which some platforms send.
#[derive(Debug, Clone, PartialEq)]
pub enum VehicleOrders<'a> {
    /// Orders behind their number.
    Counted(List<u16, VehicleOrder<'a>>),
    /// One order without a number. Those who send it mean 1 = lock, as before 2019.
    Bare(VehicleOrder<'a>),
}

impl Default for VehicleOrders<'_> {
    fn default() -> Self {
        Self::Counted(List::default())
    }
}

impl<'a> Part<'a> for VehicleOrders<'a> {
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self> {
        match List::parse(input, edition) {
            Ok((rest, list)) if rest.is_empty() => Ok((rest, Self::Counted(list))),
            counted => match VehicleOrder::parse(input, edition) {
                Ok((rest, order)) if rest.is_empty() && order.door.is_some() => Ok((rest, Self::Bare(order))),
                _ => counted.map(|(rest, list)| (rest, Self::Counted(list))),
            },
        }
    }

    fn write(&self, out: &mut Vec<u8>, edition: Edition) {
        match self {
            Self::Counted(list) => list.write(out, edition),
            Self::Bare(order) => order.write(out, edition),
        }
    }

    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown {
        match self {
            Self::Counted(list) => list.show(raw, at, edition),
            Self::Bare(order) => order.show(raw, at, edition),
        }
    }
}

layout! {
    /// One order to the vehicle.
    pub struct VehicleOrder<'a> {
        /// What is ordered.
        kind: VehicleOrderKind = "控制类型ID",
        /// What the doors are to do.
        door: DoorOrder = "车门控制参数" if |_| kind.is_door(),
        /// Parameters of a vendor's own order: all that is left.
        parameters: Bytes<'a> = "控制参数" if |_| !kind.is_door(),
    }
}

codes! {
    /// What is ordered; 0xF001 and up are vendors' own.
    pub struct VehicleOrderKind: u16 {
        1 => "door" "车门",
    }
}

impl VehicleOrderKind {
    /// True for the doors.
    #[must_use]
    pub const fn is_door(self) -> bool {
        self.0 == 1
    }
}

codes! {
    /// What the doors are to do, in 2019.
    pub struct DoorOrder: u8 {
        0 => "lock" "车门锁闭",
        1 => "open" "车门开启",
    }
}
