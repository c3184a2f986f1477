//! The roots whose certificates are trusted in calls over HTTPS.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::config::ConfigError;
use crate::config::platforms::{Environment, Tls};

/// The environment variable that names a file of roots, as OpenSSL has it.
const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
const CA_FILE: &str = "platforms.tls.ca_file";

/// The trusted roots.
///
/// # Errors
/// When a file cannot be read or holds no usable certificate, or nothing at all would be trusted.
pub(super) fn roots(settings: &Tls) -> Result<RootCertStore, ConfigError> {
    roots_in(settings, &|name| std::env::var(name).ok())
}

/// The roots that a command trusts: those of a file, else as servers do by default.
///
/// # Errors
/// When a file cannot be read or holds no usable certificate.
pub fn roots_of_command(ca: Option<&Path>) -> Result<RootCertStore, ConfigError> {
    let Some(file) = ca else {
        return roots(&Tls { ca_file: String::new(), public_roots: true });
    };
    let mut roots = RootCertStore::empty();
    add_file(&mut roots, "--ca", &file.display().to_string())?;
    Ok(roots)
}

fn roots_in(settings: &Tls, environment: Environment<'_>) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    if settings.public_roots {
        match environment(SSL_CERT_FILE).filter(|file| !file.is_empty()) {
            Some(file) => add_file(&mut roots, SSL_CERT_FILE, &file)?,
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        }
    }
    if !settings.ca_file.is_empty() {
        add_file(&mut roots, CA_FILE, &settings.ca_file)?;
    }
    if roots.is_empty() {
        let mistake = "without public roots, this file has to hold the roots to trust".to_owned();
        return Err(ConfigError::Value { key: CA_FILE, mistake });
    }
    Ok(roots)
}

/// Adds the certificates of a PEM file. Bundles may hold some of an unknown kind; at least one must be usable.
fn add_file(roots: &mut RootCertStore, key: &'static str, file: &str) -> Result<(), ConfigError> {
    let wrong = |mistake: String| ConfigError::Value { key, mistake };
    let read = CertificateDer::pem_file_iter(Path::new(file)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = read.map_err(|error| wrong(format!("cannot read certificates from {file}: {error}")))?;
    let (added, ignored) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(wrong(format!("{file} has no certificate that could be trusted; expected PEM")));
    }
    if ignored > 0 {
        tracing::warn!(file, added, ignored, "some certificates of the file cannot be used");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(ca_file: &str, public_roots: bool) -> Tls {
        Tls { ca_file: ca_file.to_owned(), public_roots }
    }

    #[test]
    fn mozillas_roots_are_trusted_unless_they_are_switched_off() {
        let roots = roots_in(&tls("", true), &|_| None).expect("the built-in roots");
        assert_eq!(roots.len(), webpki_roots::TLS_SERVER_ROOTS.len());
        let told = roots_in(&tls("", false), &|_| None).expect_err("nothing is trusted").to_string();
        assert!(told.contains(CA_FILE), "{told}");
    }

    #[test]
    fn a_file_without_certificates_is_named_with_its_setting() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("missing.pem").display().to_string();
        let empty = folder.path().join("empty.pem");
        let broken = folder.path().join("broken.pem");
        std::fs::write(&empty, "# nothing\n").expect("the folder can be written to");
        let text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        std::fs::write(&broken, text).expect("the folder can be written to");
        for file in [missing, empty.display().to_string(), broken.display().to_string()] {
            let told = roots_in(&tls(&file, true), &|_| None).expect_err(&file).to_string();
            assert!(told.contains(CA_FILE) && told.contains(&file), "{told}");
            let variable = |name: &str| (name == SSL_CERT_FILE).then(|| file.clone());
            let told = roots_in(&tls("", true), &variable).expect_err(&file).to_string();
            assert!(told.contains(SSL_CERT_FILE) && told.contains(&file), "{told}");
        }
    }
}
