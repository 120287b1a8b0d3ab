use std::sync::Arc;
use std::time::Duration;

use events::{Cleanup, Topic};
use tokio_util::sync::CancellationToken;

use crate::budget::Budget;
use crate::config::{Backend, BusConfig};
use crate::local::Local;
use crate::reader::Reader;
use crate::runner::{self, Joining};
use crate::topics::{Change, TopicInfo, TopicsFile};
use crate::{Error, Publisher, Read, Stage};

/// The log. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    budget: Arc<Budget>,
    publisher: Publisher,
    local: Local,
}

impl Bus {
    /// Opens the log that the configuration names. Blocks while a local log recovers from its journal.
    ///
    /// # Errors
    /// When the folder is in use, cannot be written or is damaged; when the Kafka settings cannot work. An
    /// unreachable Kafka is no error: publishing and consuming wait for it.
    pub fn open(config: &BusConfig) -> Result<Self, Error> {
        let budget = Arc::new(Budget::new(config.in_flight_bytes.0.max(1)));
        let local = match config.backend {
            Backend::Local => Local::open(&config.local, budget.clone())?,
            Backend::Kafka => {
                return Err(Error::Config(
                    "the kafka backend is not part of this build".to_owned(),
                ));
            }
        };
        Ok(Self {
            inner: Arc::new(Inner {
                publisher: Publisher::new(budget.clone(), local.sink()),
                budget,
                local,
            }),
        })
    }

    /// Takes records from roles.
    #[must_use]
    pub fn publisher(&self) -> Publisher {
        self.inner.publisher.clone()
    }

    /// Runs a consumer until `shutdown`: replays its global topics, restores the state of its partitions, then reads,
    /// applies, commits. What fails for a while is tried again with growing pauses; what a stage refuses goes to the
    /// rejects. Several processes (or tasks) that run the same stage share its partitions or stand by.
    ///
    /// Must be called in a tokio runtime with time enabled. Dropping the future stops the stage.
    ///
    /// # Errors
    /// When going on cannot help: a missing topic, unequal inputs, a broken disk, a panic in the stage.
    pub async fn run<S: Stage>(&self, stage: S, shutdown: CancellationToken) -> Result<(), Error> {
        // Ends the thread also when this future is dropped.
        let shutdown = shutdown.child_token();
        let _stop = shutdown.clone().drop_guard();
        let joining = Joining {
            stage: stage.name(),
            inputs: stage.inputs().to_vec(),
        };
        let readers = stage
            .globals()
            .iter()
            .map(|topic| self.read(Read::follow(*topic)))
            .collect();
        let Some((definitions, rejects)) = runner::replay(&stage, readers, &shutdown).await? else {
            return Ok(());
        };
        let mut session = tokio::select! {
            session = self.inner.local.join(joining) => session?,
            () = shutdown.cancelled() => return Ok(()),
        };
        let runtime = tokio::runtime::Handle::current();
        let (done, finished) = tokio::sync::oneshot::channel();
        let name = stage.name();
        std::thread::Builder::new()
            .name(format!("stage-{name}"))
            .spawn(move || {
                let _runtime = runtime.enter();
                let result = runner::run(&stage, &mut session, definitions, rejects, &shutdown);
                drop(session);
                // The caller may have dropped its future.
                let _ = done.send(result);
            })
            .map_err(|error| Error::Unavailable(format!("cannot start a thread for {name}: {error}")))?;
        finished.await.unwrap_or(Err(Error::Closed))
    }

    /// Reads records without a consumer group. Must be called in a tokio runtime.
    #[must_use]
    pub fn read(&self, read: Read) -> Reader {
        self.inner.local.read(read)
    }

    /// Reads a compacted topic whole and follows it: every record that is kept, then
    /// [`CaughtUp`](crate::ReadItem::CaughtUp), then each change as it is written.
    #[must_use]
    pub fn definitions(&self, topic: Topic) -> Reader {
        debug_assert_eq!(topic.cleanup(), Cleanup::Compact, "{}", topic.name());
        self.read(Read::follow(topic))
    }

    /// Looks after topics.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin { bus: self.clone() }
    }

    /// Waits until every published record is settled, at most `limit`. True when that is so.
    pub async fn flush(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.inner.budget.empty())
            .await
            .is_ok()
    }

    /// Settles what is in flight and closes the log: later records are refused. Blocks for as long as that takes;
    /// call [`flush`](Self::flush) before to bound it.
    pub fn close(&self) {
        self.inner.local.close();
    }
}

impl std::fmt::Debug for Bus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bus").finish_non_exhaustive()
    }
}

/// Topics of a log.
#[derive(Debug, Clone)]
pub struct Admin {
    bus: Bus,
}

impl Admin {
    /// The topics of Milepost that exist.
    ///
    /// # Errors
    /// When the log cannot be asked.
    pub async fn topics(&self) -> Result<Vec<TopicInfo>, Error> {
        Ok(self.bus.inner.local.topics())
    }

    /// What would have to change for the log to be as the file says.
    ///
    /// # Errors
    /// When the log cannot be asked.
    pub async fn plan(&self, file: &TopicsFile) -> Result<Vec<Change>, Error> {
        Ok(file.plan(&self.topics().await?))
    }

    /// Makes one change of a [`plan`](Self::plan). Partition counts are left as they are.
    ///
    /// # Errors
    /// When the log refuses the change.
    pub async fn apply(&self, change: &Change) -> Result<(), Error> {
        self.bus.inner.local.apply(change)
    }
}
