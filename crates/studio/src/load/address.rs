//! Where a server is, and whether connections to it are encrypted.

use std::io::{self, Read, Write};
use std::time::Duration;

use raidkeep_server::net::tls::{ClientTls, Wire};
use tokio::net::TcpStream;

/// The port of wss:// and https:// addresses without one.
const HTTPS: &str = "443";

/// The address of a server.
#[derive(Debug, Clone)]
pub struct ServerAddress {
    /// `HOST:PORT`.
    address: String,
    /// `None` = nothing is encrypted.
    tls: Option<ClientTls>,
}

/// A connection that is read and written in turns.
pub trait Transport: Read + Write + Send {}

impl<T: Read + Write + Send> Transport for T {}

impl ServerAddress {
    /// `HOST:PORT`, without encryption.
    #[must_use]
    pub fn plain(address: impl Into<String>) -> Self {
        Self { address: address.into(), tls: None }
    }

    /// `HOST:PORT`, with TLS.
    #[must_use]
    pub fn encrypted(address: impl Into<String>, tls: ClientTls) -> Self {
        Self { address: address.into(), tls: Some(tls) }
    }

    /// `HOST:PORT`.
    #[must_use]
    pub fn host_and_port(&self) -> &str {
        &self.address
    }

    /// Whether connections are encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// As a URL for WebSockets.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.is_encrypted() { "wss" } else { "ws" };
        format!("{scheme}://{}/", self.address)
    }

    fn host(&self) -> &str {
        self.address.rsplit_once(':').map_or(&self.address, |(host, _)| host)
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// Nothing listens there, or its certificate is not trusted.
    pub async fn dial(&self) -> io::Result<Wire> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => Ok(Wire::Plain(stream)),
            Some(tls) => tls.connect(stream, self.host()).await,
        }
    }

    /// Connects, and reads for at most `patience` at once.
    ///
    /// # Errors
    ///
    /// Nothing listens there. A certificate that is not trusted is an error of the first read or write.
    pub fn dial_blocking(&self, patience: Duration) -> io::Result<Box<dyn Transport>> {
        let stream = std::net::TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => Ok(Box::new(stream)),
            Some(tls) => Ok(Box::new(rustls::StreamOwned::new(tls.session(self.host())?, stream))),
        }
    }
}

/// The host and port of a URL such as `ws://127.0.0.1:7350` or `wss://game.example`, and whether connections to it are
/// encrypted.
///
/// # Errors
///
/// What is wrong with the URL.
pub fn address_of(url: &str) -> Result<(String, bool), String> {
    let wrong = |what: String| {
        Err(format!("{url}: {what}, expected a URL such as ws://127.0.0.1:7350 or wss://game.example:7350"))
    };
    let (scheme, rest) = url.split_once("://").unwrap_or(("ws", url));
    let is_encrypted = match scheme {
        "ws" => false,
        "wss" | "https" => true,
        _ => return wrong(format!("ws:// or wss:// is expected here, not {scheme}://")),
    };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if !matches!(path, "" | "/" | "/ws") {
        return wrong(format!("{path} does not belong there"));
    }
    match host.rsplit_once(':') {
        Some(("", _)) => wrong("the host is missing".to_owned()),
        Some((name, _)) if name.contains(':') && !name.starts_with('[') => {
            wrong("an IPv6 address stands in brackets, such as [::1]".to_owned())
        }
        Some((_, port)) if port.parse::<u16>().is_ok_and(|port| port > 0) => Ok((host.to_owned(), is_encrypted)),
        Some((_, port)) if !port.is_empty() && !port.ends_with(']') => wrong(format!("{port} is no port (1 to 65535)")),
        None if is_encrypted && !host.is_empty() => Ok((format!("{host}:{HTTPS}"), true)),
        _ => wrong("the port is missing".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_reduced_to_what_can_be_connected_to() {
        let plain = |address: &str| Ok((address.to_owned(), false));
        let encrypted = |address: &str| Ok((address.to_owned(), true));
        assert_eq!(address_of("ws://127.0.0.1:7350/ws"), plain("127.0.0.1:7350"));
        assert_eq!(address_of("game.example:80"), plain("game.example:80"));
        assert!(address_of("ws://game.example").expect_err("no port").contains("the port is missing"));
        assert_eq!(address_of("ws://[::1]:7350/"), plain("[::1]:7350"));
        assert_eq!(address_of("wss://game.example:7350"), encrypted("game.example:7350"));
        assert_eq!(address_of("https://game.example/"), encrypted("game.example:443"), "the usual port");
        for (url, hint) in [
            ("http://127.0.0.1:7350", "ws:// or wss:// is expected here, not http://"),
            ("tcp://127.0.0.1:7350", "ws:// or wss:// is expected"),
            ("ws://127.0.0.1:7350/metrics", "/metrics does not belong there"),
            ("ws://127.0.0.1:7350?world=1", "?world=1 does not belong there"),
            ("ws://[::1]", "the port is missing"),
            ("wss://", "the port is missing"),
            ("ws://::1:7350", "in brackets"),
            ("ws://:7350", "the host is missing"),
            ("ws://game.example:", "the port is missing"),
            ("ws://game.example:http", "http is no port"),
            ("7350", "the port is missing"),
            ("", "the port is missing"),
        ] {
            let mistake = address_of(url).expect_err(url);
            assert!(mistake.contains(hint) && mistake.contains("ws://127.0.0.1:7350"), "{url}: {mistake}");
        }
    }
}
