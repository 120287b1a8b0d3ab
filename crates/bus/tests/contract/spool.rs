//! The spool: what it took comes out once the log takes it, in order.

use std::sync::Arc;

use bus::{Bus, PublishError, Receipt, Spool};
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
