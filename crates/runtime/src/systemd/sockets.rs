use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};

use listenfd::ListenFd;

/// Sockets that were passed to the process and that nobody has claimed.
#[derive(Debug, Default)]
struct Passed {
    tcp: Vec<TcpListener>,
    udp: Vec<UdpSocket>,
}

static PASSED: Mutex<Passed> = Mutex::new(Passed {
    tcp: Vec::new(),
    udp: Vec::new(),
});

/// Takes the sockets that systemd, or whoever started the process, passed to it (`LISTEN_FDS`). To be called before
/// there are other threads: it removes the variables, so that child processes do not take the sockets for theirs.
///
/// # Errors
/// When what was passed is neither a listener for TCP nor a socket for UDP.
pub fn take_sockets() -> io::Result<()> {
    let mut found = ListenFd::from_env();
    let mut passed = passed();
    for index in 0..found.len() {
        // A descriptor of the wrong kind is told from one of the right kind by trying.
        if let Ok(listener) = found.take_tcp_listener(index) {
            passed.tcp.extend(listener);
        } else {
            passed.udp.extend(found.take_udp_socket(index)?);
        }
    }
    Ok(())
}

/// The passed listener for TCP at an address.
pub fn listener(address: SocketAddr) -> Option<TcpListener> {
    claim(&mut passed().tcp, TcpListener::local_addr, address)
}

/// The passed socket for UDP at an address.
pub fn datagrams(address: SocketAddr) -> Option<UdpSocket> {
    claim(&mut passed().udp, UdpSocket::local_addr, address)
}

/// Addresses of passed sockets that nobody claimed: who connects there is never served.
pub fn unclaimed() -> Vec<SocketAddr> {
    let passed = passed();
    let tcp = passed.tcp.iter().map(TcpListener::local_addr);
    let udp = passed.udp.iter().map(UdpSocket::local_addr);
    tcp.chain(udp).filter_map(Result::ok).collect()
}

fn passed() -> MutexGuard<'static, Passed> {
    PASSED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn claim<S>(
    sockets: &mut Vec<S>,
    address_of: impl Fn(&S) -> io::Result<SocketAddr>,
    wanted: SocketAddr,
) -> Option<S> {
    let index = sockets
        .iter()
        .position(|socket| address_of(socket).is_ok_and(|address| is_same(address, wanted)))?;
    Some(sockets.swap_remove(index))
}

/// `ListenStream=5023` of a unit is `[::]:5023`, which takes connections to `0.0.0.0:5023` too.
fn is_same(passed: SocketAddr, wanted: SocketAddr) -> bool {
    passed == wanted
        || (passed.port() == wanted.port() && passed.ip().is_unspecified() && wanted.ip().is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any(address: &str, wanted: &str) -> bool {
        is_same(address.parse().unwrap(), wanted.parse().unwrap())
    }

    #[test]
    fn a_socket_for_all_addresses_is_one_for_all_addresses_of_the_other_family() {
        assert!(any("[::]:5023", "0.0.0.0:5023"));
        assert!(any("127.0.0.1:5023", "127.0.0.1:5023"));
        assert!(!any("[::]:5023", "0.0.0.0:5015"));
        assert!(!any("[::]:5023", "127.0.0.1:5023"));
    }

    #[test]
    fn a_socket_is_claimed_once() {
        let one = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = one.local_addr().unwrap();
        let mut sockets = vec![one];
        assert!(claim(&mut sockets, TcpListener::local_addr, address).is_some());
        assert!(claim(&mut sockets, TcpListener::local_addr, address).is_none());
    }
}
