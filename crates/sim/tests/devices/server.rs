use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use sim::oracle::Seen;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use wire::{Admission, Claim, Credentials, Session as _, Step, Time, Verdict, gt06, jt808};

/// A gateway that keeps what it gets in memory.
pub(crate) struct Server {
    pub(crate) jt808: SocketAddr,
    pub(crate) jt808_udp: SocketAddr,
    pub(crate) gt06: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    stored: Mutex<Vec<Seen>>,
    connections: AtomicU64,
    /// Messages after which a connection is closed; the last one is stored and not answered.
    last: u64,
}

impl Server {
    pub(crate) async fn start(last: u64) -> Self {
        let shared = Arc::new(Shared {
            stored: Mutex::default(),
            connections: AtomicU64::new(0),
            last,
        });
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            jt808: listen(Arc::clone(&shared), true).await,
            gt06: listen(Arc::clone(&shared), false).await,
            jt808_udp: udp.local_addr().unwrap(),
            shared: Arc::clone(&shared),
        };
        tokio::spawn(datagrams(udp, shared));
        server
    }

    /// What was stored, in order.
    pub(crate) fn stored(&self) -> Vec<Seen> {
        self.shared.stored.lock().unwrap().clone()
    }
}

async fn listen(shared: Arc<Shared>, is_jt808: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, Arc::clone(&shared), is_jt808));
        }
    });
    address
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>, is_jt808: bool) {
    let mut line = Line::new(&shared, is_jt808);
    let mut input = Vec::new();
    loop {
        match stream.read_buf(&mut input).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        while let Some((used, answers)) = line.take(&input, &shared) {
            input.drain(..used);
            if line.messages >= shared.last {
                return;
            }
            for answer in answers {
                if stream.write_all(&answer).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn datagrams(socket: UdpSocket, shared: Arc<Shared>) {
    let mut lines = std::collections::HashMap::new();
    let mut datagram = [0; 2048];
    loop {
        let (length, from) = socket.recv_from(&mut datagram).await.unwrap();
        let line = lines.entry(from).or_insert_with(|| Line::new(&shared, true));
        if let Some((_, answers)) = line.take(&datagram[..length], &shared) {
            for answer in answers {
                // The device may be gone.
                let _ = socket.send_to(&answer, from).await;
            }
        }
    }
}

/// One connection.
struct Line {
    speaks: Speaks,
    generation: u64,
    messages: u64,
}

enum Speaks {
    Jt808(jt808::Splitter, jt808::Terminal),
    Gt06(gt06::Splitter, gt06::Terminal),
}

struct Everybody;

impl Admission for Everybody {
    fn admit(&mut self, claim: &Claim<'_>) -> Verdict {
        match claim.credentials {
            Credentials::Register => Verdict::Registered {
                code: format!("code-of-{}", claim.device),
            },
            Credentials::Code(code) if code != format!("code-of-{}", claim.device).as_bytes() => {
                Verdict::WrongCode
            }
            Credentials::Code(_) | Credentials::None => Verdict::Accepted,
        }
    }
}

impl Line {
    fn new(shared: &Shared, is_jt808: bool) -> Self {
        Self {
            speaks: if is_jt808 {
                Speaks::Jt808(
                    jt808::Splitter::default(),
                    jt808::Terminal::new(jt808::Settings::default(), Time(0)),
                )
            } else {
                Speaks::Gt06(
                    gt06::Splitter::default(),
                    gt06::Terminal::new(gt06::Settings::default(), Time(0)),
                )
            },
            generation: shared.connections.fetch_add(1, Ordering::Relaxed),
            messages: 0,
        }
    }

    /// Takes the first frame of `input`, stores its positions and gives the answers.
    fn take(&mut self, input: &[u8], shared: &Shared) -> Option<(usize, Vec<Vec<u8>>)> {
        let mut scratch = Vec::new();
        let (used, positions, answers, device, serial) = match &mut self.speaks {
            Speaks::Jt808(splitter, session) => {
                let split = splitter.next(input, &mut scratch)?;
                let frame = split.frame.expect("simulated devices send good frames");
                let serial = frame.header.serial;
                let step = session.receive(frame, Time(0), &mut Everybody);
                let positions = step.publish.as_ref().map(jt808_times).unwrap_or_default();
                let device = session.device().unwrap_or_default().to_owned();
                (split.consumed, positions, answers(step), device, serial)
            }
            Speaks::Gt06(splitter, session) => {
                let split = splitter.next(input)?;
                let frame = split.frame.expect("simulated devices send good frames");
                let serial = frame.serial;
                let step = session.receive(frame, Time(0), &mut Everybody);
                let positions = step.publish.as_ref().and_then(gt06_time).into_iter().collect();
                let device = session.device().unwrap_or_default().to_owned();
                (split.consumed, positions, answers(step), device, serial)
            }
        };
        self.messages += 1;
        let mut stored = shared.stored.lock().unwrap();
        for fix_time in positions {
            stored.push(Seen {
                event_id: format!("{device}-{fix_time}").into(),
                device: device.clone(),
                fix_time,
                generation: self.generation,
                serial,
            });
        }
        Some((used, answers))
    }
}

fn answers<M>(step: Step<M>) -> Vec<Vec<u8>> {
    step.answers.into_iter().map(|answer| answer.bytes).collect()
}

/// Fix times in Unix seconds.
fn jt808_times(received: &jt808::Received<'_>) -> Vec<i64> {
    let time = |fix: &jt808::location::Fix| fix.time.time().unwrap().0 / 1000;
    match received.decode().unwrap().message {
        jt808::Message::Location(location) => vec![time(&location.fix)],
        jt808::Message::LocationBatch(batch) => batch
            .positions
            .iter()
            .map(|location| time(&location.fix))
            .collect(),
        _ => Vec::new(),
    }
}

fn gt06_time(received: &gt06::Received<'_>) -> Option<i64> {
    // Date of the fix: the first six bytes of every message with one.
    let carries = matches!(received.number, 0x22 | 0x26 | 0x28);
    let date: [u8; 6] = received.content.get(..6)?.try_into().ok()?;
    carries.then(|| gt06::Date(date).in_zone(0).unwrap().0 / 1000)
}
