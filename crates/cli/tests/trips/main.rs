//! `milepost derive trips` and `milepost score trips` as somebody with a file of positions meets them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod nonsense;
mod referee;
