//! The log: publish with a durability receipt, consume with exactly-once effects.
//!
//! Two backends keep one contract: Kafka, and a local store in one folder of the machine. No role can tell which it has.
//!
//! * [`Bus`] opens the log and is the only way to it.
//! * [`Publisher`] takes [`Record`]s and reports each one's fate once, through its [`Receipt`].
//! * A [`Stage`] is a consumer without I/O: records and `now` in, records and state out. The bus owns partitions,
//!   order, commits, restores, retries and dead letters.
//! * A [`Reader`] reads topics without a group: for people, and for definitions.

mod budget;
mod bus;
mod config;
mod error;
mod kafka;
mod local;
pub mod metrics;
mod partition;
mod publisher;
mod reader;
mod receipt;
mod record;
mod runner;
mod stage;
mod standing;
mod steps;
mod topics;

pub use bus::{Admin, Bus};
pub use config::{Backend, BusConfig, Compression, InFlightBytes, KafkaConfig, LocalConfig, Wire};
pub use error::Error;
pub use local::Spool;
pub use publisher::Publisher;
pub use reader::{Read, ReadFrom, ReadItem, Reader};
pub use receipt::{Outcome, PublishError, Receipt, ReceiptSink};
pub use record::{Header, Received, Record};
pub use stage::{Around, Out, Refusal, Stage};
pub use standing::{Standing, Standings};
pub use topics::{Change, PartitionInfo, TopicInfo, TopicSettings, TopicSpec, TopicsFile};
