use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::answers::{Answer, Reader};
use super::stats::{Stats, count};
use super::{FrameMaker, Settings, base};
use crate::obligations::{Obligations, Ranges};

/// Milliseconds between two tries to connect.
const RETRY: Duration = Duration::from_millis(100);

/// A message that waits for its answer.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    sequence: u64,
    since: Instant,
}

/// One device: sends, counts answers, connects anew when the gateway is silent or gone.
#[derive(Debug)]
pub(super) struct Connection {
    settings: Rc<Settings>,
    stats: Rc<Stats>,
    stop: CancellationToken,
    maker: FrameMaker,
    obligations: Obligations,
    /// Sequence number of the next new message.
    next: u64,
    code: Option<String>,
    waiting: VecDeque<Waiting>,
    /// Messages of an earlier connection that were not answered, in order.
    again: VecDeque<u64>,
    /// What is left of the multimedia item that is being sent, and how many were begun.
    packets: VecDeque<Vec<u8>>,
    items: u32,
    /// When the connection before ended that was served.
    lost: Option<Instant>,
    /// The backup server is the next to be tried.
    elsewhere: bool,
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
    reader: Reader,
    /// From the first welcome to the first message: paced devices do not send in step.
    offset: Option<Duration>,
    next_due: Instant,
}

impl Connection {
    pub(super) fn new(
        settings: Rc<Settings>,
        number: u64,
        stats: Rc<Stats>,
        stop: CancellationToken,
    ) -> Self {
        let maker = FrameMaker::new(
            settings.protocol,
            settings.first_device + number,
            base(settings.now),
        );
        let offset = settings.rate.map_or(0.0, |rate| number as f64 / rate.max(1e-9));
        Self {
            obligations: maker.obligations(),
            next: 0,
            offset: Some(Duration::from_secs_f64(offset)),
            next_due: Instant::now(),
            reader: Reader::new(settings.protocol),
            settings,
            stats,
            stop,
            maker,
            code: None,
            waiting: VecDeque::new(),
            again: VecDeque::new(),
            packets: VecDeque::new(),
            items: 0,
            lost: None,
            elsewhere: false,
            incoming: Vec::new(),
            outgoing: Vec::new(),
        }
    }

    /// Runs until the load is stopped and nothing is due any more.
    pub(super) async fn run(mut self, gate: Rc<Semaphore>) -> Obligations {
        while !self.stop.is_cancelled() {
            match self.connect(&gate).await {
                Ok(mut stream) => {
                    self.stats.comes_online();
                    if let Some(offset) = self.offset.take() {
                        self.next_due = Instant::now() + offset;
                    }
                    if let Some(lost) = self.lost.take() {
                        self.stats.count_reconnect(lost.elapsed());
                    }
                    // The end of a connection is no error here: what is unanswered is sent again on the next one.
                    let ended = self.exchange(&mut stream).await;
                    if let Err(error) = ended {
                        tracing::debug!(%error, device = self.maker.device(), "connection ended");
                        self.stats.goes_offline();
                        self.lost = Some(Instant::now());
                        self.elsewhere = false;
                    }
                }
                Err(error) => {
                    tracing::debug!(%error, device = self.maker.device(), "cannot connect");
                    self.elsewhere = !self.elsewhere;
                    tokio::select! {
                        () = tokio::time::sleep(RETRY) => {}
                        () = self.stop.cancelled() => {}
                    }
                }
            }
            self.incoming.clear();
            self.reader = Reader::new(self.settings.protocol);
            self.packets.clear();
            self.again
                .extend(self.waiting.drain(..).map(|waiting| waiting.sequence));
            self.again.make_contiguous().sort_unstable();
        }
        Obligations {
            sent: Ranges::below(self.next),
            ..self.obligations
        }
    }

    async fn connect(&mut self, gate: &Semaphore) -> io::Result<TcpStream> {
        let _permit = gate.acquire().await.map_err(io::Error::other)?;
        let timeout = self.settings.answer_timeout;
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        let gateway = match self.settings.backup {
            Some(backup) if self.elsewhere => backup,
            _ => self.settings.gateway,
        };
        let mut stream = tokio::time::timeout(timeout, TcpStream::connect(gateway))
            .await
            .map_err(late)??;
        stream.set_nodelay(true)?;
        count(&self.stats.connects);
        if !self.settings.echo {
            tokio::time::timeout(timeout, self.log_in(&mut stream))
                .await
                .map_err(late)??;
        }
        Ok(stream)
    }

