use std::borrow::Cow;

/// One named stretch of bytes of a frame, as a protocol analyser shows it.
///
/// Fields of one frame, flattened, cover every byte once; bytes that nobody knows are fields named `unknown`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// English name, snake_case with the unit at the end, the key in JSON: `speed_kmh`.
    pub name: Cow<'static, str>,
    /// Name in Chinese as the field's engineers say it: `速度`. Empty where there is none.
    pub name_zh: &'static str,
    /// Offset of the first byte in the frame as the table of the standard counts: unescaped, from the first delimiter.
    pub offset: usize,
    /// The bytes.
    pub raw: Vec<u8>,
    /// What they mean.
    pub value: Value,
    /// Unit of the value, empty where it has none.
    pub unit: &'static str,
    /// Names of flags that are set, meaning of a code, or a remark; empty where there is nothing to add.
    pub note: String,
    /// Parts of this field; where there are parts they cover its bytes.
    pub parts: Vec<Field>,
}

/// Meaning of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Only the bytes are known.
    Bytes,
    /// A whole number.
    Integer(i64),
    /// A scaled number.
    Number(f64),
    /// Text, or a time in RFC 3339.
    Text(String),
    /// A yes or no.
    Flag(bool),
    /// Names of the set bits.
    Flags(Vec<&'static str>),
    /// A field made of parts.
    Parts,
}
