use super::super::frame::Form;

/// A line of the table of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Protocol number.
    pub number: u8,
    /// Kind of frame.
    pub form: Form,
    /// Who sends it.
    pub direction: Direction,
    /// What the platform answers.
    pub answering: Answering,
    /// English name, snake_case.
    pub name: &'static str,
    /// Chinese name.
    pub name_zh: &'static str,
}

/// Who sends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The terminal.
    Up,
    /// The platform.
    Down,
}

/// What the platform answers to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answering {
    /// Nothing, unless the settings want everything answered.
    Silent,
    /// A frame of the same kind and number without content.
    Empty,
    /// A short frame of the same number without content, whatever the kind of the frame.
    Short,
    /// As `Empty`; the position as text as well where the settings say so and the message names a language.
    Alarm,
    /// The address, in the language that the message names.
    Address,
    /// The time as a date, UTC (0x8A).
    Clock,
    /// The time in Unix seconds (0x1F).
    UnixClock,
    /// The date of the message in a frame of the Topin dialect.
    Date,
}

/// An answer without content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Number of what is answered.
    pub number: u8,
    /// Kind of frame.
    pub form: Form,
}

/// A message that the table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown<'a> {
    /// Its number.
    pub number: u8,
    /// Kind of frame.
    pub form: Form,
    /// Its content.
    pub content: &'a [u8],
}
