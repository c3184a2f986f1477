//! Who a new connection is from, and whether that address may have another one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{HeaderMap, HeaderName};
use tokio::net::TcpStream;

use crate::config::proxies::TrustedProxies;
use crate::config::{Config, ConfigError};
use crate::net::places::{Excess, Place, Places};
use crate::net::proxies::{forwarded_client, read_proxy_header};

/// Each proxy adds the address of its own client to the end of this header.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Knows the trusted proxies, and the clients behind them as well as all others.
pub(super) struct Admission {
    proxies: TrustedProxies,
    /// Whether trusted proxies begin a connection with a header of the PROXY protocol.
    proxy_protocol: bool,
    patience: Duration,
    places: Arc<Places>,
}

impl Admission {
    pub(super) fn new(config: &Config) -> Result<Self, ConfigError> {
        let limits = &config.limits;
        Ok(Self {
            proxies: config.trusted_proxies()?,
            proxy_protocol: config.proxy_protocol,
            patience: Duration::from_secs(limits.handshake_seconds),
            places: Places::new(limits),
        })
    }

    /// A place for a connection from this address. Trusted proxies need none: their clients have one each.
    pub(super) fn place(&self, address: IpAddr) -> Result<Option<Place>, Excess> {
        if self.proxies.trusts(address) {
            return Ok(None);
        }
        self.places.take(address).map(Some).ok_or(Excess::OfAddress)
    }

    /// Reads who a connection is from, if it comes from a proxy that says so first.
    ///
    /// # Errors
    /// When the proxy says nothing that can be understood, or not in time.
    pub(super) async fn client(&self, stream: &mut TcpStream, peer: SocketAddr) -> std::io::Result<SocketAddr> {
        if !self.proxy_protocol || !self.proxies.trusts(peer.ip()) {
            return Ok(peer);
        }
        let client = tokio::time::timeout(self.patience, read_proxy_header(stream)).await??;
        Ok(client.map_or(peer, |client| SocketAddr::new(client.ip().to_canonical(), client.port())))
    }

    /// Whether a connection from this address carries the requests of many clients.
    pub(super) fn is_proxy(&self, peer: IpAddr) -> bool {
        self.proxies.trusts(peer)
    }

    /// The client that sent a request with these headers over a connection from `peer`.
    pub(super) fn sender(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let noted = headers.get_all(FORWARDED_FOR).into_iter();
        forwarded_client(&self.proxies, peer, noted.map(|value| value.to_str().unwrap_or_default()))
    }
}
