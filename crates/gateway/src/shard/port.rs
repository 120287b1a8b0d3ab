use std::io;
use std::net::SocketAddr;

use mio::net::{TcpListener, UdpSocket};
use socket2::{Domain, Protocol, Socket, Type};

use crate::Error;
use crate::config::Listen;
use crate::link::Speaks;

/// Connections that the system keeps until they are accepted.
const BACKLOG: i32 = 4096;
/// Receive buffer of a port for datagrams in bytes, as far as the system allows: many devices share it.
const UDP_BUFFER: usize = 4 << 20;

/// What a port is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Port {
    pub(crate) speaks: Speaks,
    /// The configuration key of its address.
    pub(crate) key: &'static str,
}

/// Ports that are open.
pub(crate) struct Ports {
    pub(crate) tcp: Vec<(TcpListener, Port)>,
    pub(crate) udp: Vec<(UdpSocket, Port)>,
}

impl Ports {
    /// Opens all ports, or none.
    pub(crate) fn open(listen: &Listen) -> Result<Self, Error> {
        let port = |speaks, key| Port { speaks, key };
        let tcp = [
            (&listen.jt808_tcp, port(Speaks::Jt808, "gateway.listen.jt808_tcp")),
            (&listen.any_tcp, port(Speaks::Any, "gateway.listen.any_tcp")),
        ];
        let udp = [
            (&listen.jt808_udp, port(Speaks::Jt808, "gateway.listen.jt808_udp")),
            (&listen.any_udp, port(Speaks::Any, "gateway.listen.any_udp")),
        ];
        let mut ports = Self { tcp: Vec::new(), udp: Vec::new() };
        for (addresses, port) in tcp {
            for address in addresses {
                let listener = open_tcp(*address).map_err(failed(*address, "tcp", port.key))?;
                ports.tcp.push((listener, port));
            }
        }
        for (addresses, port) in udp {
            for address in addresses {
                let socket = open_udp(*address).map_err(failed(*address, "udp", port.key))?;
                ports.udp.push((socket, port));
            }
        }
        Ok(ports)
    }
}

fn failed(address: SocketAddr, transport: &'static str, key: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Listen { address, transport, key, source }
}

fn open_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restarted gateway must not wait for connections of the old one to time out.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}

fn open_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    if let Err(error) = socket.set_recv_buffer_size(UDP_BUFFER) {
        tracing::debug!(%error, "the receive buffer keeps the system's size");
    }
    socket.bind(&address.into())?;
    Ok(UdpSocket::from_std(socket.into()))
}
