//! Faults: a program that is killed again and again under load, and a proxy that spoils connections.

mod kill;
mod proxy;
mod target;

pub use kill::{Error, Plan, Results, run};
pub use proxy::{Faults, Proxy};
pub use target::{Target, TargetError};
