//! The settings of a node of a cluster.

use std::net::SocketAddr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Mistake;
use raidkeep_engine::cluster::NodeUrl;

/// Where the worlds of a cluster are kept, and who this node is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct ClusterSettings {
    /// A URL of PostgreSQL without a password; empty = the worlds are in the data folder.
    pub database: String,
    /// A PEM file with the roots that the database's certificates are checked against; empty = those that are trusted for
    /// platforms.
    pub ca_file: String,
    /// The name of this node, which no other one has.
    pub node: String,
    /// Where this node takes requests of other nodes: address and port; port 0 = any.
    pub listen: String,
    /// Where other nodes reach it, host and port; empty = at `listen`.
    pub address: String,
    /// Where clients reach this node, a URL such as `wss://b.example.org`; empty = they are not told.
    pub public_url: String,
    /// For how long in real seconds a node may answer for a world after it has last renewed its lease.
    pub lease_seconds: u64,
}

impl ClusterSettings {
    /// Whether the worlds are in a database.
    pub fn is_on(&self) -> bool {
        !self.database.is_empty()
    }

    /// For how long a lease lasts.
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }

    /// Where clients reach this node.
    pub fn public(&self) -> NodeUrl {
        NodeUrl((self.is_on() && !self.public_url.is_empty()).then(|| self.public_url.as_str().into()))
    }

    /// Where other nodes reach this one, which listens here.
    pub fn address_of(&self, own: SocketAddr) -> String {
        if self.address.is_empty() { own.to_string() } else { self.address.clone() }
    }

    pub(super) fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        let lease =
            (!(1..=60).contains(&self.lease_seconds)).then(|| ("cluster.lease_seconds", "expected 1 to 60".to_owned()));
        let name_is_plain = self.node.chars().all(|part| part.is_ascii_alphanumeric() || "-_.".contains(part));
        let node = (self.is_on() && (self.node.is_empty() || self.node.len() > 64 || !name_is_plain)).then(|| {
            (
                "cluster.node",
                "expected a name of this node, of letters, digits, '-', '_' and '.', at most 64".to_owned(),
            )
        });
        let host = self.database.split_once("://").map_or("", |(_, rest)| rest);
        let user = host.split_once('@').map_or("", |(user, _)| user);
        let password = (user.contains(':') || self.database.contains("password=")).then(|| {
            (
                "cluster.database",
                "expected a URL without a password, which belongs into RAIDKEEP_DATABASE_PASSWORD".to_owned(),
            )
        });
        let listen: Option<SocketAddr> = self.listen.parse().ok();
        let address = (self.is_on() && self.address.is_empty() && listen.is_none_or(|listen| listen.ip().is_unspecified()))
            .then(|| {
                ("cluster.address", "expected host and port where other nodes reach this one, because cluster.listen is no address of its own".to_owned())
            });
        let is_url =
            self.public_url.is_empty() || ["ws://", "wss://"].iter().any(|scheme| self.public_url.starts_with(scheme));
        let url =
            (!is_url).then(|| ("cluster.public_url", "expected a URL that begins with wss:// or ws://".to_owned()));
        lease.into_iter().chain(node).chain(password).chain(address).chain(url)
    }
}
