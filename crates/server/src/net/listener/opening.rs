//! Opens the ports: who accepts connections, and who does their handshakes.

use std::sync::Arc;
use std::time::Duration;

use crate::net::acceptor::{Acceptor, Stream};
use crate::net::address_file::Addresses;
use crate::net::admission::Admission;
use crate::net::http::{self, Discovery};
use crate::net::listener::{Seat, Shared, lock};
use crate::net::operators::OperatorsDoor;
use crate::net::purses::PurseSearch;
use crate::net::socket_threads::SocketThread;
use crate::net::start_error::{StartError, system};
use crate::net::tls::HandshakeDesk;
use crate::net::way_in::{Clientele, WayIn};
use raidkeep_engine::storage::Rows;
use tokio::sync::mpsc;

impl Seat {
    /// Starts accepting connections; only the first call has an effect.
    pub(in crate::net) fn acceptor(
        &self,
        way_in: &Arc<WayIn>,
        discovery: Option<&Discovery>,
    ) -> Result<Option<(Acceptor, std::net::TcpListener)>, StartError> {
        let shared = &self.listener.0;
        if self.is_realms() {
            return Ok(None);
        }
        let Some(socket) = lock(&shared.socket).take() else {
            return Ok(None);
        };
        let senders = match shared.config.io_threads {
            0 => shared.doors.iter().map(|door| door.streams.clone()).collect(),
            count => self.start_socket_threads(count, way_in, discovery)?,
        };
        let connections_max = shared.config.limits.connections;
        let health = http::health_places(&shared.config, way_in);
        let (open, admission) = (shared.open.clone(), shared.admission.clone());
        let handshakes = match shared.handshake_desk(&admission) {
            Some(desk) => {
                let (config, way_in) = (shared.config.clone(), way_in.clone());
                let started = desk.start(move || http::health_places(&config, &way_in));
                Some(started.map_err(system("start a thread"))?)
            }
            None => None,
        };
        Ok(Some((Acceptor { senders, open, connections_max, health, admission, handshakes }, socket)))
    }

    /// Starts the threads that serve the sockets instead of the worlds' own.
    fn start_socket_threads(
        &self,
        count: u32,
        way_in: &Arc<WayIn>,
        discovery: Option<&Discovery>,
    ) -> Result<Vec<mpsc::Sender<Stream>>, StartError> {
        let thread = SocketThread {
            config: self.config().clone(),
            admission: self.admission(),
            way_in: way_in.clone(),
            discovery: discovery.cloned(),
            stopping: self.stopping(),
        };
        let mut senders = Vec::new();
        for number in 0..count {
            let (sender, handle) = thread.clone().start(number).map_err(system("start a thread"))?;
            senders.push(sender);
            lock(&self.listener.0.threads).push(handle);
        }
        Ok(senders)
    }

    /// Reports that the world accepts requests, or refuses them because another node has it. Once all do, `rows` of those
    /// that are here are searched for shared purses.
    pub(in crate::net) fn note_ready(&self, rows: Option<Rows>) {
        let mut progress = lock(&self.listener.0.progress);
        progress.ready += 1;
        if let Some(rows) = rows.filter(|_| !self.is_realms()) {
            progress.rows.insert(self.number, rows);
        }
        if progress.ready == self.listener.0.expected() {
            let rows: Vec<Rows> = std::mem::take(&mut progress.rows).into_values().collect();
            if !rows.is_empty() {
                *lock(&self.listener.0.purses) = PurseSearch::start(rows);
            }
            self.listener.0.folder.note_made();
            self.listener.0.publish_addresses();
            self.listener.0.join_cluster(&progress);
            if self.listener.0.stores.shared().is_none() {
                self.listener.0.begin_publishing(&mut progress);
            }
        }
        drop(progress);
        self.listener.0.has_changed.notify_all();
    }

    /// Opens the operators' listener beside the players' way in; only the first call has an effect.
    pub(in crate::net) fn open_for_operators(&self, players: &WayIn) -> Result<(), StartError> {
        let shared = &self.listener.0;
        let Some(socket) = lock(&shared.operators_socket).take() else {
            return Ok(());
        };
        let way_in = shared.way_in(Clientele::Operators, &players.requests, players.routes.clone(), "");
        let Addresses { operators, operators_tls, .. } = shared.addresses;
        let admission = Arc::new(Admission::for_operators(&shared.config, operators, operators_tls)?);
        let way_in = Arc::new(way_in);
        if let (Some(links), Some(commons)) = (&shared.links, &lock(&shared.progress).commons) {
            links.open(&commons.way_in, &way_in);
        }
        let door = OperatorsDoor {
            config: shared.config.clone(),
            handshakes: shared.handshake_desk(&admission).filter(|_| operators_tls),
            admission,
            way_in,
            telemetry: shared.telemetry.clone(),
            stopping: self.stopping(),
        };
        lock(&shared.threads).push(door.open(socket).map_err(system("start a thread"))?);
        Ok(())
    }
}

impl Shared {
    /// Who does the handshakes of a listener with this admission; `None` = nothing is encrypted.
    fn handshake_desk(&self, admission: &Arc<Admission>) -> Option<HandshakeDesk> {
        let (acceptor, admission) = (self.tls.as_ref()?.acceptor(), admission.clone());
        let patience = Duration::from_secs(self.config.limits.handshake_seconds);
        Some(HandshakeDesk { acceptor, admission, patience })
    }
}
