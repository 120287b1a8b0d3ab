//! What a device measures, and what it sends when.
//!
//! Pure: a [`Diary`] gives the actions of one device in order of time, whatever happens on the network.

mod coverage;
mod diary;
mod fix;
mod noise;

pub use coverage::Coverage;
pub use diary::{Action, Diary, What};
pub use fix::{Alarms, Fix, HeardTower, Source};
pub use noise::{ASSISTED, CELL, Deviation, GNSS, Noise, NoiseModel};
