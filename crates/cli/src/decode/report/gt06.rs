use gateway::translate::{Events, gt06::translate};
use wire::gt06::{Analysed, Checksum, Form, Message, Received, analyse, analyse_body};

use super::{Body, FrameReport, context};

/// The frames of an input, or the one content that it is.
pub(super) fn frames(bytes: &[u8], body: Option<Body>) -> Vec<FrameReport> {
    let Some(number) = body.and_then(|body| u8::try_from(body.id).ok()) else {
        return analyse(bytes).iter().map(report).collect();
    };
    let rows = Message::ROWS.iter().filter(|row| row.number == number);
    let form = rows.map(|row| row.form).next().unwrap_or(Form::Short);
    let item = analyse_body(form, number, bytes);
    let report = FrameReport {
        serial: None,
        body: item.fields.clone(),
        ..report(&item)
    };
    vec![report]
}

fn report(item: &Analysed<'_>) -> FrameReport {
    let mut events = Events::default();
    let device = item
        .device
        .clone()
        .or_else(|| item.facts()?.imei.map(|imei| imei.digits()));
    if let (Some(frame), Some(decoded)) = (&item.frame, &item.decoded) {
        let received = Received {
            number: frame.number,
            form: frame.form,
            serial: frame.serial,
            message: decoded.message.clone(),
            content: frame.content,
            rest: decoded.rest,
            zone: item.zone,
            model: item.model,
            checksum: frame.checksum,
        };
        translate(
            &received,
            &context(device.as_deref().unwrap_or_default()),
            &mut events,
        );
    }
    FrameReport {
        offset: item.offset,
        length: item.raw.len(),
        id: item
            .frame
            .map_or_else(String::new, |frame| format!("0x{:02X}", frame.number)),
        name: item.name().to_owned(),
        name_zh: item.name_zh().to_owned(),
        device,
        serial: item.frame.map(|frame| frame.serial),
        checksum: match (item.frame.map(|frame| frame.checksum), &item.error) {
            (Some(Checksum::Right), _) => "ok",
            (Some(Checksum::Wrong), _) => "wrong",
            (None, Some(error)) if error.kind == wire::ErrorKind::Checksum => "wrong",
            _ => "absent",
        },
        body: super::body_fields(&item.fields, &["content", "body"]),
        joined: Vec::new(),
        joined_length: 0,
        fields: item.fields.clone(),
        events,
        rest: item
            .decoded
            .as_ref()
            .map(|decoded| decoded.rest.to_vec())
            .unwrap_or_default(),
        error: item.error.clone(),
    }
}
