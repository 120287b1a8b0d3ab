use std::collections::BTreeMap;

use events::fence::v1::Fence;
use serde::Deserialize;

use crate::topics;

/// What is read of a line of `topics read`.
#[derive(Debug, Deserialize)]
struct Line {
    key: String,
    value: Option<Fence>,
}

/// The fences that the topic holds now, by id.
///
/// # Errors
/// When the topic cannot be read.
pub(crate) fn current(access: &topics::Access) -> anyhow::Result<BTreeMap<String, Fence>> {
    let mut fences = BTreeMap::new();
    for line in topics::whole(access, "fences")?.lines() {
        let Line { key, value } = serde_json::from_str(line)?;
        match value {
            Some(fence) => drop(fences.insert(key, fence)),
            None => drop(fences.remove(&key)),
        }
    }
    Ok(fences)
}
