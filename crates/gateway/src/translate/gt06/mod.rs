//! GT06: what trackers say as events. Every message tells its [`Facts`]; what they hold decides what it becomes, so a
//! new message needs nothing here.

mod position;

use events::cell::v1::CellScan;
use events::device::v1::device_event::Event;
use events::device::v1::{Alarm, Attributes, Heartbeat, Login, Report};
use events::origin::v1::Protocol;
use events::position::v1::{AccessPoint, Radio, Status, Tower};
use wire::Time;
use wire::gt06::{Facts, ItemValue, Message, Received, Stated};

use super::{Context, Events, Identified, fields, timestamp};

/// Appends the events that a message becomes.
pub fn translate(received: &Received<'_>, context: &Context<'_>, events: &mut Events) {
    let identified = Identified::new(
        context,
        Protocol::Gt06,
        received.number.into(),
        received.serial,
        received.content,
    );
    let facts = received.message.facts();
    let report = Said {
        received,
        facts,
        identified,
    };
    report.tell(events);
}

/// A message with what it says.
struct Said<'a> {
    received: &'a Received<'a>,
    facts: Facts<'a>,
    identified: Identified<'a>,
}

impl Said<'_> {
    fn tell(&self, events: &mut Events) {
        let facts = &self.facts;
        let mut position_id = String::new();
        let before = events.len();
        if let Some(gps) = facts.gps {
            let position = self.position(&gps);
            position_id.clone_from(&position.event_id);
            events.positions.push(position);
        } else if !facts.towers.is_empty() || !facts.access_points.is_empty() {
            events.cell_scans.push(self.scan());
        }
        if let Some(event) = self.own_event() {
            events
                .device_events
                .push(self.identified.device_event(self.time(), event));
        }
        let alarms = self.alarms();
        if !alarms.is_empty() || self.alarm_raw() != 0 {
            let alarm = Alarm {
                alarm_raw: self.alarm_raw(),
                alarms,
                position_event_id: position_id,
            };
            events
                .device_events
                .push(self.identified.device_event(self.time(), Event::Alarm(alarm)));
        }
        if events.len() == before {
            let event = self
                .identified
                .device_event(self.time(), Event::Report(self.report()));
            events.device_events.push(event);
        }
    }

    /// Logins, heartbeats and identities have events of their own.
    fn own_event(&self) -> Option<Event> {
        let facts = &self.facts;
        if let Message::Login(login) = &self.received.message {
            return Some(Event::Login(Login {
                accepted: true,
                imei: login.imei.digits(),
                type_id: login.type_id.map(u32::from),
                zone_min: login.zone.and_then(wire::gt06::ZoneLanguage::minutes),
                ..Login::default()
            }));
        }
        if facts.gps.is_none() && self.received.message.is_heartbeat() {
            return Some(Event::Heartbeat(Heartbeat {
                status: Some(self.status()),
                status_raw: facts.info.map_or(0, |info| info.0.into()),
            }));
        }
        let (imsi, iccid) = (self.text("imsi"), self.text("iccid"));
        if imsi.is_empty() && iccid.is_empty() {
            return None;
        }
        Some(Event::Attributes(Attributes {
            imei: facts.imei.map(|imei| imei.digits()).unwrap_or_default(),
            imsi,
            iccid,
            ..Attributes::default()
        }))
    }

    fn text(&self, name: &str) -> String {
        let item = self.facts.items.iter().find(|item| item.name == name);
        match item.map(|item| &item.value) {
            Some(ItemValue::Text(text)) => text.clone(),
            _ => String::new(),
        }
    }

    /// Time of the message by the device.
    fn time(&self) -> Option<Time> {
        match self.facts.stated? {
            Stated::Unix(seconds) => Some(Time(i64::from(seconds) * 1000)),
            Stated::Civil(date) => date.in_zone(self.received.zone.of(self.received.number)),
        }
    }

    fn alarm_raw(&self) -> u32 {
        self.facts.alarm.map_or(0, |alarm| alarm.0.into())
    }

    /// Alarms of the information byte and of the alarm byte: both count, by the documents they accumulate.
    fn alarms(&self) -> Vec<String> {
        let byte = self.facts.info.and_then(|info| info.alarm());
        let code = self
            .facts
            .alarm
            .and_then(|alarm| alarm.names_on(self.received.model));
        let mut names: Vec<String> = [code, byte]
            .into_iter()
            .flatten()
            .map(|(name, _)| name.to_owned())
            .collect();
        names.dedup();
        names
    }

    fn status(&self) -> Status {
        let facts = &self.facts;
        let info = facts.info;
        // The byte that is only for it is believed first, an alarm "ACC on" last.
        let acc_on = facts
            .acc_on
            .or_else(|| facts.gps.and_then(|gps| gps.course_status.acc_on()))
            .or_else(|| info.map(|info| info.has(1)))
            .or_else(|| match self.alarm_raw() {
                0xFE => Some(true),
                0xFF => Some(false),
                _ => None,
            });
        Status {
            acc_on,
            external_power: info.map(|info| info.has(2)),
            fuel_cut: info.map(|info| info.has(7)),
            armed: info.map(|info| info.has(0)),
            battery_percent: facts
                .battery_percent
                .or_else(|| facts.voltage_level.and_then(|level| level.percent())),
            battery_v: facts.battery_v,
            external_v: facts.external_v,
            signal: facts.gsm.map(|gsm| gsm.0.into()),
            ..Status::default()
        }
    }

    fn scan(&self) -> CellScan {
        let identified = &self.identified;
        CellScan {
            event_id: identified.event_id("cell_scan", 0, identified.body),
            device: identified.context.device.to_owned(),
            scan_time: self.time().map(timestamp),
            received_at: identified.context.received_at.map(timestamp),
            towers: self.towers(),
            access_points: self.access_points(),
            origin: Some(identified.origin(0)),
            stored: self.facts.stored.unwrap_or(false),
        }
    }

    fn towers(&self) -> Vec<Tower> {
        let towers = self.facts.towers.iter();
        towers
            .map(|tower| Tower {
                radio: match tower.radio {
                    wire::gt06::Radio::Gsm => Radio::Gsm,
                    wire::gt06::Radio::Lte => Radio::Lte,
                }
                .into(),
                mcc: tower.mcc.into(),
                mnc: tower.mnc.into(),
                area_code: tower.area,
                cell_id: tower.cell,
                signal: tower.signal.map(i32::from),
                timing_advance: tower.timing_advance.map(u32::from),
                serving: tower.serving,
            })
            .collect()
    }

    fn access_points(&self) -> Vec<AccessPoint> {
        let points = self.facts.access_points.iter();
        points
            .map(|point| AccessPoint {
                bssid: point.address(),
                ssid: point
                    .ssid
                    .map(|ssid| ssid.decode().into_owned())
                    .unwrap_or_default(),
                // The byte is a dBm value without its sign.
                signal: Some(-i32::from(point.strength)),
            })
            .collect()
    }

    fn report(&self) -> Report {
        Report {
            name: self.received.message.name().to_owned(),
            fields: fields::items(&self.received.message.show(self.received.content, 0)),
            body: self.received.content.to_vec().into(),
        }
    }
}

#[cfg(test)]
mod tests;
