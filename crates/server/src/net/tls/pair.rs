//! A certificate and its key, as read from their files.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::config::TlsSettings;
use crate::net::tls::validity::{Validity, shown};
use raidkeep_engine::private::{self, OpenToOthers};

/// Why a certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// A file cannot be read.
    #[error("{key}: cannot read {path}: {source}")]
    Unreadable {
        /// The setting.
        key: &'static str,
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The first file has no certificate.
    #[error(
        "tls.certificate: {path} has no certificate that can be read. It needs the server's own in PEM, and after it those \
         between it and the root: with certbot, that is fullchain.pem"
    )]
    NoCertificate {
        /// The file.
        path: String,
    },
    /// The second file has no key.
    #[error("tls.key: {path} has no private key that can be read; expected PEM: with certbot, that is privkey.pem")]
    NoKey {
        /// The file.
        path: String,
    },
    /// The key is encrypted.
    #[error(
        "tls.key: the key in {path} is encrypted, and nobody is there to type its passphrase when a server starts. Write one \
         that is not: openssl pkey -in {path} -out NEW, and chmod 600 NEW"
    )]
    Encrypted {
        /// The file.
        path: String,
    },
    /// Others may read or change the key.
    #[error("tls.key: {0}")]
    Open(#[from] OpenToOthers),
    /// The key is of a kind that is not supported.
    #[error("tls.key: the key in {path} cannot be used ({source}); expected ECDSA P-256 or P-384, Ed25519 or RSA")]
    OtherKind {
        /// The file.
        path: String,
        /// Why.
        source: rustls::Error,
    },
    /// The key belongs to another certificate.
    #[error(
        "tls.key: the key in {key} is not that of the first certificate in {certificate}. Both have to come from the same \
         issue, and the server's own certificate comes first"
    )]
    OtherPair {
        /// The file of the certificate.
        certificate: String,
        /// The file of the key.
        key: String,
    },
    /// The certificate is not valid now.
    #[error("tls.certificate: {path} is valid from {from} until {until}, and now it is {now}; get a new one")]
    NotNow {
        /// The file.
        path: String,
        /// The first moment.
        from: String,
        /// The last one.
        until: String,
        /// The system's clock.
        now: String,
    },
    /// No thread to look for changes.
    #[error("cannot start the thread that looks for new certificates: {0}")]
    Thread(std::io::Error),
    /// The library cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Provider(rustls::Error),
}

impl PairError {
    /// The message without the present moment, which says whether it is about the same thing as another one.
    pub(super) fn gist(&self) -> String {
        match self {
            Self::NotNow { path, from, until, .. } => format!("{path} is valid from {from} until {until}"),
            other => other.to_string(),
        }
    }
}

/// The content of both files.
#[derive(PartialEq, Eq)]
pub(super) struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Files {
    pub(super) fn read(settings: &TlsSettings) -> Result<Self, PairError> {
        let certificate = read("tls.certificate", &settings.certificate)?;
        private::check(Path::new(&settings.key))?;
        Ok(Self { certificate, key: read("tls.key", &settings.key)? })
    }
}

fn read(key: &'static str, path: &str) -> Result<Vec<u8>, PairError> {
    std::fs::read(path).map_err(|source| PairError::Unreadable { key, path: path.to_owned(), source })
}

/// A certificate and its key that can be served.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) validity: Validity,
}

impl Pair {
    /// Checks the content of the files. `now` is in unix seconds.
    pub(super) fn of(files: &Files, settings: &TlsSettings, now: i64) -> Result<Self, PairError> {
        let TlsSettings { certificate: path, key: key_path, .. } = settings;
        let chain = CertificateDer::pem_slice_iter(&files.certificate).collect::<Result<Vec<_>, _>>();
        let chain = chain.unwrap_or_default();
        let validity = chain.first().and_then(|own| Validity::of(own));
        let validity = validity.ok_or_else(|| PairError::NoCertificate { path: path.clone() })?;
        let key = read_key(&files.key, key_path)?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let key = certified.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                PairError::OtherPair { certificate: path.clone(), key: key_path.clone() }
            }
            rustls::Error::InvalidCertificate(_) => PairError::NoCertificate { path: path.clone() },
            source => PairError::OtherKind { path: key_path.clone(), source },
        })?;
        if !(validity.from..validity.until).contains(&now) {
            let Validity { from, until } = validity;
            let (from, until, now) = (shown(from), shown(until), shown(now));
            return Err(PairError::NotNow { path: path.clone(), from, until, now });
        }
        Ok(Self { key: Arc::new(key), validity })
    }
}

fn read_key(pem: &[u8], path: &str) -> Result<PrivateKeyDer<'static>, PairError> {
    let path = || path.to_owned();
    // In the name of the section, or in a header of an older format.
    if String::from_utf8_lossy(pem).lines().any(|line| line.contains("ENCRYPTED")) {
        return Err(PairError::Encrypted { path: path() });
    }
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| PairError::NoKey { path: path() })
}
