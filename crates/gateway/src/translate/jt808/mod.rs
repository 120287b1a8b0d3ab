//! JT/T 808: what terminals say as events.

mod short;

use events::device::v1::device_event::Event;
use events::device::v1::{Alarm, Heartbeat, Login, Registration, Report, Unregistration};
use events::origin::v1::Protocol;
use events::position::v1::{Item, Position, Source, Status as EventStatus, item};
use wire::WireError;
use wire::jt808::location::{Fix, ItemList, Load, Location, Status};
use wire::jt808::message::BatchKind;
use wire::jt808::{Message, Received, analyse_body};

use super::{Context, Events, Identified, fields, quality};

/// Appends the events that a message becomes.
///
/// # Errors
/// When the body is no message of its id; a session does not publish such a one.
pub fn translate(
    received: &Received<'_>,
    context: &Context<'_>,
    events: &mut Events,
) -> Result<(), WireError> {
    let decoded = received.decode()?;
    let header = &received.header;
    let mut identified = Identified::new(context, Protocol::Jt808, header.id, header.serial, &received.body);
    identified.edition = decoded.edition.year().into();
    match &decoded.message {
        Message::Location(location) => {
            identified.location(location, 0, &received.body, false, events);
        }
        Message::LocationBatch(batch) => {
            let stored = batch.kind == BatchKind(1);
            for (index, location) in (0..).zip(batch.positions.iter()) {
                identified.location(&location, index, &received.body, stored, events);
            }
        }
        Message::ShortLocation(short) | Message::ShortBlindLocation(short) => {
            let stored = matches!(&decoded.message, Message::ShortBlindLocation(_));
            let shown = analyse_body(header.id, decoded.edition, &received.body);
            let items = shown.fields.iter().find(|field| field.name == "items");
            identified.short_position(short, items.map_or(&[], |items| &items.parts), stored, events);
        }
        Message::Heartbeat(_) => {
            events
                .device_events
                .push(identified.device_event(None, Event::Heartbeat(Heartbeat::default())));
        }
        Message::Register(registration) => {
            let registration = Registration {
                province: registration.province.into(),
                city: registration.city.into(),
                maker: registration.maker.decode().into_owned(),
                model: registration.model.decode().into_owned(),
                terminal_id: registration.terminal_id.decode().into_owned(),
                plate_colour: registration.plate_colour.0.into(),
                plate: registration.plate.decode().into_owned(),
                ..Registration::default()
            };
            events
                .device_events
                .push(identified.device_event(None, Event::Registration(registration)));
        }
        Message::Authenticate(shown) => {
            let login = Login {
                accepted: true,
                imei: shown
                    .imei
                    .map(|imei| imei.decode().into_owned())
                    .unwrap_or_default(),
                software: shown
                    .software
                    .map(|text| text.decode().into_owned())
                    .unwrap_or_default(),
                ..Login::default()
            };
            events
                .device_events
                .push(identified.device_event(None, Event::Login(login)));
        }
        Message::Unregister(_) => {
            let event = Event::Unregistration(Unregistration {});
            events.device_events.push(identified.device_event(None, event));
        }
        other => {
            let name = Message::row(other.id()).map_or("unknown", |row| row.name);
            let shown = analyse_body(other.id(), decoded.edition, &received.body);
            let report = Report {
                name: name.to_owned(),
                fields: fields::items(&shown.fields),
                body: received.body.to_vec().into(),
            };
            events
                .device_events
                .push(identified.device_event(None, Event::Report(report)));
        }
    }
    Ok(())
}

impl Identified<'_> {
    fn location(&self, location: &Location<'_>, index: u32, body: &[u8], stored: bool, events: &mut Events) {
        let position = self.position(location, index, body, stored);
        if position.alarm_raw != 0 {
            let alarm = Alarm {
                alarm_raw: position.alarm_raw,
                alarms: position.alarms.clone(),
                position_event_id: position.event_id.clone(),
            };
            let mut event = self.device_event(location.fix.time.time(), Event::Alarm(alarm));
            event.event_id = self.event_id("alarm", index, body);
            events.device_events.push(event);
        }
        events.positions.push(position);
    }

    fn position(&self, location: &Location<'_>, index: u32, body: &[u8], stored: bool) -> Position {
        let fix = &location.fix;
        let mut position = Position {
            event_id: self.event_id("position", index, body),
            device: self.context.device.to_owned(),
            source: Source::Gnss.into(),
            valid: fix.valid(),
            latitude: fix.latitude(),
            longitude: fix.longitude(),
            altitude_m: Some(fix.altitude_m.into()),
            speed_kmh: Some(fix.speed_kmh.get()),
            heading_deg: Some(fix.heading_deg.into()),
            stored,
            alarm_raw: fix.alarms.0,
            alarms: fix.alarms.set().map(|flag| flag.name.to_owned()).collect(),
            status_raw: fix.status.0,
            status: Some(status(fix)),
            origin: Some(self.origin(index)),
            ..Position::default()
        };
        take_items(location.items, &mut position);
        quality::judge(&mut position, fix.time.time(), self.context);
        position
    }
}

fn status(fix: &Fix) -> EventStatus {
    let status: Status = fix.status;
    EventStatus {
        acc_on: Some(status.acc_on()),
        in_operation: Some(status.in_operation()),
        load: Some(match status.load() {
            Load::Empty => 0,
            Load::Half => 1,
            Load::Reserved => 2,
            Load::Full => 3,
        }),
        fuel_cut: Some(status.fuel_cut()),
        circuit_cut: Some(status.circuit_cut()),
        doors_locked: Some(status.doors_locked()),
        ..EventStatus::default()
    }
}

/// Additional items (JT/T 808-2019 table 27). Those with a place of their own in a position go there as well.
fn take_items(list: ItemList<'_>, position: &mut Position) {
    for entry in list.iter() {
        let raw = entry.value.0;
        let (name, number) = match (entry.id, raw) {
            (0x01, &[a, b, c, d]) => {
                let odometer_m = f64::from(u32::from_be_bytes([a, b, c, d])) * 100.0;
                position.odometer_m = Some(odometer_m);
                ("odometer_m", Some(odometer_m))
            }
            (0x02, &[a, b]) => ("fuel_l", Some(f64::from(u16::from_be_bytes([a, b])) / 10.0)),
            (0x03, &[a, b]) => (
                "recorder_speed_kmh",
                Some(f64::from(u16::from_be_bytes([a, b])) / 10.0),
            ),
            (0x30, &[signal]) => {
                position.status.get_or_insert_default().signal = Some(signal.into());
                ("signal", Some(f64::from(signal)))
            }
            (0x31, &[satellites]) => {
                position.satellites = Some(satellites.into());
                ("satellites", Some(f64::from(satellites)))
            }
            _ => ("", None),
        };
        position.items.push(Item {
            id: entry.id.into(),
            name: name.to_owned(),
            raw: raw.to_vec().into(),
            value: number.map(item::Value::Number),
        });
    }
}

#[cfg(test)]
mod tests;
