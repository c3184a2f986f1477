//! TLS: the certificate, which may change while the server runs, and the handshakes, which no world waits for.

mod certificates;
mod client;
mod handshakes;
mod pair;
mod validity;
mod wire;

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio_rustls::TlsAcceptor;

use crate::config::TlsSettings;
use crate::net::tls::certificates::{CertificateWatch, Certificates};

pub use client::ClientTls;
pub use handshakes::OUTCOMES as HANDSHAKE_OUTCOMES;
pub(super) use handshakes::{Arrival, HandshakeDesk};
pub use pair::PairError;
pub use wire::{EncryptedWire, Wire};

/// What listeners encrypt with.
pub(super) struct Tls {
    acceptor: TlsAcceptor,
    certificates: Arc<Certificates>,
    _watch: CertificateWatch,
}

impl Tls {
    /// Reads the certificate and its key, and begins to look for changes; `None` if nothing is to be encrypted.
    ///
    /// # Errors
    /// When they cannot be used, or the system gives no thread.
    pub(super) fn open(settings: &TlsSettings) -> Result<Option<Self>, PairError> {
        if !settings.is_on() {
            return Ok(None);
        }
        let certificates = Arc::new(Certificates::open(settings.clone())?);
        let watch = CertificateWatch::start(certificates.clone()).map_err(PairError::Thread)?;
        let config = server_config(certificates.served()).map_err(PairError::Provider)?;
        Ok(Some(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificates, _watch: watch }))
    }

    /// Accepts encrypted connections.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.acceptor.clone()
    }

    /// Reads the files again if they have changed.
    pub(super) fn reload(&self) {
        self.certificates.reload();
    }
}

/// Checks that a server could start with these settings.
///
/// # Errors
/// When the certificate or its key cannot be used.
pub fn check(settings: &TlsSettings) -> Result<(), PairError> {
    if settings.is_on() { Certificates::open(settings.clone()).map(drop) } else { Ok(()) }
}

/// TLS 1.3, and 1.2 with forward secrecy and authenticated encryption, which is all that the provider has.
fn server_config(served: Arc<certificates::Served>) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let versions = [&rustls::version::TLS13, &rustls::version::TLS12];
    let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(&versions)?;
    let mut config = config.with_no_client_auth().with_cert_resolver(served);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Who comes back is let in for less, without the server having to remember it.
    config.ticketer = ring::Ticketer::new()?;
    config.send_tls13_tickets = 1;
    Ok(config)
}
