use std::borrow::Cow;

use crate::WireError;
use crate::jt808::edition::Edition;
use crate::jt808::frame::{Dialect, Frame};
use crate::jt808::header::Header;
use crate::jt808::message::{Decoded, Message};

/// A message that a session took in: whole, decrypted and readable.
#[derive(Debug, Clone)]
pub struct Received<'a> {
    /// Header of the frame, or of the last sub-packet.
    pub header: Header,
    /// Edition whose layout the body follows.
    pub edition: Edition,
    /// The body, joined from sub-packets and decrypted where needed.
    pub body: Cow<'a, [u8]>,
    /// How the frame was delimited.
    pub dialect: Dialect,
    /// The terminal showed its code on this connection or was given one; false when it was let in by its id alone.
    pub authenticated: bool,
    /// The same message came a short while ago: the terminal did not hear the answer.
    pub repeated: bool,
}

impl<'a> Received<'a> {
    pub(super) fn new(frame: &Frame<'a>, edition: Edition, body: Cow<'a, [u8]>) -> Self {
        Self {
            header: frame.header,
            edition,
            body,
            dialect: frame.dialect,
            authenticated: false,
            repeated: false,
        }
    }

    /// What the body means.
    ///
    /// # Errors
    /// None in practice: a session publishes only what it could read.
    pub fn decode(&self) -> Result<Decoded<'_>, WireError> {
        Message::parse(self.header.id, self.edition, &self.body)
    }
}
