use super::super::frame::{Form, Frame};
use super::super::model::Model;
use super::super::part::{Fault, Part};
use super::Message;
use super::row::{Answer, Unknown};
use crate::{ErrorKind, Field, WireError};

/// A message, and the bytes of the frame's content that belong to no field of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded<'a> {
    /// The message.
    pub message: Message<'a>,
    /// Bytes behind the last field.
    pub rest: &'a [u8],
}

impl<'a> Message<'a> {
    /// Reads a frame. `model` is what is known about the device, [`Model::Standard`] when nothing is.
    ///
    /// # Errors
    /// The number is known, and the content ends too early for every layout that it may have.
    #[inline]
    pub fn parse(frame: &Frame<'a>, model: Model) -> Result<Decoded<'a>, WireError> {
        Self::read(frame, model)
    }

    /// Answers, unknown messages, and known ones that end too early.
    #[cold]
    pub(super) fn read_rest(
        frame: &Frame<'a>,
        fault: Option<nom::Err<Fault<'a>>>,
    ) -> Result<Decoded<'a>, WireError> {
        let &Frame {
            number,
            form,
            content,
            ..
        } = frame;
        if content.is_empty() && form != Form::Topin {
            return Ok(Decoded {
                message: Self::Answer(Answer { number, form }),
                rest: content,
            });
        }
        match fault {
            Some(nom::Err::Error(fault) | nom::Err::Failure(fault)) => {
                let at = content
                    .len()
                    .saturating_sub(fault.input.len())
                    .saturating_add(frame.content_at());
                let what = fault.field.unwrap_or(fault.expected);
                let message = format!(
                    "expected {what} of message 0x{number:02X} at byte {at}, found the end of its {} bytes of content",
                    content.len()
                );
                Err(WireError::new(ErrorKind::Truncated, at, message))
            }
            _ => Ok(Decoded {
                message: Self::Unknown(Unknown {
                    number,
                    form,
                    content,
                }),
                rest: content,
            }),
        }
    }

    /// Protocol number.
    #[must_use]
    pub const fn number(&self) -> u8 {
        match (self.row(), self) {
            (Some(row), _) => row.number,
            (None, Self::Answer(answer)) => answer.number,
            (None, Self::Unknown(unknown)) => unknown.number,
            (None, _) => 0,
        }
    }

    /// Kind of frame it travels in.
    #[must_use]
    pub const fn form(&self) -> Form {
        match (self.row(), self) {
            (Some(row), _) => row.form,
            (None, Self::Answer(answer)) => answer.form,
            (None, Self::Unknown(unknown)) => unknown.form,
            (None, _) => Form::Short,
        }
    }

    /// English name, snake_case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match (self.row(), self) {
            (Some(row), _) => row.name,
            (None, Self::Answer(_)) => "answer",
            (None, _) => "unknown",
        }
    }

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(&self) -> &'static str {
        match (self.row(), self) {
            (Some(row), _) => row.name_zh,
            (None, Self::Answer(_)) => "应答",
            (None, _) => "未知",
        }
    }

    /// True for messages that say no more than that the device is there, and its state.
    #[must_use]
    pub const fn is_heartbeat(&self) -> bool {
        matches!(
            (self.form(), self.number()),
            (Form::Short, 0x13 | 0x23 | 0x36) | (Form::Topin, 0x08)
        )
    }
}

/// The fields of a message; bytes behind the last one are one field `unknown`.
pub(super) fn fields_of<'a, P: Part<'a>>(message: &P, content: &'a [u8], at: usize) -> Vec<Field> {
    message.show(content, at).parts
}
