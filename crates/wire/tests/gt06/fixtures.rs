//! The fixtures under `fixtures/gt06`: hexadecimal text, `#` begins a comment.

use std::path::Path;

/// A fixture's bytes.
pub(crate) fn read(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/gt06")
        .join(format!("{name}.hex"));
    parse(&std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Every fixture, by name.
pub(crate) fn all() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/gt06");
    let mut fixtures: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, parse(&std::fs::read_to_string(&path).unwrap()))
        })
        .collect();
    fixtures.sort();
    assert!(
        fixtures.len() >= 32,
        "expected the worked frames in {}",
        folder.display()
    );
    fixtures
}

fn parse(text: &str) -> Vec<u8> {
    let digits: String = text
        .lines()
        .filter_map(|line| line.split('#').next())
        .flat_map(str::chars)
        .filter(|character| !character.is_whitespace())
        .collect();
    hex::decode(&digits).unwrap_or_else(|error| panic!("{digits}: {error}"))
}
