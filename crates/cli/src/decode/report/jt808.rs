use std::borrow::Cow;

use gateway::translate::{Events, jt808::translate};
use wire::ErrorKind;
use wire::jt808::{Analysed, Dialect, Header, Message, Received, analyse, analyse_body};

use super::{Body, FrameReport, context};

/// The frames of an input, or the one body that it is.
pub(super) fn frames(bytes: &[u8], body: Option<Body>) -> Vec<FrameReport> {
    match body {
        None => analyse(bytes).into_iter().map(report).collect(),
        Some(body) => {
            let mut report = report(analyse_body(body.id, body.edition, bytes));
            let row = Message::row(body.id);
            report.id = format!("0x{:04X}", body.id);
            report.name = row.map_or("unknown", |row| row.name).to_owned();
            report.name_zh = row.map_or("未知", |row| row.name_zh).to_owned();
            report.length = bytes.len();
            report.checksum = "absent";
            report.body.clone_from(&report.fields);
            vec![report]
        }
    }
}

fn report(item: Analysed) -> FrameReport {
    let device = item.header.as_ref().map(|header| header.phone.digits());
    let mut events = Events::default();
    if let (Some(header), Some(device), None) = (&item.header, &device, &item.error) {
        translated(&item, header, device, &mut events);
    }
    let checksum = match &item.error {
        Some(error) if error.kind == ErrorKind::Checksum => "wrong",
        _ if item.header.is_some() => "ok",
        _ => "absent",
    };
    FrameReport {
        offset: item.offset,
        length: item.raw.len(),
        id: item
            .header
            .as_ref()
            .map_or_else(String::new, |header| format!("0x{:04X}", header.id)),
        name: item.name.to_owned(),
        name_zh: item.name_zh.to_owned(),
        device,
        serial: item.header.as_ref().map(|header| header.serial),
        checksum,
        body: super::body_fields(&item.fields, &["body"]),
        joined: item.joined,
        joined_length: item.body.len(),
        fields: item.fields,
        events,
        rest: item.rest,
        error: item.error,
    }
}

/// A sub-packet is a part of a message: what it means shows with the last one, when all are joined.
fn translated(item: &Analysed, header: &Header, device: &str, events: &mut Events) {
    let whole = header.part.is_none_or(|part| part.total == 1) || !item.joined.is_empty();
    if !whole {
        return;
    }
    let received = Received {
        header: *header,
        edition: item.edition,
        body: Cow::Borrowed(&item.body),
        dialect: Dialect::default(),
        authenticated: false,
        repeated: false,
    };
    // The body was read a moment ago; a message that cannot be read has its error already.
    let _ = translate(&received, &context(device), events);
}
