//! Distances, datums, shapes and the fence index.
//!
//! Everything here is a pure function of its arguments. Coordinates are degrees on WGS-84 unless a [`Datum`] says
//! otherwise, lengths are metres.
//!
//! ```
//! use spatial::{Point, distance};
//! let station = Point::new(39.9042, 116.4274)?; // Beijing railway station
//! let gate = Point::new(39.9087, 116.3975)?; // Tiananmen
//! assert!((distance::geodesic(station, gate) - 2_605.12).abs() < 0.01);
//! # Ok::<(), spatial::InvalidPoint>(())
//! ```

mod bounds;
mod datum;
pub mod distance;
mod frame;
mod index;
mod number;
mod point;
mod shape;

pub use bounds::Bounds;
pub use datum::{Datum, UnknownDatum};
pub use frame::Frame;
pub use index::{Index, Reach, Rebuild, Rebuilt};
pub use number::Number;
pub use point::{InvalidPoint, Point};
pub use shape::{
    MAX_LATITUDE, MAX_VERTICES, Outline, Place, Problem, RADIUS_M, Relation, Shape, deviations_beyond,
};
