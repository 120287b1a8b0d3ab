use crate::jt808::edition::Edition;
use crate::jt808::location::{ItemList, Location};
use crate::jt808::part::{BcdTime, layout};

layout! {
    settle = by_time;
    /// 0x0201: a position as the answer to an order (2013 §8.20, 2019 §8.14).
    pub struct PositionAnswer<'a> {
        /// Serial of the order; the table of 2011 has none.
        answered_serial: u16 = "应答流水号" if |edition| edition.since_2013(),
        /// The position.
        position: Location<'a> = "位置信息汇报",
    }
}

layout! {
    /// 0x0500: a position as the answer to 0x8500; its status bits say what the vehicle did (2013 §8.32, 2019 §8.31).
    pub struct VehicleControlReport<'a> {
        /// Serial of the order.
        answered_serial: u16 = "应答流水号",
        /// The position.
        position: Location<'a> = "位置信息汇报",
    }
}

/// The length does not show whether the serial is there; the place of a valid time does. Where both places hold one,
/// the items behind it decide.
fn by_time(body: &[u8], hint: Edition) -> Edition {
    let date_at = |at: usize| {
        let bytes = body.get(at..).and_then(|rest| rest.first_chunk::<6>());
        bytes.is_some_and(|bytes| BcdTime(*bytes).civil().is_some())
    };
    let items_behind = |at: usize| {
        let items = body.get(at..).and_then(|rest| rest.get(6..));
        items.is_some_and(|items| ItemList(items).rest().is_empty())
    };
    match (date_at(24), date_at(22)) {
        (true, true) if !items_behind(24) && items_behind(22) => Edition::V2011,
        (true, _) if hint.is_2011() => Edition::V2013,
        (false, true) => Edition::V2011,
        _ => hint,
    }
}
