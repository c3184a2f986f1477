//! A server with TLS, and the hello with which attackers make it work.

use std::os::unix::fs::PermissionsExt;

use raidkeep::server::net::tls::ClientTls;
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use crate::Outcome;

/// A certificate for localhost that signs itself, in files.
pub(crate) struct Certificate {
    folder: TempDir,
    pub(crate) tls: ClientTls,
}

impl Certificate {
    pub(crate) fn make() -> Outcome<Self> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let key = KeyPair::generate()?;
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let certificate = CertificateParams::new(names)?.self_signed(&key)?;
        let (key_file, file) = (folder.path().join("key.pem"), folder.path().join("certificate.pem"));
        std::fs::write(&key_file, key.serialize_pem())?;
        std::fs::set_permissions(&key_file, PermissionsExt::from_mode(0o600))?;
        std::fs::write(&file, certificate.pem())?;
        Ok(Self { tls: ClientTls::trusting(Some(&file))?, folder })
    }

    /// The settings of a server that serves it.
    pub(crate) fn settings(&self) -> [String; 2] {
        let setting = |key: &str| format!("tls.{key}={}", self.folder.path().join(format!("{key}.pem")).display());
        [setting("certificate"), setting("key")]
    }

    /// What a client says first. It costs an attacker nothing to say it again and again, and a server a signature.
    pub(crate) fn hello(&self) -> Outcome<Vec<u8>> {
        let (mut hello, mut session) = (Vec::new(), self.tls.session("localhost")?);
        session.write_tls(&mut hello)?;
        Ok(hello)
    }
}
