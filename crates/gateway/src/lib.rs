//! TCP and UDP listeners, sessions, acknowledgement after durability, spool.

pub mod translate;
