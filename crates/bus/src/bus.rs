use std::sync::Arc;
use std::time::Duration;

use events::{Cleanup, Topic};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::budget::Budget;
use crate::config::{Backend, BusConfig};
use crate::kafka::Kafka;
use crate::local::Local;
use crate::reader::Reader;
use crate::runner::{self, Joining, Session};
use crate::standing::{Standing, Standings, Teller};
use crate::topics::{Change, TopicInfo, TopicsFile};
use crate::{Error, Publisher, Read, Stage};

/// Wait before a log that could not be reached is tried again.
const JOIN_AGAIN: Duration = Duration::from_secs(1);

/// Longest wait for the group to hear that a stage ends.
const LEAVE_WITHIN: Duration = Duration::from_secs(5);

/// The log. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Bus {
    inner: Arc<Inner>,
}

struct Inner {
    budget: Arc<Budget>,
    publisher: Publisher,
    backend: Kept,
    standings: watch::Sender<Standings>,
}

/// Where the log is kept.
enum Kept {
    Local(Local),
    Kafka(Kafka),
}

impl Bus {
    /// Opens the log that the configuration names. Blocks while a local log recovers from its journal.
    ///
    /// # Errors
    /// When the folder is in use, cannot be written or is damaged; when the Kafka settings cannot work. An
    /// unreachable Kafka is no error: publishing and consuming wait for it.
    pub fn open(config: &BusConfig) -> Result<Self, Error> {
        let budget = Arc::new(Budget::new(config.in_flight_bytes.0.max(1)));
        let backend = match config.backend {
            Backend::Local => Kept::Local(Local::open(&config.local, budget.clone())?),
            Backend::Kafka => Kept::Kafka(Kafka::open(&config.kafka, budget.clone())?),
        };
        let sink = match &backend {
            Kept::Local(local) => local.sink(),
            Kept::Kafka(kafka) => kafka.sink(),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                publisher: Publisher::new(budget.clone(), sink),
                budget,
                backend,
                standings: watch::Sender::default(),
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
        let standing = Arc::new(Teller::new(stage.name(), self.inner.standings.clone()));
        let joining = Joining {
            stage: stage.name(),
            inputs: stage.inputs().to_vec(),
            standing: standing.clone(),
            shutdown: shutdown.clone(),
        };
        let readers = stage
            .globals()
            .iter()
            .map(|topic| self.read(Read::follow(*topic)))
            .collect();
        let Some((definitions, rejects)) = runner::replay(&stage, readers, &shutdown).await? else {
            return Ok(());
        };
        standing.tell(Standing::Joining);
        let mut session = tokio::select! {
            session = self.join(joining) => session?,
            () = shutdown.cancelled() => return Ok(()),
        };
        let runtime = tokio::runtime::Handle::current();
        let (done, finished) = tokio::sync::oneshot::channel();
        let (gone, left) = tokio::sync::oneshot::channel();
        let name = stage.name();
        std::thread::Builder::new()
            .name(format!("stage-{name}"))
            .spawn(move || {
                let _runtime = runtime.enter();
                let result = runner::run(&stage, &mut *session, definitions, rejects, &standing, &shutdown);
                // The caller may have dropped its future.
                let _ = done.send(result);
                drop((session, standing));
                let _ = gone.send(());
            })
            .map_err(|error| Error::Unavailable(format!("cannot start a thread for {name}: {error}")))?;
        let result = finished.await.unwrap_or(Err(Error::Closed));
        // Whoever joins next need not wait until this one is missed, but nobody waits for a broker that is away.
        let _ = tokio::time::timeout(LEAVE_WITHIN, left).await;
        result
    }

    /// How far the stages are that [`run`](Self::run) runs now. Ends with the last clone of the bus.
    #[must_use]
    pub fn standings(&self) -> watch::Receiver<Standings> {
        self.inner.standings.subscribe()
    }

    /// Takes part in the consumption of the stage's inputs, as soon as the log can be reached.
    async fn join(&self, joining: Joining) -> Result<Box<dyn Session>, Error> {
        loop {
            let joined: Result<Box<dyn Session>, Error> = match &self.inner.backend {
                Kept::Local(local) => local
                    .join(joining.clone())
                    .await
                    .map(|session| Box::new(session) as _),
                Kept::Kafka(kafka) => kafka
                    .join(joining.clone())
                    .await
                    .map(|session| Box::new(session) as _),
            };
            match joined {
                Err(error) if error.is_retryable() => {
                    tracing::warn!(stage = joining.stage, %error, "the stage waits for the log");
                    tokio::time::sleep(JOIN_AGAIN).await;
                }
                joined => return joined,
            }
        }
    }

    /// Reads records without a consumer group. Must be called in a tokio runtime.
    #[must_use]
    pub fn read(&self, read: Read) -> Reader {
        match &self.inner.backend {
            Kept::Local(local) => local.read(read),
            Kept::Kafka(kafka) => kafka.read(read),
        }
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
        match &self.inner.backend {
            Kept::Local(local) => local.close(),
            Kept::Kafka(kafka) => kafka.close(),
        }
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
        match &self.bus.inner.backend {
            Kept::Local(local) => Ok(local.topics()),
            Kept::Kafka(kafka) => kafka.topics().await,
        }
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
        match &self.bus.inner.backend {
            Kept::Local(local) => local.apply(change),
            Kept::Kafka(kafka) => kafka.apply(change).await,
        }
    }
}
