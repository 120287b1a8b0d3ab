//! Simulated devices over real sockets, load, ground truth.
