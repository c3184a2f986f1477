//! The operators' listener, on a thread of its own: whatever players do to their listener and the worlds' threads, it
//! accepts, answers what needs no world, and hands requests to the worlds.

use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{mpsc, watch};
use tokio::task::{LocalSet, spawn_local};

use crate::config::Config;
use crate::net::acceptor::{Acceptor, OpenCount, Stream};
use crate::net::admission::Admission;
use crate::net::http::{self, Site};
use crate::net::incident_log::Telemetry;
use crate::net::pages::Pages;
use crate::net::socket_threads::Serving;
use crate::net::sockets::Sockets;
use crate::net::tls::HandshakeDesk;
use crate::net::way_in::WayIn;

/// Connections that wait for the thread.
const WAITING_STREAMS: usize = 16;

/// What the listener needs.
pub(super) struct OperatorsDoor {
    /// The settings.
    pub(super) config: Arc<Config>,
    /// Who may connect.
    pub(super) admission: Arc<Admission>,
    /// Who does its handshakes; `None` = nothing is encrypted.
    pub(super) handshakes: Option<HandshakeDesk>,
    /// Its own way in to the worlds.
    pub(super) way_in: Arc<WayIn>,
    /// What `/metrics` shows, and what the realm is told of the log.
    pub(super) telemetry: Telemetry,
    /// Whether the server is stopping.
    pub(super) stopping: watch::Receiver<bool>,
}

impl OperatorsDoor {
    /// Serves the socket until the server stops.
    pub(super) fn open(self, socket: std::net::TcpListener) -> std::io::Result<JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let builder = std::thread::Builder::new().name("raidkeep-operators".to_owned());
        builder.spawn(move || LocalSet::new().block_on(&runtime, self.serve(socket)))
    }

    async fn serve(mut self, socket: std::net::TcpListener) {
        let (sender, streams) = mpsc::channel::<Stream>(WAITING_STREAMS);
        let acceptor = Acceptor {
            senders: vec![sender],
            open: OpenCount::new(metrics::gauge!("raidkeep_operator_connections")),
            connections_max: self.config.admin.connections,
            health: http::health_places(&self.config, &self.way_in),
            admission: self.admission.clone(),
            handshakes: self.handshakes.map(|desk| desk.open(http::health_places(&self.config, &self.way_in))),
        };
        let health = http::health_state(&self.config, &self.way_in);
        let reporter = spawn_local(self.telemetry.incidents.report_to(self.way_in.offices.clone()));
        let sockets = Rc::new(Sockets::new(self.way_in, self.config.clone()));
        let site = Site {
            sockets,
            metrics: self.telemetry.metrics,
            health,
            page: Some(Pages::console()),
            discovery: None,
            admission: self.admission,
        };
        let serving = Serving::begin(streams, site);
        let accepting = spawn_local(acceptor.run(socket));
        // An error means that the server is gone.
        let _ = self.stopping.wait_for(|stop| *stop).await;
        accepting.abort();
        serving.end().await;
        reporter.abort();
    }
}
