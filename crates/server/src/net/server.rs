//! Starting and stopping a server: worlds, threads, the listener.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use bevy_app::App;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::LocalSet;

use crate::config::{Config, ConfigError};
use crate::net::bindings::AddressBindings;
use crate::net::caller::{self, Caller};
use crate::net::http::{self, Discovery, Site};
use crate::net::inbox::Inbox;
use crate::net::limits::{AddressLimits, PlayerLimits};
use crate::net::operator::{OperatorToken, entropy};
use crate::net::shard::{Sockets, WorldLoop};
use crate::net::way_in::WayIn;
use raidkeep_engine::clock::wall_ms;
use raidkeep_engine::journal::{self, About, FileJournal, Recorder, program_name};
use raidkeep_engine::reload::reloader::Subscriber;
use raidkeep_engine::reload::{Reloader, Reloading, RulesNews, Watcher};
use raidkeep_engine::request::RequestTable;
use raidkeep_engine::request::route::RouteTable;
use raidkeep_engine::rules::{AssetSource, LoadedRules, Problems};
use raidkeep_engine::start::{Start, catalogue, start_app};
use raidkeep_engine::storage::store::Store;
use raidkeep_engine::storage::worker::{Listener, StorageEvent, StorageWorker, describe};
use raidkeep_engine::storage::{StorageError, folder};
use raidkeep_engine::tick::{Input, Simulation};
use raidkeep_game::GameSettings;
use raidkeep_game::narrator::GameMaster;
use raidkeep_sandbox::SandboxSettings;
use raidkeep_sandbox::server::SandboxServer;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The assets; every mistake is listed.
    #[error("{count} mistakes in the assets ({place}); the server does not start with broken rules:\n{problems}")]
    Assets {
        /// How many.
        count: usize,
        /// Where the assets are.
        place: String,
        /// All of them.
        problems: Problems,
    },
    /// The databases.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// A world's databases cannot be brought to where they were.
    #[error(
        "world {number} in {data}: {source}. Every change that was answered is there; when the cause is mended (disk \
         full? device gone?) start again"
    )]
    World {
        /// Which.
        number: u32,
        /// The folder.
        data: String,
        /// Why not.
        source: StorageError,
    },
    /// The port.
    #[error("cannot listen on {address}: {source}. Is another server running there? --listen takes another address")]
    Bind {
        /// As configured.
        address: String,
        /// Why.
        source: std::io::Error,
    },
    /// Something the operating system refused.
    #[error("cannot {action}: {source}")]
    System {
        /// What was tried.
        action: &'static str,
        /// Why not.
        source: std::io::Error,
    },
}

fn system(action: &'static str) -> impl FnOnce(std::io::Error) -> StartError {
    move |source| StartError::System { action, source }
}

/// A server that runs.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// The sandbox, when a platform is that.
    pub sandbox: Option<SandboxServer>,
    stop: watch::Sender<bool>,
    worlds: Vec<Arc<Inbox>>,
    threads: Vec<JoinHandle<()>>,
    watcher: Option<Watcher>,
    _lock: std::fs::File,
}

impl Server {
    /// Starts the worlds and listens.
    pub fn start(config: Config, assets: &AssetSource, metrics: Option<PrometheusHandle>) -> Result<Self, StartError> {
        Self::start_extended(config, assets, metrics, |_| {})
    }

