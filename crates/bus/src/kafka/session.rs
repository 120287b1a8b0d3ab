//! A stage's side of Kafka: a consumer group for the inputs, a transactional producer for everything it writes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use events::Topic;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio_util::sync::CancellationToken;

use super::admin::ensure_state_topic;
use super::client::{
    ANSWER_WITHIN, Names, create, failed, log_error, partition_count, received, signed, unsigned,
};
use super::notes::{Change, Notes};
use super::restore;
use super::transaction::Transactions;
use crate::runner::{CommitFailure, Joining, Lag, Pending, Polled, Session, equal_counts};
use crate::standing::{Standing, Teller};
use crate::{Error, Received};

/// A process that is taken for another twice within this time has a double.
const FENCED_AGAIN: Duration = Duration::from_secs(60);

/// The partitions of the inputs that the group gave to this process.
///
/// A partition counts as owned by its number: every input topic has as many partitions, and the range of numbers is
/// given out for all topics alike.
pub(crate) struct KafkaSession {
    names: Arc<Names>,
    state_topic: String,
    consumer: BaseConsumer<Notes>,
    transactions: Transactions,
    /// Input partitions that are ours, with their committed offsets once those are known.
    owned: BTreeMap<(Topic, u32), Option<u64>>,
    /// The group has told what is ours, and not taken it away since.
    settled: bool,
    /// After a lost commit: forget and restore what is ours.
    reset: bool,
    stage: &'static str,
    inputs: Vec<Topic>,
    /// When the group last took another for this process.
    fenced: Option<Instant>,
    standing: Arc<Teller>,
    shutdown: CancellationToken,
}

impl KafkaSession {
    /// Makes the state topic where it is missing and joins the group.
    pub(super) async fn join(names: Arc<Names>, joining: Joining) -> Result<Self, Error> {
        let state_topic = names.state_topic(joining.stage);
        let partitions = {
            let (names, joining) = (names.clone(), joining.clone());
            tokio::task::spawn_blocking(move || {
                let reader = names.reader("read_committed")?;
                let counts = joining
                    .inputs
                    .iter()
                    .map(|topic| Ok((*topic, partition_count(&reader, names.topic(*topic))?)))
                    .collect::<Result<Vec<_>, Error>>()?;
                equal_counts(joining.stage, &counts)
            })
            .await
            .map_err(|_| Error::Closed)??
        };
        ensure_state_topic(&names, &state_topic, partitions).await?;
        tokio::task::spawn_blocking(move || Self::open(names, joining, state_topic))
            .await
            .map_err(|_| Error::Closed)?
    }

    fn open(names: Arc<Names>, joining: Joining, state_topic: String) -> Result<Self, Error> {
        // First the producer: it ends what an earlier process of the same instance left half done.
        let transactions = Transactions::open(names.clone(), &joining, state_topic.clone())?;
        let consumer = join(&names, joining.stage, &joining.inputs)?;
        Ok(Self {
            names,
            state_topic,
            consumer,
            transactions,
            owned: BTreeMap::new(),
            settled: false,
            reset: false,
            stage: joining.stage,
            inputs: joining.inputs,
            fenced: None,
            standing: joining.standing,
            shutdown: joining.shutdown,
        })
    }

    /// Joins the group anew after the brokers took another for this process; the partitions that it had. They do so when
    /// one of them died while the answer to joining was on its way, too. A real other process is back at once.
    fn rejoin(&mut self) -> Result<BTreeSet<u32>, Error> {
        let instance = self.names.config.instance.clone().unwrap_or_default();
        if self.fenced.is_some_and(|at| at.elapsed() < FENCED_AGAIN) {
            return Err(Error::SameInstance { instance });
        }
        tracing::warn!(
            instance,
            stage = self.stage,
            "the group took another for this process; it joins anew"
        );
        self.fenced = Some(Instant::now());
        self.settled = false;
        self.reset = false;
        self.standing.tell(Standing::Joining);
        self.consumer = join(&self.names, self.stage, &self.inputs)?;
        Ok(std::mem::take(&mut self.owned)
            .into_keys()
            .map(|(_, number)| number)
            .collect())
    }

