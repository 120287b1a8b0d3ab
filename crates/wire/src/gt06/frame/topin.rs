use super::{Checksum, Form, Frame};

/// Length of the frame of the Topin dialect that begins at the front of `bytes`, judged by its shape alone: frames of
/// this dialect have neither serial nor checksum, and their length byte counts something else.
///
/// `bytes` begins with `78 78`. `None` when it cannot be one, or when the deciding bytes have not come yet.
pub(super) fn length(bytes: &[u8]) -> Option<usize> {
    let (&count, &number) = (bytes.get(2)?, bytes.get(3)?);
    let fixed = match (number, count) {
        (0x17 | 0x69, 0) if ends_at(bytes, 12) => 12,
        (0x17 | 0x69, _) => return scan_length(bytes, count),
        (0x01, 0x0D) => 15,
        (0x08, 0x01) => 6,
        (0x10, 0x12) => 24,
        (0x11, 0x15) => 27,
        _ => return None,
    };
    ends_at(bytes, fixed).then_some(fixed)
}

/// Bytes that must be there before it is clear where a scan of access points and cells ends; `None` when the front
/// of `bytes` is no such scan.
pub(super) fn scan_needs(bytes: &[u8]) -> Option<usize> {
    let (&count, &number) = (bytes.get(2)?, bytes.get(3)?);
    if !matches!(number, 0x17 | 0x69) || !bcd_date(bytes.get(4..10)?) {
        return None;
    }
    let cells_at = usize::from(count).saturating_mul(7).saturating_add(10);
    let Some(cells) = bytes.get(cells_at) else {
        return Some(cells_at.saturating_add(1));
    };
    let longest = usize::from(*cells)
        .saturating_mul(5)
        .saturating_add(cells_at)
        .saturating_add(7);
    Some(longest)
}

/// `78 78 n 17 date[6] n × (MAC, strength) m [MCC MNC m × (LAC, cell, strength)] [00] 0D 0A`.
fn scan_length(bytes: &[u8], count: u8) -> Option<usize> {
    if !bcd_date(bytes.get(4..10)?) {
        return None;
    }
    let cells_at = usize::from(count).saturating_mul(7).saturating_add(10);
    let cells = usize::from(*bytes.get(cells_at)?);
    let network = if cells == 0 { 0 } else { 3 };
    let stop_at = cells
        .saturating_mul(5)
        .saturating_add(cells_at)
        .saturating_add(1)
        .saturating_add(network);
    [3, 2]
        .iter()
        .map(|tail| stop_at.saturating_add(*tail))
        .find(|end| {
            ends_at(bytes, *end) && (*end == stop_at.saturating_add(2) || bytes.get(stop_at) == Some(&0))
        })
}

fn ends_at(bytes: &[u8], end: usize) -> bool {
    bytes
        .get(..end)
        .is_some_and(|frame| frame.ends_with(&[0x0D, 0x0A]))
}

fn bcd_date(date: &[u8]) -> bool {
    let decimal = date.iter().all(|byte| byte >> 4 < 10 && byte & 0x0F < 10);
    decimal && matches!(date.get(1), Some(0x01..=0x12)) && matches!(date.get(2), Some(0x01..=0x31))
}

/// The frame of `raw`, whose shape was recognised.
pub(super) fn frame(raw: &[u8]) -> Option<Frame<'_>> {
    let stop_at = raw.len().checked_sub(2)?;
    Some(Frame {
        form: Form::Topin,
        number: *raw.get(3)?,
        declared: u16::from(*raw.get(2)?),
        content: raw.get(2..stop_at)?,
        serial: 0,
        checksum: Checksum::Absent,
        length_right: true,
        raw,
    })
}
