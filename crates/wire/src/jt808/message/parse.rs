use super::{Decoded, Message};
use crate::jt808::edition::Edition;
use crate::jt808::part::Fault;
use crate::{ErrorKind, WireError};

impl<'a> Message<'a> {
    /// Reads a body: whole, decrypted, without header.
    ///
    /// `edition` is what the header and the session suggest. Where the body does not fit it exactly but fits another
    /// one exactly, the other one is right: terminals mix headers and bodies of different editions.
    ///
    /// # Errors
    /// The body ends too early in every edition.
    #[inline]
    pub fn parse(id: u16, edition: Edition, body: &'a [u8]) -> Result<Decoded<'a>, WireError> {
        let edition = Self::settle(id, edition, body);
        let decoded = Self::parse_as(id, edition, body);
        if decoded.as_ref().is_ok_and(|decoded| decoded.rest.is_empty()) {
            return decoded;
        }
        Self::parse_otherwise(id, edition, body).map_or(decoded, Ok)
    }

    /// Reads a body that does not fit `edition` as another one that fits exactly.
    #[cold]
    fn parse_otherwise(id: u16, edition: Edition, body: &'a [u8]) -> Option<Decoded<'a>> {
        Edition::ALL
            .iter()
            .rev()
            .filter(|other| **other != edition)
            .filter_map(|other| Self::parse_as(id, *other, body).ok())
            .find(|decoded| decoded.rest.is_empty())
    }

    /// What is wrong with a body that ends too early.
    #[cold]
    pub(super) fn truncated(error: nom::Err<Fault<'_>>, body: &[u8]) -> WireError {
        truncated(error, body)
    }
}

#[cold]
fn truncated(error: nom::Err<Fault<'_>>, body: &[u8]) -> WireError {
    let (at, what) = match error {
        nom::Err::Error(fault) | nom::Err::Failure(fault) => (
            body.len().saturating_sub(fault.input.len()),
            fault.field.unwrap_or(fault.expected),
        ),
        nom::Err::Incomplete(_) => (body.len(), "more bytes"),
    };
    WireError::new(
        ErrorKind::Truncated,
        at,
        format!(
            "expected {what} at byte {at} of the body, found its end after {} bytes",
            body.len()
        ),
    )
}
