use std::fmt::Write as _;

use wire::{Field, Value};

use super::Language;
use super::report::{FrameReport, Report};

/// Bytes of a field that are shown on its line.
const BYTES_SHOWN: usize = 12;

/// One input as a page of text: a heading per frame, then a line per field with offset, bytes, name and value.
pub(super) fn page(report: &Report, language: Language) -> String {
    let mut page = String::new();
    if let Some(fault) = &report.fault {
        let _ = writeln!(page, "✗ {fault}\n  {}\n", report.input);
        return page;
    }
    if report.frames.is_empty() {
        let _ = writeln!(page, "✗ no frame in: {}\n", report.input);
    }
    for frame in &report.frames {
        heading(&mut page, report, frame, language);
        for field in &frame.fields {
            line(&mut page, field, 0, language);
        }
        page.push('\n');
    }
    page
}

fn heading(page: &mut String, report: &Report, frame: &FrameReport, language: Language) {
    let protocol = report.protocol.map_or("", super::report::Protocol::name);
    let name = match language {
        Language::En => &frame.name,
        Language::Zh => &frame.name_zh,
    };
    let mark = if frame.error.is_none() { '✓' } else { '✗' };
    let _ = write!(page, "{mark} {protocol} {} {name}", frame.id);
    if let Some(device) = &frame.device {
        let _ = write!(page, " · {} {device}", word(language, "device", "终端"));
    }
    if let Some(serial) = frame.serial {
        let _ = write!(page, " · {} {serial}", word(language, "serial", "流水号"));
    }
    let _ = write!(
        page,
        " · {} {}",
        word(language, "checksum", "校验"),
        frame.checksum
    );
    let _ = write!(page, " · {} {}", frame.length, word(language, "bytes", "字节"));
    if !report.label.is_empty() {
        let _ = write!(page, " · {}", report.label);
    }
    page.push('\n');
    if let Some(error) = &frame.error {
        let _ = writeln!(page, "  {error}");
    }
}

const fn word(language: Language, en: &'static str, zh: &'static str) -> &'static str {
    match language {
        Language::En => en,
        Language::Zh => zh,
    }
}

fn line(page: &mut String, field: &Field, depth: usize, language: Language) {
    let indent = 2 * depth;
    let name = match language {
        Language::Zh if !field.name_zh.is_empty() => field.name_zh,
        _ => &field.name,
    };
    let shown = field.parts.is_empty();
    let bytes = if shown { bytes(&field.raw) } else { String::new() };
    let room = 30_usize.saturating_sub(indent + width(name));
    let _ = write!(
        page,
        "  {:>4}  {bytes:<38}{:indent$}{name}{:room$}",
        field.offset, "", ""
    );
    if shown {
        page.push_str(&value(field));
        if !field.unit.is_empty() && !matches!(field.value, Value::Bytes) {
            let _ = write!(page, " {}", field.unit);
        }
    }
    if !field.note.is_empty() {
        let _ = write!(page, "  ({})", field.note);
    }
    while page.ends_with(' ') {
        page.pop();
    }
    page.push('\n');
    for part in &field.parts {
        line(page, part, depth + 1, language);
    }
}

fn bytes(raw: &[u8]) -> String {
    let mut text: Vec<String> = raw
        .iter()
        .take(BYTES_SHOWN)
        .map(|byte| format!("{byte:02X}"))
        .collect();
    if raw.len() > BYTES_SHOWN {
        text.pop();
        text.push("…".to_owned());
    }
    text.join(" ")
}

/// Columns that a text takes in a terminal: characters of Chinese take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c >= '\u{1100}' { 2 } else { 1 }).sum()
}

fn value(field: &Field) -> String {
    match &field.value {
        Value::Bytes => {
            if field.raw.len() > BYTES_SHOWN {
                hex::encode_upper(&field.raw)
            } else {
                String::new()
            }
        }
        Value::Parts => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Flag(true) => "yes".to_owned(),
        Value::Flag(false) => "no".to_owned(),
        Value::Flags(names) if names.is_empty() => "none".to_owned(),
        Value::Flags(names) => names.join(" "),
    }
}
