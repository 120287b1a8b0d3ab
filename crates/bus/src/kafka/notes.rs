//! What the client library tells of a consumer while it is polled.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use events::Topic;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError;
use rdkafka::statistics::{Partition, Statistics};
use rdkafka::topic_partition_list::TopicPartitionList;

use super::client::{Names, log_error, unsigned};
use crate::metrics;
use crate::runner::Lag;

/// A change of the partitions, as the group tells it.
#[derive(Debug)]
pub(super) enum Change {
    Assigned(Vec<(Topic, u32)>),
    Revoked(Vec<(Topic, u32)>),
}

/// Takes notes while the consumer is polled.
pub(super) struct Notes {
    names: Arc<Names>,
    inputs: Vec<Topic>,
    changes: Mutex<VecDeque<Change>>,
    lags: Mutex<Vec<Lag>>,
}

impl Notes {
    pub(super) fn new(names: Arc<Names>, inputs: Vec<Topic>) -> Self {
        Self {
            names,
            inputs,
            changes: Mutex::default(),
            lags: Mutex::default(),
        }
    }

    /// How much there is to be read, by partition, as of a short while ago.
    pub(super) fn lags(&self) -> Vec<Lag> {
        self.lags.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn topic(&self, name: &str) -> Option<Topic> {
        self.inputs
            .iter()
            .copied()
            .find(|topic| self.names.topic(*topic) == name)
    }

    fn partitions(&self, list: &TopicPartitionList) -> Vec<(Topic, u32)> {
        list.elements()
            .iter()
            .filter_map(|element| Some((self.topic(element.topic())?, unsigned(element.partition()))))
            .collect()
    }

    fn note(&self, change: Change) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.push_back(change);
    }

    pub(super) fn next_change(&self) -> Option<Change> {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.pop_front()
    }
}

impl ClientContext for Notes {
    fn stats(&self, statistics: Statistics) {
        metrics::brokers(&statistics);
        let mut lags = Vec::new();
        for (name, topic) in &statistics.topics {
            let Some(known) = self.topic(name) else { continue };
            for partition in topic.partitions.values().filter(|partition| partition.desired) {
                if let Some(records) = Progress::of(partition).left() {
                    lags.push(Lag {
                        topic: known,
                        partition: unsigned(partition.partition),
                        records,
                    });
                }
            }
        }
        *self.lags.lock().unwrap_or_else(PoisonError::into_inner) = lags;
    }

    fn error(&self, error: KafkaError, reason: &str) {
        log_error(&error, reason);
    }
}

impl ConsumerContext for Notes {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Revoke(list) => self.note(Change::Revoked(self.partitions(list))),
            Rebalance::Assign(list) => self.note(Change::Assigned(self.partitions(list))),
            Rebalance::Error(error) => log_error(error, "rebalance"),
        }
    }
}

/// Offsets of a partition as the client counts them; negative where it does not know.
#[derive(Debug, Clone, Copy)]
struct Progress {
    /// Behind the last committed record.
    end: i64,
    /// The next to be taken.
    taken: i64,
    /// The next to be fetched.
    fetched: i64,
    /// Records that were fetched and not taken.
    waiting: i64,
}

impl Progress {
    fn of(partition: &Partition) -> Self {
        Self {
            end: if partition.ls_offset >= 0 {
                partition.ls_offset
            } else {
                partition.hi_offset
            },
            taken: partition.app_offset,
            fetched: partition.next_offset,
            waiting: partition.fetchq_cnt,
        }
    }

    /// Records that are there and were not taken. The marks that transactions leave take offsets as records do, and
    /// nobody takes them: where all was fetched and nothing waits, nothing is left.
    fn left(self) -> Option<u64> {
        // Where nothing was taken since the start, from where on it is read.
        let taken = if self.taken >= 0 { self.taken } else { self.fetched };
        if self.end < 0 || taken < 0 {
            return None;
        }
        if self.waiting <= 0 && self.fetched >= self.end {
            return Some(0);
        }
        Some(u64::try_from(self.end - taken).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_transactions_are_no_records_that_are_left() {
        let left = |end, taken, fetched, waiting| {
            Progress {
                end,
                taken,
                fetched,
                waiting,
            }
            .left()
        };
        assert_eq!(left(10, 9, 10, 0), Some(0), "the last offset is a mark");
        assert_eq!(left(10, 4, 10, 5), Some(6));
        assert_eq!(left(10, 4, 4, 0), Some(6));
        assert_eq!(left(10, -1001, 10, 0), Some(0), "nothing new since the start");
        assert_eq!(left(10, -1001, 3, 0), Some(7));
        assert_eq!(left(0, -1001, 0, 0), Some(0), "empty");
        assert_eq!(left(-1001, -1001, 0, 0), None);
        assert_eq!(left(10, -1001, -1001, 0), None);
    }
}
