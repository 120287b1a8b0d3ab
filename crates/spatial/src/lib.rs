//! Distances, datums, shapes and the fence index.
