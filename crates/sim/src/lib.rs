//! Simulated devices over real sockets, load, ground truth.

pub mod chaos;
pub mod device;
pub mod echo;
pub mod fleet;
pub mod hostile;
pub mod load;
pub mod obligations;
pub mod oracle;
pub mod truth;
pub mod world;
