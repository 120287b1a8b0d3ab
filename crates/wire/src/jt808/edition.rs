use std::fmt;

/// Edition of the standard that a message follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Edition {
    /// JT/T 808-2011.
    V2011,
    /// JT/T 808-2013. What a header without version flag is taken for until its content says otherwise.
    #[default]
    V2013,
    /// JT/T 808-2019, the only one with a version flag and byte in the header.
    V2019,
}

impl Edition {
    /// Every edition.
    pub const ALL: &'static [Self] = &[Self::V2011, Self::V2013, Self::V2019];

    /// True for 2011.
    #[must_use]
    pub fn is_2011(self) -> bool {
        self == Self::V2011
    }

    /// True for 2013 and later.
    #[must_use]
    pub fn since_2013(self) -> bool {
        self >= Self::V2013
    }

    /// True for 2019.
    #[must_use]
    pub fn since_2019(self) -> bool {
        self >= Self::V2019
    }

    /// The edition of a year, as `--body 0100@2013` names it.
    #[must_use]
    pub const fn of_year(year: u16) -> Option<Self> {
        match year {
            2011 => Some(Self::V2011),
            2013 => Some(Self::V2013),
            2019 => Some(Self::V2019),
            _ => None,
        }
    }

    /// Year of the edition.
    #[must_use]
    pub const fn year(self) -> u16 {
        match self {
            Self::V2011 => 2011,
            Self::V2013 => 2013,
            Self::V2019 => 2019,
        }
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.year())
    }
}
