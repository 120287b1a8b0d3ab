//! Every byte of every frame by name, for `milepost decode`.

use super::edition::Edition;
use super::frame::{Dialect, Frame, Splitter};
use super::header::Header;
use super::message::Message;
use super::part::{Shown, Walk};
use crate::{Field, Value, WireError};

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
    /// Body of the message, empty when the frame is bad.
    pub body: Vec<u8>,
    /// Every byte by name. Offsets count the unescaped frame from its first delimiter.
    pub fields: Vec<Field>,
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
            rest: Vec::new(),
        }
    }

    fn good(offset: usize, frame: &Frame<'_>, older: Edition) -> Self {
        let header = frame.header;
        let hint = header.edition(older);
        let row = Message::row(header.id);
        let decoded = Message::parse(header.id, hint, frame.body);
        let edition = decoded.as_ref().map_or(hint, |decoded| decoded.edition);
        Self {
            offset,
            raw: frame.raw.to_vec(),
            fields: frame_fields(
                frame,
                decoded.as_ref().ok().map(|decoded| &decoded.message),
                edition,
            ),
            rest: decoded
                .as_ref()
                .map_or_else(|_| frame.body.to_vec(), |decoded| decoded.rest.to_vec()),
            error: decoded.err(),
            header: Some(header),
            name: row.map_or("unknown", |row| row.name),
            name_zh: row.map_or("未知", |row| row.name_zh),
            edition,
            body: frame.body.to_vec(),
        }
    }
}

/// All frames of a capture, and the bytes between them. Bytes at the end that may be the beginning of a frame are
/// left: the items' lengths add up to what was consumed.
#[must_use]
pub fn analyse(input: &[u8]) -> Vec<Analysed> {
    let mut splitter = Splitter::default();
    let mut scratch = Vec::new();
    let mut items = Vec::new();
    let mut older = Edition::V2013;
    let mut at: usize = 0;
    while let Some(split) = splitter.next(input.get(at..).unwrap_or_default(), &mut scratch) {
        let end = at.saturating_add(split.consumed);
        let start = end.saturating_sub(split.raw.len());
        let item = match &split.frame {
            Ok(frame) => Analysed::good(start, frame, older),
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

/// A bare body of one message.
#[must_use]
pub fn analyse_body(id: u16, edition: Edition, body: &[u8]) -> Analysed {
    let row = Message::row(id);
    let decoded = Message::parse(id, edition, body);
    let fits = decoded.as_ref().map_or(edition, |decoded| decoded.edition);
    Analysed {
        offset: 0,
        raw: body.to_vec(),
        fields: match &decoded {
            Ok(decoded) => decoded.message.show(body, 0, fits),
            Err(_) => Walk::new(body, 0, fits).finish(),
        },
        rest: decoded
            .as_ref()
            .map_or_else(|_| body.to_vec(), |decoded| decoded.rest.to_vec()),
        error: decoded.err(),
        header: None,
        name: row.map_or("unknown", |row| row.name),
        name_zh: row.map_or("未知", |row| row.name_zh),
        edition: fits,
        body: body.to_vec(),
    }
}

/// Delimiter, header, body, checksum and delimiter.
fn frame_fields<'a>(frame: &Frame<'a>, message: Option<&Message<'a>>, edition: Edition) -> Vec<Field> {
    if frame.dialect == Dialect::Text {
        return vec![
            Shown::plain(Value::Text(String::from_utf8_lossy(frame.body).into_owned()))
                .into_field("text", "文本", 0, frame.body),
        ];
    }
    let delimiter = [frame.dialect.delimiter()];
    let mut fields = vec![Shown::plain(Value::Bytes).into_field("start_delimiter", "标识位", 0, &delimiter)];
    let width = frame.header.width();
    let mut walk = Walk::new(frame.content, 1, edition);
    header_fields(&mut walk, frame);
    let body_at = width.saturating_add(1);
    let body = message.map_or_else(
        || Walk::new(frame.body, body_at, edition).finish(),
        |message| message.show(frame.body, body_at, edition),
    );
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
        match properties.encryption() {
            0 => {}
            1 => note.push("encrypted with RSA".to_owned()),
            other => note.push(format!("encryption {other}")),
        }
        if properties.split() {
            note.push("sub-packet".to_owned());
        }
        if properties.versioned() {
            note.push("version flag".to_owned());
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
    walk.step::<u16>("serial", "消息流水号");
    if header.part.is_some() {
        walk.step::<u16>("part_total", "消息总包数");
        walk.step::<u16>("part_index", "包序号");
    }
}
