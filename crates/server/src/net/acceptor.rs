//! The way from the port to the thread that serves a connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::net::admission::Admission;
use crate::net::listener::StartError;
use crate::net::places::{Excess, Place};

/// Accepts connections and distributes them round-robin to the worlds' threads.
pub(super) struct Acceptor {
    pub(super) senders: Vec<mpsc::Sender<Stream>>,
    pub(super) open: Arc<AtomicUsize>,
    pub(super) connections_max: usize,
    pub(super) admission: Arc<Admission>,
}

/// Counts a connection for as long as any part of it lives.
pub struct OpenConnection(Arc<AtomicUsize>);

impl OpenConnection {
    fn count(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        metrics::gauge!("raidkeep_connections").increment(1);
        Self(open.clone())
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
        metrics::gauge!("raidkeep_connections").decrement(1);
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
        if self.open.load(Ordering::Relaxed) >= self.connections_max {
            return refuse(&stream, Excess::InAll);
        }
        let Ok(place) = self.admission.place(peer.ip()) else {
            return refuse(&stream, Excess::OfAddress);
        };
        let open = OpenConnection::count(&self.open);
        match stream.into_std() {
            Ok(stream) => drop(sender.send(Stream { stream, peer, open, place }).await),
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

/// A port to accept connections on.
pub(super) fn bind(address: &str) -> Result<std::net::TcpListener, StartError> {
    let bound = std::net::TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    bound.map_err(|source| StartError::Bind { address: address.to_owned(), source })
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
    pub(super) peer: SocketAddr,
    pub(super) open: OpenConnection,
    /// `None` if it comes from a trusted proxy.
    pub(super) place: Option<Place>,
}
