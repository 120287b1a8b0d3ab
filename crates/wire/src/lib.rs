//! GT06 and JT/T 808: bytes to frames, frames to messages, and the sessions around them.
//!
//! Nothing here does I/O or reads a clock. A protocol is a folder with the same rooms:
//!
//! * `frame`: where frames begin and end in a stream of bytes, unescaped and checked. A bad frame is an item
//!   of the stream, never its end.
//! * `message`: what a frame means. Borrowed from the frame's bytes, no allocation for positions.
//! * `session`: one connection's life as a state machine, see [`Session`].
//! * `encode`: the bytes of every message, both directions.
//! * `dissect`: every byte of a frame by name, see [`Field`].

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::arithmetic_side_effects
    )
)]

mod dissect;
mod error;
mod fault;
pub mod gt06;
pub mod jt808;
mod session;
mod shown;

pub use dissect::{Field, Value};
pub use error::{ErrorKind, WireError};
pub use fault::{Fault, Parsed};
pub use session::{Admission, Answer, Claim, Close, Credentials, Session, Step, Time, Verdict, When};
pub use shown::Shown;
