//! What bodies are made of. A body is described once, with [`layout!`], and is then read, written and dissected.

mod bytes;
mod codes;
mod flags;
mod layout;
mod list;
mod number;
mod text;
mod time;
mod walk;

pub use bytes::{Bytes, Octets};
pub(crate) use codes::codes;
pub use flags::Flag;
pub(crate) use flags::flags;
pub(crate) use layout::layout;
pub use list::{Items, List, Number};
pub use number::{Less, Scaled};
pub use text::{Fixed, Prefixed, Text, gbk};
pub use time::{BcdTime, GMT8_MINUTES};
pub(crate) use walk::Walk;

use super::edition::Edition;
use crate::{Field, Value};

/// A part of a body: read, written and shown.
pub trait Part<'a>: Sized {
    /// Reads the part at the front of `input`.
    ///
    /// # Errors
    /// `input` ends too early.
    fn parse(input: &'a [u8], edition: Edition) -> Parsed<'a, Self>;

    /// Appends the bytes of the part: what [`Part::parse`] reads back.
    fn write(&self, out: &mut Vec<u8>, edition: Edition);

    /// What the part means, for a protocol analyser. `raw` are the bytes it was read from, `at` is their place.
    fn show(&self, raw: &'a [u8], at: usize, edition: Edition) -> Shown;

    /// The edition that `body` follows where that shows, for messages whose layouts differ by length.
    #[must_use]
    fn settle(body: &[u8], hint: Edition) -> Edition {
        let _ = body;
        hint
    }
}

/// Outcome of reading a part.
pub type Parsed<'a, T> = nom::IResult<&'a [u8], T, Fault<'a>>;

/// Why and where a part could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault<'a> {
    /// What was left.
    pub input: &'a [u8],
    /// What was expected.
    pub expected: &'static str,
    /// Field that was expected, where known.
    pub field: Option<&'static str>,
}

impl<'a> Fault<'a> {
    /// Adds the innermost field's name.
    pub(super) fn in_field(name: &'static str) -> impl Fn(nom::Err<Self>) -> nom::Err<Self> {
        move |error| {
            error.map(|fault| Self {
                field: fault.field.or(Some(name)),
                ..fault
            })
        }
    }
}

impl<'a> nom::error::ParseError<&'a [u8]> for Fault<'a> {
    fn from_error_kind(input: &'a [u8], _: nom::error::ErrorKind) -> Self {
        Self {
            input,
            expected: "more bytes",
            field: None,
        }
    }

    fn append(_: &'a [u8], _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

/// What a part means.
#[derive(Debug)]
pub struct Shown {
    /// The value.
    pub value: Value,
    /// Names of set flags, meaning of a code.
    pub note: String,
    /// Parts of the part.
    pub parts: Vec<Field>,
}

impl Shown {
    /// A value that needs no remark.
    pub(super) const fn plain(value: Value) -> Self {
        Self {
            value,
            note: String::new(),
            parts: Vec::new(),
        }
    }

    /// A part made of parts.
    pub(super) const fn parts(parts: Vec<Field>) -> Self {
        Self {
            value: Value::Parts,
            note: String::new(),
            parts,
        }
    }

    /// The field of this name.
    pub(super) fn into_field(
        self,
        name: impl Into<std::borrow::Cow<'static, str>>,
        name_zh: &'static str,
        offset: usize,
        raw: &[u8],
    ) -> Field {
        let name = name.into();
        let unit = unit_of(&name);
        Field {
            name,
            name_zh,
            offset,
            raw: raw.to_vec(),
            value: self.value,
            unit,
            note: self.note,
            parts: self.parts,
        }
    }
}

/// Unit that the end of a field's name says.
fn unit_of(name: &str) -> &'static str {
    const UNITS: &[(&str, &str)] = &[
        ("_kmh", "km/h"),
        ("_percent", "%"),
        ("_degc", "°C"),
        ("_deg", "°"),
        ("_rpm", "rpm"),
        ("_kpa", "kPa"),
        ("_min", "min"),
        ("_km", "km"),
        ("_kg", "kg"),
        ("_ms", "ms"),
        ("_mv", "mV"),
        ("_dbm", "dBm"),
        ("_g", "g"),
        ("_l", "l"),
        ("_v", "V"),
        ("_m", "m"),
        ("_s", "s"),
    ];
    UNITS
        .iter()
        .find(|(end, _)| name.ends_with(end))
        .map_or("", |(_, unit)| unit)
}
