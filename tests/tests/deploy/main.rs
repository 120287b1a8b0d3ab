//! What is deployed beside the program: alerts, dashboards, units, manifests.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alerts;
mod dashboards;
mod manifests;
mod tool;
mod units;