    /// Takes in what the group changed; drops records of partitions that are gone.
    fn take_changes(&mut self, polled: &mut Polled, records: &mut Vec<Received>) -> Result<bool, Error> {
        let mut changed = false;
        while let Some(change) = self.consumer.context().next_change() {
            changed = true;
            match change {
                Change::Revoked(partitions) => {
                    self.settled = false;
                    self.standing.tell(Standing::Joining);
                    let numbers: BTreeSet<u32> = partitions.iter().map(|(_, number)| *number).collect();
                    self.owned.retain(|owned, _| !partitions.contains(owned));
                    records.retain(|record| !numbers.contains(&record.partition));
                    polled
                        .assigned
                        .retain(|assigned| !numbers.contains(&assigned.partition));
                    polled.revoked.extend(numbers);
                }
                Change::Assigned(partitions) => {
                    self.settled = true;
                    self.reset |= !partitions.is_empty();
                    self.owned
                        .extend(partitions.into_iter().map(|partition| (partition, None)));
                }
            }
        }
        Ok(changed)
    }

    /// Restores every owned partition and reads on from its committed offsets.
    fn restore(&mut self) -> Result<Polled, Error> {
        let mut polled = Polled::default();
        let mut list = TopicPartitionList::new();
        for (topic, number) in self.owned.keys() {
            list.add_partition(self.names.topic(*topic), signed(*number));
        }
        if list.count() == 0 {
            self.reset = false;
            return Ok(polled);
        }
        // A producer that failed is replaced first, which decides what it left behind.
        self.transactions.renew()?;
        // Waits until earlier owners' transactions are decided.
        let committed = self
            .consumer
            .committed_offsets(list, ANSWER_WITHIN)
            .map_err(|error| failed("ask for the committed offsets", error))?;
        let numbers: BTreeSet<u32> = self.owned.keys().map(|(_, number)| *number).collect();
        self.standing.tell(Standing::Restoring(numbers.len()));
        polled.assigned = restore::entries(&self.names, &self.state_topic, &numbers, &self.shutdown)?;
        polled.revoked.extend(numbers);
        let mut places = TopicPartitionList::new();
        for element in committed.elements() {
            let offset = match element.offset() {
                Offset::Offset(offset) => Offset::Offset(offset),
                _ => Offset::Beginning,
            };
            if let Some(topic) = self.consumer.context().topic(element.topic()) {
                let next = offset.to_raw().and_then(|raw| u64::try_from(raw).ok());
                self.owned
                    .insert((topic, unsigned(element.partition())), Some(next.unwrap_or(0)));
            }
            places
                .add_partition_offset(element.topic(), element.partition(), offset)
                .map_err(|error| failed("choose where to read", error))?;
        }
        let sought = self
            .consumer
            .seek_partitions(places, ANSWER_WITHIN)
            .map_err(|error| failed("go to the committed offsets", error))?;
        for element in sought.elements() {
            element
                .error()
                .map_err(|error| failed("go to the committed offsets", error))?;
        }
        self.reset = false;
        Ok(polled)
    }
}

