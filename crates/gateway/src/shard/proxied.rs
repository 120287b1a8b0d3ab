//! The header with which a load balancer begins a connection: PROXY protocol, version 2.

use std::net::{IpAddr, SocketAddr};

use ppp::v2::{Addresses, Command, Header, ParseError};

/// Longest header in bytes behind its fixed part; those in the field have fewer than 100.
const LONGEST: usize = 1024;

/// What the first bytes of a connection say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    /// The header has not come whole.
    Unfinished,
    /// A connection for a device at that address; the header takes that many bytes.
    For(SocketAddr, usize),
    /// A connection of the load balancer itself, for its health checks.
    Own(usize),
    /// No header that is understood.
    Wrong(String),
}

pub(super) fn read(input: &[u8]) -> Greeting {
    let header = match Header::try_from(input) {
        Ok(header) => header,
        Err(ParseError::Incomplete(_)) => return Greeting::Unfinished,
        Err(ParseError::Partial(_, length)) if length <= LONGEST => return Greeting::Unfinished,
        Err(error) => return Greeting::Wrong(error.to_string()),
    };
    let length = header.len();
    match (header.command, header.addresses) {
        (Command::Local, _) => Greeting::Own(length),
        (Command::Proxy, Addresses::IPv4(ip)) => {
            Greeting::For((ip.source_address, ip.source_port).into(), length)
        }
        (Command::Proxy, Addresses::IPv6(ip)) => {
            // What came over IPv4 is known under its address of IPv4.
            let address = IpAddr::V6(ip.source_address).to_canonical();
            Greeting::For((address, ip.source_port).into(), length)
        }
        (Command::Proxy, found) => Greeting::Wrong(format!(
            "expected an address of IPv4 or IPv6, found {:?}",
            found.address_family()
        )),
    }
}

#[cfg(test)]
mod tests {
    use ppp::v2::{Builder, Protocol, Version};

    use super::*;

    fn header(command: Command) -> Vec<u8> {
        let addresses: (SocketAddr, SocketAddr) = (
            "192.0.2.7:4711".parse().unwrap(),
            "198.51.100.1:5023".parse().unwrap(),
        );
        Builder::with_addresses(Version::Two | command, Protocol::Stream, addresses)
            .build()
            .unwrap()
    }

    #[test]
    fn the_header_tells_the_device_and_its_own_length() {
        let whole = header(Command::Proxy);
        let device = "192.0.2.7:4711".parse().unwrap();
        let input = [&whole[..], b"\x78\x78"].concat();
        assert_eq!(read(&input), Greeting::For(device, whole.len()));
        assert_eq!(read(&header(Command::Local)), Greeting::Own(whole.len()));
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end]), Greeting::Unfinished, "{end}");
        }
    }

    #[test]
    fn t6_a_header_that_lies_about_its_length_is_not_waited_for() {
        let mut lies = header(Command::Proxy);
        lies[14..16].copy_from_slice(&60_000u16.to_be_bytes());
        assert!(matches!(read(&lies), Greeting::Wrong(_)));
        assert!(matches!(read(b"\x78\x78\x0D\x01"), Greeting::Wrong(_)));
    }
}
