//! What every log must do, whichever backend keeps it.
//!
//! Each check is a function over a [`Fixture`]; the modules `local`, … run all of them on one backend.

mod checks;
mod fixture;
mod kafka;
mod local;
mod probe;
mod spool;
