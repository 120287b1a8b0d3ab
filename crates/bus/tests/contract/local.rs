//! The contract on the local log.

use bus::{Backend, Bus, BusConfig};

use crate::checks::contract;
use crate::fixture::Fixture;
use crate::kill;

pub(crate) struct Local(tempfile::TempDir);

impl Local {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    #[allow(clippy::unnecessary_wraps)] // as the checks want it
    fn for_a_check() -> Option<Self> {
        Some(Self::new())
    }
}

impl Fixture for Local {
    fn config(&self) -> BusConfig {
        let mut config = BusConfig {
            backend: Backend::Local,
            ..BusConfig::default()
        };
        config.local.path = self.0.path().join("log");
        config.local.retention_check_seconds = 1;
        config
    }

    fn another(&self, first: &Bus) -> Bus {
        first.clone()
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_done_twice_whenever_the_process_dies() {
    kill::at_every_step(
        &Local::new(),
        &[
            "local-before-write",
            "local-written",
            "local-readable",
            "local-settled",
            "restored",
            "applied",
        ],
    );
}

contract!(Local::for_a_check);

#[test]
fn a_second_opener_is_told_that_the_folder_is_in_use() {
    let fixture = Local::new();
    let bus = Bus::open(&fixture.config()).unwrap();
    let refused = Bus::open(&fixture.config()).unwrap_err().to_string();
    assert!(refused.contains("in use by another process"), "{refused}");
    bus.close();
}
