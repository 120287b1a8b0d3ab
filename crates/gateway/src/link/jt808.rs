use events::origin::v1::Protocol;
use wire::jt808::{Frame, Message, Received, Settings, Splitter, Terminal};
use wire::{Close, Session, Time};

use super::{Gate, Patience, Taken, Turn};
use crate::emit::Event;

/// Message ids whose frames hold the authentication code: 0x0102, and its answer is none.
const AUTHENTICATE: u16 = 0x0102;

/// A JT/T 808 connection.
pub(crate) struct Line {
    splitter: Splitter,
    session: Terminal,
}

impl Line {
    pub(crate) fn new(patience: Patience, now: Time) -> Self {
        let settings = Settings {
            login_s: patience.login_ms.div_euclid(1000) + 1,
            idle_s: patience.idle_ms.div_euclid(1000) + 1,
            ..Settings::default()
        };
        Self {
            splitter: Splitter::default(),
            session: Terminal::new(settings, now),
        }
    }

    pub(crate) fn feed(&mut self, input: &[u8], turn: &mut Turn<'_>) -> usize {
        let mut done = 0;
        // The splitter borrows the room for as long as its frame lives.
        let mut unescaped = std::mem::take(turn.unescaped);
        while let Some(split) = self.splitter.next(&input[done..], &mut unescaped) {
            done += split.consumed;
            match split.frame {
                Ok(frame) => self.take(frame, turn),
                Err(error) => turn.bad(Protocol::Jt808, split.raw, holds_code(split.raw), error),
            }
        }
        *turn.unescaped = unescaped;
        done
    }

    fn take(&mut self, frame: Frame<'_>, turn: &mut Turn<'_>) {
        let id = frame.header.id;
        let mut gate = Gate::new(turn.registry, Protocol::Jt808, turn.now.0);
        let step = self.session.receive(frame, turn.now, &mut gate);
        let change = gate.change;
        if let (true, Some(device)) = (step.admitted, self.session.device()) {
            turn.generation = turn.sink.admitted(device);
        }
        let edition = step.publish.as_ref().map_or(0, |received| u32::from(received.edition.year()));
        let origin = turn.origin(Protocol::Jt808, u32::from(id), u32::from(frame.header.serial), edition);
        let mut events: Vec<Event> = change.map(|change| Event::Registry(Box::new(change))).into_iter().collect();
        if let (Some(received), Some(device)) = (&step.publish, self.session.device()) {
            translate(received, device, &origin, turn.now, &mut events);
        }
        turn.sink.taken(Taken {
            raw: frame.raw,
            secret: id == AUTHENTICATE,
            message: Some(Message::row(id).map_or("unknown", |row| row.name)),
            origin,
            events,
            answers: step.answers,
            reject: step.reject,
            close: step.close,
        });
    }

    pub(crate) fn expire(&mut self, now: Time) -> Option<Close> {
        self.session.expire(now).close
    }
}

/// True for bytes that may be a damaged authentication frame.
fn holds_code(raw: &[u8]) -> bool {
    raw.windows(2).take(2).any(|id| id == AUTHENTICATE.to_be_bytes())
}

fn translate(
    received: &Received<'_>,
    device: &str,
    origin: &events::origin::v1::Origin,
    now: Time,
    events: &mut Vec<Event>,
) {
    let id = received.header.id;
    let report = events::device::v1::Report {
        name: Message::row(id).map_or("unknown", |row| row.name).to_owned(),
        fields: Vec::new(),
        body: if id == AUTHENTICATE { Vec::new() } else { received.body.to_vec() }.into(),
    };
    events.push(Event::Device(Box::new(events::device::v1::DeviceEvent {
        event_id: events::id::deterministic(&[
            device.as_bytes(),
            &id.to_be_bytes(),
            &received.header.serial.to_be_bytes(),
            &received.body,
        ])
        .to_string(),
        device: device.to_owned(),
        device_time: None,
        received_at: Some(super::timestamp(now.0)),
        origin: Some(origin.clone()),
        event: Some(events::device::v1::device_event::Event::Report(report)),
    })));
}
