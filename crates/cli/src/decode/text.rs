use std::fmt::Write as _;

use wire::{Field, Value};

use super::Language;
use super::report::{FrameReport, Report};

/// Bytes of a field that are shown on its line.
const BYTES_SHOWN: usize = 12;

/// Bytes in a row below the line of a longer field.
const BYTES_A_ROW: usize = 24;

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
        if !frame.joined.is_empty() {
            let _ = writeln!(
                page,
                "  {} · {} {}",
                word(language, "joined from its sub-packets", "分包合并后的消息体"),
                frame.joined_length,
                word(language, "bytes", "字节")
            );
        }
        for field in &frame.joined {
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
        match frame.checksum {
            "ok" => word(language, "ok", "正确"),
            "wrong" => word(language, "wrong", "错误"),
            _ => word(language, "absent", "无"),
        }
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
    let leaf = field.parts.is_empty();
    let long = leaf && field.raw.len() > BYTES_SHOWN;
    let shown = if leaf && !long {
        spaced(&field.raw)
    } else {
        String::new()
    };
    let room = 30_usize.saturating_sub(indent + width(name));
    let _ = write!(
        page,
        "  {:>4}  {shown:<38}{:indent$}{name}{:room$}",
        field.offset, "", ""
    );
    let value = value(field, language);
    page.push_str(&value);
    if !field.unit.is_empty() && !value.is_empty() {
        let _ = write!(page, " {}", field.unit);
    }
    let note = note(&field.note, language);
    if !note.is_empty() {
        let _ = write!(page, "  ({note})");
    }
    while page.ends_with(' ') {
        page.pop();
    }
    page.push('\n');
    if long {
        for (place, row) in field.raw.chunks(BYTES_A_ROW).enumerate() {
            let offset = field.offset + place * BYTES_A_ROW;
            let _ = writeln!(page, "  {offset:>4}  {}", spaced(row));
        }
    }
    for part in &field.parts {
        line(page, part, depth + 1, language);
    }
}

fn spaced(raw: &[u8]) -> String {
    let pairs: Vec<String> = raw.iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(" ")
}

/// The words of a note that are in this language: notes name codes and flags in both, English before Chinese.
fn note(note: &str, language: Language) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in note.split_whitespace() {
        match (language, word.chars().any(is_wide)) {
            (Language::En, true) => continue,
            (Language::Zh, true) if words.last().is_some_and(|before| is_name(before)) => {
                words.pop();
            }
            _ => {}
        }
        words.push(word);
    }
    words.join(" ")
}

/// True for a name of the kind `sos`, `gps_on` or `8k`.
fn is_name(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_lowercase())
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

const fn is_wide(c: char) -> bool {
    c >= '\u{1100}'
}

/// Columns that a text takes in a terminal: characters of Chinese take two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn value(field: &Field, language: Language) -> String {
    match &field.value {
        Value::Bytes if field.raw.len() > BYTES_SHOWN => {
            format!("{} {}", field.raw.len(), word(language, "bytes", "字节"))
        }
        Value::Bytes | Value::Parts => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::Flag(true) => word(language, "yes", "是").to_owned(),
        Value::Flag(false) => word(language, "no", "否").to_owned(),
        Value::Flags(names) if names.is_empty() => word(language, "none", "无").to_owned(),
        // The note has the Chinese names.
        Value::Flags(_) if language == Language::Zh && field.note.chars().any(is_wide) => String::new(),
        Value::Flags(names) => names.join(" "),
    }
}
