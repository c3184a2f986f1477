//! Encryption of the listeners.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Mistake;

/// The certificate with which the server proves who it is.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct TlsSettings {
    /// A PEM file: the server's certificate, and after it those between it and the root. Empty = nothing is encrypted.
    pub certificate: String,
    /// A PEM file with the private key of the first one.
    pub key: String,
    /// Longest time in real seconds that a change of these files goes unnoticed.
    pub poll_seconds: u64,
    /// From how many days before its end the log warns of a certificate's expiry.
    pub warn_days: u32,
}

impl TlsSettings {
    /// Whether connections are encrypted.
    pub fn is_on(&self) -> bool {
        !self.certificate.is_empty()
    }

    pub(super) fn mistakes(&self) -> impl Iterator<Item = Mistake> {
        const HOUR: u64 = 3600;
        let other = |is_missing: bool, key, other| is_missing.then(|| (key, format!("missing, though {other} is set")));
        let (certificate, key) = (self.certificate.is_empty(), self.key.is_empty());
        let poll =
            (!(1..=HOUR).contains(&self.poll_seconds)).then(|| ("tls.poll_seconds", format!("expected 1 to {HOUR}")));
        [
            other(certificate && !key, "tls.certificate", "tls.key"),
            other(key && !certificate, "tls.key", "tls.certificate"),
            poll,
        ]
        .into_iter()
        .flatten()
    }
}
