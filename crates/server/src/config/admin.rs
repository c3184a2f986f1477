//! The operators' own listener.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::address::port_of;
use crate::config::{Config, ConfigError, Mistake};

/// How far the operators' port is above the players' if nothing else is configured.
const PORTS_ABOVE: u16 = 2;

/// Where operators connect.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct AdminSettings {
    /// Address and port; empty = 127.0.0.1 and the port of `listen` plus 2, or any free one if that is 0.
    pub listen: String,
    /// Open connections.
    pub connections: usize,
    /// Names besides its own address under which it is reached.
    pub hosts: Vec<String>,
    /// Whether other machines may connect although nothing is encrypted.
    pub allow_plain: bool,
}

impl AdminSettings {
    /// The address to listen on beside `players`, the players' one.
    ///
    /// # Errors
    /// When either cannot be read, or there is no port above the players'.
    pub(super) fn listen_beside(&self, players: &str) -> Result<String, Mistake> {
        let wrong = |key| move |mistake| (key, mistake);
        let port = port_of(players).map_err(wrong("listen"))?;
        if !self.listen.is_empty() {
            port_of(&self.listen).map_err(wrong("admin.listen"))?;
            return Ok(self.listen.clone());
        }
        let port = if port == 0 { Some(0) } else { port.checked_add(PORTS_ABOVE) };
        let none = || format!("there is no port {PORTS_ABOVE} above {players}; set it, such as 127.0.0.1:7352");
        let port = port.ok_or_else(none).map_err(wrong("admin.listen"))?;
        Ok(format!("127.0.0.1:{port}"))
    }

    /// Whether what operators send to this address is encrypted, if there is a certificate: beyond this machine, unless
    /// the operator has decided otherwise.
    pub fn encrypts(&self, address: SocketAddr) -> bool {
        !address.ip().is_loopback() && !self.allow_plain
    }

    /// Refuses an address that other machines can reach, unless it `is_encrypted` here, a trusted proxy encrypts what
    /// operators send, or the operator takes the risk.
    ///
    /// # Errors
    /// When that is not the case.
    pub fn check_exposure(
        &self,
        address: SocketAddr,
        trusted_proxies: &[String],
        is_encrypted: bool,
    ) -> Result<(), ConfigError> {
        if address.ip().is_loopback() || is_encrypted {
            return Ok(());
        }
        if self.allow_plain {
            tracing::warn!(
                %address,
                "admin.allow_plain: other machines can reach the operators' listener, and tokens cross the network \
                 unencrypted"
            );
            return Ok(());
        }
        if !trusted_proxies.is_empty() {
            return Ok(());
        }
        let mistake = format!(
            "other machines can reach {address}, and operators' tokens would cross the network unencrypted. Listen on \
             127.0.0.1 and connect through SSH, set tls.certificate and tls.key, name the proxy that encrypts in trusted_proxies, or set \
             admin.allow_plain if nobody else is on that network"
        );
        Err(ConfigError::Value { key: "admin.listen", mistake })
    }
}

impl Config {
    /// Where operators connect.
    ///
    /// # Errors
    /// When that address or the players' cannot be read.
    pub fn operators_listen(&self) -> Result<String, ConfigError> {
        let wrong = |(key, mistake)| ConfigError::Value { key, mistake };
        self.admin.listen_beside(&self.listen).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admin(listen: &str) -> AdminSettings {
        AdminSettings { listen: listen.to_owned(), connections: 1, hosts: Vec::new(), allow_plain: false }
    }

    #[test]
    fn operators_listen_two_ports_above_the_players_on_this_machine_only() {
        let beside = |players: &str| admin("").listen_beside(players).expect("a valid address");
        assert_eq!(beside("127.0.0.1:7350"), "127.0.0.1:7352");
        assert_eq!(beside("0.0.0.0:7350"), "127.0.0.1:7352", "players' networks are not operators'");
        assert_eq!(beside("[::1]:0"), "127.0.0.1:0", "any free port stays any free port");
        let error = admin("").listen_beside("127.0.0.1:65534").expect_err("there is no port 65536");
        assert_eq!(error.0, "admin.listen", "{}", error.1);
        assert_eq!(admin("[::1]:9").listen_beside("127.0.0.1:65534").ok().as_deref(), Some("[::1]:9"));
        let error = admin("0.0.0.0").listen_beside("127.0.0.1:7350").expect_err("no port");
        assert!(error.1.contains("0.0.0.0:7350"), "{}", error.1);
    }

    #[test]
    fn beyond_this_machine_operators_need_a_proxy_that_encrypts_or_say_that_they_need_none() {
        let beyond = SocketAddr::from(([0, 0, 0, 0], 7352));
        let error = admin("").check_exposure(beyond, &[], false).expect_err("tokens would be readable").to_string();
        for way_out in ["SSH", "tls.certificate", "trusted_proxies", "admin.allow_plain"] {
            assert!(error.contains(way_out), "{way_out}: {error}");
        }
        assert!(admin("").check_exposure(beyond, &["10.0.0.1".to_owned()], false).is_ok());
        assert!(AdminSettings { allow_plain: true, ..admin("") }.check_exposure(beyond, &[], false).is_ok());
        assert!(admin("").check_exposure(SocketAddr::from(([127, 0, 0, 1], 7352)), &[], false).is_ok());
        assert!(admin("").check_exposure(beyond, &[], true).is_ok(), "TLS is what it takes");
        let here = SocketAddr::from(([127, 0, 0, 1], 7352));
        assert!(admin("").encrypts(beyond) && !admin("").encrypts(here), "on this machine nothing is encrypted");
    }
}
