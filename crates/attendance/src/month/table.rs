use std::fmt::Write as _;

use super::{Month, Totals, mark};

/// The month as text: a line per person with a letter per day, totals and a legend below.
#[must_use]
pub fn render(month: &Month) -> String {
    let mut text = String::new();
    let width = month
        .people
        .keys()
        .map(|person| label(month, person).chars().count())
        .max()
        .unwrap_or(6)
        .max(6);
    let _ = write!(
        text,
        "{:04}-{:02}{:pad$}",
        month.first.year(),
        month.first.month(),
        "",
        pad = width.saturating_sub(7)
    );
    for day in month.days() {
        let _ = write!(text, " {:>2}", day.day());
    }
    text.push('\n');
    for (person, days) in &month.people {
        let name = label(month, person);
        let _ = write!(
            text,
            "{name}{:pad$}",
            "",
            pad = width.saturating_sub(name.chars().count())
        );
        for day in month.days() {
            let letter = days
                .get(&day)
                .and_then(|lines| lines.first())
                .map_or("", |line| mark(&line.grade).letter);
            let _ = write!(text, " {letter:>2}");
        }
        text.push('\n');
    }
    for (person, days) in &month.people {
        let _ = write!(text, "\n{}:", label(month, person));
        let figures = Totals::of(days).figures();
        let said = Totals::HEADS
            .iter()
            .zip(figures)
            .filter(|(_, figure)| *figure != 0);
        let parts: Vec<String> = said
            .map(|((_, head), figure)| format!(" {head} {figure}"))
            .collect();
        text.push_str(&parts.join(","));
    }
    text.push_str("\n\n");
    let legend: Vec<String> = super::mark::legend()
        .iter()
        .map(|(_, mark)| format!("{} {}", mark.letter, mark.en))
        .collect();
    text.push_str(&legend.join(", "));
    text.push('\n');
    text
}

fn label(month: &Month, person: &str) -> String {
    let name = month.name(person);
    if name == person {
        person.to_owned()
    } else {
        format!("{person} {name}")
    }
}
