//! The fixtures: hex text with `#` comments.

use std::path::{Path, PathBuf};

/// The folder of fixtures.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/jt808")
}

/// Bytes of one fixture.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    let path = folder().join(name).with_extension("hex");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let digits: String = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect();
    hex::decode(digits).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
