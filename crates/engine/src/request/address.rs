//! The part of a network address by which limits count.

use std::net::{IpAddr, Ipv4Addr};

/// One client's share of the network: an IPv4 address, or the /64 of an IPv6 address, all of whose addresses usually
/// belong to one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AddressKey {
    /// An IPv4 address, also one that came mapped into IPv6.
    V4(Ipv4Addr),
    /// The first 64 bits of an IPv6 address.
    V6(u64),
}

impl AddressKey {
    /// Its bytes, such as for a hash.
    pub fn bytes(self) -> [u8; 9] {
        let (kind, bits) = match self {
            Self::V4(address) => (4, u64::from(address.to_bits())),
            Self::V6(bits) => (6, bits),
        };
        let mut bytes = [kind; 9];
        bytes[1..].copy_from_slice(&bits.to_be_bytes());
        bytes
    }
}

impl From<IpAddr> for AddressKey {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d].into_iter().fold(0, |bits, segment| (bits << 16) | u64::from(segment)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_client_is_its_64_bits_and_a_mapped_address_is_ipv4() {
        let key = |text: &str| AddressKey::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff::2"), "one /64 is one client");
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"), "the next /64 is another");
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }
}
