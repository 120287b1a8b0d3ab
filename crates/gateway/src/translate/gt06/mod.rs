//! GT06: what devices say as events. The family's many messages all come as [`Facts`], so one translation serves them.

use events::cell::v1::CellScan;
use events::device::v1::device_event::Event;
use events::device::v1::{Alarm, Attributes, Heartbeat, Login, Report};
use events::origin::v1::Protocol;
use events::position::v1::{self as v1, Item, Position, Source, Status, item};
use wire::Time;
use wire::gt06::{Facts, ItemValue, Message, Radio, Received, Stated};

use super::{Context, Events, Identified, quality, timestamp};

/// Shortest code that is an IMSI, an ICCID: below that an item of such a name is something else.
const IDENTITY_DIGITS: usize = 6;

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
    let time = facts.stated.and_then(|stated| in_utc(stated, received));
    let alarms = Alarms::of(&facts);

    let fix = facts.gps.map(|_| position(&identified, &facts, time, &alarms));
    if alarms.any() {
        let alarm = Alarm {
            alarm_raw: alarms.raw,
            alarms: alarms.names.clone(),
            position_event_id: fix.as_ref().map(|p| p.event_id.clone()).unwrap_or_default(),
        };
        events
            .device_events
            .push(identified.device_event(time, Event::Alarm(alarm)));
    }
    match (&received.message, fix) {
        (_, Some(fix)) => events.positions.push(fix),
        (Message::Login(login), None) => {
            let login = Login {
                accepted: true,
                imei: login.imei.digits(),
                type_id: login.type_id.map(u32::from),
                zone_min: login.zone.and_then(|zone| zone.minutes()),
                ..Login::default()
            };
            events
                .device_events
                .push(identified.device_event(None, Event::Login(login)));
        }
        (message, None) if message.name().starts_with("heartbeat") => {
            let heartbeat = Heartbeat {
                status: Some(status(&facts)),
                status_raw: info_raw(&facts),
            };
            events
                .device_events
                .push(identified.device_event(time, Event::Heartbeat(heartbeat)));
        }
        (_, None) if !facts.towers.is_empty() || !facts.access_points.is_empty() => {
            events.cell_scans.push(cell_scan(&identified, &facts, time));
        }
        (message, None) => {
            let event = attributes(&facts).map_or_else(
                || {
                    Event::Report(Report {
                        name: message.name().to_owned(),
                        fields: items(&facts),
                        body: received.content.to_vec().into(),
                    })
                },
                Event::Attributes,
            );
            events.device_events.push(identified.device_event(time, event));
        }
    }
}

fn in_utc(stated: Stated, received: &Received<'_>) -> Option<Time> {
    match stated {
        Stated::Civil(date) => date.in_zone(received.zone.of(received.number)),
        Stated::Unix(seconds) => Some(Time(i64::from(seconds) * 1000)),
    }
}

/// Alarms of a message: the alarm byte and the alarm in the terminal information byte may both state one.
struct Alarms {
    raw: u32,
    names: Vec<String>,
}

impl Alarms {
    fn of(facts: &Facts<'_>) -> Self {
        let by_code = facts.alarm.and_then(|code| code.names());
        let by_info = facts.info.and_then(|info| info.alarm());
        let mut names: Vec<String> = [by_code, by_info]
            .into_iter()
            .flatten()
            .map(|(name, _)| name.to_owned())
            .collect();
        names.dedup();
        Self {
            raw: facts.alarm.map_or(0, |code| code.0.into()),
            names,
        }
    }

    fn any(&self) -> bool {
        self.raw != 0 || !self.names.is_empty()
    }
}

fn position(identified: &Identified<'_>, facts: &Facts<'_>, time: Option<Time>, alarms: &Alarms) -> Position {
    let gps = facts.gps.unwrap_or_default();
    let mut position = Position {
        event_id: identified.event_id("position", 0, identified.body),
        device: identified.context.device.to_owned(),
        source: Source::Gnss.into(),
        valid: gps.positioned(),
        latitude: gps.latitude(),
        longitude: gps.longitude(),
        altitude_m: facts.altitude_m,
        speed_kmh: Some(facts.speed_kmh.unwrap_or_else(|| gps.speed_kmh.into())),
        heading_deg: Some(gps.course_status.course_deg().into()),
        accuracy_m: facts.accuracy_m,
        satellites: Some(satellites(facts).unwrap_or_else(|| gps.satellites().into())),
        hdop: facts.hdop,
        odometer_m: facts.odometer_m,
        stored: facts.stored.unwrap_or(false),
        alarm_raw: alarms.raw,
        alarms: alarms.names.clone(),
        status_raw: info_raw(facts),
        status: Some(status(facts)),
        towers: towers(facts),
        access_points: access_points(facts),
        items: items(facts),
        origin: Some(identified.origin.clone()),
        ..Position::default()
    };
    quality::judge(&mut position, time, identified.context);
    position
}

