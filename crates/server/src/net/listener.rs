//! The ports that worlds share, and everything else that exists once per process: the way in, the folder of the
//! databases, the rules, the thread that calls platforms, and the shutdown.

mod cluster;
mod door;
mod opening;
mod realm;
mod rules;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use bevy_ecs::prelude::*;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::{Notify, mpsc, watch};

use crate::config::Config;
use crate::net::acceptor::{OpenCount, Stream};
use crate::net::address_file::Addresses;
use crate::net::admission::Admission;
use crate::net::bindings::AddressBindings;
use crate::net::inbox::Inbox;
use crate::net::incident_log::Telemetry;
use crate::net::limits::{AddressLimits, PlayerLimits};
use crate::net::links::Links;
use crate::net::operator::{OperatorDesk, OperatorToken, entropy};
use crate::net::post_office::PostOffice;
use crate::net::purses::PurseSearch;
use crate::net::rule_keeper::read_pinned;
use crate::net::start_error::{StartError, bind, system};
use crate::net::tls::Tls;
use crate::net::way_in::{Clientele, WayIn};
use crate::net::{caller, premises, trust};
use raidkeep_engine::open::{FolderStores, OpenRules, RulesPlugin, StorePlugin, WorldStores};
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::realm::RealmTaken;
use raidkeep_engine::reload::{Reloader, RulesPin, Watcher};
use raidkeep_engine::request::RequestTable;
use raidkeep_engine::request::route::RouteTable;
use raidkeep_engine::rules::AssetSource;
use raidkeep_engine::storage::Rows;
use raidkeep_engine::storage::folder::DataFolder;
use raidkeep_engine::verify::row_versions;
use raidkeep_game::narrator::GameMaster;

/// The ports for players and operators, and the worlds served there. Clones are the same listener; it closes when the last one is dropped.
#[derive(Clone)]
pub struct Listener(Arc<Shared>);

struct Shared {
    config: Arc<Config>,
    addresses: Addresses,
    /// Taken by the world that accepts connections.
    socket: Mutex<Option<std::net::TcpListener>>,
    /// Taken by the operators' thread.
    operators_socket: Mutex<Option<std::net::TcpListener>>,
    /// The operators', and those of `io_threads`.
    threads: Mutex<Vec<JoinHandle<()>>>,
    rules: RulesPlugin,
    assets: AssetSource,
    telemetry: Telemetry,
    /// Which rule set the worlds start under instead of what the assets have.
    pin: Option<RulesPin>,
    operators: Arc<OperatorDesk>,
    clients: raidkeep_realm::clients::ClientDirectory,
    offices: Arc<PostOffice>,
    doors: Vec<Door>,
    /// `None` = the realm lives in world 0, or there is none.
    realm: Option<Door>,
    open: OpenCount,
    admission: Arc<Admission>,
    /// `None` = nothing is encrypted.
    tls: Option<Tls>,
    caller: caller::PlatformClient,
    stores: Arc<dyn WorldStores>,
    /// To the other nodes of a cluster.
    links: Option<Arc<Links>>,
    following: Following,
    progress: Mutex<Progress>,
    has_changed: Condvar,
    /// Dropped, and so ended, before the folder is unlocked: it reads the databases.
    purses: Mutex<Option<PurseSearch>>,
    stop: watch::Sender<bool>,
    folder: DataFolder,
}

/// The state of the worlds.
#[derive(Default)]
struct Progress {
    ready: usize,
    /// What each world has taken of the realm.
    taken: BTreeMap<u32, RealmTaken>,
    /// Of the worlds that are ready, by their numbers.
    rows: BTreeMap<u32, Rows>,
    /// `None` = no world has come so far.
    commons: Option<Commons>,
    has_failed: bool,
    failure: Option<StartError>,
}

/// What the first world sets up for all.
struct Commons {
    way_in: Arc<WayIn>,
    reloader: Arc<Reloader>,
    watcher: Option<Watcher>,
    rows: RowVersions,
}

impl Commons {
    /// What each app takes of it.
    fn joined(&self) -> (Arc<WayIn>, Arc<Reloader>) {
        (self.way_in.clone(), self.reloader.clone())
    }
}

use cluster::{Following, NodesPort, RowVersions};
use door::Door;
pub use realm::RealmPlace;

impl Listener {
    /// Locks the folder of the databases and binds the ports. Connections are accepted once the first world runs.
    ///
    /// # Errors
    /// When another server has the folder or a port, when operators' tokens could be read on the network, or when an
    /// operating system call fails.
    pub fn bind(config: Config, assets: AssetSource, metrics: Option<PrometheusHandle>) -> Result<Self, StartError> {
        let folder = DataFolder::open(Path::new(&config.data), config.worlds, config.data_must_exist)?;
        let telemetry = Telemetry { metrics, ..Telemetry::default() };
        Self::bind_in(folder, config, assets, (telemetry, RealmPlace::Within, None))
    }

