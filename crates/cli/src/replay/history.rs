use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufWriter, Write};

use clap::ValueEnum;
use events::origin::v1::Transport;
use events::{Message, Topic};
use gateway::translate::{self, Context, Events};
use jiff::Timestamp;
use wire::{Admission, Claim, Session as _, Step, Time, Verdict, gt06, jt808};

use super::source::{Frame, Lines};

/// Events that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Wanted {
    /// Positions
    #[default]
    Positions,
    /// What happened to devices besides
    DeviceEvents,
    /// Radio towers and access points
    CellScans,
}

/// What frames came to.
#[derive(Debug, Default)]
pub(super) struct Told {
    frames: u64,
    events: u64,
    /// Frames that were not understood.
    pub(super) refused: u64,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            frames,
            events,
            refused,
        } = self;
        write!(f, "frames: {frames}, events: {events}, not understood: {refused}")
    }
}

/// Lets everybody in: they were let in when the frames came.
struct Open;

impl Admission for Open {
    fn admit(&mut self, _: &Claim<'_>) -> Verdict {
        Verdict::Accepted
    }
}

/// The decoder of one device, with what it has learned from earlier frames.
#[derive(Default)]
struct Decoder {
    gt06: Option<Box<gt06::Terminal>>,
    jt808: Option<Box<jt808::Terminal>>,
}

/// Prints the events that the frames become.
pub(super) fn run(lines: &mut Lines, wanted: Wanted) -> anyhow::Result<Told> {
    let mut decoders: HashMap<Option<String>, Decoder> = HashMap::new();
    let mut told = Told::default();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut events = Events::default();
    while let Some(frame) = lines.next()? {
        told.frames += 1;
        let decoder = decoders.entry(frame.device.clone()).or_default();
        events.clear();
        decoder.take(&frame, &mut events, &mut told);
        told.events += match wanted {
            Wanted::Positions => print(&mut out, Topic::Positions, &events.positions, &frame)?,
            Wanted::DeviceEvents => print(&mut out, Topic::DeviceEvents, &events.device_events, &frame)?,
            Wanted::CellScans => print(&mut out, Topic::CellScans, &events.cell_scans, &frame)?,
        };
    }
    out.flush()?;
    Ok(told)
}

impl Decoder {
    fn take(&mut self, frame: &Frame, events: &mut Events, told: &mut Told) {
        if matches!(frame.bytes.first(), Some(0x78 | 0x79)) {
            self.gt06(frame, events, told);
        } else {
            self.jt808(frame, events, told);
        }
    }

    fn gt06(&mut self, frame: &Frame, events: &mut Events, told: &mut Told) {
        let now = time_of(frame);
        let session = self.gt06.get_or_insert_with(|| {
            let mut session = gt06::Terminal::new(gt06::Settings::default(), now);
            // The login may be older than what is kept.
            if let Some(imei) = frame.device.as_deref().and_then(gt06_login) {
                let splitter = gt06::Splitter::default();
                if let Some(gt06::Split { frame: Ok(login), .. }) = splitter.next(&imei) {
                    session.receive(login, now, &mut Open);
                }
            }
            Box::new(session)
        });
        let splitter = gt06::Splitter::default();
        let mut rest = &frame.bytes[..];
        while let Some(split) = splitter.next(rest) {
            rest = &rest[split.consumed..];
            let Ok(inner) = split.frame else {
                told.refused += 1;
                continue;
            };
            let step = session.receive(inner, now, &mut Open);
            told.refused += u64::from(step.reject.is_some());
            let read = publish(step, frame, session.device(), |received, context| {
                translate::gt06::translate(received, context, events);
                Ok(())
            });
            told.refused += u64::from(read.is_err());
        }
    }

    fn jt808(&mut self, frame: &Frame, events: &mut Events, told: &mut Told) {
        let now = time_of(frame);
        let session = self
            .jt808
            .get_or_insert_with(|| Box::new(jt808::Terminal::new(jt808::Settings::default(), now)));
        let mut splitter = jt808::Splitter::default();
        let (mut rest, mut room) = (&frame.bytes[..], Vec::new());
        while let Some(split) = splitter.next(rest, &mut room) {
            rest = &rest[split.consumed..];
            let Ok(inner) = split.frame else {
                told.refused += 1;
                continue;
            };
            let step = session.receive(inner, now, &mut Open);
            told.refused += u64::from(step.reject.is_some());
            let read = publish(step, frame, session.device(), |received, context| {
                translate::jt808::translate(received, context, events)
            });
            told.refused += u64::from(read.is_err());
        }
    }
}

fn publish<M>(
    step: Step<M>,
    frame: &Frame,
    device: Option<&str>,
    translate: impl FnOnce(&M, &Context<'_>) -> Result<(), wire::WireError>,
) -> Result<(), wire::WireError> {
    let device = device.or(frame.device.as_deref());
    let (Some(message), Some(device)) = (&step.publish, device) else {
        return Ok(());
    };
    let context = Context {
        device,
        received_at: frame.time.map(|time| Time(time.as_millisecond())),
        node: "",
        generation: 0,
        transport: Transport::None,
        suspect: false,
    };
    translate(message, &context)
}

/// The login of a device of the GT06 family; none for an id that is no IMEI.
fn gt06_login(device: &str) -> Option<Vec<u8>> {
    let imei = gt06::Imei::from_digits(device)?;
    let login = gt06::message::login::Login {
        imei,
        type_id: None,
        zone: None,
    };
    Some(gt06::encode(&gt06::Message::Login(login), 1))
}

fn time_of(frame: &Frame) -> Time {
    Time(frame.time.map_or(0, Timestamp::as_millisecond))
}

/// Prints events as `milepost topics read` does; gives how many.
fn print<E: Message + serde::Serialize>(
    out: &mut impl Write,
    topic: Topic,
    events: &[E],
    frame: &Frame,
) -> anyhow::Result<u64> {
    for event in events {
        let value = serde_json::to_value(event)?;
        let line = serde_json::json!({
            "topic": topic.name(),
            "timestamp": frame.time,
            "key": value["device"],
            "value": value,
        });
        writeln!(out, "{line}")?;
    }
    Ok(events.len() as u64)
}
