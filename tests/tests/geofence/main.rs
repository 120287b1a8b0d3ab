//! The geofence consumer on the bus: what stays in its topic is what its engine finds, however often it is ended, on the
//! local log and on a real Kafka.
//!
//! `MILEPOST_FENCE_EDITS=100000 cargo test -p tests --test geofence edits` makes more edits than a usual run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod child;
mod day;
mod edits;
mod log;
mod runs;
