//! Every byte of every frame by name, for `milepost decode`.

use std::collections::BTreeMap;

use super::edition::Edition;
use super::frame::{Dialect, Excess, Frame, Splitter};
use super::header::{Header, PartOf};
use super::message::Message;
use super::part::{Bytes, Shown, Walk};
use crate::{ErrorKind, Field, Value, WireError};

/// One item of a capture: a frame, or bytes that are none.
#[derive(Debug, Clone)]
pub struct Analysed {
    /// Where the item begins in the input.
    pub offset: usize,
    /// The bytes as received.
    pub raw: Vec<u8>,
    /// What is wrong, when the item is no good frame or its body cannot be read.
    pub error: Option<WireError>,
    /// The header, when the frame is good.
    pub header: Option<Header>,
    /// English name of the message; `unknown` when the table has none.
    pub name: &'static str,
    /// Chinese name of the message.
    pub name_zh: &'static str,
    /// Edition whose layout fits the body.
    pub edition: Edition,
    /// Body of the message, joined where this is the last of its sub-packets; empty when the frame is bad.
    pub body: Vec<u8>,
    /// Every byte by name. Offsets count the unescaped frame from its first delimiter.
    pub fields: Vec<Field>,
    /// For the last of several sub-packets: every byte of the whole body by name, counted from the body's start.
    pub joined: Vec<Field>,
    /// Bytes of the body that belong to no field.
    pub rest: Vec<u8>,
}

impl Analysed {
    fn bad(offset: usize, raw: &[u8], error: WireError) -> Self {
        Self {
            offset,
            raw: raw.to_vec(),
            error: Some(error),
            header: None,
            name: "unknown",
            name_zh: "未知",
            edition: Edition::default(),
            body: Vec::new(),
            fields: Walk::new(raw, 0, Edition::default()).finish(),
            joined: Vec::new(),
            rest: Vec::new(),
        }
    }

    fn good(offset: usize, frame: &Frame<'_>, older: Edition, parts: &mut Parts) -> Self {
        let header = frame.header;
        let edition = header.edition(older);
        let row = Message::row(header.id);
        let body_at = header.width().saturating_add(1);
        let mut item = Self {
            offset,
            raw: frame.raw.to_vec(),
            error: None,
            header: Some(header),
            name: row.map_or("unknown", |row| row.name),
            name_zh: row.map_or("未知", |row| row.name_zh),
            edition,
            body: frame.body.to_vec(),
            fields: Vec::new(),
            joined: Vec::new(),
            rest: Vec::new(),
        };
        let encryption = header.encryption();
        let body_fields = if frame.dialect == Dialect::Text {
            Vec::new()
        } else if encryption != 0 {
            item.error = Some(WireError::new(
                ErrorKind::Encrypted,
                3,
                format!("expected a plain body, found one with encryption {encryption}"),
            ));
            Walk::new(frame.body, body_at, edition).finish()
        } else if let Some(part) = header.part.filter(|part| part.total > 1) {
            let mut walk = Walk::new(frame.body, body_at, edition);
            walk.step::<Bytes<'_>>("part_data", "分包数据");
            if let Some(whole) = parts.take(header.id, part, frame.body) {
                item.joined = item.read(&whole, 0, false);
                item.body = whole;
            }
            walk.finish()
        } else {
            item.read(frame.body, body_at, true)
        };
        item.fields = frame_fields(frame, body_fields);
        item
    }

    /// Reads a body and notes what is in it, or what is wrong with it.
    fn read(&mut self, body: &[u8], at: usize, in_frame: bool) -> Vec<Field> {
        let id = self.header.map_or(0, |header| header.id);
        match Message::parse(id, self.edition, body) {
            Ok(decoded) => {
                self.edition = decoded.edition;
                let unknown = matches!(decoded.message, Message::Unknown { .. });
                self.rest = if unknown {
                    body.to_vec()
                } else {
                    decoded.rest.to_vec()
                };
                decoded.message.show(body, at, decoded.edition)
            }
            Err(error) => {
                let offset = if in_frame {
                    error.offset.saturating_add(at)
                } else {
                    error.offset
                };
                self.error = Some(WireError { offset, ..error });
                self.rest = body.to_vec();
                Walk::new(body, at, self.edition).finish()
            }
        }
    }
}

/// Sub-packets of a capture, which is a bounded input: (id, total) and the parts so far.
#[derive(Default)]
struct Parts(BTreeMap<(u16, u16), BTreeMap<u16, Vec<u8>>>);

impl Parts {
    /// Takes a part; gives the whole body with the last.
    fn take(&mut self, id: u16, part: PartOf, body: &[u8]) -> Option<Vec<u8>> {
        let key = (id, part.total);
        let parts = self.0.entry(key).or_default();
        parts.insert(part.index, body.to_vec());
        if parts.len() < usize::from(part.total) {
            return None;
        }
        self.0
            .remove(&key)
            .map(|parts| parts.into_values().flatten().collect())
    }
}

/// All frames of a capture, and the bytes between them. Bytes at the end that may be the beginning of a frame are
/// left: the items' lengths add up to what was consumed.
///
/// An input that is one frame between delimiters whose escapes were already undone is understood as well.
#[must_use]
pub fn analyse(input: &[u8]) -> Vec<Analysed> {
    let items = analyse_stream(input);
    let sound = !items.is_empty() && items.iter().all(|item| item.header.is_some());
    match analyse_unescaped(input) {
        Some(item) if !sound => vec![item],
        _ => items,
    }
}

