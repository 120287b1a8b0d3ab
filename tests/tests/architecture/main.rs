//! The architecture as tests: which crate may depend on which, and which outside crate lives where.

mod layering;
mod prose;
