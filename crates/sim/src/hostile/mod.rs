//! Input that nobody would send in good faith, made from a seed.
//!
//! [`Forge`] makes it; who is tried with it decides what has to hold. [`Slow`] says nearly nothing on very many sockets.

mod attack;
mod forge;
mod gt06;
mod jt808;
mod mutate;
mod slow;

pub use attack::{Attack, Attacked};
pub use forge::Forge;
pub use slow::{Held, Slow};