    /// The same with features of somebody else's, which `extend` adds to each world.
    pub fn start_extended(
        config: Config,
        assets: &AssetSource,
        metrics: Option<PrometheusHandle>,
        extend: fn(&mut App),
    ) -> Result<Self, StartError> {
        let mut settings = config.game()?;
        let rules = load_rules(&mut build_app(&settings, extend), assets)?;
        let data = PathBuf::from(&config.data);
        // Two servers on one folder would each overwrite what the other has promised.
        let lock = folder::lock(&data)?;
        let operator = OperatorToken::load(&data).map_err(system("read or make the operator token"))?;
        let listener = bind(&config.listen)?;
        let address = listener.local_addr().map_err(system("read the listening address"))?;
        let sandbox = start_sandbox(&config, &data)?;
        let known = sandbox.as_ref().map(|(sandbox, settings)| (format!("http://{}", sandbox.address), settings));
        let known = known.as_ref().map(|(url, settings)| (url.as_str(), *settings));
        let environment = |name: &str| std::env::var(name).ok();
        settings.platforms = config.platforms.resolve(known, &format!("http://{address}"), &environment)?;
        keep_rules(&config, &rules, assets)?;
        if let Some(push) = &mut settings.legacy_push {
            let sandbox_port = sandbox.as_ref().map(|(sandbox, _)| sandbox.address.port());
            push.refused_ports = std::iter::once(address.port()).chain(sandbox_port).collect();
        }
        let worlds = open_worlds(&config, &data)?;
        let mut app = build_app(&settings, extend);
        let game_master = rules.tables.get::<GameMaster>().map_or("", |master| master.role.as_str());
        let way_in = Arc::new(WayIn {
            requests: app.world().resource::<RequestTable>().clone(),
            routes: app.world().resource::<RouteTable>().clone(),
            address_bindings: AddressBindings::new(config.legacy_address_binding, game_master),
            address_limits: AddressLimits::new(config.limits.requests_per_second_per_address),
            worlds: worlds.iter().map(|world| world.inbox.clone()).collect(),
            operator,
            player_limits: PlayerLimits::new(config.limits.requests_per_second_per_player),
            entropy: Box::new(entropy),
        });
        let (stop, _) = watch::channel(false);
        let (caller, calling) = caller::start().map_err(system("start a thread"))?;
        let inboxes = way_in.worlds.clone();
        let (reloader, watcher) = start_reloading(&config, &mut app, assets, &rules, &inboxes);
        let config = Arc::new(config);
        let shared = Shared { config, settings, extend, rules, reloader, way_in, metrics, caller, stop: stop.clone() };
        let mut threads = start_threads(&shared, worlds, listener)?;
        // It ends when the worlds have.
        threads.push(calling);
        let sandbox = sandbox.map(|(sandbox, _)| sandbox);
        Ok(Self { address, sandbox, stop, worlds: inboxes, threads, watcher, _lock: lock })
    }

    /// Stops: refuses new work, finishes what was taken in, commits, and closes the sockets.
    pub fn stop(self) {
        self.worlds.iter().for_each(|world| world.stop());
        let _ = self.stop.send(true);
        self.join();
    }

    fn join(self) {
        if let Some(watcher) = self.watcher {
            watcher.stop();
        }
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a world's thread panicked; every change that was answered is on disk");
            }
        }
    }
}

/// Starts the sandbox if a platform is to be that. What is paid there is remembered beside the worlds.
fn start_sandbox(config: &Config, data: &Path) -> Result<Option<(SandboxServer, SandboxSettings)>, StartError> {
    if !config.platforms.wants_sandbox() {
        return Ok(None);
    }
    let settings = SandboxSettings::shipped();
    let settings = settings.map_err(|mistake| ConfigError::Value { key: "config/sandbox.ron", mistake })?;
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let sandbox = SandboxServer::start(settings.clone(), listen, Some(&data.join("sandbox.json")));
    Ok(Some((sandbox.map_err(system("start the sandbox of the platforms"))?, settings)))
}

/// A journal is played under the rules it was written under, so a copy of them stands beside it.
fn keep_rules(config: &Config, rules: &LoadedRules, assets: &AssetSource) -> Result<(), StartError> {
    let folder = &config.journal.folder;
    if folder.is_empty() {
        return Ok(());
    }
    journal::file::keep_rules(Path::new(folder), rules, assets).map_err(system("copy the assets beside the journal"))
}