impl Session for KafkaSession {
    fn poll(&mut self, max: usize, wait: Duration) -> Result<Polled, Error> {
        let mut polled = Polled::default();
        let mut records = Vec::new();
        let deadline = Instant::now() + wait;
        while records.len() < max {
            let left = if records.is_empty() {
                deadline.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            let got = match self.consumer.poll(left) {
                Some(Ok(message)) => {
                    if let Some(topic) = self.consumer.context().topic(message.topic()) {
                        records.push(received(topic, &message));
                    }
                    true
                }
                Some(Err(KafkaError::MessageConsumptionFatal(RDKafkaErrorCode::FencedInstanceId))) => {
                    polled.assigned.clear();
                    polled.revoked.extend(self.rejoin()?);
                    return Ok(polled);
                }
                Some(Err(error @ KafkaError::MessageConsumptionFatal(_))) => {
                    return Err(Error::Kafka {
                        doing: "consume".to_owned(),
                        source: error,
                    });
                }
                Some(Err(error)) => {
                    log_error(&error, "consume");
                    true
                }
                None => false,
            };
            let changed = self.take_changes(&mut polled, &mut records)?;
            if changed || !got && (!records.is_empty() || Instant::now() >= deadline) {
                break;
            }
        }
        if self.reset {
            // Whatever was read stands behind the committed offsets, and is read again from there.
            match self.restore() {
                Ok(restored) => {
                    polled.revoked.extend(restored.revoked);
                    polled.assigned = restored.assigned;
                }
                // Tried again at the next poll; until then nothing is applied, since nothing is assigned.
                Err(error) if error.is_retryable() => {
                    tracing::warn!(%error, "partitions wait to be taken over");
                    polled
                        .revoked
                        .extend(self.owned.keys().map(|(_, number)| *number));
                }
                Err(error) => return Err(error),
            }
            return Ok(polled);
        }
        polled.records = records;
        Ok(polled)
    }

    fn is_settled(&self) -> bool {
        self.settled && !self.reset
    }

    fn begin(&mut self, work: &Arc<Pending>) -> Result<(), CommitFailure> {
        let commit = work.as_commit();
        let group = self
            .consumer
            .group_metadata()
            .map(Arc::new)
            .ok_or_else(|| CommitFailure::Lost("the group was left".to_owned()))?;
        // Offsets go with every commit, since they are what the group checks: a process that lost its partitions can
        // write nothing, also when no new record was the reason.
        let known = self
            .owned
            .iter()
            .filter_map(|(place, next)| Some((*place, (*next)?)));
        let mut next: BTreeMap<(Topic, u32), u64> = known.collect();
        next.extend(commit.offsets);
        let outcome = self.transactions.commit(&commit, &next, &group);
        match &outcome {
            Ok(()) => self
                .owned
                .extend(next.into_iter().map(|(place, next)| (place, Some(next)))),
            Err(CommitFailure::Lost(_)) => self.reset = true,
            Err(_) => {}
        }
        outcome
    }

    fn lag(&mut self) -> Vec<Lag> {
        self.consumer.context().lags()
    }

    fn commit_interval(&self) -> Duration {
        Duration::from_millis(u64::from(self.names.config.commit_interval_ms))
    }
}

/// A consumer that asks the group for partitions of the inputs.
fn join(names: &Arc<Names>, stage: &str, inputs: &[Topic]) -> Result<BaseConsumer<Notes>, Error> {
    let mut config = names.consumer(&names.group(stage));
    // All inputs of one number go to one process.
    config.set("partition.assignment.strategy", "range");
    if let Some(instance) = &names.config.instance {
        // Who comes back under its name has its partitions at once, and the others keep theirs. A nameless one is
        // somebody new: the whole group stands until the one that died has been silent for long enough.
        config.set("group.instance.id", instance);
    }
    let consumer: BaseConsumer<Notes> = create(&config, Notes::new(names.clone(), inputs.to_vec()))?;
    let topics: Vec<&str> = inputs.iter().map(|topic| names.topic(*topic)).collect();
    consumer
        .subscribe(&topics)
        .map_err(|error| failed("join the group", error))?;
    Ok(consumer)
}

/// Offsets of a commit as Kafka wants them: the next to be read.
pub(super) fn offsets(
    names: &Names,
    offsets: &BTreeMap<(Topic, u32), u64>,
) -> Result<TopicPartitionList, KafkaError> {
    let mut list = TopicPartitionList::new();
    for ((topic, partition), next) in offsets {
        let offset = Offset::Offset(i64::try_from(*next).unwrap_or(i64::MAX));
        list.add_partition_offset(names.topic(*topic), signed(*partition), offset)?;
    }
    Ok(list)
}
