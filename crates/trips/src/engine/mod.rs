//! From fixes to trips and stops, without clock or I/O.
//!
//! A [`Device`] keeps the fixes of one device in order of time and says, whenever it is asked, what is news: trips and
//! stops that are new, changed or withdrawn. What it says is a function of the set of fixes, whatever the order they
//! came in: [`track`] takes out what cannot be, [`story`] finds stays and moves, [`stay`] makes them exact, [`role`]
//! decides which stays end trips, [`moment`] dates their ends, [`way`], [`travel`] and [`course`] describe what
//! lies between.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod begin;
mod config;
mod course;
mod device;
mod fix;
mod moment;
mod odometer;
mod pace;
mod path;
mod place;
mod published;
mod record;
mod report;
mod role;
mod stay;
mod story;
mod track;
mod travel;
mod way;
mod window;

pub use config::{Config, Transit};
pub use device::{Admission, Device};
pub use fix::{Fix, Millis};
pub use place::Place;
pub use record::Record;

/// Metres travelled between two times, by the measure that trips use; `None` without two fixes in between.
#[must_use]
pub fn measured_m(fixes: &[Fix], start: Millis, end: Millis, config: &Config) -> Option<f64> {
    let track = track::Track::new(fixes, config);
    travel::measured_m(&track, start, end, config)
}
