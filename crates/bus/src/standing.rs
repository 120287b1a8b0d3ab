//! How far running stages are on their way to work.

use std::collections::BTreeMap;
use std::fmt;

use tokio::sync::watch;

/// Running stages by name.
pub type Standings = BTreeMap<&'static str, Standing>;

/// How far a running stage is on its way to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It reads the definitions that it judges by.
    Defining,
    /// It waits to be told which partitions are its own.
    Joining,
    /// It reads the state of so many partitions back.
    Restoring(usize),
    /// It works on so many partitions.
    Holding(usize),
    /// All partitions belong to others; it takes over when one of those ends.
    Standby,
}

impl Standing {
    /// True when nothing is left to be waited for.
    #[must_use]
    pub const fn is_ready(self) -> bool {
        matches!(self, Self::Holding(_) | Self::Standby)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defining => f.write_str("reads its definitions"),
            Self::Joining => f.write_str("waits for its partitions"),
            Self::Restoring(count) => write!(f, "restores the state of {count} partitions"),
            Self::Holding(count) => write!(f, "holds {count} partitions"),
            Self::Standby => f.write_str("stands by: others hold all partitions"),
        }
    }
}

/// Tells how one stage stands, from its start to its end.
#[derive(Debug)]
pub(crate) struct Teller {
    stage: &'static str,
    all: watch::Sender<Standings>,
}

impl Teller {
    pub(crate) fn new(stage: &'static str, all: watch::Sender<Standings>) -> Self {
        let teller = Self { stage, all };
        teller.tell(Standing::Defining);
        teller
    }

    pub(crate) fn tell(&self, standing: Standing) {
        self.all.send_if_modified(|all| {
            let before = all.insert(self.stage, standing);
            before != Some(standing)
        });
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.all.send_modify(|all| {
            all.remove(self.stage);
        });
    }
}
