//! Answers to requests for an address. There is no geocoder here: the address is the coordinates as text, which a phone
//! turns into a map.

use super::super::encode::seal;
use super::super::frame::Form;
use super::super::part::Facts;

/// Bytes of the phone number in requests and answers.
const PHONE: usize = 21;

/// The answer to an address request, `None` when the message has no position or wants no answer.
pub(super) fn request(facts: &Facts<'_>, serial: u16) -> Option<Vec<u8>> {
    let phone = facts.items.iter().find(|item| item.name == "phone")?;
    answer("ADDRESS", facts, &phone.raw, serial)
}

/// The text after an alarm, for the device to pass on.
pub(super) fn alarm(facts: &Facts<'_>, serial: u16) -> Option<Vec<u8>> {
    answer("ALARMSMS", facts, b"0", serial)
}

/// 0x17 in Chinese, 0x97 in English: inner length, flag, keyword, text as UTF-16BE, phone number.
fn answer(keyword: &str, facts: &Facts<'_>, phone: &[u8], serial: u16) -> Option<Vec<u8>> {
    let gps = facts.gps.filter(|gps| gps.positioned())?;
    let mut body = vec![0; 4];
    body.extend_from_slice(keyword.as_bytes());
    body.extend_from_slice(b"&&");
    let text = format!("{:.5},{:.5}", gps.latitude(), gps.longitude());
    body.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    body.extend_from_slice(b"&&");
    let mut padded = phone.to_vec();
    padded.resize(PHONE, 0);
    body.append(&mut padded);
    body.extend_from_slice(b"##");
    let length = u8::try_from(body.len()).ok()?;
    match facts.language?.0 {
        1 => {
            body.insert(0, length);
            Some(seal(Form::Short, 0x17, &body, serial))
        }
        2 => {
            body.splice(0..0, [0, length]);
            Some(seal(Form::Long, 0x97, &body, serial))
        }
        _ => None,
    }
}
