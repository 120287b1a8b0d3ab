//! Frames that hostile input is made from: the fixtures of `wire`.

use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Streams by protocol.
pub(crate) struct Streams {
    pub(crate) jt808: Vec<Vec<u8>>,
    pub(crate) gt06: Vec<Vec<u8>>,
}

pub(crate) fn all() -> Result<Streams> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/wire/fixtures");
    Ok(Streams {
        jt808: read(&folder.join("jt808"))?,
        gt06: read(&folder.join("gt06"))?,
    })
}

/// The `.hex` files of a folder, in the order of their names.
fn read(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("read {}", folder.display()))? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "hex"));
    ensure!(
        !paths.is_empty(),
        "expected fixtures in {}, found none",
        folder.display()
    );
    paths.sort();
    let bytes = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path)?;
        let digits: String = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
            .collect();
        hex::decode(digits).with_context(|| format!("{} is not hexadecimal", path.display()))
    };
    paths.iter().map(bytes).collect()
}
