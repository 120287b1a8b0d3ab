/// Why a connection ended; the value of the label `reason` and of `Offline.reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Eof,
    FirstByte,
    Login,
    Idle,
    FrameTimeout,
    Takeover,
    Flood,
    NotAdmitted,
    Unregistered,
    Drain,
    Error,
    Throttled,
}

impl Reason {
    pub(super) const ALL: [Self; 12] = [
        Self::Eof,
        Self::FirstByte,
        Self::Login,
        Self::Idle,
        Self::FrameTimeout,
        Self::Takeover,
        Self::Flood,
        Self::NotAdmitted,
        Self::Unregistered,
        Self::Drain,
        Self::Error,
        Self::Throttled,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Eof => "eof",
            Self::FirstByte => "first_byte_timeout",
            Self::Login => "login_timeout",
            Self::Idle => "idle",
            Self::FrameTimeout => "frame_timeout",
            Self::Takeover => "takeover",
            Self::Flood => "flood",
            Self::NotAdmitted => "not_admitted",
            Self::Unregistered => "unregistered",
            Self::Drain => "drain",
            Self::Error => "error",
            Self::Throttled => "throttled",
        }
    }
}

impl From<wire::Close> for Reason {
    fn from(close: wire::Close) -> Self {
        match close {
            wire::Close::LoginTimeout => Self::Login,
            wire::Close::Idle => Self::Idle,
            wire::Close::NotAdmitted => Self::NotAdmitted,
            wire::Close::Unregistered => Self::Unregistered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_counted_under_their_own_names() {
        for (index, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, index);
        }
    }
}