    async fn log_in(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        self.hello(stream).await?;
        loop {
            while let Some(answer) = self.next_answer() {
                match answer {
                    Answer::Welcome => return Ok(()),
                    Answer::Code(code) => {
                        self.code = Some(code);
                        self.hello(stream).await?;
                    }
                    Answer::Refused(result) => {
                        // The code may have been lost with the gateway: ask for a new one next time.
                        self.code = None;
                        return Err(io::Error::other(format!("login refused with result {result}")));
                    }
                    Answer::Data { .. } | Answer::Uploaded | Answer::Other => {}
                }
            }
            self.read(stream).await?;
        }
    }

    async fn hello(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        self.outgoing.clear();
        self.maker.hello(self.code.as_deref(), &mut self.outgoing);
        stream.write_all(&self.outgoing).await
    }

    /// Sends and counts until the load is over (`Ok`) or the connection ends (`Err`).
    async fn exchange(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        loop {
            self.fill(Instant::now());
            if !self.outgoing.is_empty() {
                stream.write_all(&self.outgoing).await?;
                self.outgoing.clear();
            }
            let stopping = self.stop.is_cancelled();
            if stopping && self.waiting.is_empty() {
                return Ok(());
            }
            let answer_due = self
                .waiting
                .front()
                .map(|waiting| waiting.since + self.settings.answer_timeout);
            let send_due = (!stopping && self.may_send()).then_some(self.next_due);
            let due = answer_due.into_iter().chain(send_due).min();
            let stop = self.stop.clone();
            let wait = async {
                match due {
                    Some(due) => tokio::time::sleep_until(due.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                read = self.read(stream) => read?,
                () = wait => {
                    if answer_due.is_some_and(|due| due <= Instant::now()) {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                }
                () = stop.cancelled(), if !stopping => {}
            }
            let now = Instant::now();
            while let Some(answer) = self.next_answer() {
                match answer {
                    Answer::Data { serial, accepted } => self.settle(serial, accepted, now),
                    Answer::Uploaded => count(&self.stats.uploaded),
                    _ => {}
                }
            }
        }
    }

    fn may_send(&self) -> bool {
        let held_back = self.settings.whole_windows && !self.waiting.is_empty();
        !held_back && self.waiting.len() < self.settings.in_flight
    }

    /// Puts into `outgoing` what may be sent now.
    fn fill(&mut self, now: Instant) {
        if self.stop.is_cancelled() || !self.may_send() {
            return;
        }
        let spacing = self
            .settings
            .rate
            .map(|rate| Duration::from_secs_f64(self.settings.connections as f64 / rate));
        while self.waiting.len() < self.settings.in_flight && self.next_due <= now {
            let sequence = match self.again.pop_front() {
                Some(sequence) => {
                    self.obligations.resent.insert(sequence);
                    sequence
                }
                None => {
                    self.next += 1;
                    self.next - 1
                }
            };
            self.fill_upload();
            self.maker.data(sequence, &mut self.outgoing);
            self.waiting.push_back(Waiting { sequence, since: now });
            if let Some(spacing) = spacing {
                self.next_due += spacing;
            }
        }
    }

    /// Puts the next sub-packets into `outgoing`.
    fn fill_upload(&mut self) {
        let Some(uploads) = self.settings.uploads else {
            return;
        };
        for _ in 0..uploads.packets {
            if self.packets.is_empty() {
                self.items += 1;
                self.packets = self.maker.upload(self.items, uploads.bytes).into();
            }
            self.outgoing.extend(self.packets.pop_front().unwrap_or_default());
        }
    }

    fn settle(&mut self, serial: u16, accepted: bool, now: Instant) {
        let Some(place) = self
            .waiting
            .iter()
            .position(|waiting| waiting.sequence as u16 == serial)
        else {
            return;
        };
        let Some(waiting) = self.waiting.remove(place) else {
            return;
        };
        if !accepted {
            count(&self.stats.refused);
            return;
        }
        self.obligations.acked.insert(waiting.sequence);
        self.stats.count_acked();
        let us = now.duration_since(waiting.since).as_micros() as u64;
        self.stats.latency.borrow_mut().saturating_record(us.max(1));
    }

    fn next_answer(&mut self) -> Option<Answer> {
        let (used, answer) = self.reader.next(&self.incoming)?;
        self.incoming.drain(..used);
        Some(answer)
    }

    async fn read(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        loop {
            stream.readable().await?;
            match stream.try_read_buf(&mut self.incoming) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}
