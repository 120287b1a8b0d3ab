//! The contract on the local log.

use bus::{Backend, Bus, BusConfig};

use crate::fixture::Fixture;
use crate::{checks, kill};

pub(crate) struct Local(tempfile::TempDir);

impl Local {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
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

macro_rules! contract {
    ($($check:ident)*) => {$(
        #[test]
        fn $check() {
            checks::$check(&Local::new());
        }
    )*};
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

contract! {
    records_of_a_key_keep_their_order_and_headers
    what_was_acknowledged_is_there_after_a_restart
    receipts_are_settled_once
    a_stage_goes_on_where_it_stopped
    a_refused_record_goes_to_the_rejects_and_the_stream_goes_on
    definitions_come_before_inputs_and_are_followed
    a_second_runner_takes_over_with_the_state
    reading_by_key_time_and_end
    compaction_keeps_the_newest_record_of_each_key
    a_record_that_is_too_large_is_refused_for_good
    old_records_are_forgotten_and_new_ones_kept
}

#[test]
fn a_second_opener_is_told_that_the_folder_is_in_use() {
    let fixture = Local::new();
    let bus = Bus::open(&fixture.config()).unwrap();
    let refused = Bus::open(&fixture.config()).unwrap_err().to_string();
    assert!(refused.contains("in use by another process"), "{refused}");
    bus.close();
}
