//! Faults: a program under load that is killed again and again, and ways to it and from it that are spoiled.

mod fault;
mod proxy;
mod run;
mod target;

pub use fault::{Fault, Ways};
pub use proxy::{Faults, Proxy};
pub use run::{Error, Plan, Results, run};
pub use target::{Target, TargetError};
