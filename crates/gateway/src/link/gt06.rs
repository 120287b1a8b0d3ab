use events::device::v1::device_event::Event;
use events::device::v1::{DeviceEvent, Report};
use events::origin::v1::{Origin, Protocol};
use wire::gt06::{Received, Settings, Splitter, Terminal};
use wire::{Close, Session, Time, WireError};

use super::{Gate, Good, Patience, Turn};
use crate::translate::{Context, Events, timestamp};

/// A GT06 connection.
pub(crate) struct Line {
    splitter: Splitter,
    session: Terminal,
}

impl Line {
    pub(crate) fn new(patience: Patience, now: Time) -> Self {
        let settings = Settings {
            login_s: patience.login_s(),
            idle_s: patience.idle_s(),
            ..Settings::default()
        };
        Self {
            splitter: Splitter::default(),
            session: Terminal::new(settings, now),
        }
    }

    pub(crate) fn feed(&mut self, input: &[u8], turn: &mut Turn<'_>) -> usize {
        let mut done = 0;
        while let Some(split) = self.splitter.next(&input[done..]) {
            done += split.consumed;
            let frame = match split.frame {
                Ok(frame) => frame,
                Err(error) => {
                    turn.bad(Protocol::Gt06, split.raw, false, error);
                    continue;
                }
            };
            let mut gate = Gate::new(turn.registry, Protocol::Gt06, turn.now.0);
            let good = Good {
                protocol: Protocol::Gt06,
                raw: frame.raw,
                secret: false,
                name: "unknown",
                message_id: frame.number.into(),
                serial: frame.serial.into(),
            };
            let step = self.session.receive(frame, turn.now, &mut gate);
            let name = step
                .publish
                .as_ref()
                .and_then(|received| received.message.row())
                .map(|row| row.name);
            let good = Good {
                name: name.unwrap_or(good.name),
                ..good
            };
            turn.good(good, self.session.device(), gate.change, step, report);
        }
        done
    }

    pub(crate) fn expire(&mut self, now: Time) -> Option<Close> {
        self.session.expire(now).close
    }
}

/// A message as a report of its bytes.
fn report(received: &Received<'_>, context: &Context<'_>, events: &mut Events) -> Result<(), WireError> {
    let name = received.message.row().map_or("unknown", |row| row.name);
    let id = events::id::deterministic(&[
        context.device.as_bytes(),
        &[received.number],
        &received.serial.to_be_bytes(),
        received.content,
    ]);
    events.device_events.push(DeviceEvent {
        event_id: id.to_string(),
        device: context.device.to_owned(),
        device_time: None,
        received_at: context.received_at.map(timestamp),
        origin: Some(Origin {
            protocol: Protocol::Gt06.into(),
            message_id: received.number.into(),
            serial: received.serial.into(),
            transport: context.transport.into(),
            node: context.node.to_owned(),
            generation: context.generation,
            ..Origin::default()
        }),
        event: Some(Event::Report(Report {
            name: name.to_owned(),
            fields: Vec::new(),
            body: received.content.to_vec().into(),
        })),
    });
    Ok(())
}
