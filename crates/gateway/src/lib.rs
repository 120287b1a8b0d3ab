//! The gateway: devices in, events out, and an answer only for what is durable.
//!
//! * [`Gateway`] opens the ports and serves; [`Handle`] tells where it listens.
//! * `shard`: a thread with an event loop that owns its connections, so that nothing about a connection is locked.
//! * `link`: what a protocol contributes to a connection: frames, session, translation.
//! * `translate`: messages of a protocol to events.
//! * `registry`: which devices are known, and the hashes of their codes.
//! * `guard`: what strangers may cost: rates and bans.
//! * `owners`: which connection a device is served by: the newest.
//! * `recorder`: the newest frames of each device, and captures; `capture` shows them on the admin port.
//! * `canary`: a device that does not exist and tries the whole way.
//! * `outlet`: where events go: the log, through the spool where one is used.

mod canary;
mod capture;
mod config;
mod emit;
mod error;
mod guard;
mod health;
mod link;
pub mod metrics;
mod outlet;
mod owners;
mod recorder;
mod registry;
mod service;
mod shard;
pub mod translate;

pub use config::{
    Admission, Bans, Canary, Deadlines, Devices, GatewayConfig, Limits, Listen, Proxied, Rate, Rates,
    Recorder, Spool, SpoolMode, Tls, Traces,
};
pub use error::Error;
pub use outlet::Outlet;
pub use service::{Addresses, Gateway, Handle, run};
