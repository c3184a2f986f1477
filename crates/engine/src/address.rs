//! Whom a limit by address counts.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// Where a client comes from, as far as limits tell clients apart: an IPv4 address, or the /64 of an IPv6 address, since
/// a single customer of a network provider has all addresses of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressKey(IpAddr);

impl AddressKey {
    /// Its bytes, such as for a hash: 4 or 6, and 64 bits.
    pub fn bytes(self) -> [u8; 9] {
        let (kind, bits) = match self.0 {
            IpAddr::V4(address) => (4, u64::from(address.to_bits())),
            IpAddr::V6(network) => (6, (network.to_bits() >> 64) as u64),
        };
        let mut bytes = [kind; 9];
        bytes[1..].copy_from_slice(&bits.to_be_bytes());
        bytes
    }
}

impl From<IpAddr> for AddressKey {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => IpAddr::V4(address),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        })
    }
}

impl fmt::Display for AddressKey {
    /// `203.0.113.9`, or `2001:db8:1:2::/64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(network) => write!(f, "{network}/64"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(address: &str) -> AddressKey {
        AddressKey::from(address.parse::<IpAddr>().expect("an address"))
    }

    #[test]
    fn all_addresses_of_a_customer_have_one_key() {
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"), "one /64");
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"), "another /64");
        assert_ne!(key("203.0.113.9"), key("203.0.113.10"), "another IPv4 address");
        assert_eq!(key("::ffff:203.0.113.9"), key("203.0.113.9"), "the same one, as a dual-stack socket shows it");
        assert_eq!(key("2001:db8:1:2::1").to_string(), "2001:db8:1:2::/64");
        assert_eq!(key("::ffff:203.0.113.9").to_string(), "203.0.113.9");
    }
}
