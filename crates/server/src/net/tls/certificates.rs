//! The certificate that is served. Files that have changed are read again, and replace it if they can be used.

use std::fmt;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::config::TlsSettings;
use crate::net::tls::pair::{Files, Pair, PairError};
use crate::net::tls::validity::shown;
use raidkeep_engine::clock::wall_ms;

const DAY: i64 = 86_400;
/// Unix seconds at which the certificate that is served expires.
const EXPIRES_AT: &str = "raidkeep_tls_certificate_expires_at_seconds";
/// 1 while the files cannot be used and an earlier certificate is served.
const REFUSED: &str = "raidkeep_tls_certificate_refused";

/// The certificate that is served now.
pub(super) struct Served(RwLock<Arc<CertifiedKey>>);

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Served")
    }
}

impl ResolvesServerCert for Served {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// The certificate and its files.
pub(super) struct Certificates {
    settings: TlsSettings,
    served: Arc<Served>,
    seen: Mutex<Seen>,
}

/// What was found in the files.
struct Seen {
    /// What was read last; `None` if it could not be used, so that it is tried again: a certificate may be valid later.
    files: Option<Files>,
    /// What was told about files that cannot be used, without the time of day.
    told: Option<String>,
    /// Until when the certificate is valid that is served, unix seconds.
    expires_at: i64,
    /// On which day before that the log has warned last.
    warned: Option<i64>,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be used.
    pub(super) fn open(settings: TlsSettings) -> Result<Self, PairError> {
        let files = Files::read(&settings)?;
        let pair = Pair::of(&files, &settings, now())?;
        let seen = Seen { files: Some(files), told: None, expires_at: pair.validity.until, warned: None };
        let served = Arc::new(Served(RwLock::new(pair.key)));
        Ok(Self { settings, served, seen: Mutex::new(seen) })
    }

    /// What handshakes take the certificate from.
    pub(super) fn served(&self) -> Arc<Served> {
        self.served.clone()
    }

    /// Reads the files again. If they have changed and can be used, later handshakes get the new certificate; else they get
    /// the one that is served.
    pub(super) fn reload(&self) {
        let mut seen = self.lock();
        let read = Files::read(&self.settings).and_then(|files| {
            if seen.files.as_ref() == Some(&files) {
                return Ok(None);
            }
            let pair = Pair::of(&files, &self.settings, now())?;
            seen.files = Some(files);
            Ok(Some(pair))
        });
        match read {
            Ok(None) => {}
            Ok(Some(pair)) => {
                *self.served.0.write().unwrap_or_else(PoisonError::into_inner) = pair.key;
                *seen = Seen { files: seen.files.take(), told: None, expires_at: pair.validity.until, warned: None };
                metrics::gauge!(REFUSED).set(0.0);
                metrics::gauge!(EXPIRES_AT).set(seen.expires_at as f64);
                tracing::info!(
                    expires = shown(seen.expires_at),
                    "the certificate has changed and is served from now on"
                );
            }
            Err(error) => {
                seen.files = None;
                self.note_refused(&mut seen, &error);
            }
        }
        self.warn_of_expiry(&mut seen);
    }

    fn note_refused(&self, seen: &mut Seen, error: &PairError) {
        let why = error.gist();
        metrics::gauge!(REFUSED).set(1.0);
        if seen.told.as_ref() != Some(&why) {
            let expires = shown(seen.expires_at);
            tracing::error!(
                %error,
                expires,
                "the changed certificate cannot be used; the earlier one is served until it expires"
            );
            seen.told = Some(why);
        }
    }

    fn warn_of_expiry(&self, seen: &mut Seen) {
        let days = (seen.expires_at - now()).div_euclid(DAY);
        if days >= i64::from(self.settings.warn_days) || seen.warned == Some(days) {
            return;
        }
        seen.warned = Some(days);
        let (certificate, expires) = (&self.settings.certificate, shown(seen.expires_at));
        if days < 0 {
            tracing::error!(certificate, expires, "the certificate has expired: no client that checks it can connect");
        } else {
            tracing::warn!(certificate, expires, days, "the certificate expires soon, and no new one has come");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> i64 {
    wall_ms() / 1000
}

/// Looks for changes of the files until it is dropped.
pub(super) struct CertificateWatch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl CertificateWatch {
    pub(super) fn start(certificates: Arc<Certificates>) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        metrics::gauge!(REFUSED).set(0.0);
        metrics::gauge!(EXPIRES_AT).set(certificates.lock().expires_at as f64);
        certificates.warn_of_expiry(&mut certificates.lock());
        let every = Duration::from_secs(certificates.settings.poll_seconds);
        let watch = move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(every) {
                certificates.reload();
            }
        };
        let thread = std::thread::Builder::new().name("raidkeep-certificate".to_owned()).spawn(watch)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for CertificateWatch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that looks for new certificates panicked");
        }
    }
}
