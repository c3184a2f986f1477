//! Who a new connection is from, and whether that address may have another one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::header::{HeaderMap, HeaderName};
use tokio::net::TcpStream;

use crate::config::proxies::TrustedProxies;
use crate::config::{ClientLimits, Config, ConfigError};
use crate::net::acceptor::refuse;
use crate::net::budget::{Budget, Throttle};
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
    limits: ClientLimits,
    places: Arc<Places>,
    /// Whether others than proxies and this machine are refused.
    only_proxies: bool,
}

impl Admission {
    pub(super) fn new(config: &Config) -> Result<Self, ConfigError> {
        let limits = &config.limits;
        Ok(Self {
            proxies: config.trusted_proxies()?,
            proxy_protocol: config.proxy_protocol,
            patience: Duration::from_secs(limits.handshake_seconds),
            places: Places::new(limits),
            limits: limits.clone(),
            only_proxies: false,
        })
    }

    /// For the operators' listener: they are few and trusted, and may send as fast as they can; commands of this machine
    /// speak no PROXY protocol. If other machines can reach `own`, its address, and it `is_encrypted` by nobody here, only
    /// proxies may, because they encrypt. If it is encrypted here, strangers reach it too, and the limits of players hold.
    pub(super) fn for_operators(config: &Config, own: SocketAddr, is_encrypted: bool) -> Result<Self, ConfigError> {
        let is_open_to_strangers = is_encrypted && !own.ip().is_loopback();
        let open = || ClientLimits { connections: config.admin.connections, ..config.limits.clone() };
        let trusted = || ClientLimits {
            connections_per_address: 0,
            bytes_per_second_per_connection: 0,
            frames_per_second_per_connection: 0,
            bytes_per_second_per_address: 0,
            frames_per_second_per_address: 0,
            refusals_per_second: 0,
            handshakes_per_address: 0,
            handshakes_per_second_per_address: 0,
            ..config.limits.clone()
        };
        let limits = if is_open_to_strangers { open() } else { trusted() };
        Ok(Self {
            proxy_protocol: false,
            places: Places::new(&limits),
            limits,
            only_proxies: !own.ip().is_loopback() && !config.admin.allow_plain && !is_encrypted,
            ..Self::new(config)?
        })
    }

    /// A place for a connection from this address. Trusted proxies need none: their clients have one each.
    pub(super) fn place(&self, address: IpAddr) -> Result<Option<Place>, Excess> {
        if self.proxies.trusts(address) {
            return Ok(None);
        }
        if self.only_proxies && !address.is_loopback() {
            return Err(Excess::Stranger);
        }
        self.places.take(address).map(Some).ok_or(Excess::OfAddress)
    }

    /// Reads who a connection is from, if it comes from a proxy that says so first.
    ///
    /// # Errors
    /// When the proxy says nothing that can be understood, or not in time.
    async fn client(&self, stream: &mut TcpStream, peer: SocketAddr) -> std::io::Result<SocketAddr> {
        if !self.proxy_protocol || !self.proxies.trusts(peer.ip()) {
            return Ok(peer);
        }
        let client = tokio::time::timeout(self.patience, read_proxy_header(stream)).await??;
        Ok(client.map_or(peer, |client| SocketAddr::new(client.ip().to_canonical(), client.port())))
    }

    /// Finds out who a TCP connection is from, and takes a place for that address. Refuses the connection if there is none.
    pub(super) async fn identify(
        &self,
        stream: &mut TcpStream,
        proxy: SocketAddr,
        place: Option<Place>,
    ) -> Option<(SocketAddr, Option<Place>)> {
        match self.client(stream, proxy).await {
            Ok(peer) if peer == proxy => Some((peer, place)),
            Ok(peer) => match self.place(peer.ip()) {
                Ok(place) => Some((peer, place)),
                Err(excess) => {
                    refuse(stream, excess);
                    None
                }
            },
            Err(error) => {
                metrics::counter!("raidkeep_connections_refused_total", "why" => "proxy_header").increment(1);
                tracing::debug!(%proxy, %error, "a proxy did not say whom a connection is from");
                None
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Why a connection from each of these is refused by an operators' listener on `own`.
    fn refused(own: &str, settings: &[&str]) -> Vec<Option<Excess>> {
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let config = Config::load(None, &settings).expect("valid settings");
        let own = own.parse().expect("an address");
        let admission = Admission::for_operators(&config, own, false).expect("valid settings");
        let from = ["127.0.0.1", "10.0.0.9", "203.0.113.9"].map(|address| address.parse().expect("an address"));
        from.into_iter().map(|address| admission.place(address).err()).collect()
    }

    #[test]
    fn beyond_this_machine_only_proxies_that_encrypt_reach_the_operators_listener() {
        const PROXIES: &str = r#"trusted_proxies=["10.0.0.0/8"]"#;
        assert_eq!(refused("10.0.0.7:7352", &[PROXIES]), [None, None, Some(Excess::Stranger)]);
        assert_eq!(refused("10.0.0.7:7352", &[PROXIES, "admin.allow_plain=true"]), [None, None, None]);
        assert_eq!(refused("127.0.0.1:7352", &[]), [None, None, None], "nobody else can reach it");
    }
}
