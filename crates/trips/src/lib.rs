//! Consumer: positions to trips and stops.
