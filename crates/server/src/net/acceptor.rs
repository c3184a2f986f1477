//! The way from the port to the thread that serves a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use metrics::Gauge;
use rustls::ServerConnection;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::net::admission::Admission;
use crate::net::health::HealthPlaces;
use crate::net::places::{Excess, Place};
use crate::net::tls::{Arrival, Wire};

/// Why connections are refused: the labels of the metric `raidkeep_connections_refused_total`.
pub const REFUSALS: [&str; 4] = ["full", "address", "stranger", "proxy_header"];

/// Accepts connections and distributes them round-robin to the threads that serve them.
pub(super) struct Acceptor {
    pub(super) senders: Vec<mpsc::Sender<Stream>>,
    pub(super) open: OpenCount,
    pub(super) connections_max: usize,
    pub(super) health: HealthPlaces,
    pub(super) admission: Arc<Admission>,
    /// Who does the TLS handshakes; `None` = nothing is encrypted.
    pub(super) handshakes: Option<mpsc::Sender<Arrival>>,
}

/// How many connections of a listener are open.
#[derive(Clone)]
pub(super) struct OpenCount {
    count: Arc<AtomicUsize>,
    gauge: Gauge,
}

impl OpenCount {
    /// None yet.
    pub(super) fn new(gauge: Gauge) -> Self {
        Self { count: Arc::default(), gauge }
    }

    fn get(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    fn add(&self) -> OpenConnection {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.gauge.increment(1);
        OpenConnection(self.clone())
    }
}

/// Counts a connection for as long as any part of it lives.
pub struct OpenConnection(OpenCount);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::Relaxed);
        self.0.gauge.decrement(1);
    }
}

impl Acceptor {
    pub(super) async fn run(self, socket: std::net::TcpListener) {
        let listener = match TcpListener::from_std(socket) {
            Ok(listener) => listener,
            Err(error) => return tracing::error!(%error, "cannot accept connections"),
        };
        let mut complaint = Complaint::default();
        for sender in self.senders.iter().cycle() {
            match listener.accept().await {
                Ok((stream, peer)) => self.hand_on(stream, peer, sender).await,
                Err(error) => {
                    complaint.note(&error);
                    // Most likely out of file descriptors: pausing lets connections end.
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    async fn hand_on(&self, stream: TcpStream, peer: SocketAddr, sender: &mpsc::Sender<Stream>) {
        // A socket for both versions of IP shows IPv4 addresses as IPv6 ones.
        let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
        let place = match self.open.get() >= self.connections_max {
            true => Err(Excess::InAll),
            false => self.admission.place(peer.ip()),
        };
        let place = match place {
            Ok(place) => place,
            Err(Excess::Stranger) => return refuse(&stream, Excess::Stranger),
            Err(excess) => {
                match &self.handshakes {
                    None => self.health.serve(std::future::ready(Some(Wire::Plain(stream))), excess),
                    Some(handshakes) => {
                        if let Ok(stream) = stream.into_std() {
                            drop(handshakes.send(Arrival::BeyondLimits(stream, excess)).await);
                        }
                    }
                }
                // What has been sent already is answered before the next connection may take the place.
                return tokio::task::yield_now().await;
            }
        };
        let open = self.open.add();
        match stream.into_std() {
            Ok(stream) => {
                let stream = Stream { stream, session: None, peer, open, place };
                match &self.handshakes {
                    None => drop(sender.send(stream).await),
                    Some(handshakes) => drop(handshakes.send(Arrival::Client(stream, sender.clone())).await),
                }
            }
            Err(error) => tracing::debug!(%peer, %error, "a connection was lost on its way to a world"),
        }
    }
}

/// Refuses a connection before anything is read from it.
pub(super) fn refuse(stream: &TcpStream, excess: Excess) {
    excess.count();
    let body = excess.message();
    let reply = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    // Whoever does not read fast enough learns it from the closed connection.
    let _ = stream.try_write(reply.as_bytes());
}

/// The pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The shortest time between two log lines about connections that cannot be accepted.
const COMPLAINT_EVERY: Duration = Duration::from_secs(1);

/// Logs at most once a second that connections cannot be accepted.
#[derive(Default)]
struct Complaint {
    told_at: Option<Instant>,
    untold: u64,
}

impl Complaint {
    fn note(&mut self, error: &std::io::Error) {
        self.untold += 1;
        let now = Instant::now();
        if self.told_at.is_none_or(|at| now - at >= COMPLAINT_EVERY) {
            let failures = std::mem::take(&mut self.untold);
            self.told_at = Some(now);
            tracing::error!(%error, failures, "cannot accept connections; check the limit of open files (ulimit -n)");
        }
    }
}

/// A connection on its way to the thread that serves it.
pub(super) struct Stream {
    pub(super) stream: std::net::TcpStream,
    /// After a TLS handshake. Then it is known who the connection is from.
    pub(super) session: Option<Box<ServerConnection>>,
    pub(super) peer: SocketAddr,
    pub(super) open: OpenConnection,
    /// `None` if it comes from a trusted proxy.
    pub(super) place: Option<Place>,
}
