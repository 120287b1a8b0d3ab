use std::io::Write;

use events::fence::v1::{Confidence, FenceEvent, Reason};
use geofence::engine::{Kind, millis};
use serde::Serialize;

/// A fence event as a line of JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Line<'a> {
    event_id: &'a str,
    revision: u32,
    kind: &'static str,
    device: &'a str,
    fence: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    fence_name: &'a str,
    fence_version: u32,
    event_time: Option<String>,
    confirmed_at: Option<String>,
    observed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<String>,
    /// Of a crossing.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inside_s: Option<f64>,
    initial: bool,
    inferred: bool,
    late: bool,
    withdrawn: bool,
    retracts: Option<&'a str>,
    reason: &'static str,
    confidence: &'static str,
    probability: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
}

impl<'a> Line<'a> {
    fn of(event: &'a FenceEvent) -> Self {
        let kind = Kind::ALL.into_iter().find(|kind| *kind as i32 == event.kind);
        let crossed = kind == Some(Kind::Cross) && !event.withdrawn;
        Self {
            event_id: &event.event_id,
            revision: event.revision,
            kind: kind.map_or("unspecified", Kind::name),
            device: &event.device,
            fence: &event.fence,
            fence_name: &event.fence_name,
            fence_version: event.fence_version,
            event_time: text(event.event_time.as_ref()),
            confirmed_at: text(event.confirmed_at.as_ref()),
            observed_at: text(event.observed_at.as_ref()),
            not_before: text(event.not_before.as_ref()),
            entry_time: text(event.event_time.as_ref()).filter(|_| crossed),
            exit_time: text(event.left_at.as_ref()).filter(|_| crossed),
            inside_s: event.inside_s,
            initial: event.initial,
            inferred: event.inferred,
            late: event.late,
            withdrawn: event.withdrawn,
            retracts: Some(event.retracts.as_str()).filter(|id| !id.is_empty()),
            reason: match event.reason() {
                Reason::FenceChange => "fence-change",
                Reason::Fix | Reason::Unspecified => "fix",
            },
            confidence: match event.confidence() {
                Confidence::Low => "low",
                Confidence::High | Confidence::Unspecified => "high",
            },
            probability: (event.probability * 1e6).round() / 1e6,
            latitude: Some(event.latitude).filter(|_| !event.withdrawn),
            longitude: Some(event.longitude).filter(|_| !event.withdrawn),
        }
    }
}

/// Writes each event as a line.
pub(crate) fn write(out: &mut impl Write, events: &[FenceEvent]) -> std::io::Result<()> {
    for event in events {
        serde_json::to_writer(&mut *out, &Line::of(event))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn text(time: Option<&events::Timestamp>) -> Option<String> {
    jiff::Timestamp::from_millisecond(millis(time?))
        .ok()
        .map(|time| time.to_string())
}
