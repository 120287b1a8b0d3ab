use std::fmt;

/// The terminal's id as the header carries it: six bytes, seven in the padlock dialect, ten in 2019.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Phone {
    bytes: [u8; 10],
    width: u8,
}

impl Phone {
    /// From the bytes of a header; at most ten are taken.
    #[must_use]
    #[inline]
    pub fn from_bytes(from: &[u8]) -> Self {
        let mut bytes = [0; 10];
        let from = from.get(..10).unwrap_or(from);
        // By far the most frequent width, in a form that takes two moves and no call.
        if let (Ok(six), Some(place)) = (<&[u8; 6]>::try_from(from), bytes.first_chunk_mut::<6>()) {
            *place = *six;
        } else if let Some(place) = bytes.get_mut(..from.len()) {
            place.copy_from_slice(from);
        }
        let width = u8::try_from(from.len()).unwrap_or_default();
        Self { bytes, width }
    }

    /// From decimal digits, padded on the left to `width` bytes. `None` when there are others than digits or too many.
    #[must_use]
    pub fn from_digits(digits: &str, width: usize) -> Option<Self> {
        let digits = digits.trim_start_matches('0').as_bytes();
        let room = width.min(10).checked_mul(2)?;
        let pad = room.checked_sub(digits.len())?;
        let mut bytes = [0u8; 10];
        for (place, digit) in (pad..).zip(digits) {
            let value = digit.checked_sub(b'0').filter(|value| *value < 10)?;
            let byte = bytes.get_mut(place >> 1)?;
            *byte |= if place & 1 == 0 { value << 4 } else { value };
        }
        Some(Self {
            bytes,
            width: u8::try_from(width.min(10)).ok()?,
        })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.width)).unwrap_or_default()
    }

    /// The digits without leading zeros: what devices are indexed by, equal for all editions.
    ///
    /// Bytes that are not decimal are an IMEI without its check digit as one number (seen with VL502 and others);
    /// the check digit is added. An id of nothing but zeros is `0`.
    #[must_use]
    pub fn digits(&self) -> String {
        let decimal = self
            .as_bytes()
            .iter()
            .all(|byte| byte >> 4 < 10 && byte & 15 < 10);
        if decimal {
            let digits: String = self
                .as_bytes()
                .iter()
                .flat_map(|byte| [byte >> 4, byte & 15])
                .skip_while(|digit| *digit == 0)
                .filter_map(|digit| char::from_digit(digit.into(), 10))
                .collect();
            return if digits.is_empty() { "0".to_owned() } else { digits };
        }
        let number = self
            .as_bytes()
            .iter()
            .fold(0u128, |number, byte| number << 8 | u128::from(*byte));
        let digits = number.to_string();
        let check = luhn(&digits);
        format!("{digits}{check}")
    }

    /// The bytes as hexadecimal digits, leading zeros kept.
    #[must_use]
    pub fn hex(&self) -> String {
        self.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.hex())
    }
}

/// Check digit of a row of decimal digits (ISO/IEC 7812-1, as 3GPP TS 23.003 uses it for the IMEI).
fn luhn(digits: &str) -> u32 {
    let sum = digits
        .bytes()
        .rev()
        .enumerate()
        .fold(0u32, |sum, (place, digit)| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            let weighed = if place & 1 == 0 {
                digit.saturating_mul(2)
            } else {
                digit
            };
            let folded = if weighed > 9 {
                weighed.saturating_sub(9)
            } else {
                weighed
            };
            sum.saturating_add(folded)
        });
    10u32.saturating_sub(sum % 10) % 10
}
