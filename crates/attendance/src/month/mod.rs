//! The month of some people: a calendar, totals, and the reason of every day.

mod csv;
mod mark;
mod table;
mod totals;
mod xlsx;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::report::Line;

pub use csv::write as csv;
pub use mark::{Mark, mark};
pub use table::render as table;
pub use totals::Totals;
pub use xlsx::{XlsxError, render as xlsx};

/// One month of records, by person and day.
#[derive(Debug)]
pub struct Month {
    /// First day.
    pub first: Date,
    /// By person id, then day: records of shifts, adjustments behind.
    pub people: BTreeMap<String, BTreeMap<Date, Vec<Line>>>,
}

impl Month {
    /// Sorts lines into the month; of a record told several times the highest revision is kept. `person` restricts it.
    #[must_use]
    pub fn collect(first: Date, lines: impl IntoIterator<Item = Line>, person: Option<&str>) -> Self {
        let first = first.first_of_month();
        let mut people: BTreeMap<String, BTreeMap<Date, Vec<Line>>> = BTreeMap::new();
        for line in lines {
            let Ok(day) = line.day.parse::<Date>() else {
                continue;
            };
            let wanted = person.is_none_or(|person| person == line.person);
            if !wanted || day.first_of_month() != first || line.kind == "cycle" {
                continue;
            }
            let of_day = people
                .entry(line.person.clone())
                .or_default()
                .entry(day)
                .or_default();
            let month = |line: &Line| {
                line.adjustment
                    .as_ref()
                    .map(|adjustment| adjustment.month.clone())
            };
            let same = |other: &Line| {
                (other.index, &other.kind, month(other)) == (line.index, &line.kind, month(&line))
            };
            match of_day.iter_mut().find(|other| same(other)) {
                Some(other) if other.rev <= line.rev => *other = line,
                Some(_) => {}
                None => of_day.push(line),
            }
            of_day.sort_by(|a, b| (a.index, b.kind.as_str()).cmp(&(b.index, a.kind.as_str())));
        }
        Self { first, people }
    }

    /// The days of the month.
    pub fn days(&self) -> impl Iterator<Item = Date> {
        use jiff::ToSpan as _;
        let last = self.first.last_of_month();
        self.first.series(1.day()).take_while(move |day| *day <= last)
    }

    /// Name of a person, the id when there is none.
    #[must_use]
    pub fn name<'a>(&'a self, person: &'a str) -> &'a str {
        self.people
            .get(person)
            .and_then(|days| {
                days.values()
                    .flatten()
                    .map(|line| line.name.as_str())
                    .find(|name| !name.is_empty())
            })
            .unwrap_or(person)
    }

    /// All lines, by person and day.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.people.values().flat_map(|days| days.values().flatten())
    }
}

/// `08:52` of an RFC 3339 time; with the day in front where it is not the day of the record.
pub(crate) fn clock(time: Option<&String>, day: &str) -> String {
    let Some((date, rest)) = time.and_then(|time| time.split_once('T')) else {
        return String::new();
    };
    let clock = rest.get(..5).unwrap_or_default();
    if date == day {
        clock.to_owned()
    } else {
        format!("{} {clock}", date.get(5..).unwrap_or_default())
    }
}
