//! 0x0200: see [`crate::jt808::location`].

pub use crate::jt808::location::Location;
