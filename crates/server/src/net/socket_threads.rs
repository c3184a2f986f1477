//! How a thread serves its sockets, whatever else it does; and threads that serve sockets and run no world (`io_threads`), so that
//! the whole of a world's thread is its world's.

use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{LocalSet, spawn_local};

use crate::config::Config;
use crate::net::acceptor::Stream;
use crate::net::admission::Admission;
use crate::net::http::{self, Discovery, Site};
use crate::net::sockets::Sockets;
use crate::net::way_in::WayIn;

/// Connections that wait for a thread.
pub(super) const WAITING_STREAMS: usize = 1024;

/// The sockets of the current thread, which serves those that come.
pub(super) struct Serving {
    sockets: Rc<Sockets>,
    supervisor: tokio::task::JoinHandle<()>,
    receiver: tokio::task::JoinHandle<()>,
}

impl Serving {
    /// Begins to serve the connections that are sent.
    pub(super) fn begin(streams: mpsc::Receiver<Stream>, site: Site) -> Self {
        let sockets = site.sockets.clone();
        let supervisor = spawn_local(sockets.clone().supervise());
        let receiver = spawn_local(http::serve_streams(streams, Rc::new(site)));
        Self { sockets, supervisor, receiver }
    }

    /// Takes no more connections.
    pub(super) fn take_no_more(&self) {
        self.receiver.abort();
    }

    /// The same, has every socket finish its accepted requests, and waits until all are closed.
    pub(super) async fn end(self) {
        self.take_no_more();
        self.sockets.stop();
        let patience = Duration::from_secs(self.sockets.config().limits.stop_seconds);
        let _ = tokio::time::timeout(patience, self.sockets.all_closed()).await;
        self.supervisor.abort();
    }
}

/// What such a thread needs.
#[derive(Clone)]
pub(super) struct SocketThread {
    /// The settings.
    pub(super) config: Arc<Config>,
    /// Who may connect.
    pub(super) admission: Arc<Admission>,
    /// The players' way in to the worlds.
    pub(super) way_in: Arc<WayIn>,
    /// What SUD discovers.
    pub(super) discovery: Option<Discovery>,
    /// Whether the server is stopping.
    pub(super) stopping: watch::Receiver<bool>,
}

impl SocketThread {
    /// Serves the connections that are sent, until the server stops.
    pub(super) fn start(self, number: u32) -> std::io::Result<(mpsc::Sender<Stream>, JoinHandle<()>)> {
        let (sender, streams) = mpsc::channel(WAITING_STREAMS);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let builder = std::thread::Builder::new().name(format!("raidkeep-io-{number}"));
        let thread = builder.spawn(move || LocalSet::new().block_on(&runtime, self.serve(streams)))?;
        Ok((sender, thread))
    }

    async fn serve(mut self, streams: mpsc::Receiver<Stream>) {
        let sockets = Rc::new(Sockets::new(self.way_in, self.config));
        let serving = Serving::begin(streams, Site::of_players(sockets, self.admission, self.discovery));
        // An error means that the server is gone.
        let _ = self.stopping.wait_for(|stop| *stop).await;
        serving.end().await;
    }
}
