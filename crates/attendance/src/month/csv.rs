use std::io::{self, Write};

use super::{Month, clock, mark};
use crate::report::Line;

/// Heads of the columns, Chinese and English.
pub(super) const HEADS: [(&str, &str); 19] = [
    ("工号", "person"),
    ("姓名", "name"),
    ("日期", "day"),
    ("班次", "shift"),
    ("结果", "result"),
    ("到岗", "in"),
    ("离岗", "out"),
    ("应出勤", "scheduled"),
    ("计出勤", "worked"),
    ("迟到", "late"),
    ("早退", "early"),
    ("离开区域", "away"),
    ("无数据", "unknown"),
    ("请假", "leave"),
    ("出差", "trip"),
    ("加班", "overtime"),
    ("时区", "zone"),
    ("原因", "reason"),
    ("说明", "reason in English"),
];

/// A value of a row.
pub(super) enum Value {
    Text(String),
    Minutes(i64),
}

/// One record as a row of the sheet of reasons.
pub(super) fn row(month: &Month, line: &Line) -> [Value; 19] {
    use Value::{Minutes, Text};
    let minutes = |value: u32| Minutes(value.into());
    let adjusted = |own: u32, difference: fn(&crate::report::Adjustment) -> i32| match &line.adjustment {
        Some(adjustment) => Minutes(difference(adjustment).into()),
        None => minutes(own),
    };
    let result = match &line.adjustment {
        Some(adjustment) => format!("补差 {}", adjustment.month),
        None => mark(&line.grade).zh.to_owned(),
    };
    [
        Text(line.person.clone()),
        Text(month.name(&line.person).to_owned()),
        Text(line.day.clone()),
        Text(line.shift.clone()),
        Text(result),
        Text(clock(line.r#in.as_ref(), &line.day)),
        Text(clock(line.out.as_ref(), &line.day)),
        minutes(if line.adjustment.is_some() {
            0
        } else {
            line.scheduled
        }),
        adjusted(line.worked, |adjustment| adjustment.worked),
        adjusted(line.late, |adjustment| adjustment.late),
        adjusted(line.early, |adjustment| adjustment.early),
        adjusted(line.away, |adjustment| adjustment.away),
        minutes(line.unknown),
        adjusted(line.leave_min, |adjustment| adjustment.leave_min),
        minutes(line.trip_min),
        adjusted(line.ot, |adjustment| adjustment.ot),
        Text(line.zone.clone()),
        Text(line.reason_zh.clone()),
        Text(line.reason_en.clone()),
    ]
}

/// Writes a row per record, UTF-8 with a byte order mark so that spreadsheets read the Chinese. A text that a
/// spreadsheet would run as a formula gets an apostrophe in front (OWASP, *CSV Injection*).
///
/// # Errors
/// When writing fails.
pub fn write(month: &Month, out: &mut impl Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let heads: Vec<String> = HEADS
        .iter()
        .map(|(zh, en)| quoted(&format!("{zh} {en}")))
        .collect();
    writeln!(out, "{}\r", heads.join(","))?;
    for line in month.lines() {
        let cells: Vec<String> = row(month, line)
            .iter()
            .map(|value| match value {
                Value::Text(text) => quoted(&harmless(text)),
                Value::Minutes(minutes) => minutes.to_string(),
            })
            .collect();
        writeln!(out, "{}\r", cells.join(","))?;
    }
    Ok(())
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// RFC 4180, section 2.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_a_formula_stays_a_name() {
        assert_eq!(harmless("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        assert_eq!(quoted(&harmless("@SUM(A1),\"b\"")), "\"'@SUM(A1),\"\"b\"\"\"");
        assert_eq!(quoted("张三"), "张三");
    }
}
