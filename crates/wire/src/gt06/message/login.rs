use super::super::part::{Facts, Imei, ItemValue, Parsed, Part, Shown, layout};
use crate::Value;

layout! {
    /// 0x01: who the device is (GT06 §5.1). Type and zone only in the long form.
    pub struct Login {
        /// The device.
        imei: Imei = "终端ID",
        /// Type identity; there is no public list.
        type_id: Option<u16> = "型号识别码",
        /// Zone and language.
        zone: Option<ZoneLanguage> = "时区语言",
    }
}

/// Zone × 100 as hours and minutes in bits 15 to 4 (1245 = 12:45), bit 3 = west, bits 1 to 0 language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ZoneLanguage(
    /// The word as on the wire.
    pub u16,
);

impl ZoneLanguage {
    /// Minutes east of UTC; `None` when the word is no zone.
    #[must_use]
    pub fn minutes(self) -> Option<i32> {
        let number = i32::from(self.0 >> 4);
        let (hours, minutes) = (number.checked_div(100)?, number.checked_rem(100)?);
        if hours > 14 || minutes > 59 {
            return None;
        }
        let east = hours.saturating_mul(60).saturating_add(minutes);
        Some(if self.0 & 0x08 == 0 { east } else { east.saturating_neg() })
    }

    /// The word of a zone and a language (1 Chinese, 2 English).
    #[must_use]
    #[allow(clippy::arithmetic_side_effects, reason = "a zone has less than 15 hours")]
    pub fn new(minutes: i16, language: u8) -> Self {
        let east = minutes.unsigned_abs().min(14 * 60 + 59);
        let west = if minutes < 0 { 0x08 } else { 0 };
        Self((east / 60 * 100 + east % 60) << 4 | west | u16::from(language & 0x03))
    }
}

impl<'a> Part<'a> for ZoneLanguage {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, word) = u16::parse(input)?;
        Ok((input, Self(word)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        let zone = self.minutes().map_or_else(
            || "no zone".to_owned(),
            |minutes| {
                let sign = if minutes < 0 { '-' } else { '+' };
                let east = minutes.unsigned_abs();
                let (hours, rest) = (east.checked_div(60).unwrap_or(0), east.checked_rem(60).unwrap_or(0));
                format!("UTC{sign}{hours:02}:{rest:02}")
            },
        );
        let language = match self.0 & 0x03 {
            1 => "language chinese 中文",
            2 => "language english 英文",
            _ => "language not stated",
        };
        Shown { value: Value::Text(zone), note: language.to_owned(), parts: Vec::new() }
    }

    fn tell(&self, _: &'static str, facts: &mut Facts<'a>) {
        if let Some(minutes) = self.minutes() {
            facts.module(0, "zone_min", &self.bytes(), ItemValue::Number(f64::from(minutes)));
        }
    }
}

impl super::Message<'_> {
    /// The device and its zone in minutes east of UTC, when the message is a login.
    #[must_use]
    pub fn as_login(&self) -> Option<(Imei, Option<i32>)> {
        match self {
            Self::Login(login) => Some((login.imei, login.zone.and_then(ZoneLanguage::minutes))),
            Self::TopinLogin(login) => Some((login.imei, None)),
            _ => None,
        }
    }
}