    /// The same in a folder that this process has locked, with the worlds in it, or in other stores. Nothing is written before
    /// the ports are bound.
    ///
    /// # Errors
    /// When another server has a port, when operators' tokens could be read on the network, or when an operating system call fails.
    pub fn bind_in(
        mut folder: DataFolder,
        config: Config,
        assets: AssetSource,
        (telemetry, realm, stores): (Telemetry, RealmPlace, Option<Arc<dyn WorldStores>>),
    ) -> Result<Self, StartError> {
        let admission = Admission::new(&config)?;
        let data = Path::new(&config.data);
        // What an earlier server has left there is wrong from now on.
        Addresses::remove(data);
        let (socket, players) = bind("listen", &config.listen)?;
        let (operators_socket, operators) = bind("admin.listen", &config.operators_listen()?)?;
        let nodes = NodesPort::bind(&config.cluster, stores.as_ref())?;
        let tls = Tls::open(&config.tls)?;
        let operators_tls = tls.is_some() && config.admin.encrypts(operators);
        config.admin.check_exposure(operators, &config.trusted_proxies, operators_tls)?;
        premises::prepare(&mut folder, &config)?;
        let desk = Arc::new(OperatorDesk::new(OperatorToken::load(data)?, config.roles()?));
        let caller = caller::start(trust::roots(&config.platforms.tls)?).map_err(system("start a thread"))?;
        let checks_after_crash = config.storage.check_after_crash;
        let stores = stores.unwrap_or_else(|| Arc::new(FolderStores { folder: data.to_owned(), checks_after_crash }));
        let pinned = if config.unpin_rules { None } else { read_pinned(data, realm, stores.shared())? };
        let (pin, first) = pinned.map_or_else(|| (None, assets.clone()), |(pin, set)| (Some(pin), set));
        pin.iter().for_each(rules::tell_pin);
        let capacity = config.limits.waiting_requests_per_world;
        let doors: Vec<Door> = (0..config.worlds).map(|world| Door::new(world, capacity)).collect();
        let realm = realm.door(capacity);
        let inboxes = doors.iter().map(|door| door.inbox.clone()).collect();
        let links = nodes.open(&config.cluster, &stores)?;
        let offices = PostOffice::new(inboxes, realm.as_ref().map(|door| door.inbox.clone())).linked(links.clone());
        let offices = Arc::new(offices);
        Ok(Self(Arc::new(Shared {
            config: Arc::new(config),
            addresses: Addresses { players, operators, players_tls: tls.is_some(), operators_tls },
            tls,
            socket: Mutex::new(Some(socket)),
            operators_socket: Mutex::new(Some(operators_socket)),
            threads: Mutex::default(),
            rules: RulesPlugin::new(first),
            assets,
            telemetry,
            pin,
            operators: desk,
            clients: Default::default(),
            offices,
            doors,
            realm,
            open: OpenCount::new(metrics::gauge!("raidkeep_connections")),
            admission: Arc::new(admission),
            caller,
            stores,
            links,
            following: Following::default(),
            progress: Mutex::default(),
            has_changed: Condvar::new(),
            purses: Mutex::default(),
            stop: watch::channel(false).0,
            folder,
        })))
    }

    /// The address it listens on for players.
    pub fn address(&self) -> SocketAddr {
        self.0.addresses.players
    }

    /// The address it listens on for operators.
    pub fn operators_address(&self) -> SocketAddr {
        self.0.addresses.operators
    }

    /// How many worlds there will be.
    pub fn worlds(&self) -> u32 {
        self.0.config.worlds
    }

    /// Waits until every world takes requests.
    ///
    /// # Errors
    /// When one of them has failed; the others stop then. Only the first call returns the cause.
    pub fn wait_until_ready(&self) -> Result<(), StartError> {
        let mut progress = lock(&self.0.progress);
        while progress.ready < self.0.expected() && !progress.has_failed {
            progress = self.0.has_changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
        }
        let other = || system("start a world")(std::io::Error::other("the cause was already reported"));
        if progress.has_failed { Err(progress.failure.take().unwrap_or_else(other)) } else { Ok(()) }
    }

    /// Reads the assets again, as `rules_reload` does, and the certificate. Blocks until they are checked.
    pub fn reload(&self) {
        self.0.tls.iter().for_each(Tls::reload);
        let reloader = lock(&self.0.progress).commons.as_ref().map(|commons| commons.reloader.clone());
        if let Some(reloader) = reloader {
            Self::reload_rules(&reloader);
        }
    }

    /// Stops all worlds in an orderly way: refuses new requests, finishes those accepted, commits, and closes the
    /// sockets. Returns at once; the apps' `run` returns when it is done.
    pub fn stop(&self) {
        self.0.doors.iter().chain(&self.0.realm).for_each(|door| door.inbox.stop());
        self.0.stop.send_replace(true);
    }

    /// Stops all worlds because one of them cannot start.
    pub(super) fn fail(&self, error: StartError) {
        let mut progress = lock(&self.0.progress);
        progress.has_failed = true;
        progress.failure.get_or_insert(error);
        drop(progress);
        self.0.has_changed.notify_all();
        self.stop();
    }

    pub(super) fn has_failed(&self) -> bool {
        lock(&self.0.progress).has_failed
    }

