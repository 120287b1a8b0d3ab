use bytes::Bytes;
use events::Topic;
use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::{Error, Received};

/// Where to begin reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadFrom {
    /// The oldest record that is kept.
    Beginning,
    /// Behind the newest record.
    End,
    /// The first record of that time or later, per partition.
    Time(Timestamp),
}

/// What to read.
#[derive(Debug, Clone)]
pub struct Read {
    /// Topic.
    pub topic: Topic,
    /// Where to begin.
    pub from: ReadFrom,
    /// Only records of this key.
    pub key: Option<Bytes>,
    /// Go on with records as they are written, instead of ending at those that existed at the start.
    pub follow: bool,
}

impl Read {
    /// Everything that is in the topic now.
    #[must_use]
    pub fn all(topic: Topic) -> Self {
        Self {
            topic,
            from: ReadFrom::Beginning,
            key: None,
            follow: false,
        }
    }

    /// Everything, and then what is written.
    #[must_use]
    pub fn follow(topic: Topic) -> Self {
        Self {
            follow: true,
            ..Self::all(topic)
        }
    }
}

/// What a reader hands out.
#[derive(Debug, Clone)]
pub enum ReadItem {
    /// A record. Records of one partition come in their order.
    Record(Received),
    /// All that existed when the reader was opened has been handed out. Comes once.
    CaughtUp,
}

/// Committed records of a topic, without a consumer group. Dropping it ends the reading.
#[derive(Debug)]
pub struct Reader {
    items: mpsc::Receiver<Result<ReadItem, Error>>,
}

pub(crate) type ReadSink = mpsc::Sender<Result<ReadItem, Error>>;

impl Reader {
    /// Items that may wait between the log and the caller.
    const BUFFER: usize = 1024;

    pub(crate) fn channel() -> (ReadSink, Self) {
        let (sink, items) = mpsc::channel(Self::BUFFER);
        (sink, Self { items })
    }

    /// The next item; `None` after the last when not following.
    ///
    /// # Errors
    /// When the log cannot be read. Nothing follows an error.
    pub async fn next_item(&mut self) -> Option<Result<ReadItem, Error>> {
        self.items.recv().await
    }

    /// The next record; `None` after the last when not following.
    ///
    /// # Errors
    /// When the log cannot be read. Nothing follows an error.
    pub async fn next(&mut self) -> Option<Result<Received, Error>> {
        loop {
            match self.items.recv().await? {
                Ok(ReadItem::Record(record)) => return Some(Ok(record)),
                Ok(ReadItem::CaughtUp) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// An item that is there without waiting.
    pub(crate) fn try_next(&mut self) -> Option<Result<ReadItem, Error>> {
        self.items.try_recv().ok()
    }
}
