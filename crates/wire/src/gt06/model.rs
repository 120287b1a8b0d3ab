use super::frame::{Form, Frame};

/// Families of devices that use the same numbers and lengths for different contents. Most frames tell by themselves;
/// where they do not, what the device sent before does, and where that does not, [`super::Settings::model`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Model {
    /// As Concox and Jimi document it.
    #[default]
    Standard,
    /// LW4G and relatives: other alarm codes, a voltage in heartbeats.
    Lw,
    /// Seeworld: wide cells in positions and alarms, a voltage in heartbeats, other alarm codes.
    Seeworld,
    /// R11: a voltage in heartbeats.
    R11,
    /// SL4X: cells with a two-byte network code, altitude.
    Sl4x,
}

impl Model {
    /// Every model, with the name that settings use.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("standard", Self::Standard),
        ("lw", Self::Lw),
        ("seeworld", Self::Seeworld),
        ("r11", Self::R11),
        ("sl4x", Self::Sl4x),
    ];

    /// The model that only sends such frames, `None` when the frame says nothing about it.
    #[must_use]
    pub fn evidence(frame: &Frame<'_>) -> Option<Self> {
        match (frame.form, frame.number, frame.content.len()) {
            (Form::Short, 0xA2, 59) => Some(Self::Lw),
            (Form::Short, 0x22, 42) | (Form::Short, 0x16, 33) => Some(Self::Seeworld),
            (Form::Short, 0x31, 37) | (Form::Short, 0x32, 34 | 36) => Some(Self::Sl4x),
            _ => None,
        }
    }
}
