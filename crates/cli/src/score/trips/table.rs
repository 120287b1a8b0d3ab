//! The table of figures, a row per set of outings.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};
use trips::score::{Spread, Tally};

/// `value` to so many digits behind the point.
pub(super) fn rounded(value: f64, digits: i32) -> f64 {
    let unit = 10_f64.powi(digits);
    (value * unit).round() / unit
}

fn spread(errors: &[f64], scale: f64, digits: i32) -> Value {
    Spread::of(errors).map_or(Value::Null, |spread| {
        json!({ "median": rounded(spread.median * scale, digits), "p90": rounded(spread.p90 * scale, digits) })
    })
}

/// The table as one object, a field per set.
pub(super) fn json(tallies: &BTreeMap<String, Tally>) -> Value {
    let row = |tally: &Tally| {
        json!({
            "truth": tally.truth,
            "found": tally.found,
            "precision": rounded(tally.precision(), 3),
            "recall": rounded(tally.recall(), 3),
            "f1": rounded(tally.f1(), 3),
            "splits": tally.splits,
            "merges": tally.merges,
            "start_error_s": spread(&tally.start_s, 1.0, 1),
            "end_error_s": spread(&tally.end_s, 1.0, 1),
            "car_distance_error_percent": spread(&tally.distance, 100.0, 1),
            "car_distance_error_percent_where_seen": spread(&tally.distance_seen, 100.0, 1),
            "phantom_m_per_h": spread(&tally.phantom_m_per_h, 1.0, 1),
            "phantom_m_per_h_first_ten_minutes": spread(&tally.phantom_first_m_per_h, 1.0, 1),
            "phantom_m_per_h_later": spread(&tally.phantom_later_m_per_h, 1.0, 1),
        })
    };
    Value::Object(
        tallies
            .iter()
            .map(|(set, tally)| (set.clone(), row(tally)))
            .collect::<Map<_, _>>(),
    )
}

/// The table as text.
pub(super) fn write(out: &mut impl Write, tallies: &BTreeMap<String, Tally>) -> io::Result<()> {
    writeln!(
        out,
        "{:16} {:>5} {:>5} {:>5} {:>6} {:>5} {:>6} {:>6}  {:>13}  {:>13}  {:>13}  {:>13}  {:>13}  {:>13}  {:>13}",
        "set",
        "truth",
        "found",
        "P",
        "R",
        "F1",
        "splits",
        "merges",
        "start s",
        "end s",
        "car dist %",
        "where seen %",
        "phantom m/h",
        "first 10 min",
        "later"
    )?;
    for (set, tally) in tallies {
        let cell = |errors: &[f64], scale: f64| {
            Spread::of(errors).map_or_else(
                || "-".to_owned(),
                |it| format!("{:.1} / {:.1}", it.median * scale, it.p90 * scale),
            )
        };
        writeln!(
            out,
            "{set:16} {:5} {:5} {:5.3} {:6.3} {:5.3} {:6} {:6}  {:>13}  {:>13}  {:>13}  {:>13}  {:>13}  {:>13}  {:>13}",
            tally.truth,
            tally.found,
            tally.precision(),
            tally.recall(),
            tally.f1(),
            tally.splits,
            tally.merges,
            cell(&tally.start_s, 1.0),
            cell(&tally.end_s, 1.0),
            cell(&tally.distance, 100.0),
            cell(&tally.distance_seen, 100.0),
            cell(&tally.phantom_m_per_h, 1.0),
            cell(&tally.phantom_first_m_per_h, 1.0),
            cell(&tally.phantom_later_m_per_h, 1.0),
        )?;
    }
    writeln!(
        out,
        "Errors as median / 90th percentile. Phones carried different settings of their sensors. Distance: of whole legs \
         by car, and of the part between their first and last good fix. Phantom: metres that found trips count from \
         the end of a true trip to the start of the next, in the first ten minutes of that, and after them."
    )
}
