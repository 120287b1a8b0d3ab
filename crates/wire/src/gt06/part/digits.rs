use std::fmt;

use super::{Facts, ItemValue, Octets, Parsed, Part, Shown};
use crate::Value;

/// Digits as packed decimal, two a byte. A nibble over 9 is shown as a letter: some ICCIDs hold one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bcd<const N: usize>(
    /// The bytes.
    pub [u8; N],
);

impl<const N: usize> Default for Bcd<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> Bcd<N> {
    /// All digits, leading zeros included.
    #[must_use]
    pub fn digits(&self) -> String {
        let nibbles = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        nibbles
            .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
            .collect()
    }

    /// The bytes of a decimal number, filled with zeros at the left. `None` when it is too long or holds other
    /// characters.
    #[must_use]
    pub fn from_digits(digits: &str) -> Option<Self> {
        let width = N.checked_mul(2)?;
        if digits.len() > width || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut nibbles = format!("{digits:0>width$}").into_bytes().into_iter();
        let mut bytes = [0; N];
        for byte in &mut bytes {
            let (high, low) = (nibbles.next()? & 0x0F, nibbles.next()? & 0x0F);
            *byte = high << 4 | low;
        }
        Some(Self(bytes))
    }
}

impl<const N: usize> fmt::Debug for Bcd<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digits())
    }
}

impl<'a, const N: usize> Part<'a> for Bcd<N> {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, Octets(bytes)) = Octets::parse(input)?;
        Ok((input, Self(bytes)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown::plain(Value::Text(self.digits()))
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.item(name, self.bytes(), ItemValue::Text(self.digits()));
    }
}

/// An IMEI: 15 digits and a leading zero. Not checked by its last digit: many devices carry made-up ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Imei(
    /// Sixteen digits.
    pub Bcd<8>,
);

impl Imei {
    /// The 15 digits, or 16 where the first one is not zero.
    #[must_use]
    pub fn digits(&self) -> String {
        let mut digits = self.0.digits();
        if digits.starts_with('0') {
            digits.remove(0);
        }
        digits
    }

    /// The bytes of up to 16 digits.
    #[must_use]
    pub fn from_digits(digits: &str) -> Option<Self> {
        Bcd::from_digits(digits).map(Self)
    }

    /// True when the last digit is the check digit of the others (3GPP TS 23.003, annex B).
    #[must_use]
    pub fn check_digit_right(&self) -> bool {
        let digits = self.0.digits();
        let sum: u32 = digits
            .bytes()
            .map(|byte| u32::from(byte & 0x0F))
            .enumerate()
            .map(|(at, digit)| match (at % 2, digit) {
                (0, digit) if digit > 4 => digit.saturating_mul(2).saturating_sub(9),
                (0, digit) => digit.saturating_mul(2),
                (_, digit) => digit,
            })
            .sum();
        digits.bytes().all(|byte| byte.is_ascii_digit()) && sum.is_multiple_of(10)
    }
}

impl<'a> Part<'a> for Imei {
    fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        let (input, digits) = Bcd::parse(input)?;
        Ok((input, Self(digits)))
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
    }

    fn show(&self, _: &'a [u8], _: usize) -> Shown {
        Shown {
            value: Value::Text(self.digits()),
            note: if self.check_digit_right() {
                String::new()
            } else {
                "check digit does not match".to_owned()
            },
            parts: Vec::new(),
        }
    }

    fn tell(&self, name: &'static str, facts: &mut Facts<'a>) {
        facts.imei.get_or_insert(*self);
        facts.item(name, self.bytes(), ItemValue::Text(self.digits()));
    }
}

/// `N` bytes that are read out as hexadecimal digits: card numbers, addresses.
pub type Hex<const N: usize> = Bcd<N>;
