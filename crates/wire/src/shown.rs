use crate::{Field, Value};

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
    pub(crate) const fn plain(value: Value) -> Self {
        Self {
            value,
            note: String::new(),
            parts: Vec::new(),
        }
    }

    /// A part made of parts.
    pub(crate) const fn parts(parts: Vec<Field>) -> Self {
        Self {
            value: Value::Parts,
            note: String::new(),
            parts,
        }
    }

    /// The field of this name.
    pub(crate) fn into_field(
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
pub(crate) fn unit_of(name: &str) -> &'static str {
    const UNITS: &[(&str, &str)] = &[
        ("_mah", "mAh"),
        ("_kmh", "km/h"),
        ("_percent", "%"),
        ("_degc", "°C"),
        ("_deg", "°"),
        ("_rpm", "rpm"),
        ("_kpa", "kPa"),
        ("_min", "min"),
        ("_km", "km"),
        ("_kg", "kg"),
        ("_kn", "kn"),
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
