//! The life of a process: configuration, logs, metrics, admin port, signals, drain.