/// Takes the news before the worlds do, so that the copy of the rules is there when a journal names them.
fn journal_rules(config: &Config, assets: &AssetSource) -> Option<Subscriber> {
    let folder = PathBuf::from(&config.journal.folder);
    let assets = assets.clone();
    let subscriber: Subscriber = Box::new(move |news| {
        if let RulesNews::Changed(rules) = news
            && let Err(error) = journal::file::keep_rules(&folder, &rules, &assets)
        {
            tracing::error!(%error, "the new rules cannot be copied beside the journal; it can be played only up to them");
        }
    });
    (!config.journal.folder.is_empty()).then_some(subscriber)
}

fn build_app(settings: &GameSettings, extend: fn(&mut App)) -> App {
    let mut app = raidkeep_game::build_app(settings);
    extend(&mut app);
    app
}

fn load_rules(app: &mut App, assets: &AssetSource) -> Result<Arc<LoadedRules>, StartError> {
    let rules = catalogue(app).load(assets).map_err(|problems| StartError::Assets {
        count: problems.len(),
        place: assets.describe(),
        problems,
    })?;
    for warning in rules.warnings.iter() {
        tracing::warn!("{warning}");
    }
    Ok(Arc::new(rules))
}

/// What reads the assets again for all worlds, and what looks for changes of theirs.
fn start_reloading(
    config: &Config,
    app: &mut App,
    assets: &AssetSource,
    rules: &Arc<LoadedRules>,
    worlds: &[Arc<Inbox>],
) -> (Arc<Reloader>, Option<Watcher>) {
    let folder = match assets {
        AssetSource::Folder(folder) if config.assets_watch => Some(folder.clone()),
        AssetSource::Folder(_) | AssetSource::Embedded(_) | AssetSource::Texts(_) | AssetSource::Layers(_) => None,
    };
    let subscribe = |world: &Arc<Inbox>| {
        let world = world.clone();
        let subscriber: Subscriber = Box::new(move |news| world.push(Input::Rules(news)));
        subscriber
    };
    let worlds = journal_rules(config, assets).into_iter().chain(worlds.iter().map(subscribe)).collect();
    let reloader = Reloader::new(catalogue(app), assets.clone(), rules.clone(), worlds);
    let reloader = Arc::new(reloader.watched(folder.is_some()));
    let watcher = folder.and_then(|folder| {
        let started = Watcher::start(&folder, reloader.clone());
        started.map_err(|error| tracing::warn!(%error, "the assets are not watched; rules_reload reads them")).ok()
    });
    (reloader, watcher)
}

fn bind(address: &str) -> Result<std::net::TcpListener, StartError> {
    let bound = std::net::TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    bound.map_err(|source| StartError::Bind { address: address.to_owned(), source })
}

struct OpenWorld {
    number: usize,
    store: Store,
    inbox: Arc<Inbox>,
    notify: Arc<Notify>,
}

fn open_worlds(config: &Config, data: &Path) -> Result<Vec<OpenWorld>, StartError> {
    let open = |number: u32| {
        let store = Store::open_folder(data, &folder::world_name(number)).map_err(|error| match error {
            source @ StorageError::Failed { .. } => {
                StartError::World { number, data: data.display().to_string(), source }
            }
            error => StartError::Storage(error),
        })?;
        tracing::info!(world = number, "opened: {}", describe(store.recovered));
        let notify = Arc::new(Notify::new());
        let wake = {
            let notify = notify.clone();
            Box::new(move || notify.notify_one())
        };
        let capacity = config.limits.waiting_requests_per_world;
        let inbox = Arc::new(Inbox::new(capacity, store.recovered.last_batch, wake));
        Ok(OpenWorld { number: number as usize, store, inbox, notify })
    };
    (0..config.worlds).map(open).collect()
}

/// What the threads share.
#[derive(Clone)]
struct Shared {
    config: Arc<Config>,
    settings: GameSettings,
    extend: fn(&mut App),
    rules: Arc<LoadedRules>,
    reloader: Arc<Reloader>,
    way_in: Arc<WayIn>,
    metrics: Option<PrometheusHandle>,
    caller: Caller,
    stop: watch::Sender<bool>,
}

