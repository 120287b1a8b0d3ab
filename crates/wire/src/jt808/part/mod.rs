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

pub use bytes::{Block, Bytes, Octets, Raw};
pub(crate) use codes::codes;
pub use flags::Flag;
pub(crate) use flags::flags;
pub(crate) use layout::layout;
pub use list::{Items, List, Listed, Number, Readable, Trailing};
pub use number::{Less, Scaled};
pub use text::{Fixed, Prefixed, Text, gbk};
pub use time::{BcdTime, GMT8_MINUTES};
pub(crate) use walk::Walk;

use super::edition::Edition;
pub use crate::fault::{Fault, Parsed};
pub use crate::shown::Shown;

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
