//! The contract on the local log.

use bus::{Backend, Bus, BusConfig, Record};
use events::Topic;
use jiff::{SignedDuration, Timestamp};

use crate::checks::contract;
use crate::fixture::{Fixture, block_on, publish_all, read_all, record, values_of};
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

/// Versions of fences are needed for as long as late positions may ask for them; then they go, and deletions last.
#[test]
fn what_was_replaced_stays_for_its_hours_and_goes_then() {
    let fixture = Local::new();
    let hours = i64::try_from(Topic::Fences.replaced_hours()).unwrap();
    let ago = |key: &str, value: Option<&str>, ago: i64| Record {
        timestamp: Timestamp::now() - SignedDuration::from_hours(ago),
        ..record(Topic::Fences, key, value)
    };
    block_on(async {
        let bus = Bus::open(&fixture.config()).unwrap();
        let publisher = bus.publisher();
        let records = [
            ago("edited", Some("v1"), hours + 60),
            ago("edited", Some("v2"), hours + 50),
            ago("edited", Some("v3"), hours - 50),
            ago("deleted", Some("v1"), hours + 50),
            ago("deleted", None, hours + 40),
            ago("kept", Some("v1"), hours + 50),
            ago("leaving", Some("v1"), hours + 50),
            ago("leaving", None, hours - 50),
        ];
        publish_all(&publisher, records).await;
        // The retention is checked every second.
        loop {
            let found = read_all(&bus, Topic::Fences).await;
            assert_eq!(values_of(&found, "kept"), ["v1"]);
            assert_eq!(values_of(&found, "leaving"), ["v1", "deleted"]);
            let edited = values_of(&found, "edited");
            if edited == ["v2", "v3"] && values_of(&found, "deleted").is_empty() {
                break;
            }
            assert!(edited.ends_with(&["v2", "v3"]), "{edited:?}");
            tokio::task::yield_now().await;
        }
        bus.close();
        // A program that starts again finds the same.
        let bus = Bus::open(&fixture.config()).unwrap();
        assert_eq!(read_all(&bus, Topic::Fences).await.len(), 5);
        bus.close();
    });
}