fn start_threads(
    shared: &Shared,
    worlds: Vec<OpenWorld>,
    listener: std::net::TcpListener,
) -> Result<Vec<JoinHandle<()>>, StartError> {
    let (senders, receivers): (Vec<_>, Vec<_>) = worlds.iter().map(|_| mpsc::channel(1024)).unzip();
    let acceptor = Acceptor { senders, open: Arc::default(), connections_max: shared.config.limits.connections };
    let mut acceptor = Some((acceptor, listener));
    let (ready, is_ready) = std::sync::mpsc::channel();
    let mut threads = Vec::new();
    for (number, (world, streams)) in worlds.into_iter().zip(receivers).enumerate() {
        let thread = WorldThread { shared: shared.clone(), world, streams, acceptor: acceptor.take() };
        let ready = ready.clone();
        let builder = std::thread::Builder::new().name(format!("raidkeep-world-{number}"));
        threads.push(builder.spawn(move || thread.run(&ready)).map_err(system("start a thread"))?);
    }
    drop(ready);
    for _ in 0..threads.len() {
        is_ready.recv().unwrap_or_else(|_| Err(system("start a world")(std::io::Error::other("its thread ended"))))?;
    }
    Ok(threads)
}

struct WorldThread {
    shared: Shared,
    world: OpenWorld,
    streams: mpsc::Receiver<Stream>,
    acceptor: Option<(Acceptor, std::net::TcpListener)>,
}

type Ready = std::sync::mpsc::Sender<Result<(), StartError>>;

impl WorldThread {
    fn run(self, ready: &Ready) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(self.shared.config.identity.password_jobs)
            .build();
        match runtime.map_err(system("start a runtime")) {
            Ok(runtime) => LocalSet::new().block_on(&runtime, self.serve(ready)),
            Err(error) => drop(ready.send(Err(error))),
        }
    }

    async fn serve(self, ready: &Ready) {
        let Self { shared, world, streams, acceptor } = self;
        let (inbox, stop) = (world.inbox.clone(), shared.stop.clone());
        let jobs_max = shared.config.identity.password_jobs_waiting;
        let world = match start_world(&shared, world, jobs_max) {
            Ok(world) => world,
            Err(error) => return drop(ready.send(Err(error))),
        };
        let sockets = Rc::new(Sockets::new(shared.way_in.clone(), shared.config.clone()));
        let discovery = shared.settings.platforms.sud.as_ref().map(Discovery::of);
        let site = Rc::new(Site { sockets: sockets.clone(), metrics: shared.metrics.clone(), discovery });
        let supervisor = tokio::task::spawn_local({
            let sockets = sockets.clone();
            async move { sockets.supervise().await }
        });
        let receiver = tokio::task::spawn_local(receive_streams(streams, site));
        let accepting = acceptor.map(|(acceptor, listener)| tokio::task::spawn_local(acceptor.run(listener)));
        let _ = ready.send(Ok(()));
        let mut world = tokio::task::spawn_local(world.run());
        let mut stopping = stop.subscribe();
        let fault = tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => None,
            ended = &mut world => ended.err(),
        };
        if let Some(fault) = fault {
            tracing::error!(
                %fault,
                "a world ended by a fault in the program; its clients get status 16. Every change that was answered \
                 is on disk: start the server again, and please report the lines above"
            );
            inbox.fail_storage();
            let _ = stopping.wait_for(|stop| *stop).await;
        }
        inbox.stop();
        accepting.inspect(tokio::task::JoinHandle::abort);
        receiver.abort();
        let patience = Duration::from_secs(shared.config.limits.stop_seconds);
        if !world.is_finished() && tokio::time::timeout(patience, world).await.is_err() {
            tracing::warn!("not everything was finished in time; clients that wait get no answer");
        }
        sockets.stop();
        let _ = tokio::time::timeout(patience, sockets.all_closed()).await;
        supervisor.abort();
    }
}

