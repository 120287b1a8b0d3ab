use events::position::v1::{Item, Position, Source, item};
use wire::gt06::{Gps, ItemValue, UploadMode};

use super::Said;
use crate::translate::quality;

/// Upload mode of a position that the device derived from access points.
const FROM_WIFI: UploadMode = UploadMode(0x0B);

impl Said<'_> {
    pub(super) fn position(&self, gps: &Gps) -> Position {
        let facts = &self.facts;
        let identified = &self.identified;
        let source = if facts.upload_mode == Some(FROM_WIFI) {
            Source::Wifi
        } else {
            Source::Gnss
        };
        let mut position = Position {
            event_id: identified.event_id("position", 0, identified.body),
            device: identified.context.device.to_owned(),
            source: source.into(),
            valid: gps.positioned(),
            latitude: gps.latitude(),
            longitude: gps.longitude(),
            altitude_m: facts.altitude_m,
            speed_kmh: Some(facts.speed_kmh.unwrap_or(gps.speed_kmh.into())),
            heading_deg: Some(gps.course_status.course_deg().into()),
            accuracy_m: facts.accuracy_m,
            satellites: Some(gps.satellites().into()),
            hdop: facts.hdop,
            odometer_m: facts.odometer_m,
            stored: facts.stored.unwrap_or(false),
            alarm_raw: self.alarm_raw(),
            alarms: self.alarms(),
            status_raw: facts.info.map_or(0, |info| info.0.into()),
            status: Some(self.status()),
            towers: self.towers(),
            access_points: self.access_points(),
            items: self.items(),
            origin: Some(identified.origin(0)),
            ..Position::default()
        };
        quality::judge(&mut position, self.time(), identified.context);
        position
    }

    /// What has no place of its own, and the bytes that nobody knows.
    fn items(&self) -> Vec<Item> {
        let facts = &self.facts;
        let mut items = Vec::with_capacity(facts.items.len() + 2);
        if let Some(mode) = facts.upload_mode {
            let name = mode.names().map(|(name, _)| item::Value::Text(name.to_owned()));
            items.push(named("upload_mode", &[mode.0], name));
        }
        for said in &facts.items {
            let value = match &said.value {
                ItemValue::Bytes => None,
                ItemValue::Number(number) => Some(item::Value::Number(*number)),
                ItemValue::Text(text) => Some(item::Value::Text(text.clone())),
                ItemValue::Flag(flag) => Some(item::Value::Flag(*flag)),
            };
            items.push(Item {
                id: said.id,
                ..named(said.name, &said.raw, value)
            });
        }
        if !self.received.rest.is_empty() {
            items.push(named("unknown", self.received.rest, None));
        }
        items
    }
}

fn named(name: &str, raw: &[u8], value: Option<item::Value>) -> Item {
    Item {
        id: 0,
        name: name.to_owned(),
        raw: raw.to_vec().into(),
        value,
    }
}
