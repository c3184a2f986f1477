//! Who a new connection is from, and whether that address may have another one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{HeaderMap, HeaderName};
use tokio::net::TcpStream;

use crate::config::proxies::TrustedProxies;
use crate::config::{ClientLimits, Config, ConfigError};
use crate::net::budget::{Budget, Throttle};
use crate::net::places::{Place, Places, TooMany};
use crate::net::proxies::{forwarded_client, read_proxy_header};

/// Each proxy adds the address of its own client to the end of this header.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Knows the trusted proxies, and the clients behind them as well as all others.
pub(super) struct Admission {
    proxies: TrustedProxies,
    /// Whether trusted proxies begin a connection with a header of the PROXY protocol.
    proxy_protocol: bool,
    patience: Duration,
    limits: ClientLimits,
    places: Arc<Places>,
}

impl Admission {
    /// For the players' listener.
    pub(super) fn of_players(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self { proxy_protocol: config.proxy_protocol, ..Self::new(config, config.limits.clone())? })
    }

    /// For the operators' listener: they are few and trusted, and may send as fast as they can.
    pub(super) fn of_operators(config: &Config) -> Result<Self, ConfigError> {
        let limits = ClientLimits {
            connections_per_address: 0,
            bytes_per_second_per_connection: 0,
            frames_per_second_per_connection: 0,
            bytes_per_second_per_address: 0,
            frames_per_second_per_address: 0,
            refusals_per_second: 0,
            ..config.limits.clone()
        };
        Self::new(config, limits)
    }

    fn new(config: &Config, limits: ClientLimits) -> Result<Self, ConfigError> {
        Ok(Self {
            proxies: config.trusted_proxies()?,
            proxy_protocol: false,
            patience: Duration::from_secs(limits.handshake_seconds),
            places: Places::new(&limits),
            limits,
        })
    }

    /// A place for a connection from this address. Trusted proxies need none: their clients have one each.
    pub(super) fn place(&self, address: IpAddr) -> Result<Option<Place>, TooMany> {
        if self.proxies.trusts(address) {
            return Ok(None);
        }
        self.places.take(address).map(Some).ok_or(TooMany)
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

    /// What may be sent on a connection that has this place; `None` as long as it carries the requests of a proxy's clients.
    pub(super) fn budget(&self, place: Option<&Place>) -> Budget {
        place.map_or_else(Budget::unlimited, |place| Budget::new(&self.limits, Some(place.budget.clone())))
    }

    /// How fast the HTTP requests of such a connection are answered.
    pub(super) fn requests(&self, place: Option<&Place>) -> Throttle {
        Throttle::new(place.map_or(0, |_| self.limits.frames_per_second_per_connection))
    }

    /// The client that sent a request with these headers over a connection from `peer`.
    pub(super) fn sender(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let noted = headers.get_all(FORWARDED_FOR).into_iter();
        forwarded_client(&self.proxies, peer, noted.map(|value| value.to_str().unwrap_or_default()))
    }
}
