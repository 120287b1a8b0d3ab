//! The spool: what it took comes out once the log takes it, in order.

use std::sync::Arc;

use bus::{Bus, PublishError, Receipt, Record, Spool};
use events::Topic;
use tokio_util::sync::CancellationToken;

use crate::fixture::Fixture;
use crate::fixture::{Settled, block_on, read_all, record, values_of};
use crate::local::Local;

/// Appends records with these values to two topics; says what became of each.
pub(crate) async fn append(
    spool: &Spool,
    values: impl IntoIterator<Item = usize>,
) -> Vec<Result<(), PublishError>> {
    let settled = Arc::new(Settled::default());
    let mut count = 0;
    for value in values {
        let value = value.to_string();
        for topic in [Topic::Positions, Topic::DeviceEvents] {
            spool.append(
                record(topic, "device", Some(&value)),
                Receipt::new(settled.clone(), count),
            );
            count += 1;
        }
    }
    settled.wait_for(usize::try_from(count).unwrap()).await;
    let mut outcomes = settled.outcomes();
    outcomes.sort_by_key(|(token, _)| *token);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

#[test]
fn spooled_records_reach_the_log_in_order_also_after_a_restart() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), 1 << 30).unwrap();
        assert!(spool.is_empty());
        assert!(append(&spool, 0..3000).await.iter().all(Result::is_ok));
        spool.close();

        let spool = Spool::open(folder.path(), 1 << 30).unwrap();
        assert_eq!((spool.len(), spool.corrupt()), (6000, 0));
        assert!(spool.oldest().unwrap().is_some());
        let log = Local::new();
        let bus = Bus::open(&log.config()).unwrap();
        let stop = CancellationToken::new();
        let (drained, publisher, token) = (spool.clone(), bus.publisher(), stop.clone());
        let draining = tokio::spawn(async move { drained.drain(&publisher, token, |_, _| {}).await });
        spool.emptied().await;
        assert!(append(&spool, 3000..3010).await.iter().all(Result::is_ok));
        spool.emptied().await;
        stop.cancel();
        draining.await.unwrap().unwrap();

        let expected: Vec<String> = (0..3010).map(|value| value.to_string()).collect();
        for topic in [Topic::Positions, Topic::DeviceEvents] {
            let found = read_all(&bus, topic).await;
            assert_eq!(values_of(&found, "device"), expected);
            assert!(
                found.iter().all(|record| record.headers.len() == 1),
                "as appended"
            );
        }
        assert_eq!((spool.len(), spool.bytes()), (0, 0));
        bus.close();
    });
}

#[test]
fn a_full_spool_takes_nothing_and_says_so() {
    block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), 20_000).unwrap();
        let outcomes = append(&spool, 0..200).await;
        let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert!(taken > 0 && taken < outcomes.len());
        assert_eq!(spool.len(), taken as u64);
        assert_eq!(
            outcomes.last(),
            Some(&Err(PublishError::Unavailable("the spool is full".to_owned())))
        );
    });
}

/// Tells a child which spool to fill.
const FOLDER: &str = "MILEPOST_SPOOL_CHILD";
/// Megabytes of the spool that is opened again, where `MILEPOST_SPOOL_MB` says nothing else.
const MEGABYTES: u64 = 8;

/// Records of a kilobyte.
fn records() -> u64 {
    let megabytes = std::env::var("MILEPOST_SPOOL_MB").ok();
    1000 * megabytes.map_or(MEGABYTES, |megabytes| megabytes.parse().unwrap())
}

/// R6. `MILEPOST_SPOOL_MB=1024 cargo test --release -p bus --test contract -- --nocapture r6_` shows the time for a
/// gigabyte.
#[test]
fn r6_a_spool_that_was_cut_off_opens_with_everything_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let ended = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "spool::fill_a_spool_and_end_at_once"])
        .env(FOLDER, folder.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(!ended.success(), "it was cut off");
    block_on(async {
        let begun = std::time::Instant::now();
        let spool = Spool::open(folder.path(), u64::MAX).unwrap();
        let milliseconds = begun.elapsed().as_millis();
        let count = records();
        let bytes = spool.bytes();
        println!(
            "{{\"test\":\"R6\",\"spool_records\":{count},\"spool_bytes\":{bytes},\"open_ms\":{milliseconds}}}"
        );
        assert_eq!((spool.len(), spool.corrupt()), (count, 0));
    });
}

/// A kilobyte that does not get smaller by compression: what is on the disk is to be as large as it says.
fn noise(seed: u64) -> String {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + ((state >> 33) % 90) as u8)
    };
    (0..1000).map(|_| next()).collect()
}

/// Not a test of its own: the process that the other one starts.
#[test]
fn fill_a_spool_and_end_at_once() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    block_on(async {
        let spool = Spool::open(folder.as_ref(), u64::MAX).unwrap();
        let settled = Arc::new(Settled::default());
        for token in 0..records() {
            while !spool.has_room() {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            let record = Record {
                headers: Vec::new(),
                ..record(Topic::Positions, "device", Some(&noise(token)))
            };
            spool.append(record, Receipt::new(settled.clone(), token));
        }
        settled.wait_for(usize::try_from(records()).unwrap()).await;
        if settled.outcomes().iter().all(|(_, outcome)| outcome.is_ok()) {
            // As kill -9: nothing is closed.
            std::process::abort();
        }
    });
}
