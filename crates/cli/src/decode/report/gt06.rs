use gateway::translate::{Events, gt06::translate};
use wire::gt06::{Analysed, Checksum, Received, analyse};

use super::{FrameReport, context};

/// The frames of an input.
pub(super) fn frames(bytes: &[u8]) -> Vec<FrameReport> {
    analyse(bytes).iter().map(report).collect()
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