fn analyse_stream(input: &[u8]) -> Vec<Analysed> {
    let mut splitter = Splitter::default();
    let mut scratch = Vec::new();
    let mut items = Vec::new();
    let mut parts = Parts::default();
    let mut older = Edition::V2013;
    let mut at: usize = 0;
    while let Some(split) = splitter.next(input.get(at..).unwrap_or_default(), &mut scratch) {
        let end = at.saturating_add(split.consumed);
        let start = end.saturating_sub(split.raw.len());
        let item = match &split.frame {
            Ok(frame) => Analysed::good(start, frame, older, &mut parts),
            Err(error) => Analysed::bad(start, split.raw, error.clone()),
        };
        if item.error.is_none() && item.name == "register" && !item.edition.since_2019() {
            older = item.edition;
        }
        items.push(item);
        at = end;
    }
    items
}

/// Reads an input as one frame whose content is not escaped.
fn analyse_unescaped(input: &[u8]) -> Option<Analysed> {
    let dialect = [Dialect::Standard, Dialect::Padlock]
        .into_iter()
        .find(|dialect| {
            let delimiter = Some(&dialect.delimiter());
            input.first() == delimiter && input.last() == delimiter
        })?;
    let content = input.get(1..input.len().checked_sub(1)?)?;
    let frame = Frame::from_content(content, input, dialect, Excess::Reject).ok()?;
    Some(Analysed::good(0, &frame, Edition::V2013, &mut Parts::default()))
}

/// A bare body of one message.
#[must_use]
pub fn analyse_body(id: u16, edition: Edition, body: &[u8]) -> Analysed {
    let row = Message::row(id);
    let mut item = Analysed {
        offset: 0,
        raw: body.to_vec(),
        error: None,
        header: Some(Header {
            id,
            ..Header::default()
        }),
        name: row.map_or("unknown", |row| row.name),
        name_zh: row.map_or("未知", |row| row.name_zh),
        edition,
        body: body.to_vec(),
        fields: Vec::new(),
        joined: Vec::new(),
        rest: Vec::new(),
    };
    item.fields = item.read(body, 0, true);
    item.header = None;
    item
}

/// Delimiter, header, body, checksum and delimiter.
fn frame_fields(frame: &Frame<'_>, body: Vec<Field>) -> Vec<Field> {
    if frame.dialect == Dialect::Text {
        return vec![
            Shown::plain(Value::Text(String::from_utf8_lossy(frame.body).into_owned()))
                .into_field("text", "文本", 0, frame.body),
        ];
    }
    let delimiter = [frame.dialect.delimiter()];
    let mut fields = vec![Shown::plain(Value::Bytes).into_field("start_delimiter", "标识位", 0, &delimiter)];
    let mut walk = Walk::new(frame.content, 1, Edition::default());
    header_fields(&mut walk, frame);
    walk.push(frame.body.len(), |raw, at| {
        Shown::parts(body).into_field("body", "消息体", at, raw)
    });
    if !frame.surplus.is_empty() {
        walk.push(frame.surplus.len(), |raw, at| {
            Shown::plain(Value::Bytes).into_field("unknown", "未知", at, raw)
        });
    }
    walk.push(1, |raw, at| {
        let shown = Shown {
            value: Value::Bytes,
            note: "ok".to_owned(),
            parts: Vec::new(),
        };
        shown.into_field("checksum", "校验码", at, raw)
    });
    fields.extend(walk.finish());
    let end = frame.content.len().saturating_add(1);
    fields.push(Shown::plain(Value::Bytes).into_field("end_delimiter", "标识位", end, &delimiter));
    fields
}

fn header_fields(walk: &mut Walk<'_>, frame: &Frame<'_>) {
    let header = &frame.header;
    walk.push(2, |raw, at| {
        let note =
            Message::row(header.id).map_or_else(String::new, |row| format!("{} {}", row.name, row.name_zh));
        let shown = Shown {
            value: Value::Text(format!("0x{:04X}", header.id)),
            note,
            parts: Vec::new(),
        };
        shown.into_field("message_id", "消息ID", at, raw)
    });
    walk.push(2, |raw, at| {
        let properties = header.properties;
        let mut note = vec![format!("length {}", properties.body_length())];
        match header.encryption() {
            0 => {}
            1 => note.push("encrypted with RSA".to_owned()),
            other => note.push(format!("encryption {other}")),
        }
        if header.part.is_some() {
            note.push("sub-packet".to_owned());
        }
        if header.version.is_some() {
            note.push("version flag".to_owned());
        }
        if properties.answer_wanted() {
            note.push("bit 15".to_owned());
        }
        let shown = Shown {
            value: Value::Integer(i64::from(properties.0)),
            note: note.join(", "),
            parts: Vec::new(),
        };
        shown.into_field("body_properties", "消息体属性", at, raw)
    });
    if header.version.is_some() {
        walk.step::<u8>("protocol_version", "协议版本号");
    }
    walk.push(header.phone.as_bytes().len(), |raw, at| {
        let shown = Shown {
            value: Value::Text(header.phone.hex()),
            note: format!("device {}", header.phone.digits()),
            parts: Vec::new(),
        };
        shown.into_field("phone", "终端手机号", at, raw)
    });
    if header.short_serial {
        walk.step::<u8>("serial", "消息流水号");
    } else {
        walk.step::<u16>("serial", "消息流水号");
    }
    if header.part.is_some() {
        walk.step::<u16>("part_total", "消息总包数");
        walk.step::<u16>("part_index", "包序号");
    }
}
