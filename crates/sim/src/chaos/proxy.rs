use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Bytes read at once.
const BUFFER: usize = 16 * 1024;
/// Wait between two looks at whether a black hole lets through again.
const LOOK: Duration = Duration::from_millis(20);

/// What goes wrong on the way; may be changed while connections are open.
#[derive(Debug, Default)]
pub struct Faults {
    /// Milliseconds that every piece waits in each direction.
    pub latency_ms: AtomicU64,
    /// Nothing passes in either direction; connections stay open.
    pub blackhole: AtomicBool,
    /// What the server says is thrown away: it did its work, and the client never hears of it.
    pub cut_responses: AtomicBool,
    /// Bytes per piece, 0 for as they come.
    pub piece_bytes: AtomicU64,
    /// When it changes, connections that are open end.
    pub resets: AtomicU64,
}

/// A TCP proxy that spoils connections.
#[derive(Debug)]
pub struct Proxy {
    listener: TcpListener,
    to: SocketAddr,
    faults: Arc<Faults>,
}

impl Proxy {
    /// Listens at `at` (port 0: the system chooses) for connections to `to`.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub async fn bind(at: SocketAddr, to: SocketAddr) -> io::Result<Self> {
        Ok(Self {
            listener: TcpListener::bind(at).await?,
            to,
            faults: Arc::default(),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// What goes wrong; to be set from elsewhere.
    #[must_use]
    pub fn faults(&self) -> Arc<Faults> {
        Arc::clone(&self.faults)
    }

    /// Passes connections on until `stop`; then all of them are reset.
    ///
    /// # Errors
    /// When connections cannot be accepted any more.
    pub async fn run(self, stop: CancellationToken) -> io::Result<()> {
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                accepted = self.listener.accept() => {
                    let (client, _) = accepted?;
                    let (faults, to, stop) = (Arc::clone(&self.faults), self.to, stop.clone());
                    tokio::spawn(async move {
                        tokio::select! {
                            () = stop.cancelled() => {}
                            // Either side may leave whenever it likes.
                            _ = connect(client, to, &faults) => {}
                        }
                    });
                }
            }
        }
    }
}

async fn connect(client: TcpStream, to: SocketAddr, faults: &Faults) -> io::Result<()> {
    let server = TcpStream::connect(to).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = reset(faults) => Ok(()),
        ended = pass(from_client, to_server, faults, false) => ended,
        ended = pass(from_server, to_client, faults, true) => ended,
    }
}

/// Ends at the next reset.
async fn reset(faults: &Faults) {
    let begun = faults.resets.load(Ordering::Relaxed);
    while faults.resets.load(Ordering::Relaxed) == begun {
        tokio::time::sleep(LOOK).await;
    }
}

async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    faults: &Faults,
    response: bool,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let latency = faults.latency_ms.load(Ordering::Relaxed);
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        while faults.blackhole.load(Ordering::Relaxed) {
            tokio::time::sleep(LOOK).await;
        }
        if response && faults.cut_responses.load(Ordering::Relaxed) {
            continue;
        }
        let piece = match faults.piece_bytes.load(Ordering::Relaxed) {
            0 => length,
            bytes => bytes as usize,
        };
        for bytes in buffer[..length].chunks(piece) {
            to.write_all(bytes).await?;
            if piece < length {
                tokio::task::yield_now().await;
            }
        }
    }
}
