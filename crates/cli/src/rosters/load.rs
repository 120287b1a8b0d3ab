//! Reads roster files and what they refer to.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use attendance::roster::{Definitions, Problem, Resolved, Shape, fence_shape, file, resolve};
use events::fence::v1::Fence;

use crate::fences::Fences;

/// Roster files as read and as resolved.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) written: Definitions,
    pub(crate) resolved: Resolved,
}

/// Tells problems, one a line.
pub(crate) fn tell(problems: &[Problem]) {
    for problem in problems {
        crate::say(format_args!("{problem}"));
    }
}

/// Reads roster files together; sites may name fences of the file, or of those that are `known` where there is none.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn load(rosters: &[PathBuf], fences: Option<&Path>, known: Vec<Fence>) -> anyhow::Result<Loaded> {
    let mut written = Definitions::default();
    let mut problems = Vec::new();
    for path in rosters {
        let text = if path.as_os_str() == "-" {
            std::io::read_to_string(std::io::stdin())
        } else {
            std::fs::read_to_string(path)
        };
        let text = text.with_context(|| format!("read {}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let include = |name: &str| {
            let file = folder.join(name);
            std::fs::read_to_string(&file).map_err(|error| format!("read {}: {error}", file.display()))
        };
        problems.extend(file::read(
            &path.display().to_string(),
            &text,
            &include,
            &mut written,
        ));
    }
    let Fences {
        usable,
        problems: unusable,
    } = match fences {
        Some(path) => Fences::read(path)?,
        None => Fences {
            usable: known,
            problems: Vec::new(),
        },
    };
    for problem in &unusable {
        crate::say(format_args!("fence left out: {problem}"));
    }
    let mut shapes: HashMap<String, Arc<Shape>> = HashMap::new();
    for fence in usable {
        match fence_shape(&fence) {
            Ok(shape) => drop(shapes.insert(fence.id, Arc::new(shape))),
            Err(text) => crate::say(format_args!("fence {} left out: {text}", fence.id)),
        }
    }
    let mut resolved = resolve(&written, &shapes);
    problems.append(&mut resolved.problems);
    problems.sort();
    resolved.problems = problems;
    Ok(Loaded { written, resolved })
}
