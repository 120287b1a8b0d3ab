//! Messages of devices to events: pure, a file per protocol.
//!
//! What a device said is kept whole: what has a typed place goes there, the rest becomes items with id, name and bytes.
//! Nothing is filtered; doubts become [`events::position::v1::Quality`] flags.

mod fields;
pub mod gt06;
pub mod jt808;
mod quality;

use events::cell::v1::CellScan;
use events::device::v1::{DeviceEvent, device_event};
use events::origin::v1::{Origin, Protocol, Transport};
use events::position::v1::Position;
use events::{Timestamp, id};
use wire::Time;

/// What the gateway knows about a message besides its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Device id.
    pub device: &'a str,
    /// When the whole message had been read; `None` for bytes that come from a capture without times.
    pub received_at: Option<Time>,
    /// Name of this node.
    pub node: &'a str,
    /// Generation of the device's connection.
    pub generation: u64,
    /// How the message arrived.
    pub transport: Transport,
    /// More connections claim this device than is plausible.
    pub suspect: bool,
}

/// Events that one message became; kept and reused from message to message.
#[derive(Debug, Default)]
pub struct Events {
    /// For `milepost.positions.v1`.
    pub positions: Vec<Position>,
    /// For `milepost.device-events.v1`.
    pub device_events: Vec<DeviceEvent>,
    /// For `milepost.cell-scans.v1`.
    pub cell_scans: Vec<CellScan>,
}

impl Events {
    /// Forgets the events and keeps the room for the next ones.
    pub fn clear(&mut self) {
        self.positions.clear();
        self.device_events.clear();
        self.cell_scans.clear();
    }

    /// Number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.positions.len() + self.device_events.len() + self.cell_scans.len()
    }

    /// True when the message became nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A message as the ids of its events see it: the same message sent again has the same ids.
struct Identified<'a> {
    context: &'a Context<'a>,
    protocol: Protocol,
    message_id: u32,
    serial: u32,
    /// Edition of the standard; 0 where there are none.
    edition: u32,
    body: &'a [u8],
}

impl<'a> Identified<'a> {
    fn new(context: &'a Context<'a>, protocol: Protocol, id: u16, serial: u16, body: &'a [u8]) -> Self {
        Self {
            context,
            protocol,
            message_id: id.into(),
            serial: serial.into(),
            edition: 0,
            body,
        }
    }

    /// Origin of the event that the `index`th item of the message became.
    fn origin(&self, index: u32) -> Origin {
        Origin {
            protocol: self.protocol.into(),
            message_id: self.message_id,
            serial: self.serial,
            item_index: index,
            edition: self.edition,
            transport: self.context.transport.into(),
            node: self.context.node.to_owned(),
            generation: self.context.generation,
        }
    }

    /// Id of the event that `body` became, the `index`th of its kind in the message.
    fn event_id(&self, kind: &str, index: u32, body: &[u8]) -> String {
        let mut numbers = [0; 12];
        for (place, number) in numbers
            .chunks_exact_mut(4)
            .zip([self.message_id, self.serial, index])
        {
            place.copy_from_slice(&number.to_be_bytes());
        }
        let protocol = i32::from(self.protocol).to_be_bytes();
        let id = id::deterministic(&[
            self.context.device.as_bytes(),
            kind.as_bytes(),
            &protocol,
            &numbers,
            body,
        ]);
        id::text(id)
    }

    fn device_event(&self, device_time: Option<Time>, event: device_event::Event) -> DeviceEvent {
        DeviceEvent {
            event_id: self.event_id(kind_of(&event), 0, self.body),
            device: self.context.device.to_owned(),
            device_time: device_time.map(timestamp),
            received_at: self.context.received_at.map(timestamp),
            origin: Some(self.origin(0)),
            event: Some(event),
        }
    }
}

/// Keeps the ids of several events of one message apart.
const fn kind_of(event: &device_event::Event) -> &'static str {
    use device_event::Event;
    match event {
        Event::Online(_) => "online",
        Event::Offline(_) => "offline",
        Event::Takeover(_) => "takeover",
        Event::Registration(_) => "registration",
        Event::Unregistration(_) => "unregistration",
        Event::Login(_) => "login",
        Event::Heartbeat(_) => "heartbeat",
        Event::Alarm(_) => "alarm",
        Event::Attributes(_) => "attributes",
        Event::Report(_) => "report",
        Event::Media(_) => "media",
    }
}

/// A time as protobuf has it.
#[must_use]
pub fn timestamp(time: Time) -> Timestamp {
    let nanos = time.0.rem_euclid(1000) * 1_000_000;
    Timestamp {
        seconds: time.0.div_euclid(1000),
        nanos: i32::try_from(nanos).unwrap_or(0),
    }
}
