//! Consumer: positions to fence events.
