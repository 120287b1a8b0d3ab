use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::StdRng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::world::Transport;

/// Longest datagram that is expected.
const DATAGRAM: usize = 2048;

/// A device's way to the gateway.
#[derive(Debug)]
pub(super) enum Link {
    Tcp(TcpStream),
    Udp(UdpSocket),
}

impl Link {
    /// Connects, within `limit`.
    pub(super) async fn open(transport: Transport, gateway: SocketAddr, limit: Duration) -> io::Result<Self> {
        match transport {
            Transport::Tcp => {
                let stream = tokio::time::timeout(limit, TcpStream::connect(gateway)).await??;
                stream.set_nodelay(true)?;
                Ok(Self::Tcp(stream))
            }
            Transport::Udp => {
                let any = if gateway.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(any).await?;
                socket.connect(gateway).await?;
                Ok(Self::Udp(socket))
            }
        }
    }

    /// Sends one frame; over TCP in pieces of 1 to 7 bytes when `pieces` is given.
    pub(super) async fn send(&mut self, frame: &[u8], pieces: Option<&mut StdRng>) -> io::Result<()> {
        match (self, pieces) {
            (Self::Udp(socket), _) => socket.send(frame).await.map(drop),
            (Self::Tcp(stream), None) => stream.write_all(frame).await,
            (Self::Tcp(stream), Some(rng)) => {
                let mut rest = frame;
                while !rest.is_empty() {
                    let (piece, after) = rest.split_at(rng.random_range(1..=7).min(rest.len()));
                    stream.write_all(piece).await?;
                    tokio::task::yield_now().await;
                    rest = after;
                }
                Ok(())
            }
        }
    }

    /// Waits for bytes and appends them to `into`.
    pub(super) async fn receive(&mut self, into: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => match stream.read_buf(into).await? {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(()),
            },
            Self::Udp(socket) => {
                let mut datagram = [0; DATAGRAM];
                let length = socket.recv(&mut datagram).await?;
                into.extend_from_slice(&datagram[..length]);
                Ok(())
            }
        }
    }
}
