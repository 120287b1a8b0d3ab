use bytes::Bytes;
use events::Topic;
use jiff::Timestamp;

use crate::{Header, Received, Record};

/// A consumer without I/O.
///
/// The bus calls it for one partition at a time. State is kept per partition as entries of key and bytes; what
/// [`Out::save`] writes is committed together with the outputs and the input offsets, or not at all, and comes back
/// through [`Stage::restore`] after a restart or when the partition moves here.
pub trait Stage: Send + Sync + 'static {
    /// Working state of one partition.
    type State: Send + 'static;

    /// Name of the consumer group and of its state; never changes once released.
    fn name(&self) -> &'static str;

    /// Topics read by partition. Their partition counts must be equal: a key's records meet in one state.
    fn inputs(&self) -> &'static [Topic];

    /// Compacted topics that every instance reads whole, before any input and ever after (definitions).
    fn globals(&self) -> &'static [Topic] {
        &[]
    }

    /// Rebuilds the state of a partition from its saved entries, in no particular order.
    fn restore(&self, partition: u32, entries: Vec<(Bytes, Bytes)>) -> Self::State;

    /// Takes one record of a global topic, first all that exist, later each as it is written. Called on one thread
    /// at a time; the stage keeps what it learns behind its own lock. A refusal goes to the rejects.
    fn define(&self, record: &Received) -> Result<(), Refusal> {
        let _ = record;
        Ok(())
    }

    /// Called for every partition after it was restored and whenever definitions have changed, so that the state can
    /// follow them.
    fn redefined(&self, state: &mut Self::State, now: Timestamp, out: &mut Out) {
        let _ = (state, now, out);
    }

    /// Takes one input record. A refusal sends the record to the rejects and the stream goes on.
    ///
    /// # Errors
    /// When the record cannot be used, with the reason for whoever looks at the rejects.
    fn apply(
        &self,
        state: &mut Self::State,
        record: &Received,
        now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal>;

    /// Called about once a second, and between records when much time passes, for what is due without data.
    fn tick(&self, state: &mut Self::State, now: Timestamp, out: &mut Out) {
        let _ = (state, now, out);
    }

    /// Called for every partition before what it wrote is committed. State that changes with every record is saved here
    /// once instead of each time.
    fn settle(&self, state: &mut Self::State, out: &mut Out) {
        let _ = (state, out);
    }
}

/// A record that a stage could not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Reason from the closed set of `milepost.reject.v1.Reject.reason`.
    pub reason: &'static str,
    /// One sentence: what was expected, what was found, what to do.
    pub detail: String,
}

/// What a stage wants written: outputs and state, committed together.
#[derive(Debug, Default)]
pub struct Out {
    /// Records to be published.
    pub records: Vec<Record>,
    /// State entries to be kept (`Some`) or forgotten (`None`).
    pub state: Vec<(Bytes, Option<Bytes>)>,
}

impl Out {
    /// Publishes `value` (or a deletion) under `key`.
    pub fn emit(
        &mut self,
        topic: Topic,
        key: impl Into<Bytes>,
        value: Option<Bytes>,
        headers: Vec<Header>,
        timestamp: Timestamp,
    ) {
        self.records.push(Record {
            topic,
            key: key.into(),
            value,
            headers,
            timestamp,
        });
    }

    /// Keeps `value` as the state entry `key`; `None` forgets it.
    pub fn save(&mut self, key: impl Into<Bytes>, value: Option<Bytes>) {
        self.state.push((key.into(), value));
    }
}

/// A stage around another, which does all that this one does not do itself: one that counts, or that has a clock of its own.
pub trait Around: Send + Sync + 'static {
    /// The stage inside.
    type Inner: Stage;

    /// The stage inside.
    fn inner(&self) -> &Self::Inner;

    /// The time that the stage inside is told, when the bus says that it is `now`.
    fn clock(&self, now: Timestamp) -> Timestamp {
        now
    }

    /// Takes one input record.
    ///
    /// # Errors
    /// Those of [`Stage::apply`].
    fn pass(
        &self,
        state: &mut <Self::Inner as Stage>::State,
        record: &Received,
        now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal> {
        self.inner().apply(state, record, now, out)
    }
}

/// A stage that its owner keeps a handle to.
impl<S: Stage> Around for std::sync::Arc<S> {
    type Inner = S;

    fn inner(&self) -> &S {
        self
    }
}

impl<A: Around> Stage for A {
    type State = <A::Inner as Stage>::State;

    fn name(&self) -> &'static str {
        self.inner().name()
    }

    fn inputs(&self) -> &'static [Topic] {
        self.inner().inputs()
    }

    fn globals(&self) -> &'static [Topic] {
        self.inner().globals()
    }

    fn restore(&self, partition: u32, entries: Vec<(Bytes, Bytes)>) -> Self::State {
        self.inner().restore(partition, entries)
    }

    fn define(&self, record: &Received) -> Result<(), Refusal> {
        self.inner().define(record)
    }

    fn redefined(&self, state: &mut Self::State, now: Timestamp, out: &mut Out) {
        self.inner().redefined(state, self.clock(now), out);
    }

    fn apply(
        &self,
        state: &mut Self::State,
        record: &Received,
        now: Timestamp,
        out: &mut Out,
    ) -> Result<(), Refusal> {
        self.pass(state, record, self.clock(now), out)
    }

    fn tick(&self, state: &mut Self::State, now: Timestamp, out: &mut Out) {
        self.inner().tick(state, self.clock(now), out);
    }

    fn settle(&self, state: &mut Self::State, out: &mut Out) {
        self.inner().settle(state, out);
    }
}
