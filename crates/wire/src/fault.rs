/// Outcome of reading a part of a message.
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
    pub(crate) fn in_field(name: &'static str) -> impl Fn(nom::Err<Self>) -> nom::Err<Self> {
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
