//! The nodes of a cluster at a listener: links to the others, and a realm that one of them may have.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::config::ClusterSettings;
use crate::net::links::Links;
use crate::net::listener::{Progress, Seat, Shared, lock};
use crate::net::rule_keeper::RuleFollower;
use crate::net::start_error::{StartError, bind};
pub(super) use raidkeep_engine::cluster::RowVersions;
use raidkeep_engine::open::WorldStores;
use raidkeep_engine::outside::REALM;
use raidkeep_engine::reload::Reloader;
use raidkeep_engine::storage::Rows;

/// How often a node looks at a realm on another one.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);

/// Where other nodes reach this one.
pub(super) struct NodesPort(Option<(TcpListener, SocketAddr)>);

impl NodesPort {
    /// Binds it, if other nodes can have the worlds.
    ///
    /// # Errors
    /// When another process has the port.
    pub(super) fn bind(settings: &ClusterSettings, stores: Option<&Arc<dyn WorldStores>>) -> Result<Self, StartError> {
        let is_shared = stores.is_some_and(|stores| stores.shared().is_some());
        Ok(Self(if is_shared { Some(bind("cluster.listen", &settings.listen)?) } else { None }))
    }

    /// Begins to make links.
    ///
    /// # Errors
    /// When the system gives no thread, or no certificate can be made.
    pub(super) fn open(
        self,
        settings: &ClusterSettings,
        stores: &Arc<dyn WorldStores>,
    ) -> Result<Option<Arc<Links>>, StartError> {
        let Some((socket, own)) = self.0 else { return Ok(None) };
        Ok(Some(Arc::new(Links::start(stores.clone(), socket, settings.address_of(own))?)))
    }
}

/// Follows a realm that may be on another node.
#[derive(Default)]
pub(super) struct Following {
    rules: RuleFollower,
    /// Ends the thread when it is dropped.
    stop: Mutex<Option<Sender<Infallible>>>,
}

impl Seat {
    /// Puts into force what the realm has in force, where the realm may be on another node. `rows` are those of the world that
    /// has come here.
    pub(in crate::net) fn follow_rules(&self, reloader: &Reloader, rows: &Rows) -> Result<(), StartError> {
        let shared = &self.listener.0;
        match shared.stores.shared() {
            Some(_) if self.is_realms() => shared.following.rules.follow(reloader, rows),
            Some(stores) => shared.following.rules.follow(reloader, &stores.peek(REALM)?),
            None => Ok(()),
        }
    }
}

impl Shared {
    /// Tells the other nodes of this one, and follows a realm that they have.
    pub(super) fn join_cluster(self: &Arc<Self>, progress: &Progress) {
        let (Some(links), Some(commons)) = (&self.links, &progress.commons) else { return };
        if let Err(error) = links.introduce(commons.rows.clone()) {
            tracing::error!(%error, "the other nodes are not told of this one, and pass no requests on to it");
        }
        let (sender, stopped) = channel::<Infallible>();
        *lock(&self.following.stop) = Some(sender);
        let (shared, reloader) = (Arc::downgrade(self), commons.reloader.clone());
        let follow = move || {
            while matches!(stopped.recv_timeout(FOLLOW_EVERY), Err(RecvTimeoutError::Timeout)) {
                let Some(shared) = shared.upgrade() else { return };
                shared.follow_realm(&reloader);
            }
        };
        let thread = std::thread::Builder::new().name("raidkeep-follow".to_owned());
        if let Err(error) = thread.spawn(follow) {
            tracing::error!(%error, "this node does not follow the rules of a realm on another one");
        }
    }

    /// Takes over what the realm has in force for all nodes, if it is on another one.
    fn follow_realm(&self, reloader: &Reloader) {
        let is_here = self.realm.as_ref().is_none_or(|realm| !realm.inbox.has_storage_failed());
        let Some(stores) = self.stores.shared().filter(|_| !is_here) else { return };
        let followed = stores.peek(REALM).map_err(StartError::from).and_then(|rows| {
            self.following.rules.follow(reloader, &rows)?;
            Ok(self.clients.follow(&rows)?)
        });
        if let Err(error) = followed {
            tracing::warn!(%error, "this node cannot follow the realm, and goes on as before");
        }
    }
}
