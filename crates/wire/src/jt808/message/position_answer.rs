use crate::jt808::edition::Edition;
use crate::jt808::location::Location;
use crate::jt808::part::{BcdTime, layout};

layout! {
    settle = by_time;
    /// 0x0201 and 0x0500: a position as the answer to an order (2013 §8.20 and §8.32, 2019 §8.14 and §8.31).
    pub struct PositionAnswer<'a> {
        /// Serial of the order; the table of 2011 has none in 0x0201.
        answered_serial: u16 = "应答流水号" if |edition| edition.since_2013(),
        /// The position.
        position: Location<'a> = "位置信息汇报",
    }
}

/// The length does not show whether the serial is there; the place of a valid time does.
fn by_time(body: &[u8], hint: Edition) -> Edition {
    let date_at = |at: usize| {
        let bytes = body.get(at..).and_then(|rest| rest.first_chunk::<6>());
        bytes.is_some_and(|bytes| BcdTime(*bytes).civil().is_some())
    };
    match (date_at(24), date_at(22)) {
        (true, _) if hint.is_2011() => Edition::V2013,
        (false, true) => Edition::V2011,
        _ => hint,
    }
}
