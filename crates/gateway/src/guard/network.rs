use std::net::IpAddr;

/// Addresses that are treated as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    version: u8,
    bits: u64,
}

impl Network {
    /// One subscriber: an address of IPv4, a /64 of IPv6, in which one machine can have any address.
    pub(crate) fn of_one(address: IpAddr) -> Self {
        Self::new(address, 32, 64)
    }

    /// A /24 of IPv4, a /48 of IPv6: what one customer of a provider is commonly given at most.
    pub(crate) fn around(address: IpAddr) -> Self {
        Self::new(address, 24, 48)
    }

    fn new(address: IpAddr, bits_v4: u32, bits_v6: u32) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self {
                version: 4,
                bits: u64::from(address.to_bits() >> (32 - bits_v4)),
            },
            IpAddr::V6(address) => Self {
                version: 6,
                bits: (address.to_bits() >> 64) as u64 >> (64 - bits_v6),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn neighbours_share_a_network_and_others_do_not() {
        let around = |text| Network::around(address(text));
        assert_eq!(around("192.0.2.1"), around("192.0.2.254"));
        assert_ne!(around("192.0.2.1"), around("192.0.3.1"));
        assert_eq!(around("2001:db8:1:2::3"), around("2001:db8:1:ffff::9"));
        assert_ne!(around("2001:db8:1::1"), around("2001:db8:2::1"));
        assert_ne!(around("0.0.0.1"), around("::1"));
        assert_eq!(
            around("::ffff:192.0.2.1"),
            around("192.0.2.7"),
            "IPv4 within IPv6"
        );
    }

    #[test]
    fn one_subscriber_is_an_address_or_a_64() {
        let one = |text| Network::of_one(address(text));
        assert_ne!(one("192.0.2.1"), one("192.0.2.2"));
        assert_eq!(one("2001:db8::1"), one("2001:db8::ffff"));
        assert_ne!(one("2001:db8:0:1::1"), one("2001:db8:0:2::1"));
    }
}
