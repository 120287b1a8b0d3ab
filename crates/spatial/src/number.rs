use std::fmt;

/// A number as it stands in a sentence: in full, or with a power of ten where that would take a line of digits.
///
/// ```
/// use spatial::Number;
/// assert_eq!(Number(91.0).to_string(), "91");
/// assert_eq!(Number(-0.25).to_string(), "-0.25");
/// assert_eq!(Number(1e300).to_string(), "1e300");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number) = *self;
        let magnitude = number.abs();
        let long = magnitude.is_finite() && (magnitude >= 1e16 || (magnitude > 0.0 && magnitude < 1e-6));
        if long {
            write!(f, "{number:e}")
        } else {
            write!(f, "{number}")
        }
    }
}
