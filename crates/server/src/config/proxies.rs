//! The proxies whose word on a client's address counts.

use std::net::IpAddr;

use ipnet::IpNet;

/// The addresses of proxies that are believed when they say who a client is.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads addresses, such as `10.0.0.7`, and networks, such as `10.0.0.0/8`.
    ///
    /// # Errors
    /// Says which entry is neither.
    pub fn parse(entries: &[String]) -> Result<Self, String> {
        let read = |entry: &String| {
            let network = entry.parse().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| {
                format!("\"{entry}\" is neither an address such as 10.0.0.7 nor a network such as 10.0.0.0/8")
            })
        };
        entries.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether no proxy is believed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is the address of such a proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}
