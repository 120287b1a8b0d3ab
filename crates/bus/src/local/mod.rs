//! The log in one folder of this machine.

mod batch;
mod codec;
mod engine;
mod fetch;
mod format;
mod mark;
mod read;
mod retention;
mod session;
mod spool;
mod store;
mod table;

use std::sync::Arc;
use std::time::Duration;

use events::{Cleanup, Topic};

pub use self::spool::Spool;

use self::engine::{Engine, Settings};
use self::session::LocalSession;
use self::table::{Kept, Table};
use crate::budget::Budget;
use crate::publisher::Submit;
use crate::reader::Reader;
use crate::runner::Joining;
use crate::topics::{Change, PartitionInfo, TopicInfo};
use crate::{Error, LocalConfig, Read, Receipt, Record, partition};

/// The local log; closes its files when dropped.
pub(crate) struct Local {
    log: Arc<Log>,
}

/// What publishers and sessions share.
struct Log {
    engine: Arc<Engine>,
    /// By topic, in the order of [`Topic::ALL`].
    tables: Arc<[Arc<Table>]>,
    /// One runner per stage at a time; another one of the same name stands by.
    running: session::Running,
}

impl Local {
    pub(crate) fn open(config: &LocalConfig, budget: Arc<Budget>) -> Result<Self, Error> {
        let engine = Engine::open(
            Settings {
                path: config.path.clone(),
                cache_bytes: config.cache_megabytes << 20,
                retention_every: Some(Duration::from_secs(config.retention_check_seconds.max(1))),
            },
            budget,
        )?;
        let tables = Topic::ALL
            .iter()
            .map(|topic| match engine.table(topic.name()) {
                Some(table) if !table.compact => Ok(table),
                // How long a compacted topic keeps what was replaced is no setting and follows the program.
                _ => engine.ensure(
                    topic.name(),
                    topic.cleanup() == Cleanup::Compact,
                    config.partitions,
                    kept(config, *topic),
                ),
            })
            .collect::<Result<Arc<[_]>, _>>();
        match tables {
            Ok(tables) => Ok(Self {
                log: Arc::new(Log {
                    engine,
                    tables,
                    running: session::Running::default(),
                }),
            }),
            Err(error) => {
                engine.close();
                Err(error)
            }
        }
    }

    pub(crate) fn sink(&self) -> Arc<dyn Submit> {
        self.log.clone()
    }

    pub(crate) fn read(&self, read: Read) -> Reader {
        let (sink, reader) = Reader::channel();
        let table = self.log.table(read.topic).clone();
        tokio::spawn(read::pump(self.log.engine.clone(), table, read, sink));
        reader
    }

    pub(crate) async fn join(&self, joining: Joining) -> Result<LocalSession, Error> {
        LocalSession::join(self.log.clone(), joining).await
    }

    pub(crate) fn topics(&self) -> Vec<TopicInfo> {
        Topic::ALL
            .iter()
            .map(|topic| {
                let table = self.log.table(*topic);
                let kept = if table.compact {
                    Kept::default()
                } else {
                    table.kept()
                };
                TopicInfo {
                    topic: *topic,
                    cleanup: topic.cleanup(),
                    retention_hours: kept.hours,
                    retention_bytes: kept.bytes,
                    partitions: table
                        .partitions
                        .iter()
                        .map(|partition| PartitionInfo {
                            start: partition.start(),
                            end: partition.end(),
                        })
                        .collect(),
                    replication: 1,
                }
            })
            .collect()
    }

    pub(crate) fn apply(&self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Create(spec) | Change::Retention { spec, .. } => self
                .log
                .engine
                .ensure(
                    spec.topic.name(),
                    spec.topic.cleanup() == Cleanup::Compact,
                    spec.partitions,
                    match spec.topic.cleanup() {
                        Cleanup::Compact => replaced(spec.topic),
                        Cleanup::Delete => Kept {
                            hours: spec.retention_hours,
                            bytes: spec.retention_bytes,
                        },
                    },
                )
                .map(|_| ()),
            Change::PartitionsDiffer { .. }
            | Change::CopiesMissing { .. }
            | Change::CleanupDiffers { .. } => Ok(()),
        }
    }

    pub(crate) fn close(&self) {
        self.log.engine.close();
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.close();
    }
}

impl Log {
    fn table(&self, topic: Topic) -> &Arc<Table> {
        &self.tables[topic as usize]
    }
}

impl Submit for Log {
    fn submit(&self, record: Record, receipt: Receipt, weight: u64) {
        if let Err(refusal) = engine::fits(&record) {
            return self.engine.refuse(receipt, weight, refusal);
        }
        let table = self.table(record.topic);
        let partition = partition::of(&record.key, table.count());
        self.engine
            .append(table.clone(), partition, record, receipt, weight);
    }
}

fn kept(config: &LocalConfig, topic: Topic) -> Kept {
    match topic.cleanup() {
        Cleanup::Compact => replaced(topic),
        Cleanup::Delete => Kept {
            hours: (config.retention_hours > 0).then_some(config.retention_hours),
            bytes: (config.retention_bytes > 0).then_some(config.retention_bytes),
        },
    }
}

/// How long a compacted topic keeps what newer records replaced.
fn replaced(topic: Topic) -> Kept {
    let hours = topic.replaced_hours();
    Kept {
        hours: (hours > 0).then_some(hours),
        bytes: None,
    }
}
