//! The binary `milepost`.

fn main() {}
