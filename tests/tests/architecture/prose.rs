use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Files that git tracks and that end with one of `endings`.
fn tracked(endings: &[&str]) -> Vec<PathBuf> {
    let output = Command::new("git")
        .arg("ls-files")
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let files: Vec<PathBuf> = String::from_utf8(output.stdout)
        .expect("file names are UTF-8")
        .lines()
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending)))
        .map(|name| root().join(name))
        .collect();
    assert!(!files.is_empty(), "no tracked file ends with {endings:?}");
    files
}

/// Links to files in the Markdown files lead somewhere.
#[test]
fn links_in_the_documents_lead_to_files() {
    let mut broken = Vec::new();
    for file in tracked(&[".md"]) {
        let text = std::fs::read_to_string(&file).expect("a tracked file is readable");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let folder = file.parent().expect("a file has a folder");
            if !folder.join(path).exists() {
                broken.push(format!("{}: {target}", file.display()));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "links that lead nowhere:\n{}",
        broken.join("\n")
    );
}

/// Every crate and every document is in the map that newcomers read.
#[test]
fn the_code_map_names_every_crate() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md exists");
    for entry in std::fs::read_dir(root().join("crates")).expect("crates exist") {
        let name = entry
            .expect("a readable entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        assert!(
            map.contains(&format!("crates/{name}")),
            "ARCHITECTURE.md does not name crates/{name}"
        );
    }
}

/// Readers of the topics find each of them, with its schema, in the document for them.
#[test]
fn the_page_on_topics_names_every_topic() {
    let page = std::fs::read_to_string(root().join("docs/topics.md")).expect("docs/topics.md exists");
    for topic in events::Topic::ALL {
        let row = format!("| `{}` | `{}` |", topic.name(), topic.schema());
        assert!(
            page.contains(&row),
            "docs/topics.md has no row that begins with {row}"
        );
        assert!(
            page.contains(topic.describe()),
            "docs/topics.md does not say: {}",
            topic.describe()
        );
    }
}
