//! Tests that span crates. See `tests/` beside this file.
