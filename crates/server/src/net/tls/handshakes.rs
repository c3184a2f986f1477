//! The handshakes of a listener, on a thread that no world waits for. What a client may spend of it is limited for each
//! address, and a client that says nothing costs no more than its socket.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConnection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use crate::net::acceptor::Stream;
use crate::net::admission::Admission;
use crate::net::budget::Throttle;
use crate::net::health::HealthPlaces;
use crate::net::places::{Excess, Place};
use crate::net::tls::wire::{EncryptedWire, Wire};

/// The first byte of a TLS handshake.
const HANDSHAKE: u8 = 0x16;
/// For a client that speaks no TLS.
const PLAIN_HINT: &str = "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 61\r\n\
                          connection: close\r\n\r\nthis port speaks TLS: use wss:// or https:// in the address\r\n";
/// Connections that wait for the thread.
const WAITING: usize = 1024;

/// A connection whose handshake is to be done.
pub(in crate::net) enum Arrival {
    /// It is then served by the thread behind this sender.
    Client(Stream, mpsc::Sender<Stream>),
    /// It is beyond the limits, and may only ask about health.
    BeyondLimits(std::net::TcpStream, Excess),
}

/// Does the handshakes of a listener.
pub(in crate::net) struct HandshakeDesk {
    pub(in crate::net) acceptor: TlsAcceptor,
    pub(in crate::net) admission: Arc<Admission>,
    /// In which a handshake has to be over, with the waiting before it.
    pub(in crate::net) patience: Duration,
}

impl HandshakeDesk {
    /// Starts a thread for them. It ends when the sender is dropped.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(in crate::net) fn start(
        self,
        health: impl FnOnce() -> HealthPlaces + Send + 'static,
    ) -> std::io::Result<mpsc::Sender<Arrival>> {
        let (sender, arrivals) = mpsc::channel(WAITING);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let work = move || LocalSet::new().block_on(&runtime, async { self.run(arrivals, health()).await });
        std::thread::Builder::new().name("raidkeep-handshakes".to_owned()).spawn(work)?;
        Ok(sender)
    }

    /// Does the handshakes on the current thread.
    pub(in crate::net) fn open(self, health: HealthPlaces) -> mpsc::Sender<Arrival> {
        let (sender, arrivals) = mpsc::channel(WAITING);
        spawn_local(self.run(arrivals, health));
        sender
    }

    async fn run(self, mut arrivals: mpsc::Receiver<Arrival>, health: HealthPlaces) {
        let desk = Rc::new(self);
        let mut beyond_limits = Throttle::new(health.per_second());
        while let Some(arrival) = arrivals.recv().await {
            match arrival {
                Arrival::Client(stream, next) => drop(spawn_local(desk.clone().welcome(stream, next))),
                Arrival::BeyondLimits(_, excess) if beyond_limits.try_spend(Instant::now()).is_err() => excess.count(),
                Arrival::BeyondLimits(stream, excess) => {
                    let desk = desk.clone();
                    let wire = async move {
                        let stream = TcpStream::from_std(stream).ok()?;
                        let (stream, session) = desk.shake_hands(stream, None).await.ok()?;
                        Some(Wire::Encrypted(Box::new(EncryptedWire::new(stream, session))))
                    };
                    health.serve(wire, excess);
                }
            }
        }
    }

    async fn welcome(self: Rc<Self>, arrived: Stream, next: mpsc::Sender<Stream>) {
        let Stream { stream, peer: proxy, open, place, .. } = arrived;
        let outcome = match tokio::time::timeout(self.patience, self.secure(stream, proxy, place)).await {
            Ok(Ok(Some(secured))) => {
                let Secured { stream, session, peer, place } = secured;
                let session = Some(Box::new(session));
                if let Ok(stream) = stream.into_std() {
                    drop(next.send(Stream { stream, session, peer, open, place }).await);
                }
                "done"
            }
            Ok(Ok(None)) => return,
            Ok(Err(Failed::Plain)) => "plain",
            Ok(Err(Failed::Broken(error))) => {
                tracing::debug!(%proxy, %error, "a TLS handshake failed");
                "failed"
            }
            Err(_) => "late",
        };
        count(outcome);
    }

    /// `None` if the connection was refused before its handshake.
    async fn secure(
        &self,
        stream: std::net::TcpStream,
        proxy: SocketAddr,
        place: Option<Place>,
    ) -> Result<Option<Secured>, Failed> {
        let mut stream = TcpStream::from_std(stream)?;
        let Some((peer, place)) = self.admission.identify(&mut stream, proxy, place).await else {
            return Ok(None);
        };
        let (stream, session) = self.shake_hands(stream, place.as_ref()).await?;
        Ok(Some(Secured { stream, session, peer, place }))
    }

    async fn shake_hands(
        &self,
        mut stream: TcpStream,
        place: Option<&Place>,
    ) -> Result<(TcpStream, ServerConnection), Failed> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 0 {
            return Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into());
        }
        if first[0] != HANDSHAKE {
            stream.write_all(PLAIN_HINT.as_bytes()).await?;
            stream.shutdown().await?;
            // Closing with unread bytes would take back what was said.
            let mut rest = [0; 1024];
            while stream.read(&mut rest).await? > 0 {}
            return Err(Failed::Plain);
        }
        let _turn = match place {
            Some(place) => place.budget.handshake_turn().await,
            None => None,
        };
        let _ = stream.set_nodelay(true);
        Ok(self.acceptor.accept(stream).await?.into_inner())
    }
}

/// A connection after its handshake.
struct Secured {
    stream: TcpStream,
    session: ServerConnection,
    peer: SocketAddr,
    place: Option<Place>,
}

/// Why there is no encrypted connection.
enum Failed {
    /// The client speaks no TLS.
    Plain,
    /// The handshake failed.
    Broken(std::io::Error),
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error)
    }
}

/// How handshakes end: the labels of the metric.
pub const OUTCOMES: [&str; 4] = ["done", "failed", "late", "plain"];

fn count(outcome: &'static str) {
    metrics::counter!("raidkeep_tls_handshakes_total", "outcome" => outcome).increment(1);
}
