/// Zones that a date without one may be told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zone {
    /// What the settings say for the device, minutes east of UTC.
    pub configured_min: Option<i32>,
    /// What the device said in its login, minutes east of UTC.
    pub login_min: Option<i32>,
}

impl Zone {
    /// The zone of dates in a message with this number, minutes east of UTC: the setting; else UTC for the numbers that
    /// carry UTC by the documents; else what the login said; else UTC.
    #[must_use]
    pub fn of(self, number: u8) -> i32 {
        let utc = matches!(
            number,
            0x22 | 0x26 | 0x27 | 0x28 | 0x2A | 0x2C | 0x8A | 0xA0..=0xA5
        );
        match (self.configured_min, self.login_min) {
            (Some(minutes), _) => minutes,
            (None, Some(minutes)) if !utc => minutes,
            _ => 0,
        }
    }
}
