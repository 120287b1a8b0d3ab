//! Judging attendance: evidence, roster, calendar, approvals and policy in; one record per person and shift out.
//!
//! Everything here is a function of its arguments. [`judge()`] judges one shift; a [`Desk`] keeps what is known and
//! what was said about one person, and says what changes when a fact arrives or time passes.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod carry;
mod cover;
mod cycle;
mod desk;
mod evidence;
mod facts;
mod finish;
mod flexible;
mod grade;
mod judge;
mod layers;
mod ledger;
mod minutes;
mod overtime;
mod part;
mod reason;
mod render;
mod signals;
pub mod span;
mod visits;

pub use carry::Carry;
pub use desk::{Desk, Load, Rhythm, Rules, Settled};
pub(crate) use facts::better;
pub use facts::{Facts, Presence, Punch, PunchPlace};
pub use judge::{Case, judge};
pub use ledger::key;
pub use minutes::total;
