//! What the platform says to a terminal, in the terminal's own form.

use super::Terminal;
use crate::jt808::edition::Edition;
use crate::jt808::encode::Envelope;
use crate::jt808::frame::{Dialect, Frame};
use crate::jt808::header::Header;
use crate::jt808::message::{AnswerResult, GeneralAnswer, Message, MessageId};

impl Terminal {
    /// Serial for the next frame to the terminal; `count` consecutive ones are taken.
    pub(super) const fn take_serials(&mut self, count: u16) -> u16 {
        let serial = self.serial;
        self.serial = self.serial.wrapping_add(count);
        serial
    }

    /// What surrounds messages to the terminal that sent `header`: the same edition, version byte and id.
    pub(super) fn envelope(&self, header: &Header, dialect: Dialect) -> Envelope {
        Envelope {
            edition: header.edition(self.older),
            version: header.version.unwrap_or_default(),
            phone: header.phone,
            serial: self.serial,
            dialect,
        }
    }

    /// A frame to the terminal in the form of a frame that it sent.
    pub(super) fn reply(&mut self, header: &Header, dialect: Dialect, message: &Message<'_>) -> Vec<u8> {
        let frame = self.envelope(header, dialect).frame(message);
        self.take_serials(1);
        frame
    }

    /// The general answer 0x8001.
    pub(super) fn general(&mut self, to: &Frame<'_>, result: AnswerResult) -> Vec<u8> {
        let answer = GeneralAnswer {
            answered_serial: to.header.serial,
            answered_id: MessageId(to.header.id),
            result,
        };
        self.reply(&to.header, to.dialect, &Message::PlatformAnswer(answer))
    }

    /// The edition of answers to a frame.
    pub(super) fn answer_edition(&self, header: &Header) -> Edition {
        header.edition(self.older)
    }
}
