use std::fmt;

/// Longest device id in bytes: a 2019 JT/T 808 terminal phone number has 20 digits, a padlock id 14 hex digits.
const MAX_LEN: usize = 32;

/// Id of a device: the IMEI of a GT06 terminal, the terminal phone number of a JT/T 808 terminal without
/// leading zeros. It is the key of all topics about devices.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceId(Box<str>);

/// A text that cannot be a device id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a device id has 1 to {MAX_LEN} letters, digits, `-`, `_` or `.`, found {found:?}")]
pub struct InvalidDeviceId {
    found: String,
}

impl DeviceId {
    /// Checks the text: ids come from the network and stand in keys, logs and file names.
    pub fn new(text: &str) -> Result<Self, InvalidDeviceId> {
        let fits = (1..=MAX_LEN).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if fits {
            Ok(Self(text.into()))
        } else {
            Err(InvalidDeviceId {
                found: text.chars().take(MAX_LEN + 1).collect(),
            })
        }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_digits_and_refuses_what_could_break_a_log_line() {
        assert_eq!(
            DeviceId::new("356938035643809").map(|id| id.to_string()),
            Ok("356938035643809".into())
        );
        for bad in ["", "a b", "1\n2", "../x", "123456789012345678901234567890123"] {
            assert!(DeviceId::new(bad).is_err(), "{bad:?}");
        }
    }
}
