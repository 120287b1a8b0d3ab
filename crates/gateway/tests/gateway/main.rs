//! A gateway in this process, on ports that the system chooses, over a local log in a temporary folder.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod acknowledgement;
mod admission;
mod client;
mod drain;
mod entries;
mod gt06;
mod health;
mod hostile;
mod limits;
mod outlet;
mod rig;
mod spool;
mod takeover;
mod udp;
