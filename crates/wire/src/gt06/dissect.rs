//! Every byte of every frame by name, for `milepost decode`.

use super::frame::{Checksum, Form, Frame, Splitter};
use super::message::{Decoded, Message};
use super::model::Model;
use super::part::{Facts, Shown, Walk};
use super::session::Zone;
use crate::{Field, Value, WireError};

/// One item of a capture: a frame, or bytes that are none.
#[derive(Debug, Clone)]
pub struct Analysed<'a> {
    /// Where the item begins in the input.
    pub offset: usize,
    /// The bytes as received.
    pub raw: &'a [u8],
    /// What is wrong, when the item is no good frame or its content cannot be read.
    pub error: Option<WireError>,
    /// The frame, when it is good.
    pub frame: Option<Frame<'a>>,
    /// What it means, when it can be read.
    pub decoded: Option<Decoded<'a>>,
    /// Zones that its date may be told in.
    pub zone: Zone,
    /// What the frames so far tell about the kind of device.
    pub model: Model,
    /// Device of the last login before it.
    pub device: Option<String>,
    /// Every byte by name.
    pub fields: Vec<Field>,
}

impl Analysed<'_> {
    /// English name of the message; `unknown` when the table has none.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.decoded
            .as_ref()
            .map_or("unknown", |decoded| decoded.message.name())
    }

    /// Chinese name of the message.
    #[must_use]
    pub fn name_zh(&self) -> &'static str {
        self.decoded
            .as_ref()
            .map_or("未知", |decoded| decoded.message.name_zh())
    }

    /// What the message says about its device.
    #[must_use]
    pub fn facts(&self) -> Option<Facts<'_>> {
        self.decoded.as_ref().map(|decoded| decoded.message.facts())
    }
}

/// All frames of a capture, and the bytes between them. Bytes at the end that may be the beginning of a frame are
/// left: the items' lengths add up to what was consumed.
#[must_use]
pub fn analyse(input: &[u8]) -> Vec<Analysed<'_>> {
    let splitter = Splitter::default();
    let mut items = Vec::new();
    let mut at: usize = 0;
    let mut model = Model::default();
    let mut zone = Zone::default();
    let mut device = None;
    while let Some(split) = splitter.next(input.get(at..).unwrap_or_default()) {
        let mut item = Analysed {
            offset: at,
            raw: split.raw,
            error: None,
            frame: None,
            decoded: None,
            zone,
            model,
            device: device.clone(),
            fields: Vec::new(),
        };
        match split.frame {
            Ok(frame) => {
                model = Model::evidence(&frame).unwrap_or(model);
                item.model = model;
                match Message::parse(&frame, model) {
                    Ok(decoded) => {
                        if let Some((imei, zone_min)) = decoded.message.as_login() {
                            device = Some(imei.digits());
                            item.device.clone_from(&device);
                            zone.login_min = zone_min;
                        }
                        item.decoded = Some(decoded);
                    }
                    Err(error) => item.error = Some(error),
                }
                item.fields = frame_fields(&frame, item.decoded.as_ref());
                item.frame = Some(frame);
            }
            Err(error) => {
                item.error = Some(error);
                item.fields = Walk::new(split.raw, 0).finish();
            }
        }
        items.push(item);
        at = at.saturating_add(split.consumed);
    }
    items
}

/// A bare content of one message.
#[must_use]
pub fn analyse_body(form: Form, number: u8, content: &[u8]) -> Analysed<'_> {
    let frame = Frame {
        form,
        number,
        declared: u16::try_from(content.len().saturating_add(5)).unwrap_or(u16::MAX),
        content,
        serial: 0,
        checksum: Checksum::Absent,
        length_right: true,
        raw: content,
    };
    let (decoded, error) = match Message::parse(&frame, Model::evidence(&frame).unwrap_or_default()) {
        Ok(decoded) => (Some(decoded), None),
        Err(error) => (None, Some(error)),
    };
    let fields = decoded.as_ref().map_or_else(
        || Walk::new(content, 0).finish(),
        |decoded| decoded.message.show(content, 0),
    );
    Analysed {
        offset: 0,
        raw: content,
        error,
        frame: Some(frame),
        decoded,
        zone: Zone::default(),
        model: Model::default(),
        device: None,
        fields,
    }
}

/// Start, length, number, content, serial, checksum and stop.
fn frame_fields(frame: &Frame<'_>, decoded: Option<&Decoded<'_>>) -> Vec<Field> {
    let mut walk = Walk::new(frame.raw, 0);
    walk.push(2, "start", "起始位", |_, _| Shown::plain(Value::Bytes));
    if frame.form != Form::Topin {
        let width = if frame.form == Form::Long { 2 } else { 1 };
        walk.push(width, "length", "包长度", |_, _| Shown {
            value: Value::Integer(i64::from(frame.declared)),
            note: if frame.length_right {
                ""
            } else {
                "does not match the bytes"
            }
            .to_owned(),
            parts: Vec::new(),
        });
        walk.push(1, "protocol_number", "协议号", |_, _| Shown {
            value: Value::Text(format!("0x{:02X}", frame.number)),
            note: decoded.map_or_else(String::new, |decoded| {
                format!("{} {}", decoded.message.name(), decoded.message.name_zh())
            }),
            parts: Vec::new(),
        });
    }
    walk.push(frame.content.len(), "content", "信息内容", |raw, at| {
        let fields = decoded.map_or_else(
            || Walk::new(raw, at).finish(),
            |decoded| decoded.message.show(frame.content, at),
        );
        Shown::parts(fields)
    });
    if frame.checksum != Checksum::Absent {
        walk.step::<u16>("serial", "信息序列号");
        walk.push(2, "checksum", "错误校验", |_, _| Shown {
            value: Value::Bytes,
            note: if frame.checksum == Checksum::Right {
                "ok"
            } else {
                "does not match"
            }
            .to_owned(),
            parts: Vec::new(),
        });
    }
    walk.push(2, "stop", "停止位", |_, _| Shown::plain(Value::Bytes));
    walk.finish()
}
