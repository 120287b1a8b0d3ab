//! The log: publish with a durability receipt, consume with exactly-once effects.
//!
//! Two backends keep one contract: Kafka, and a local store in one folder of the machine. No role can tell which it has.
//!
//! * [`Publisher`] takes [`Record`]s and reports each one's fate once, through its [`Receipt`].
//! * A [`Stage`] is a consumer without I/O: records and `now` in, records and state out. The bus owns partitions,
//!   order, commits, restores, retries and dead letters.

mod receipt;
mod record;
mod stage;

pub use receipt::{Outcome, PublishError, Receipt, ReceiptSink};
pub use record::{Header, Received, Record};
pub use stage::{Out, Refusal, Stage};
