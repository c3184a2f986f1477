//! Where the databases of a cluster are.

use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a server may take to answer before it counts as frozen.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the databases are, and how to talk to them.
#[derive(Clone)]
pub struct DatabaseSettings {
    /// One for each server of the list.
    pub(crate) servers: Vec<Config>,
    pub(crate) tls: MakeRustlsConnect,
    pub(crate) patience: Duration,
}

/// Why a list of servers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It is no URL of PostgreSQL.
    #[error("expected postgresql://user:password@host:port,host:port/database: {0}")]
    Url(String),
    /// Nothing says who is to be asked.
    #[error("expected at least one host in postgresql://user:password@host:port,host:port/database")]
    NoHost,
    /// The encryption cannot be set up.
    #[error("{0}")]
    Tls(#[from] rustls::Error),
}

impl DatabaseSettings {
    /// Reads a URL of PostgreSQL: `postgresql://user:password@host:port,host:port/database`. With `sslmode=require`, the
    /// servers must have certificates that `roots` trust.
    ///
    /// # Errors
    /// When it is none, or names no server.
    pub fn read(url: &str, roots: RootCertStore) -> Result<Self, SettingsError> {
        let config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            // Its source names the key; the URL itself holds a password.
            let source = std::error::Error::source(&error).map(ToString::to_string);
            SettingsError::Url(source.unwrap_or_else(|| error.to_string()))
        })?;
        let servers = each_server(&config);
        if servers.is_empty() {
            return Err(SettingsError::NoHost);
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let tls = MakeRustlsConnect::new(tls.with_root_certificates(roots).with_no_client_auth());
        Ok(Self { servers, tls, patience: PATIENCE })
    }

    /// With this password on all servers.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        for server in &mut self.servers {
            server.password(password);
        }
        self
    }

    /// With another patience, for tests that freeze a server.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Whether some server is reached over a network without encryption.
    pub fn is_exposed(&self) -> bool {
        let is_local = |host: &Host| match host {
            Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
            Host::Unix(_) => true,
        };
        let is_open =
            |server: &Config| server.get_ssl_mode() != SslMode::Require && !server.get_hosts().iter().all(is_local);
        self.servers.iter().any(is_open)
    }
}

impl std::fmt::Debug for DatabaseSettings {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hosts: Vec<_> = self.servers.iter().flat_map(Config::get_hosts).collect();
        out.debug_struct("DatabaseSettings").field("hosts", &hosts).field("patience", &self.patience).finish()
    }
}

/// A list of servers is not left to the library, which asks one after the other: a frozen one would hold it up.
fn each_server(config: &Config) -> Vec<Config> {
    let ports = config.get_ports();
    let port_of = |at: usize| ports.get(at).or(ports.first().filter(|_| ports.len() == 1)).copied().unwrap_or(5432);
    let alone = |(at, host): (usize, &Host)| {
        let mut server = Config::new();
        match host {
            Host::Tcp(name) => server.host(name),
            Host::Unix(path) => server.host_path(path),
        };
        server.port(port_of(at)).ssl_mode(config.get_ssl_mode()).application_name("raidkeep");
        server.load_balance_hosts(LoadBalanceHosts::Disable).channel_binding(config.get_channel_binding());
        config.get_user().map(|user| server.user(user));
        config.get_password().map(|password| server.password(password));
        config.get_dbname().map(|name| server.dbname(name));
        config.get_options().map(|options| server.options(options));
        server.keepalives_idle(Duration::from_secs(10)).tcp_user_timeout(Duration::from_secs(10));
        server
    };
    config.get_hosts().iter().enumerate().map(alone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<DatabaseSettings, SettingsError> {
        DatabaseSettings::read(url, RootCertStore::empty())
    }

    #[test]
    fn a_url_may_name_several_servers() {
        let settings = read("postgresql://raid:secret@10.0.0.1:5433,10.0.0.2/keep?sslmode=require").expect("a URL");
        let shown: Vec<_> = settings.servers.iter().map(|server| (server.get_hosts(), server.get_ports())).collect();
        assert_eq!(shown[0], (&[Host::Tcp("10.0.0.1".to_owned())][..], &[5433][..]));
        assert_eq!(shown[1], (&[Host::Tcp("10.0.0.2".to_owned())][..], &[5432][..]));
        assert!(!settings.is_exposed() && !format!("{settings:?}").contains("secret"));
        assert!(read("postgresql://raid@10.0.0.1/keep").expect("a URL").is_exposed());
        assert!(!read("postgresql://raid@localhost/keep").expect("a URL").is_exposed());
    }

    #[test]
    fn what_is_no_url_of_a_database_is_refused_without_its_password() {
        for url in
            ["", "postgresql:///keep", "postgresql://raid:secret@host/keep?sslmode=maybe", "http://raid:secret@host"]
        {
            let told = read(url).expect_err("no servers").to_string();
            assert!(told.contains("expected") && !told.contains("secret"), "{url}: {told}");
        }
    }
}