    /// Claims the seat of a world.
    pub(super) fn seat(&self, number: u32) -> Result<Seat, StartError> {
        let door = self.0.door(number);
        let streams = door.and_then(|door| Some((door, lock(&door.received).take()?)));
        let (door, streams) = streams.ok_or(StartError::NoPlace { number, worlds: self.0.doors.len() })?;
        Ok(Seat { number, inbox: door.inbox.clone(), notify: door.notify.clone(), streams, listener: self.clone() })
    }
}

/// The seat of one world at its listener.
pub(super) struct Seat {
    pub(super) number: u32,
    pub(super) inbox: Arc<Inbox>,
    pub(super) notify: Arc<Notify>,
    pub(super) streams: mpsc::Receiver<Stream>,
    pub(super) listener: Listener,
}

impl Seat {
    pub(super) fn config(&self) -> &Arc<Config> {
        &self.listener.0.config
    }

    pub(super) fn rules(&self) -> RulesPlugin {
        if self.is_realms() {
            // The realm plays no game.
            return RulesPlugin::new(AssetSource::Texts(BTreeMap::default()));
        }
        self.listener.0.rules.clone()
    }

    pub(super) fn store(&self) -> StorePlugin {
        StorePlugin { stores: self.stores().clone(), world: self.number }
    }

    /// Where the worlds are kept.
    pub(super) fn stores(&self) -> &Arc<dyn WorldStores> {
        &self.listener.0.stores
    }

    pub(super) fn place(&self) -> WorldPlace {
        WorldPlace { number: self.number, worlds: self.listener.worlds() }
    }

    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.listener.0.stop.subscribe()
    }

    pub(super) fn offices(&self) -> Arc<PostOffice> {
        self.listener.0.offices.clone()
    }

    pub(super) fn admission(&self) -> Arc<Admission> {
        self.listener.0.admission.clone()
    }

    pub(super) fn caller(&self) -> caller::PlatformClient {
        self.listener.0.caller.clone()
    }

    /// Whether these are the functions of the other worlds, or those that the realm had before.
    pub(super) fn has_functions(&self, functions: &RequestTable) -> bool {
        self.listener.0.offices.has_functions(self.number, functions)
    }

    /// The way in and the reloader of all worlds, set up by the first one from its own tables and rules.
    pub(super) fn join(&self, world: &World, rules: OpenRules) -> Result<(Arc<WayIn>, Arc<Reloader>), StartError> {
        let requests = world.get_resource::<RequestTable>().ok_or(StartError::Missing { what: "functions" })?;
        self.listener.0.offices.open(self.number, requests);
        if self.is_realms() {
            return self.await_commons();
        }
        let mut progress = lock(&self.listener.0.progress);
        let commons = match &mut progress.commons {
            Some(commons) => commons,
            none => none.insert(self.listener.0.commons_of(world, requests, rules)?),
        };
        if !self.has_functions(requests) {
            return Err(StartError::OtherFunctions { number: self.number });
        }
        let joined = commons.joined();
        drop(progress);
        self.listener.0.has_changed.notify_all();
        Ok(joined)
    }
}

impl Shared {
    fn commons_of(&self, world: &World, requests: &RequestTable, open: OpenRules) -> Result<Commons, StartError> {
        let game_master = open.rules.tables.get::<GameMaster>().map_or("", |master| master.role.as_str());
        let routes = world.get_resource::<RouteTable>().cloned().unwrap_or_default();
        let way_in = self.way_in(Clientele::Players, requests, routes, game_master);
        let reloader = Arc::new(self.reloader(open)?);
        Ok(Commons { way_in: Arc::new(way_in), reloader, watcher: None, rows: row_versions(world) })
    }

    /// A way in with limits of its own.
    fn way_in(&self, clientele: Clientele, requests: &RequestTable, routes: RouteTable, game_master: &str) -> WayIn {
        let config = &self.config;
        WayIn {
            clientele,
            requests: requests.clone(),
            routes,
            address_bindings: AddressBindings::new(config.legacy_address_binding, game_master),
            address_limits: AddressLimits::new(&config.limits),
            offices: self.offices.clone(),
            operators: self.operators.clone(),
            clients: self.clients.clone(),
            player_limits: PlayerLimits::new(config.limits.requests_per_second_per_player),
            entropy: Box::new(entropy),
        }
    }

    /// Tells commands on this machine where the server listens.
    fn publish_addresses(&self) {
        if let Err(error) = self.addresses.write(Path::new(&self.config.data)) {
            tracing::warn!(%error, "cannot write the server's addresses; commands need --url and --admin-url");
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let commons = lock(&self.progress).commons.take();
        if let Some(watcher) = commons.and_then(|commons| commons.watcher) {
            watcher.stop();
        }
        self.stop.send_replace(true);
        let threads = std::mem::take(&mut *lock(&self.threads));
        if threads.into_iter().filter_map(|thread| thread.join().err()).count() > 0 {
            tracing::error!("a thread of the sockets panicked");
        }
        if let Some(links) = &self.links {
            links.close();
        }
        Addresses::remove(Path::new(&self.config.data));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
