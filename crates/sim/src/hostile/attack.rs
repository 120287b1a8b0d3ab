//! Hostile input over real sockets.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde::Serialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};

use super::Forge;
use crate::load::Protocol;

/// Most inputs on one connection.
const LONGEST: u64 = 2000;
/// Most inputs in one write.
const AT_ONCE: u64 = 48;
/// Devices that attackers claim to be begin here.
const DEVICES: u64 = 77_777_000;
/// Numbers of such devices for each attacker; later connections claim them again.
const DEVICES_EACH: u64 = 1000;
/// A write that takes longer has met a gateway that does not read; the attacker goes elsewhere.
const PATIENCE: Duration = Duration::from_secs(2);
/// Wait before connecting again after a refusal.
const REFUSED: Duration = Duration::from_millis(20);
/// One in so many connections is left without reading what the gateway says.
const DEAF: u32 = 8;

/// What is attacked, and with how much.
#[derive(Debug, Clone)]
pub struct Attack {
    /// Protocol that the input imitates.
    pub protocol: Protocol,
    /// Where it goes.
    pub to: SocketAddr,
    /// As datagrams instead of over connections.
    pub datagrams: bool,
    /// Number of the attacker; each has addresses and devices of its own.
    pub attacker: u8,
    /// Decides all that is chance.
    pub seed: u64,
    /// Inputs to send.
    pub inputs: u64,
    /// Frames to make input from, beside the forge's own.
    pub examples: Vec<Vec<u8>>,
}

/// What an attack came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Attacked {
    /// Inputs that were given to the network.
    pub inputs: u64,
    /// Of these, bytes without any sense; the others were made from frames.
    pub noise: u64,
    /// Of these, datagrams.
    pub datagrams: u64,
    /// Bytes of all inputs.
    pub bytes: u64,
    /// Connections made.
    pub connections: u64,
    /// Connections that the gateway ended first.
    pub ended: u64,
    /// Tries to connect that were refused.
    pub refused: u64,
}

impl Attacked {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            inputs: self.inputs + other.inputs,
            noise: self.noise + other.noise,
            datagrams: self.datagrams + other.datagrams,
            bytes: self.bytes + other.bytes,
            connections: self.connections + other.connections,
            ended: self.ended + other.ended,
            refused: self.refused + other.refused,
        }
    }
}

impl Attack {
    /// Sends the inputs.
    ///
    /// # Errors
    /// When this machine has no socket to send from.
    pub async fn run(&self) -> io::Result<Attacked> {
        let mut rng = StdRng::seed_from_u64(self.seed ^ (u64::from(self.attacker) << 32));
        let mut done = Attacked::default();
        while done.inputs < self.inputs {
            let left = self.inputs - done.inputs;
            let count = rng.random_range(1..=LONGEST).min(left);
            let noise = rng.random_ratio(1, 4);
            let device = DEVICES
                + u64::from(self.attacker) * DEVICES_EACH
                + (done.connections + done.refused) % DEVICES_EACH;
            let mut forge = Forge::new(self.protocol, device, &self.examples);
            forge.restart(rng.random());
            let mut source = Source { forge, noise };
            if self.datagrams {
                self.datagrams(&mut source, count, &mut rng, &mut done).await?;
            } else {
                self.connection(&mut source, count, &mut rng, &mut done).await?;
            }
        }
        Ok(done)
    }

    /// One of the attacker's addresses, all of them of this machine.
    fn address(&self, rng: &mut StdRng) -> SocketAddr {
        let address = Ipv4Addr::new(127, 1 + self.attacker, rng.random(), rng.random_range(1..=254));
        SocketAddr::new(IpAddr::V4(address), 0)
    }

    async fn connection(
        &self,
        source: &mut Source,
        count: u64,
        rng: &mut StdRng,
        done: &mut Attacked,
    ) -> io::Result<()> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(self.address(rng))?;
        let Ok(mut stream) = socket.connect(self.to).await else {
            done.refused += 1;
            tokio::time::sleep(REFUSED).await;
            return Ok(());
        };
        done.connections += 1;
        let deaf = rng.random_ratio(1, DEAF);
        let mut bytes = Vec::new();
        let mut left = count;
        if !source.noise {
            source.forge.hello(&mut bytes);
        }
        while left > 0 {
            let batch = rng.random_range(1..=AT_ONCE).min(left);
            for _ in 0..batch {
                source.next(&mut bytes);
            }
            // The last bytes come with the next write.
            let held = if left > batch {
                rng.random_range(0..8).min(bytes.len())
            } else {
                0
            };
            let now = bytes.len() - held;
            let written = tokio::time::timeout(PATIENCE, stream.write_all(&bytes[..now])).await;
            if !matches!(written, Ok(Ok(()))) || (!deaf && is_over(&mut stream)) {
                done.ended += 1;
                return Ok(());
            }
            done.inputs += batch;
            done.noise += if source.noise { batch } else { 0 };
            done.bytes += now as u64;
            bytes.drain(..now);
            left -= batch;
        }
        if rng.random_bool(0.5) {
            // Waits until all of it was read.
            if stream.shutdown().await.is_ok() {
                let mut rest = Vec::new();
                // The gateway may end it in any way.
                let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
            }
        }
        Ok(())
    }

    async fn datagrams(
        &self,
        source: &mut Source,
        count: u64,
        rng: &mut StdRng,
        done: &mut Attacked,
    ) -> io::Result<()> {
        let socket = UdpSocket::bind(self.address(rng)).await?;
        done.connections += 1;
        let mut bytes = Vec::new();
        let mut heard = [0; 2048];
        for number in 0..count {
            bytes.clear();
            if number == 0 && !source.noise {
                source.forge.hello(&mut bytes);
            } else {
                source.next(&mut bytes);
            }
            bytes.truncate(1400);
            // The system may have no room for it.
            let _ = socket.send_to(&bytes, self.to).await;
            done.inputs += 1;
            done.noise += u64::from(source.noise);
            done.datagrams += 1;
            done.bytes += bytes.len() as u64;
            while socket.try_recv(&mut heard).is_ok() {}
            if number % 16 == 15 {
                // Lets those on the other side read; what does not fit into the socket is dropped unseen.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        Ok(())
    }
}

/// Reads what is there; true when the gateway has ended the connection.
fn is_over(stream: &mut TcpStream) -> bool {
    let mut heard = [0; 4096];
    loop {
        match stream.try_read(&mut heard) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
        }
    }
}

/// Input of one connection.
struct Source {
    forge: Forge,
    noise: bool,
}

impl Source {
    fn next(&mut self, out: &mut Vec<u8>) {
        if self.noise {
            self.forge.noise(out);
        } else {
            self.forge.next(out);
        }
    }
}
