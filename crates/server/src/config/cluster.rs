//! The settings of a node of a cluster.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Mistake;

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
        lease.into_iter().chain(node).chain(password)
    }
}