fn start_world(shared: &Shared, world: OpenWorld, jobs_max: usize) -> Result<WorldLoop, StartError> {
    let OpenWorld { number, store, inbox, notify } = world;
    let seed = entropy().map_err(system("draw a random seed"))?;
    let start = Start { wall_ms: wall_ms(), seed: u64::from_le_bytes(seed[..8].try_into().unwrap_or_default()) };
    let mut simulation = start_app(build_app(&shared.settings, shared.extend), &shared.rules, &store, start)?;
    simulation.world_mut().insert_resource(Reloading(shared.reloader.clone()));
    let journal = begin_journal(shared, number, &simulation, &store, start)?;
    let tables = simulation.player_tables();
    let storage = StorageWorker::start(store, tables, listener(inbox.clone())).map_err(system("start a thread"))?;
    let world = WorldLoop::new(simulation, storage, inbox, notify, jobs_max, shared.caller.clone());
    Ok(world.with_journal(journal))
}

/// Begins the journal of a world, if the operator wants one.
fn begin_journal(
    shared: &Shared,
    number: usize,
    simulation: &Simulation,
    store: &Store,
    start: Start,
) -> Result<Option<Recorder>, StartError> {
    let settings = &shared.config.journal;
    if settings.folder.is_empty() {
        return Ok(None);
    }
    let action = "write a journal (--journal)";
    let name = format!("world-{number}");
    let journal = FileJournal::create(Path::new(&settings.folder), &name, start.wall_ms, settings);
    let about = About {
        program: program_name(),
        rules: shared.rules.fingerprint,
        config: shared.config.effective.to_string(),
        checkpoint_every: Duration::from_secs(settings.checkpoint_seconds),
    };
    let recorder = Recorder::begin(simulation, store, start, about, Box::new(journal.map_err(system(action))?))?;
    Ok(Some(recorder))
}

fn listener(inbox: Arc<Inbox>) -> Listener {
    Arc::new(move |event| match event {
        StorageEvent::Committed(batch) => inbox.note_committed(batch),
        StorageEvent::Found(key, account) => inbox.push(Input::Found(key, account)),
        StorageEvent::Loaded(account, rows) => inbox.push(Input::Loaded(account, rows)),
        StorageEvent::Read(query, rows) => inbox.push(Input::RowsRead(query, rows)),
        StorageEvent::Failed(_) => inbox.fail_storage(),
    })
}

/// Takes connections and deals them out to the worlds' threads in turn.
struct Acceptor {
    senders: Vec<mpsc::Sender<Stream>>,
    open: Arc<AtomicUsize>,
    connections_max: usize,
}

/// Counts a connection for as long as anything of it lives.
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
    async fn run(self, listener: std::net::TcpListener) {
        let listener = match TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return tracing::error!(%error, "cannot accept connections"),
        };
        for sender in self.senders.iter().cycle() {
            match listener.accept().await {
                Ok((stream, peer)) => self.hand_on(stream, peer, sender).await,
                Err(error) => {
                    // Out of file descriptors, most likely: a pause lets connections end.
                    tracing::error!(%error, "cannot accept a connection; check the limit of open files (ulimit -n)");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn hand_on(&self, stream: TcpStream, peer: SocketAddr, sender: &mpsc::Sender<Stream>) {
        if self.open.load(Ordering::Relaxed) >= self.connections_max {
            metrics::counter!("raidkeep_connections_refused_total").increment(1);
            const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let _ = stream.try_write(FULL);
            return;
        }
        let open = OpenConnection::count(&self.open);
        match stream.into_std() {
            Ok(stream) => drop(sender.send(Stream { stream, peer, open }).await),
            Err(error) => tracing::debug!(%peer, %error, "a connection was lost on its way to a world"),
        }
    }
}

/// A connection on its way to the thread that serves it.
struct Stream {
    stream: std::net::TcpStream,
    peer: SocketAddr,
    open: OpenConnection,
}

async fn receive_streams(mut streams: mpsc::Receiver<Stream>, site: Rc<Site>) {
    while let Some(Stream { stream, peer, open }) = streams.recv().await {
        if let Ok(stream) = TcpStream::from_std(stream) {
            tokio::task::spawn_local(http::serve(site.clone(), stream, peer, Rc::new(open)));
        }
    }
}
