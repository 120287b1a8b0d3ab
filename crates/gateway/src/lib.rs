//! TCP and UDP listeners, sessions, acknowledgement after durability, spool.