fn cell_scan(identified: &Identified<'_>, facts: &Facts<'_>, time: Option<Time>) -> CellScan {
    CellScan {
        event_id: identified.event_id("cell-scan", 0, identified.body),
        device: identified.context.device.to_owned(),
        scan_time: time.map(timestamp),
        received_at: identified.context.received_at.map(timestamp),
        towers: towers(facts),
        access_points: access_points(facts),
        origin: Some(identified.origin.clone()),
        stored: facts.stored.unwrap_or(false),
    }
}

/// A count that a message states as a number: whole and small.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn satellites(facts: &Facts<'_>) -> Option<u32> {
    facts.satellites.map(|number| number as u32)
}

fn info_raw(facts: &Facts<'_>) -> u32 {
    facts.info.map_or(0, |info| info.0.into())
}

fn status(facts: &Facts<'_>) -> Status {
    let info = facts.info;
    let bit = |bit: u8| info.map(|info| info.has(bit));
    Status {
        // The byte that is only for the ignition is the one to trust; then the flags of the fix, then the information.
        acc_on: facts
            .acc_on
            .or_else(|| facts.gps.and_then(|gps| gps.course_status.acc_on()))
            .or_else(|| bit(1)),
        external_power: bit(2),
        fuel_cut: bit(7),
        armed: bit(0),
        battery_percent: facts
            .battery_percent
            .or_else(|| facts.voltage_level.and_then(|level| level.percent())),
        battery_v: facts.battery_v,
        external_v: facts.external_v,
        signal: facts.gsm.map(|gsm| gsm.0.into()),
        ..Status::default()
    }
}

fn towers(facts: &Facts<'_>) -> Vec<v1::Tower> {
    let radio = |radio| match radio {
        Radio::Gsm => v1::Radio::Gsm,
        Radio::Lte => v1::Radio::Lte,
    };
    facts
        .towers
        .iter()
        .map(|tower| v1::Tower {
            radio: radio(tower.radio).into(),
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

fn access_points(facts: &Facts<'_>) -> Vec<v1::AccessPoint> {
    facts
        .access_points
        .iter()
        .map(|point| v1::AccessPoint {
            bssid: point.bssid.map(|byte| format!("{byte:02x}")).join(":"),
            ssid: point
                .ssid
                .map(|name| name.decode().into_owned())
                .unwrap_or_default(),
            signal: Some(-i32::from(point.strength)),
        })
        .collect()
}

fn items(facts: &Facts<'_>) -> Vec<Item> {
    facts
        .items
        .iter()
        .map(|entry| Item {
            id: entry.id,
            name: entry.name.to_owned(),
            raw: entry.raw.clone().into(),
            value: match &entry.value {
                ItemValue::Bytes => None,
                ItemValue::Number(number) => Some(item::Value::Number(*number)),
                ItemValue::Text(text) => Some(item::Value::Text(text.clone())),
                ItemValue::Flag(flag) => Some(item::Value::Flag(*flag)),
            },
        })
        .collect()
}

/// Who the device is, where the message says more than its IMEI.
fn attributes(facts: &Facts<'_>) -> Option<Attributes> {
    let text = |name: &str| {
        facts
            .items
            .iter()
            .find(|item| item.name == name)
            .and_then(|item| match &item.value {
                ItemValue::Text(text) if text.len() >= IDENTITY_DIGITS => Some(text.clone()),
                _ => None,
            })
    };
    let (imsi, iccid) = (text("imsi"), text("iccid"));
    if imsi.is_none() && iccid.is_none() {
        return None;
    }
    Some(Attributes {
        imei: facts.imei.map(|imei| imei.digits()).unwrap_or_default(),
        imsi: imsi.unwrap_or_default(),
        iccid: iccid.unwrap_or_default(),
        ..Attributes::default()
    })
}

#[cfg(test)]
mod tests;
