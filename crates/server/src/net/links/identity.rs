//! Who a node is: a certificate that it makes for itself at each start. Others compare it with what was put beside the leases;
//! no authority has to sign it, and it is never renewed.

use std::fmt;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, PeerIncompatible, ServerConfig,
    SignatureScheme,
};
use sha2::{Digest, Sha256};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use raidkeep_engine::cluster::PeerKey;

/// The name in all certificates, which proves nothing.
const NAME: &str = "raidkeep-node";

/// The certificate of this node, and its key.
pub(super) struct Identity {
    certificate: CertificateDer<'static>,
    private: PrivatePkcs8KeyDer<'static>,
    provider: Arc<CryptoProvider>,
}

/// Whether a certificate of this hash is one that is expected.
type IsExpected = Box<dyn Fn(&PeerKey) -> bool + Send + Sync>;

fn key_of(certificate: &CertificateDer<'_>) -> PeerKey {
    Sha256::digest(certificate).into()
}

impl Identity {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(super) fn make() -> std::io::Result<Self> {
        let made = generate_simple_self_signed([NAME.to_owned()]).map_err(std::io::Error::other)?;
        let CertifiedKey { cert, signing_key } = made;
        let private = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
        Ok(Self { certificate: cert.der().clone(), private, provider: Arc::new(ring::default_provider()) })
    }

    /// What other nodes know it by.
    pub(super) fn key(&self) -> PeerKey {
        key_of(&self.certificate)
    }

    fn chain(&self) -> (Vec<CertificateDer<'static>>, rustls::pki_types::PrivateKeyDer<'static>) {
        (vec![self.certificate.clone()], self.private.clone_key().into())
    }

    fn pinned(&self, is_expected: IsExpected) -> Arc<Pinned> {
        Arc::new(Pinned { is_expected, algorithms: self.provider.signature_verification_algorithms })
    }

    /// Connects to the node with this key and to no other.
    ///
    /// # Errors
    /// When the library refuses the certificate of this node.
    pub(super) fn client(&self, peer: &PeerKey) -> Result<TlsConnector, Error> {
        let peer = *peer;
        let (chain, private) = self.chain();
        let config = ClientConfig::builder_with_provider(self.provider.clone());
        let config = config.with_protocol_versions(&[&rustls::version::TLS13])?;
        let config =
            config.dangerous().with_custom_certificate_verifier(self.pinned(Box::new(move |key| *key == peer)));
        Ok(TlsConnector::from(Arc::new(config.with_client_auth_cert(chain, private)?)))
    }

    /// Accepts nodes whose keys are expected at that moment, and nobody else.
    ///
    /// # Errors
    /// When the library refuses the certificate of this node.
    pub(super) fn server(&self, is_expected: IsExpected) -> Result<TlsAcceptor, Error> {
        let (chain, private) = self.chain();
        let config = ServerConfig::builder_with_provider(self.provider.clone());
        let config = config.with_protocol_versions(&[&rustls::version::TLS13])?;
        let config = config.with_client_cert_verifier(self.pinned(is_expected)).with_single_cert(chain, private)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// The name that a connection asks for.
pub(super) fn server_name() -> std::io::Result<ServerName<'static>> {
    ServerName::try_from(NAME).map_err(std::io::Error::other)
}

/// Trusts certificates by their hashes alone. That the other side has the private key is checked as in any handshake.
struct Pinned {
    is_expected: IsExpected,
    algorithms: WebPkiSupportedAlgorithms,
}

impl fmt::Debug for Pinned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pinned")
    }
}

impl Pinned {
    fn check(&self, certificate: &CertificateDer<'_>) -> Result<(), Error> {
        let is_expected = (self.is_expected)(&key_of(certificate));
        is_expected.then_some(()).ok_or(Error::InvalidCertificate(CertificateError::UnknownIssuer))
    }

    fn check_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }
}

const ONLY_TLS13: Error = Error::PeerIncompatible(PeerIncompatible::Tls12NotOfferedOrEnabled);

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.check(certificate).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(ONLY_TLS13)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.check(certificate).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(ONLY_TLS13)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.check_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// Whether a client that expects `server` reaches one that expects `client`.
    async fn shakes_hands(client: &Identity, server: &Identity, expected: (PeerKey, PeerKey)) -> bool {
        let (near, far) = duplex(1 << 16);
        let acceptor = server.server(Box::new(move |key| *key == expected.1)).expect("its certificate is sound");
        let connector = client.client(&expected.0).expect("its certificate is sound");
        let serve = async {
            let mut stream = acceptor.accept(far).await?;
            stream.write_all(b"!").await?;
            stream.shutdown().await
        };
        let connect = async {
            let mut stream = connector.connect(server_name()?, near).await?;
            let mut heard = [0];
            stream.read_exact(&mut heard).await.map(drop)
        };
        let (served, connected) = tokio::join!(serve, connect);
        served.is_ok() && connected.is_ok()
    }

    #[tokio::test]
    async fn nodes_shake_hands_only_with_those_they_know() {
        let [a, b, stranger] = [(); 3].map(|()| Identity::make().expect("there is randomness"));
        assert!(shakes_hands(&a, &b, (b.key(), a.key())).await);
        assert!(!shakes_hands(&a, &b, (stranger.key(), a.key())).await, "another server has taken its address");
        assert!(!shakes_hands(&stranger, &b, (b.key(), a.key())).await, "whoever is no node gets no link");
    }
}
