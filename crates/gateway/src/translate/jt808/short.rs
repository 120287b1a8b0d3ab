//! Short positions of padlocks (0x5501, 0x5502).

use events::position::v1::{Position, Radio, Source, Status, Tower};
use wire::Field;
use wire::jt808::message::ShortPosition;

use super::super::{Events, Identified, fields, quality};

const KMH_PER_KNOT: f64 = 1.852;

/// The byte of the battery while it is charged.
const CHARGED: [u8; 2] = [0xAA, 0xAB];

impl Identified<'_> {
    /// `shown` are the fields of the message; `stored`: a fix from a place without network, sent later (0x5502).
    pub(super) fn short_position(
        &self,
        short: &ShortPosition<'_>,
        shown: &[Field],
        stored: bool,
        events: &mut Events,
    ) {
        let place = short.place;
        let coordinates = place.latitude().zip(place.longitude());
        let (latitude, longitude) = coordinates.unwrap_or_default();
        let percent = short.battery_percent;
        let status = Status {
            signal: Some(short.signal.into()),
            battery_percent: (percent <= 100).then(|| percent.into()),
            external_power: CHARGED.contains(&percent).then_some(true),
            ..Status::default()
        };
        let tower = Tower {
            radio: Radio::Gsm.into(),
            area_code: short.lac.into(),
            cell_id: short.cell_id.into(),
            serving: true,
            ..Tower::default()
        };
        let speed_kmh = short.speed_kn.get();
        let mut position = Position {
            event_id: self.event_id("position", 0, self.body),
            device: self.context.device.to_owned(),
            source: Source::Gnss.into(),
            valid: place.positioned() && coordinates.is_some(),
            latitude,
            longitude,
            speed_kmh: speed_kmh.map(|knots| f64::from(knots) * KMH_PER_KNOT),
            heading_deg: Some(short.heading_deg.get().into()),
            satellites: Some(short.satellites.into()),
            odometer_m: Some(f64::from(short.odometer_km) * 1000.0),
            stored,
            status: Some(status),
            status_raw: short.status.into(),
            alarm_raw: short.alarms.into(),
            towers: (short.cell_id != 0).then_some(tower).into_iter().collect(),
            items: fields::items(shown),
            origin: Some(self.origin(0)),
            ..Position::default()
        };
        quality::judge(&mut position, short.time.time(), self.context);
        events.positions.push(position);
    }
}
