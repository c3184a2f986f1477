//! The client's side of TLS, for the commands of this program.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::config::ConfigError;
use crate::net::tls::wire::{EncryptedWire, Wire};
use crate::net::trust;

/// Which servers a command trusts.
#[derive(Debug, Clone)]
pub struct ClientTls(Arc<ClientConfig>);

impl ClientTls {
    /// Trusts the roots of this file; without one those of `SSL_CERT_FILE`, else Mozilla's.
    ///
    /// # Errors
    /// When a file cannot be read, or has no certificate to trust.
    pub fn trusting(ca: Option<&Path>) -> Result<Self, ConfigError> {
        let roots = trust::roots_of_command(ca)?;
        let wrong = |error: rustls::Error| ConfigError::Value { key: "--ca", mistake: error.to_string() };
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().map_err(wrong)?;
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    /// A session with the server of this name, before its handshake.
    ///
    /// # Errors
    /// When no certificate can have the name.
    pub fn session(&self, host: &str) -> std::io::Result<ClientConnection> {
        ClientConnection::new(self.0.clone(), server_name(host)?).map_err(std::io::Error::other)
    }

    /// Does the handshake with the server of this name.
    ///
    /// # Errors
    /// When its certificate is not trusted, or not one of this name, or the connection breaks.
    pub async fn connect(&self, stream: TcpStream, host: &str) -> std::io::Result<Wire> {
        let connector = TlsConnector::from(self.0.clone());
        let (stream, session) = connector.connect(server_name(host)?, stream).await?.into_inner();
        Ok(Wire::Encrypted(Box::new(EncryptedWire::new(stream, session))))
    }
}

fn server_name(host: &str) -> std::io::Result<ServerName<'static>> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(host.to_owned()).map_err(std::io::Error::other)
}
