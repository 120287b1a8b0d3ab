//! A device that does not exist: it proves the whole way from the port to the log, again and again.
//!
//! It connects as any device does, sends a position without coordinates, so that no consumer makes anything of it, waits
//! for the answer and looks for the position in the log. What it finds there is held against what it was promised.

mod audit;
mod speaker;

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bus::{Bus, Read, ReadFrom};
use events::position::v1::Position;
use events::{Message as _, Topic};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::config::{Canary, seconds};
use crate::metrics::CanaryCounters;
use crate::service::Addresses;
use audit::Audit;
use speaker::Speaker;

pub(crate) use audit::Violation;

/// Bytes of an answer that is longer than any it waits for.
const LONGEST_ANSWER: usize = 4096;
/// What it sent and did not find yet is looked for again, but no longer than this many rounds.
const REMEMBERED: usize = 100;

/// The log is read from so long before the sending of what is looked for.
const BEFORE: jiff::SignedDuration = jiff::SignedDuration::from_secs(2);

/// A step of the way, in its order; the value of the label `step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Connect,
    Answer,
    Log,
}

impl Step {
    pub(crate) const ALL: [Self; 3] = [Self::Connect, Self::Answer, Self::Log];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Answer => "answer",
            Self::Log => "log",
        }
    }
}

/// A canary of a running gateway.
pub(crate) struct Flight {
    config: Canary,
    door: SocketAddr,
    bus: Bus,
    counters: CanaryCounters,
    audit: Audit,
    /// When each position that was not found yet was sent, by its fix time.
    waiting: BTreeMap<i64, Timestamp>,
    serial: u16,
    last: i64,
}

impl Flight {
    /// A canary for a gateway that listens there; none where the configuration wants none or no port is open for it.
    pub(crate) fn new(config: &Canary, addresses: &Addresses, bus: &Bus) -> Option<Self> {
        if config.is_off() {
            return None;
        }
        let own = if speaker::is_gt06(&config.device) {
            &addresses.gt06_tcp
        } else {
            &addresses.jt808_tcp
        };
        let door = own.first().or(addresses.any_tcp.first())?;
        Some(Self {
            config: config.clone(),
            door: reachable(*door),
            bus: bus.clone(),
            counters: CanaryCounters::new(),
            audit: Audit::default(),
            waiting: BTreeMap::new(),
            serial: 0,
            last: i64::MIN,
        })
    }

    /// Flies until `shutdown`.
    pub(crate) async fn run(mut self, shutdown: CancellationToken) {
        let mut rounds = tokio::time::interval(seconds(self.config.interval_seconds));
        rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = rounds.tick() => {}
            }
            let step = tokio::select! {
                () = shutdown.cancelled() => return,
                ended = self.round() => ended,
            };
            if let Err((step, why)) = step {
                self.counters.failed(step);
                tracing::warn!(step = step.name(), why, "the canary did not come through");
            }
        }
    }

    /// One position from the port to the log.
    async fn round(&mut self) -> Result<(), (Step, String)> {
        let limit = seconds(self.config.deadline_seconds);
        let late = |step, what: &str| (step, format!("{what} within {} s", limit.as_secs_f64()));
        let failed = |step| move |error: io::Error| (step, error.to_string());
        let mut stream = tokio::time::timeout(limit, TcpStream::connect(self.door))
            .await
            .map_err(|_| late(Step::Connect, "no connection"))?
            .map_err(failed(Step::Connect))?;
        let sent = runtime::clock::now();
        // Its name in the log: a second that no other of its positions has.
        let fix = sent.as_second().max(self.last.saturating_add(1));
        self.last = fix;
        self.serial = self.serial.wrapping_add(1);
        self.waiting.insert(fix, sent);
        while self.waiting.len() > REMEMBERED {
            self.waiting.pop_first();
        }
        self.audit.keep_from(self.waiting.keys().next().copied());

        let mut speaker = Speaker::new(&self.config.device);
        for message in speaker.messages(fix, self.serial) {
            let answered = async {
                stream.write_all(&message.bytes).await?;
                hear(&mut stream, &mut speaker, message.expects).await
            };
            tokio::time::timeout(limit, answered)
                .await
                .map_err(|_| late(Step::Answer, "no answer"))?
                .map_err(failed(Step::Answer))?;
        }
        self.audit.answered(fix);
        tokio::time::timeout(limit, self.find(fix))
            .await
            .map_err(|_| late(Step::Log, "answered, and not in the log"))?
            .map_err(|error| (Step::Log, error))?;
        let took = runtime::clock::now().duration_since(sent);
        self.counters
            .came_through(Duration::try_from(took).unwrap_or_default());
        Ok(())
    }

    /// Reads the log from the oldest position that was not found yet until this one comes.
    async fn find(&mut self, fix: i64) -> Result<(), String> {
        // The log counts milliseconds, and its clock may be another.
        let since = self.waiting.values().min().copied().unwrap_or_default() - BEFORE;
        let mut reader = self.bus.read(Read {
            topic: Topic::Positions,
            from: ReadFrom::Time(since),
            key: Some(self.config.device.clone().into()),
            follow: true,
        });
        while let Some(record) = reader.next().await {
            let record = record.map_err(|error| error.to_string())?;
            let position = Position::decode(record.value.as_deref().unwrap_or_default())
                .map_err(|error| error.to_string())?;
            let seen = position.fix_time.as_ref().map_or(0, |time| time.seconds);
            if self.waiting.remove(&seen).is_some() {
                for which in self.audit.seen(seen) {
                    self.counters.violated(which);
                    tracing::error!(
                        which = which.name(),
                        fix_time = seen,
                        "an invariant of the gateway does not hold"
                    );
                }
            }
            if seen == fix {
                return Ok(());
            }
        }
        Err("the log ended".to_owned())
    }
}

/// Reads until the expected answer comes.
async fn hear(stream: &mut TcpStream, speaker: &mut Speaker, expects: speaker::Expected) -> io::Result<()> {
    let mut heard = Vec::new();
    loop {
        if stream.read_buf(&mut heard).await? == 0 {
            return Err(io::Error::other("the gateway closed the connection"));
        }
        match speaker.find(&heard, expects) {
            Some(true) => return Ok(()),
            Some(false) => return Err(io::Error::other("the gateway answered that it failed")),
            None if heard.len() > LONGEST_ANSWER => {
                return Err(io::Error::other("the gateway says something else"));
            }
            None => {}
        }
    }
}

/// The address under which this process reaches a listener.
fn reachable(mut listening: SocketAddr) -> SocketAddr {
    if listening.ip().is_unspecified() {
        listening.set_ip(match listening.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    listening
}
