//! The proxies whose word on a client's address counts.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::config::{BYTES_PER_SECOND_MIN, Config, Mistake};

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

impl Config {
    /// What is wrong with the settings of the network.
    pub(super) fn network_mistakes(&self) -> Vec<Mistake> {
        let mut mistakes: Vec<Mistake> = self.admin.listen_beside(&self.listen).err().into_iter().collect();
        for (key, value) in [
            ("limits.bytes_per_second_per_connection", self.limits.bytes_per_second_per_connection),
            ("limits.bytes_per_second_per_address", self.limits.bytes_per_second_per_address),
        ] {
            if (1..BYTES_PER_SECOND_MIN).contains(&value) {
                mistakes.push((key, format!("expected {BYTES_PER_SECOND_MIN} or more, or 0 for no limit")));
            }
        }
        match TrustedProxies::parse(&self.trusted_proxies) {
            Err(mistake) => mistakes.push(("trusted_proxies", mistake)),
            Ok(proxies) if proxies.is_empty() && self.proxy_protocol => {
                let mistake =
                    "true needs the addresses of the proxies in trusted_proxies: from others no header is believed";
                mistakes.push(("proxy_protocol", mistake.to_owned()));
            }
            Ok(_) => {}
        }
        mistakes
    }
}
