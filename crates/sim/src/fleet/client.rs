use std::io;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::link::Link;
use super::speaker::{Expected, Incoming, Outgoing, Speaker};
use super::stats::{Stats, add};
use super::{Clock, Settings};
use crate::device::{Diary, What};
use crate::obligations::Obligations;
use crate::world::{Protocol, Transport, World};

/// Longest pause between two tries to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often a message is sent again on one connection (JT/T 808, parameter 0x0003).
const REPETITIONS: u32 = 3;
/// Messages of the login: registration, authentication, and both again after a refusal.
const LOGIN_STEPS: usize = 4;

/// One device's life against the gateway.
#[derive(Debug)]
pub(super) struct Client {
    world: Arc<World>,
    index: usize,
    settings: Arc<Settings>,
    clock: Clock,
    stats: Arc<Stats>,
    obligations: Obligations,
    rng: StdRng,
    speaker: Speaker,
    link: Option<Link>,
    incoming: Vec<u8>,
}

impl Client {
    pub(super) fn new(
        world: Arc<World>,
        index: usize,
        settings: Arc<Settings>,
        clock: Clock,
        stats: Arc<Stats>,
    ) -> Self {
        let identity = &world.actors[index].identity;
        Self {
            obligations: Obligations {
                device: identity.device.clone(),
                base: world.settings.start.as_second(),
                ..Obligations::default()
            },
            rng: StdRng::seed_from_u64(world.settings.seed ^ 0x6e65_7473 ^ ((index as u64) << 24)),
            speaker: Speaker::new(identity),
            index,
            settings,
            clock,
            stats,
            link: None,
            incoming: Vec::new(),
            world,
        }
    }

    pub(super) async fn run(mut self, stop: CancellationToken) -> Obligations {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.live() => {}
        }
        self.close();
        self.obligations
    }

    async fn live(&mut self) {
        let world = Arc::clone(&self.world);
        let diary = Diary::new(&world, &world.actors[self.index]).from(self.settings.from);
        for action in diary {
            tokio::time::sleep_until(self.clock.moment(action.at)).await;
            match &action.what {
                What::Connect => self.connect().await,
                What::Disconnect => self.close(),
                What::Stored(fixes) => add(&self.stats.stored, fixes.len()),
                What::Live(_) | What::Heartbeat(_) => {}
            }
            for message in self.speaker.messages(&action.what) {
                self.deliver(&message).await;
            }
        }
    }

    fn close(&mut self) {
        if self.link.take().is_some() {
            self.stats
                .online
                .fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    /// Connects and logs in, however long it takes.
    async fn connect(&mut self) {
        self.close();
        let mut pause = Duration::from_millis(50);
        loop {
            match self.open().await {
                Ok(link) => {
                    self.link = Some(link);
                    add(&self.stats.connects, 1);
                    add(&self.stats.online, 1);
                    return;
                }
                Err(error) => {
                    tracing::debug!(%error, device = self.obligations.device, "cannot connect");
                    let jitter = self.rng.random_range(0.5..1.5);
                    tokio::time::sleep(pause.mul_f64(jitter)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn open(&mut self) -> io::Result<Link> {
        let identity = &self.world.actors[self.index].identity;
        let gateway = match (identity.protocol, identity.transport) {
            (Protocol::Gt06, _) => self.settings.gateway_gt06,
            (Protocol::Jt808V2013 | Protocol::Jt808V2019, Transport::Tcp) => self.settings.gateway_jt808,
            (Protocol::Jt808V2013 | Protocol::Jt808V2019, Transport::Udp) => self.settings.gateway_jt808_udp,
        };
        self.incoming.clear();
        self.speaker.reset();
        let mut link = Link::open(identity.transport, gateway, self.settings.answer_timeout).await?;
        for _ in 0..LOGIN_STEPS {
            let hello = self.speaker.hello();
            let Some(expected) = hello.expects else {
                return Ok(link);
            };
            let accepted = self.ask(&mut link, &hello, expected).await?;
            if accepted && self.speaker.is_welcome(expected) {
                return Ok(link);
            }
            if !accepted {
                self.speaker.refused();
            }
        }
        Err(io::Error::other("the gateway does not let this device in"))
    }

    /// Sends one message until it is answered, over new connections where needed.
    async fn deliver(&mut self, message: &Outgoing) {
        let mut again = false;
        loop {
            let Some(mut link) = self.link.take() else {
                self.connect().await;
                continue;
            };
            self.note_sent(message, again);
            let result = match message.expects {
                None => self.send(&mut link, message).await.map(|()| true),
                Some(expected) => self.ask(&mut link, message, expected).await,
            };
            match result {
                Ok(accepted) => {
                    self.link = Some(link);
                    if message.expects.is_some() {
                        add(
                            if accepted {
                                &self.stats.answered
                            } else {
                                &self.stats.refused
                            },
                            1,
                        );
                    }
                    if accepted && message.expects.is_some() {
                        for fix in &message.fixes {
                            self.obligations
                                .acked
                                .insert((fix - self.obligations.base) as u64);
                        }
                    }
                    return;
                }
                Err(error) => {
                    tracing::debug!(%error, device = self.obligations.device, "connection lost");
                    self.link = Some(link);
                    self.close();
                    again = true;
                }
            }
        }
    }

    fn note_sent(&mut self, message: &Outgoing, again: bool) {
        if again {
            add(&self.stats.repeated, 1);
        } else {
            add(&self.stats.messages, 1);
            add(&self.stats.fixes, message.fixes.len());
        }
        for fix in &message.fixes {
            let number = (fix - self.obligations.base) as u64;
            if again {
                self.obligations.resent.insert(number);
            }
            self.obligations.sent.insert(number);
        }
    }

    async fn send(&mut self, link: &mut Link, message: &Outgoing) -> io::Result<()> {
        let pieces = self.settings.split_bytes.then_some(&mut self.rng);
        link.send(&message.bytes, pieces).await
    }

    /// Sends a message and waits for its answer, again with the same serial when none comes: the waiting time grows
    /// as JT/T 808 says, T(N+1) = T(N) × (N+1).
    async fn ask(&mut self, link: &mut Link, message: &Outgoing, expected: Expected) -> io::Result<bool> {
        let mut wait = self.settings.answer_timeout;
        for repetition in 0..=REPETITIONS {
            if repetition > 0 {
                self.note_sent(message, true);
                wait *= repetition + 1;
            }
            self.send(link, message).await?;
            let lost = self.rng.random_bool(self.settings.lose_answers);
            let limit = if lost {
                // The answer arrives and is not seen: what the device waits for in vain is cut short.
                self.settings.answer_timeout / 10
            } else {
                wait
            };
            match self.answer(link, expected, Instant::now() + limit).await? {
                Some(_) if lost => {}
                Some(accepted) => return Ok(accepted),
                None => {}
            }
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    /// Reads until the answer comes; `None` when it does not come by `until`.
    async fn answer(
        &mut self,
        link: &mut Link,
        expected: Expected,
        until: Instant,
    ) -> io::Result<Option<bool>> {
        loop {
            while let Some((used, incoming)) = self.speaker.next(&self.incoming) {
                self.incoming.drain(..used);
                match incoming {
                    Incoming::Answer { to, accepted } if to == expected => return Ok(Some(accepted)),
                    Incoming::Answer { .. } | Incoming::Time | Incoming::Other => {}
                }
            }
            match tokio::time::timeout_at(until, link.receive(&mut self.incoming)).await {
                Ok(received) => received?,
                Err(_) => return Ok(None),
            }
        }
    }
}
