//! What is said of a roster with mistakes: the file, the line, what is wrong and what to do; the rest works.

use std::collections::HashMap;
use std::path::Path;

use attendance::roster::resolve;

use crate::scenarios::definitions_of;

#[test]
fn each_mistake_is_named_with_its_line_and_the_rest_works() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let text = std::fs::read_to_string(folder.join("bad.toml")).expect("bad.toml");
    let (written, mut problems) = definitions_of("bad.toml", &[text]);
    let resolved = resolve(&written, &HashMap::new());
    problems.extend(resolved.problems);
    problems.sort();
    let said: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    let path = folder.join("bad.txt");
    if std::env::var("BLESS").is_ok() {
        std::fs::write(&path, &said).expect("bad.txt is written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(said, kept, "{} differs, BLESS=1 writes it anew", path.display());
    let roster = resolved.roster;
    assert!(roster.people.contains_key("P1") && roster.people.contains_key("P3"));
    assert!(!roster.people.contains_key("P2"), "its zone is unknown");
}
