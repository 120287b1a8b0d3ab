use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::IpNet;
use mio::net::{TcpListener, UdpSocket};
use rustls::ServerConfig;
use socket2::{Domain, Protocol, Socket, Type};

use crate::link::Speaks;
use crate::{Addresses, Error, GatewayConfig};

/// Connections that the system keeps until they are accepted.
const BACKLOG: i32 = 4096;
/// Receive buffer of a port for datagrams in bytes, as far as the system allows: many devices share it.
const UDP_BUFFER: usize = 4 << 20;

/// What a port is for.
#[derive(Debug, Clone)]
pub(crate) struct Port {
    pub(crate) speaks: Speaks,
    pub(crate) entry: Entry,
    /// The configuration key of its address.
    pub(crate) key: &'static str,
}

/// What comes before a device's first byte.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Plain,
    /// A load balancer of one of these networks says whom it connects.
    Proxied(Arc<[IpNet]>),
    /// A handshake of TLS.
    Tls(Arc<ServerConfig>),
}

/// Ports that are open.
pub(crate) struct Ports {
    pub(crate) tcp: Vec<(TcpListener, Port)>,
    pub(crate) udp: Vec<(UdpSocket, Port)>,
}

impl Ports {
    /// Where they are.
    pub(crate) fn addresses(&self) -> io::Result<Addresses> {
        let mut addresses = Addresses::default();
        for (listener, port) in &self.tcp {
            let list = match (&port.entry, port.speaks) {
                (Entry::Proxied(_), _) => &mut addresses.proxied_tcp,
                (Entry::Tls(_), _) => &mut addresses.tls_tcp,
                (Entry::Plain, Speaks::Gt06) => &mut addresses.gt06_tcp,
                (Entry::Plain, Speaks::Jt808) => &mut addresses.jt808_tcp,
                (Entry::Plain, Speaks::Any) => &mut addresses.any_tcp,
            };
            list.push(listener.local_addr()?);
        }
        for (socket, port) in &self.udp {
            let list = match port.speaks {
                Speaks::Gt06 => &mut addresses.gt06_udp,
                Speaks::Jt808 => &mut addresses.jt808_udp,
                Speaks::Any => &mut addresses.any_udp,
            };
            list.push(socket.local_addr()?);
        }
        Ok(addresses)
    }

    /// The ports for each of `shards` shards: listeners with the first, which hands connections on, ports for
    /// datagrams in turn.
    pub(crate) fn spread(self, shards: usize) -> Vec<Self> {
        let mut spread: Vec<Self> = (0..shards)
            .map(|_| Self {
                tcp: Vec::new(),
                udp: Vec::new(),
            })
            .collect();
        for (index, udp) in self.udp.into_iter().enumerate() {
            spread[index % shards].udp.push(udp);
        }
        spread[0].tcp = self.tcp;
        spread
    }

    /// Opens all ports, or none. Those that systemd holds open for the process are taken as they are.
    pub(crate) fn open(config: &GatewayConfig) -> Result<Self, Error> {
        let GatewayConfig {
            listen, proxied, tls, ..
        } = config;
        let port = |speaks, key| Port {
            speaks,
            entry: Entry::Plain,
            key,
        };
        let mut tcp = vec![
            (&listen.gt06_tcp, port(Speaks::Gt06, "gateway.listen.gt06_tcp")),
            (&listen.jt808_tcp, port(Speaks::Jt808, "gateway.listen.jt808_tcp")),
            (&listen.any_tcp, port(Speaks::Any, "gateway.listen.any_tcp")),
        ];
        if !proxied.is_off() {
            let entry = Entry::Proxied(proxied.upstreams.as_slice().into());
            let port = |speaks, key| Port {
                speaks,
                entry: entry.clone(),
                key,
            };
            tcp.extend([
                (&proxied.gt06_tcp, port(Speaks::Gt06, "gateway.proxied.gt06_tcp")),
                (
                    &proxied.jt808_tcp,
                    port(Speaks::Jt808, "gateway.proxied.jt808_tcp"),
                ),
                (&proxied.any_tcp, port(Speaks::Any, "gateway.proxied.any_tcp")),
            ]);
        }
        if !tls.is_off() {
            let entry = Entry::Tls(super::tls::settings(tls)?);
            let port = |speaks, key| Port {
                speaks,
                entry: entry.clone(),
                key,
            };
            tcp.extend([
                (&tls.gt06_tcp, port(Speaks::Gt06, "gateway.tls.gt06_tcp")),
                (&tls.jt808_tcp, port(Speaks::Jt808, "gateway.tls.jt808_tcp")),
                (&tls.any_tcp, port(Speaks::Any, "gateway.tls.any_tcp")),
            ]);
        }
        let udp = [
            (&listen.gt06_udp, port(Speaks::Gt06, "gateway.listen.gt06_udp")),
            (&listen.jt808_udp, port(Speaks::Jt808, "gateway.listen.jt808_udp")),
            (&listen.any_udp, port(Speaks::Any, "gateway.listen.any_udp")),
        ];
        let mut ports = Self {
            tcp: Vec::new(),
            udp: Vec::new(),
        };
        for (addresses, port) in tcp {
            for address in addresses {
                let listener = open_tcp(*address).map_err(failed(*address, "tcp", port.key))?;
                ports.tcp.push((listener, port.clone()));
            }
        }
        for (addresses, port) in udp {
            for address in addresses {
                let socket = open_udp(*address).map_err(failed(*address, "udp", port.key))?;
                ports.udp.push((socket, port.clone()));
            }
        }
        if let Some(&address) = runtime::systemd::unclaimed().first() {
            return Err(Error::Passed { address });
        }
        Ok(ports)
    }
}

fn failed(
    address: SocketAddr,
    transport: &'static str,
    key: &'static str,
) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Listen {
        address,
        transport,
        key,
        source,
    }
}

fn open_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    if let Some(listener) = runtime::systemd::listener(address) {
        listener.set_nonblocking(true)?;
        return Ok(TcpListener::from_std(listener));
    }
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restarted gateway must not wait for connections of the old one to time out.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}

fn open_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    if let Some(socket) = runtime::systemd::datagrams(address) {
        socket.set_nonblocking(true)?;
        return Ok(UdpSocket::from_std(socket));
    }
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    if let Err(error) = socket.set_recv_buffer_size(UDP_BUFFER) {
        tracing::debug!(%error, "the receive buffer keeps the system's size");
    }
    socket.bind(&address.into())?;
    Ok(UdpSocket::from_std(socket.into()))
}
