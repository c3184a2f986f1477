//! Addresses to listen on, as an operator writes them: `127.0.0.1:7350`, `[::1]:7350`, `game.example:7350`.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};

/// An address with this port, as an example of what is expected.
const EXAMPLE: &str = "127.0.0.1:7350";

/// Whether other machines can reach what listens there.
pub(super) fn is_reachable(listen: &str) -> bool {
    listen.to_socket_addrs().into_iter().flatten().any(|address| !address.ip().is_loopback())
}

/// The port of an address to listen on, or what is wrong with the address.
pub(super) fn port_of(text: &str) -> Result<u16, String> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(address.port());
    }
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => return Err(format!("\"{text}\" has no port, expected one such as {text}:7350")),
        Ok(IpAddr::V6(_)) => return Err(format!("\"{text}\" has no port, expected one such as [{text}]:7350")),
        Err(_) => {}
    }
    if text.contains("://") || text.contains('/') {
        return Err(format!("\"{text}\" is a URL, expected an address and a port such as {EXAMPLE}"));
    }
    if text.parse::<u16>().is_ok() {
        return Err(format!("\"{text}\" has no address, expected one such as 127.0.0.1:{text}"));
    }
    match text.rsplit_once(':') {
        None | Some((_, "")) => {
            Err(format!("\"{text}\" has no port, expected an address and a port such as {EXAMPLE}"))
        }
        Some(("", port)) => {
            Err(format!("\"{text}\" has no address, expected 127.0.0.1:{port}, or 0.0.0.0:{port} for all networks"))
        }
        Some((host, _)) if host.contains(':') && !host.starts_with('[') => {
            Err(format!("\"{text}\" cannot be read, expected an IPv6 address in brackets such as [::1]:7350"))
        }
        Some((_, port)) => port.parse().map_err(|_| format!("\"{port}\" is no port, expected 0 to 65535")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port_and_a_mistake_says_what_is_missing() {
        for (address, port) in [("127.0.0.1:7350", 7350), ("[::1]:0", 0), ("localhost:65535", 65535)] {
            assert_eq!(port_of(address), Ok(port), "{address}");
        }
        for (address, hint) in [
            ("0.0.0.0", "has no port, expected one such as 0.0.0.0:7350"),
            ("::1", "has no port, expected one such as [::1]:7350"),
            ("localhost", "has no port"),
            ("localhost:", "has no port"),
            ("", "has no port"),
            ("7350", "has no address, expected one such as 127.0.0.1:7350"),
            (":7350", "has no address"),
            ("::1:x", "in brackets"),
            ("127.0.0.1:70000", "\"70000\" is no port"),
            ("localhost:http", "\"http\" is no port"),
            ("ws://127.0.0.1:7350", "is a URL"),
            ("127.0.0.1:7350/ws", "is a URL"),
        ] {
            let mistake = port_of(address).expect_err(address);
            assert!(mistake.contains(hint), "{address}: {mistake}");
        }
    }
}
