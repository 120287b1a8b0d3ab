//! The reasons of all scenario rows as a page for people to read: `fixtures/reasons.md`.

use std::fmt::Write as _;
use std::path::Path;

use attendance::derive::Options;

use crate::scenarios::{inputs, rows, run};

/// What the page says before the rows.
const HEAD: &str = "# Reasons

What the persons concerned are told, for every row of the scenario tables. The page is written and checked by
`cargo test -p attendance --test attendance reasons`; with `BLESS=1` in the environment the page is written anew.
";

#[test]
fn reasons_are_those_of_the_page() {
    if std::env::var("ROW").is_ok() {
        return;
    }
    let mut page = HEAD.to_owned();
    for row in rows() {
        let (how, input) = inputs(&row).pop().expect("an input");
        let (lines, _) = run(&input, &Options::default());
        write!(page, "\n## {} {how}\n\n", row.id).expect("a text");
        for line in &lines {
            let text = |field: &str| line[field].as_str().unwrap_or_default().to_owned();
            let (person, kind) = (text("person"), text("kind"));
            let (zh, en) = (text("reason_zh"), text("reason_en"));
            write!(page, "* {person} {kind}: {zh}\n  {en}\n").expect("a text");
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reasons.md");
    if std::env::var("BLESS").is_ok() {
        std::fs::write(&path, &page).expect("the page is written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differing = kept.lines().zip(page.lines()).find(|(kept, said)| kept != said);
    assert!(
        kept == page,
        "{} differs, BLESS=1 writes it anew; first: {differing:?}",
        path.display()
    );
}
