//! Where the client of a player listens, for old clients that get challenges pushed there
//! (docs/contract/role-play.md#push-to-old-clients).

use std::net::{IpAddr, SocketAddr};

use bevy_ecs::prelude::*;

/// The address that the last login actually came from, with the port that it named. In memory only: after a restart or
/// eviction it is unknown until the next login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Component)]
pub struct ClientAddress(pub Option<SocketAddr>);

impl ClientAddress {
    /// From a login that came from `peer` and named `ip`, such as `"10.0.0.7:8000"`. The host in `ip` is ignored
    /// (docs/contract/role-play.md#push-to-old-clients).
    pub fn of_login(peer: Option<IpAddr>, ip: Option<&str>) -> Self {
        let port = ip.and_then(port_of);
        Self(peer.zip(port).map(SocketAddr::from))
    }
}

/// The port of `host:port` or `[host]:port`; an IPv6 address without brackets has none.
fn port_of(ip: &str) -> Option<u16> {
    let (host, port) = ip.rsplit_once(':')?;
    let is_one_host = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    if is_one_host && is_number { port.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));

    fn told(ip: &str) -> Option<String> {
        ClientAddress::of_login(Some(PEER), Some(ip)).0.map(|address| address.to_string())
    }

    #[test]
    fn the_port_is_the_clients_word_and_the_host_is_not() {
        for ip in ["203.0.113.9:8000", "10.0.0.1:8000", "localhost:8000", "[::1]:8000", ":8000"] {
            assert_eq!(told(ip).as_deref(), Some("203.0.113.9:8000"), "{ip}");
        }
        for ip in ["", "10.0.0.1", "10.0.0.1:", "::1", "fe80::8000", "host:port", "h:70000", "h:-1", "h:+80", "h:80/x"]
        {
            assert_eq!(told(ip), None, "{ip} names no port");
        }
        assert_eq!(
            ClientAddress::of_login(None, Some("h:8000")),
            ClientAddress(None),
            "nobody knows where it came from"
        );
        assert_eq!(ClientAddress::of_login(Some(PEER), None), ClientAddress(None));
    }

    proptest! {
        #[test]
        fn no_text_leads_to_another_host(ip in ".{0,40}") {
            let told = ClientAddress::of_login(Some(PEER), Some(&ip)).0;
            prop_assert!(told.is_none_or(|address| address.ip() == PEER));
        }
    }
}
