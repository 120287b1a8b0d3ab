//! The log on Kafka.

mod admin;
mod client;
mod lanes;
mod notes;
mod producer;
mod read;
mod registry;
mod restore;
mod session;
mod transaction;
mod wire;

use std::sync::Arc;

use events::Topic;

use self::client::Names;
use self::producer::Producer;
pub(crate) use self::session::KafkaSession;
use crate::budget::Budget;
use crate::publisher::Submit;
use crate::reader::Reader;
use crate::runner::Joining;
use crate::topics::{Change, TopicInfo};
use crate::{Error, KafkaConfig, Read, metrics};

/// A Kafka cluster.
pub(crate) struct Kafka {
    names: Arc<Names>,
    producer: Arc<Producer>,
}

impl Kafka {
    pub(crate) fn open(config: &KafkaConfig, budget: Arc<Budget>) -> Result<Self, Error> {
        let names = Arc::new(Names::new(config.clone())?.framed()?);
        metrics::producer_opened();
        Ok(Self {
            producer: Arc::new(Producer::new(names.clone(), budget)?),
            names,
        })
    }

    pub(crate) fn sink(&self) -> Arc<dyn Submit> {
        self.producer.clone()
    }

    pub(crate) fn read(&self, read: Read) -> Reader {
        let (sink, reader) = Reader::channel();
        let names = self.names.clone();
        let failed = sink.clone();
        let runtime = tokio::runtime::Handle::current();
        let thread = std::thread::Builder::new()
            .name("bus-reader".to_owned())
            .spawn(move || {
                let _runtime = runtime.enter();
                read::pump(&names, &read, &sink);
            });
        if let Err(error) = thread {
            // The channel is empty, so there is room; the reader hears why nothing comes.
            let _ = failed.try_send(Err(Error::Unavailable(format!("cannot start a thread: {error}"))));
        }
        reader
    }

    pub(crate) async fn join(&self, joining: Joining) -> Result<KafkaSession, Error> {
        KafkaSession::join(self.names.clone(), joining).await
    }

    pub(crate) async fn topics(&self) -> Result<Vec<TopicInfo>, Error> {
        admin::topics(&self.names).await
    }

    pub(crate) async fn apply(&self, change: &Change) -> Result<(), Error> {
        admin::apply(&self.names, change).await
    }

    pub(crate) fn close(&self) {
        self.producer.close();
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        self.close();
    }
}

/// Position of a topic in tables by topic.
const fn index(topic: Topic) -> usize {
    topic as usize
}
