use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::load::{FrameMaker, Protocol};

/// Sockets that are opened at the same time.
const OPENING: usize = 200;
/// Wait after a socket was cut or could not be opened.
const PAUSE: Duration = Duration::from_secs(1);
/// Addresses of this machine that sockets come from, where the gateway is on this machine too.
const ADDRESSES: u32 = 250;

/// Sockets that are held open with as little as possible: a byte of a frame now and then, and never its last one.
/// Whoever is cut comes again.
#[derive(Debug, Clone, Copy)]
pub struct Slow {
    /// Where the gateway listens for JT/T 808.
    pub gateway: SocketAddr,
    /// How many.
    pub sockets: u32,
    /// Time between two bytes of a socket.
    pub every: Duration,
}

/// What became of them; read while they are there.
#[derive(Debug, Default)]
pub struct Held {
    /// Open now.
    pub open: AtomicU64,
    /// Times that the other side closed one.
    pub cut: AtomicU64,
}

impl Slow {
    /// Holds the sockets until `stop`.
    ///
    /// # Errors
    /// When there is no runtime.
    pub fn hold(self, held: &Arc<Held>, stop: &CancellationToken) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let gate = Arc::new(Semaphore::new(OPENING));
        for number in 0..self.sockets {
            runtime.spawn(self.socket(number, Arc::clone(held), Arc::clone(&gate)));
        }
        runtime.block_on(stop.cancelled());
        Ok(())
    }

    async fn socket(self, number: u32, held: Arc<Held>, gate: Arc<Semaphore>) {
        let mut frame = Vec::new();
        FrameMaker::new(Protocol::Jt808, number.into(), 0).hello(None, &mut frame);
        frame.pop();
        loop {
            // What went wrong with one socket is what the next is for.
            if let Ok(stream) = self.open(number, &gate).await {
                held.open.fetch_add(1, Ordering::Relaxed);
                let _ = self.drip(stream, &frame).await;
                held.open.fetch_sub(1, Ordering::Relaxed);
                held.cut.fetch_add(1, Ordering::Relaxed);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn open(&self, number: u32, gate: &Semaphore) -> io::Result<TcpStream> {
        let _permit = gate.acquire().await.map_err(io::Error::other)?;
        let socket = TcpSocket::new_v4()?;
        if self.gateway.ip().is_loopback() {
            let [a, b, c, _] = Ipv4Addr::LOCALHOST.octets();
            let last = 2 + number % ADDRESSES;
            let from = Ipv4Addr::new(a, b, c, u8::try_from(last).unwrap_or(u8::MAX));
            socket.bind(SocketAddr::new(IpAddr::V4(from), 0))?;
        }
        socket.connect(self.gateway).await
    }

    /// Writes a byte now and then until the other side closes.
    async fn drip(&self, mut stream: TcpStream, frame: &[u8]) -> io::Result<()> {
        let mut heard = [0; 64];
        for byte in frame.iter().cycle() {
            stream.write_all(std::slice::from_ref(byte)).await?;
            let next = tokio::time::sleep(self.every);
            tokio::pin!(next);
            loop {
                tokio::select! {
                    () = &mut next => break,
                    read = stream.read(&mut heard) => if read? == 0 { return Ok(()) },
                }
            }
        }
        Ok(())
    }
}
