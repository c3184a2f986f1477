//! An in-memory server for tests: the same request handling, worlds and storage, without sockets, threads, or time that
//! passes by itself.
//!
//! ```
//! use raidkeep_studio::testing::TestServer;
//! use serde_json::json;
//!
//! let mut server = TestServer::new();
//! let ann = server.player("ann");
//! let reply = server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
//! assert_eq!(reply["data"]["energy"]["remain"], 114);
//! ```

mod around;
pub mod damage;
mod edits;
mod platforms;
mod realm;
mod told;
mod way_in;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy_app::App;
use serde_json::{Value, json};

use around::{Around, TestStorage};
pub use edits::{edit_asset, edit_assets};
pub use platforms::{Network, TestPlatforms};
use raidkeep_engine::clock::ClockMode;
use raidkeep_engine::effects::carry_out;
use raidkeep_engine::gate::ReplyGate;
use raidkeep_engine::journal::{JournalOrigin, MemoryJournal, Recorder};
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::reload::{Reloader, Reloading};
use raidkeep_engine::request::answer::WITHOUT_STORAGE;
use raidkeep_engine::request::route::RouteHeaders;
use raidkeep_engine::rules::{AssetSource, Catalogue, LoadedRules};
use raidkeep_engine::start::{Start, catalogue, start_app};
use raidkeep_engine::storage::disk::Disks;
use raidkeep_engine::storage::store::{LogRecord, Store};
use raidkeep_engine::storage::{Batch, Rows, StoredWorld};
use raidkeep_engine::tick::{Effects, Input, Moment, Simulation};
use raidkeep_engine::verify::{self, Breach};
use raidkeep_game::GameSettings;
use raidkeep_game::identity::PasswordCost;
use raidkeep_sandbox::SandboxSettings;
use raidkeep_server::config::Config;
use raidkeep_server::net::connection::Connection;
use raidkeep_server::net::inbox::Inbox;
use raidkeep_server::net::limits::Limiter;
use raidkeep_server::net::routes;
use raidkeep_server::net::way_in::{EntropySource, WayIn};

/// The operator token of every test server.
pub const OPERATOR_TOKEN: &str = "operator-token-of-the-tests";

/// 2026-03-10 12:00:00 in Shanghai: in the middle of a day and of a month.
pub const NOON_MS: i64 = 1_773_115_200_000;

/// The set-up of a test server.
pub struct TestSetup {
    /// The operator's settings.
    pub settings: GameSettings,
    /// Features added to the game.
    pub extend: Vec<fn(&mut App)>,
    /// The settings of the platform sandbox.
    pub sandbox: SandboxSettings,
    /// Where the assets come from.
    pub assets: AssetSource,
    /// Where the clock starts, unix milliseconds.
    pub wall_ms: i64,
    /// The world's seed.
    pub seed: u64,
    /// Which of a server's worlds it is.
    pub place: WorldPlace,
    /// Requests a second of a connection; 0 = no limit.
    pub connection_rate: u32,
    /// Requests a second of a player; 0 = no limit.
    pub player_rate: u32,
    /// Maximum requests in flight per connection.
    pub in_flight_max: usize,
    /// Requests waiting for the world.
    pub inbox_capacity: usize,
    /// Whether each start writes a journal, with a checkpoint after every tick.
    pub journals: bool,
}

impl Default for TestSetup {
    fn default() -> Self {
        let config =
            Config::load(None, &["clock=manual".to_owned()]).expect("the shipped configuration should be valid");
        let mut settings = config.game().expect("the shipped configuration should be valid");
        let sandbox = SandboxSettings::shipped().expect("the shipped sandbox should be valid");
        let platforms = config.platforms.resolve(Some(("http://sandbox", &sandbox)), "http://here", &|_| None);
        settings.platforms = platforms.expect("the shipped configuration should be valid");
        settings.identity.password_cost = PasswordCost { memory_kib: 64, passes: 1 };
        Self {
            settings,
            extend: Vec::new(),
            sandbox,
            assets: raidkeep_game::shipped_assets(),
            wall_ms: NOON_MS,
            seed: 7,
            place: WorldPlace::ALONE,
            connection_rate: 0,
            player_rate: 0,
            in_flight_max: config.limits.in_flight_per_connection,
            inbox_capacity: config.limits.waiting_requests_per_world,
            journals: false,
        }
    }
}

impl TestSetup {
    /// The game with the added features.
    pub fn app(&self) -> App {
        let mut app = raidkeep_game::build_app(&self.settings);
        self.extend.iter().for_each(|extend| extend(&mut app));
        app
    }

    /// Its tables.
    pub fn catalogue(&self) -> Catalogue {
        catalogue(&mut self.app())
    }
}

fn load(setup: &TestSetup) -> Arc<LoadedRules> {
    let rules = setup.catalogue().load(&setup.assets);
    Arc::new(rules.unwrap_or_else(|problems| panic!("the assets should be valid:\n{problems}")))
}

/// A test player: a logged-in connection.
#[derive(Debug, Clone)]
pub struct TestPlayer {
    /// Which connection.
    pub connection: usize,
    /// The token.
    pub token: String,
}

/// A predictable token source, the same in every run. A restart yields different tokens.
fn seeded_entropy(seed: u64, committed: BatchNumber) -> EntropySource {
    use rand::{Rng, SeedableRng};
    let source = std::sync::Mutex::new(rand_chacha::ChaCha8Rng::seed_from_u64(seed ^ committed.0.rotate_left(32)));
    Box::new(move || {
        let mut bytes = [0; 32];
        source.lock().map_err(|_| std::io::Error::other("a test has panicked"))?.fill_bytes(&mut bytes);
        Ok(bytes)
    })
}

/// The random bits of an epoch: others for each start, the same in every run.
fn epoch_bits(seed: u64) -> u32 {
    u32::try_from(seed & u64::from(u32::MAX)).unwrap_or_default()
}

/// A server in memory.
pub struct TestServer {
    setup: TestSetup,
    rules: Arc<LoadedRules>,
    simulation: Simulation,
    gate: ReplyGate,
    inbox: Arc<Inbox>,
    way_in: Arc<WayIn>,
    storage: TestStorage,
    disks: Disks,
    connections: Vec<Connection>,
    inputs: Vec<Input>,
    real: Instant,
    wall_ms: i64,
    last_effects: Option<Duration>,
    events: Vec<(usize, String)>,
    event_counts: HashMap<usize, u64>,
    recorder: Option<Recorder>,
    /// The journal of each start, if [`TestSetup::journals`] is set.
    pub journals: Vec<MemoryJournal>,
    /// The simulated platforms.
    pub platforms: TestPlatforms,
}

impl Default for TestServer {
    fn default() -> Self {
        Self::new()
    }
}

impl TestServer {
    /// A new world with the shipped assets and a manual clock at [`NOON_MS`].
    pub fn new() -> Self {
        Self::with(TestSetup::default())
    }

    /// A new world with this setup.
    ///
    /// # Panics
    /// When the assets are not valid.
    pub fn with(setup: TestSetup) -> Self {
        let rules = load(&setup);
        Self::with_rules(setup, rules)
    }

    /// A new world with this setup and rules that are already loaded.
    pub fn with_rules(setup: TestSetup, rules: Arc<LoadedRules>) -> Self {
        let platforms = TestPlatforms::new(setup.sandbox.clone());
        Self::open(setup, rules, Disks::default(), platforms)
    }

    fn open(setup: TestSetup, rules: Arc<LoadedRules>, disks: Disks, platforms: TestPlatforms) -> Self {
        let mut store: StoredWorld = Store::open_disks(&disks).expect("the simulated disks should open").into();
        let epoch = store.begin_epoch(epoch_bits(setup.seed)).expect("the simulated disk should be writable");
        let start = Start { wall_ms: setup.wall_ms, seed: setup.seed, epoch, place: setup.place };
        let mut simulation = start_app(setup.app(), &rules, &store, start).expect("the world should start");
        let mut journals = Vec::new();
        let recorder = setup.journals.then(|| {
            let journal = MemoryJournal::default();
            journals.push(journal.clone());
            let about =
                JournalOrigin { program: "test".to_owned(), rules: rules.fingerprint, ..JournalOrigin::default() };
            let recorder = Recorder::begin(&simulation, &store, start, about, Box::new(journal));
            recorder.expect("the simulated disk should be readable")
        });
        let committed = store.recovered.last_batch;
        let inbox = Arc::new(Inbox::new(setup.inbox_capacity, committed, Box::new(|| {})));
        let way_in = Arc::new(way_in::way_in(&simulation, &inbox, &setup));
        let reloader = Arc::new(Reloader::new(
            setup.catalogue(),
            setup.assets.clone(),
            rules.clone(),
            vec![Box::new({
                let inbox = inbox.clone();
                move |news| inbox.push(Input::Rules(news))
            })],
        ));
        simulation.world_mut().insert_resource(Reloading(reloader));
        let wall_ms = setup.wall_ms;
        Self {
            setup,
            rules,
            simulation,
            gate: ReplyGate::new(committed),
            inbox,
            way_in,
            storage: TestStorage::new(store),
            disks,
            connections: Vec::new(),
            inputs: Vec::new(),
            real: Instant::now(),
            wall_ms,
            last_effects: None,
            events: Vec::new(),
            event_counts: HashMap::new(),
            recorder,
            journals,
            platforms,
        }
    }

    /// Loses power: only confirmed writes survive. Reopens on the same disks; connections are lost.
    pub fn crash_and_reopen(self) -> Self {
        let disks = self.disks.after_power_loss();
        // Each start draws a seed, and a world that exists keeps its own.
        let setup = TestSetup { wall_ms: self.wall_ms, seed: self.setup.seed.wrapping_add(1), ..self.setup };
        let rules = match &setup.assets {
            // They may have been edited since the world started.
            AssetSource::Folder(folder) if folder.is_dir() => load(&setup),
            AssetSource::Layers(_) => load(&setup),
            _ => self.rules,
        };
        let mut journals = self.journals;
        let mut reopened = Self::open(setup, rules, disks, self.platforms.without_server());
        journals.append(&mut reopened.journals);
        reopened.journals = journals;
        reopened
    }

    /// A copy of the disks, as a backup has it.
    pub fn copy(&self) -> Disks {
        self.disks.after_power_loss()
    }

    /// Loses power, and is started from an earlier copy of its disks. The platforms have seen what came after it.
    pub fn put_back(self, copy: Disks) -> Self {
        Self { disks: copy, ..self }.crash_and_reopen()
    }

    /// The same, with the wall clock moved by this many seconds meanwhile, possibly backwards.
    pub fn crash_and_reopen_after(mut self, seconds: i64) -> Self {
        self.wall_ms += seconds * 1000;
        self.crash_and_reopen()
    }

    /// The same, with new assets.
    ///
    /// # Panics
    /// When the assets are not valid.
    pub fn crash_and_reopen_with(mut self, assets: AssetSource) -> Self {
        self.setup.assets = assets;
        self.rules = load(&self.setup);
        self.crash_and_reopen()
    }

    /// The same, with other settings.
    pub fn crash_and_reopen_set(mut self, set: impl FnOnce(&mut GameSettings)) -> Self {
        set(&mut self.setup.settings);
        self.crash_and_reopen()
    }

    /// Opens a connection; connection 0 is always open.
    pub fn connect(&mut self) -> usize {
        self.connect_from(None)
    }

    /// Opens a connection that comes from a network address.
    pub fn connect_from(&mut self, address: Option<std::net::IpAddr>) -> usize {
        let limiter = Limiter::per_second(self.setup.connection_rate);
        self.connections.push(Connection::new(self.way_in.clone(), address, limiter, self.setup.in_flight_max));
        self.connections.len() - 1
    }

    /// Every client loses its connection and opens a new one, not logged in, in its place.
    pub fn reconnect_all(&mut self) {
        (0..self.connections.len()).for_each(|connection| self.disconnect(connection));
    }

    /// A client loses its connection and opens a new one, not logged in, in its place.
    pub fn disconnect(&mut self, connection: usize) {
        let limiter = Limiter::per_second(self.setup.connection_rate);
        self.connections[connection] = Connection::new(self.way_in.clone(), None, limiter, self.setup.in_flight_max);
    }

    /// Logs a guest in on a new connection.
    ///
    /// # Panics
    /// If that is refused.
    pub fn player(&mut self, unique_id: &str) -> TestPlayer {
        let connection = self.connect();
        let reply = self.ask_on(connection, "login_unique", json!({"unique_id": unique_id}));
        let token = reply["data"]["token"].as_str();
        let token = token.unwrap_or_else(|| panic!("a guest should be let in: {reply}")).to_owned();
        TestPlayer { connection, token }
    }

    /// Sends a frame on connection 0 and returns the reply's text.
    pub fn send(&mut self, text: &str) -> String {
        if self.connections.is_empty() {
            self.connect();
        }
        self.send_on(0, text)
    }

    /// Sends a frame on a connection and returns the reply's text.
    ///
    /// # Panics
    /// If no reply arrives, which must never happen.
    pub fn send_on(&mut self, connection: usize, text: &str) -> String {
        let replies = self.send_all_on(connection, &[text]);
        let [reply] =
            <[String; 1]>::try_from(replies).unwrap_or_else(|replies| panic!("one reply expected: {replies:?}"));
        reply
    }

    /// Sends frames without waiting in between, and returns all replies.
    pub fn send_all_on(&mut self, connection: usize, texts: &[&str]) -> Vec<String> {
        let mut replies = Vec::new();
        let mut texts = texts.iter();
        for _ in 0..10_000 {
            while self.connections[connection].can_receive()
                && let Some(text) = texts.next()
            {
                self.connections[connection].receive(text);
            }
            self.step(1);
            replies.extend(self.collect(connection));
            if texts.len() == 0 && self.connections[connection].is_idle() {
                break;
            }
        }
        replies
    }

    /// Sends a frame on a connection without waiting for its reply.
    pub fn post(&mut self, connection: usize, text: &str) {
        self.connections[connection].receive(text);
    }

    /// The replies received on a connection, without the count of events in the first that names a player.
    pub fn collect(&mut self, connection: usize) -> Vec<String> {
        let mut frames = Vec::new();
        self.connections[connection].take_replies(&mut frames);
        self.note_events(connection, frames)
    }

    /// Sends a binary frame, and returns the reply's text.
    pub fn send_binary(&mut self) -> String {
        let connection = self.connect();
        self.connections[connection].receive_binary();
        let mut replies = Vec::new();
        self.connections[connection].take_replies(&mut replies);
        replies.pop().unwrap_or_default()
    }

    /// Calls a function of world 0 on a connection.
    pub fn ask_on(&mut self, connection: usize, function: &str, data: Value) -> Value {
        let request = json!({"world": 0, "function": function, "data": data});
        let reply = self.send_on(connection, &request.to_string());
        serde_json::from_str(&reply).unwrap_or_else(|error| panic!("a reply should be JSON, {error}: {reply}"))
    }

    /// Calls a function of world 0 as a player, with its token among the arguments.
    pub fn ask(&mut self, player: &TestPlayer, function: &str, mut data: Value) -> Value {
        data["token"] = player.token.clone().into();
        self.ask_on(player.connection, function, data)
    }

    /// Calls an operator function.
    pub fn operate(&mut self, function: &str, mut data: Value) -> Value {
        if self.connections.is_empty() {
            self.connect();
        }
        data["token"] = OPERATOR_TOKEN.into();
        self.ask_on(0, function, data)
    }

    /// Sends an HTTP request to a route: status and JSON of the reply.
    ///
    /// # Panics
    /// If there is no such route, no reply arrives, or it is not JSON.
    pub fn http(&mut self, path: &str, authorization: Option<&str>, body: &str) -> (u16, Value) {
        let route = self.way_in.routes.find(path).unwrap_or_else(|| panic!("{path} should be a route"));
        let headers = RouteHeaders { authorization, idempotency_key: None };
        let reply = match routes::send(&self.way_in, route, headers, body.as_bytes(), None, Ok(())) {
            Ok(mut receivers) => {
                let receiver = receivers.first_mut().expect("there should be one world, and it is asked");
                let wait = |_| {
                    self.step(1);
                    receiver.try_recv().map(|reply| reply.text).ok()
                };
                route.reply(&(0..10_000).find_map(wait).expect("each request should be answered"))
            }
            Err(reply) => reply,
        };
        let body = serde_json::from_str(&reply.body);
        (reply.status, body.unwrap_or_else(|error| panic!("a reply should be JSON, {error}: {}", reply.body)))
    }

    /// Moves the game's clock without waiting.
    ///
    /// # Panics
    /// When the clock is not manual.
    pub fn advance(&mut self, duration: Duration) {
        self.advance_seconds(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX));
    }

    /// Moves the game's clock, also backwards.
    ///
    /// # Panics
    /// When the clock is not manual.
    pub fn advance_seconds(&mut self, seconds: i64) {
        match self.setup.settings.clock {
            ClockMode::Manual => {
                let reply = self.operate("clock_advance", json!({"seconds": seconds}));
                assert_eq!(reply["status"], 0, "the clock should move: {reply}");
                self.wall_ms += seconds * 1000;
                self.step(1);
            }
            ClockMode::Real | ClockMode::Times(_) => {
                self.wall_ms += seconds * 1000;
                self.step(1);
            }
        }
    }

    /// Lets real time pass, which limits and eviction depend on, and ticks once.
    pub fn pass_real_time(&mut self, duration: Duration) {
        self.real += duration;
        self.step(1);
    }

    /// Runs ticks.
    pub fn step(&mut self, ticks: usize) {
        for _ in 0..ticks {
            let now_ms = self.now_ms();
            for (number, outcome) in self.platforms.arrived(now_ms) {
                self.inbox.push(Input::Answered(number, outcome));
            }
            self.inbox.drain(&mut self.inputs);
            let moment = Moment { wall_ms: self.wall_ms, real: self.real, folded_batch: self.storage.folded.1 };
            if let Some(recorder) = &mut self.recorder {
                recorder.note_tick(&self.inputs, moment);
            }
            let effects = self.simulation.tick(&mut self.inputs, moment);
            if let Some(recorder) = &mut self.recorder {
                recorder.note_effects(&effects, self.simulation.world_mut(), moment);
            }
            self.carry_out(effects);
        }
    }

    /// The game's moment, unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.simulation.world().resource::<raidkeep_engine::clock::Clock>().now_ms()
    }

    /// Runs ticks until the world sleeps: no input pending and nothing due.
    ///
    /// # Panics
    /// If it never does, which must not happen.
    pub fn settle(&mut self) {
        for _ in 0..10_000 {
            self.step(1);
            let is_busy = self.last_effects == Some(Duration::ZERO) || !self.inbox.is_empty();
            if !is_busy && !self.platforms.has_arrived(self.now_ms()) {
                return;
            }
        }
        panic!("the world should come to rest");
    }

    fn carry_out(&mut self, mut effects: Effects) {
        self.last_effects = effects.wake_after;
        let (tables, now_ms) = (self.simulation.player_tables(), self.now_ms());
        let (storage, platforms, inbox) = (&mut self.storage, &mut self.platforms, &self.inbox);
        let offices = &*self.way_in.offices;
        let mut around = Around { storage, platforms, inbox, offices, tables, now_ms };
        carry_out(&mut effects, &mut self.gate, &mut around);
        if self.inbox.has_storage_failed() {
            self.gate.fail();
            self.simulation.refuse_parked(&WITHOUT_STORAGE);
        }
    }

    /// Delays all disk reads from now on.
    pub fn hold_reads(&mut self) {
        self.storage.held_reads.get_or_insert_default();
    }

    /// Delivers the delayed reads.
    pub fn release_reads(&mut self) {
        self.storage.held_reads.take().into_iter().flatten().for_each(|input| self.inbox.push(input));
    }

    /// Delays the confirmation of all commits from now on.
    pub fn hold_commits(&mut self) {
        self.storage.hold_commits();
    }

    /// Makes waiting for the disk time out.
    pub fn give_up_commits(&mut self) {
        if let Some(batch) = self.storage.held_commit {
            self.gate.time_out(batch);
        }
    }

    /// Confirms the delayed commits.
    pub fn release_commits(&mut self) {
        self.gate.committed(self.storage.release_commits());
    }

    /// Folds the log into rows, as the server does from time to time.
    ///
    /// # Panics
    /// When the simulated disk fails.
    pub fn fold(&mut self) {
        self.storage.fold();
    }

    /// The rules in force.
    pub fn rules(&self) -> &LoadedRules {
        &self.rules
    }

    /// The operator's settings.
    pub fn settings(&self) -> &GameSettings {
        &self.setup.settings
    }

    /// Every inconsistency in what is kept.
    ///
    /// # Panics
    /// When the simulated disk fails.
    pub fn verify(&mut self) -> Vec<Breach> {
        self.fold();
        let app = self.setup.app();
        verify::verify(&app, &self.storage.rows).expect("the simulated disk should be readable")
    }

    /// Damages stored rows, as a bug or a disk fault would, without the world noticing.
    ///
    /// # Panics
    /// When the simulated disk fails.
    pub fn damage(&mut self, damage: impl FnOnce(&mut Batch)) {
        self.fold();
        let mut batch = Batch::new(self.storage.folded.1, self.now_ms());
        damage(&mut batch);
        let mut bytes = Vec::new();
        batch.encode(&mut bytes);
        let record = LogRecord { number: self.storage.folded.0, bytes: bytes.into() };
        self.storage.fold_records(&[record]);
    }

    /// The rows on disk, after folding everything.
    pub fn rows(&mut self) -> &Rows {
        self.fold();
        &self.storage.rows
    }

    /// The simulated disks: log and rows.
    pub fn disks(&self) -> &Disks {
        &self.disks
    }

    /// A hash over the whole state in memory.
    pub fn state_hash(&mut self) -> u64 {
        raidkeep_engine::tick::state_hash(self.simulation.world_mut())
    }

    /// Number of players in memory.
    pub fn players_in_memory(&self) -> usize {
        raidkeep_engine::tick::loaded_players(self.simulation.world())
    }

    /// When the world needs its next tick without any input.
    pub fn wakes_after(&self) -> Option<Duration> {
        self.last_effects
    }

    /// An app like this world's, to replay its journal.
    pub fn app(&self) -> App {
        self.setup.app()
    }

    /// The world, for inspection.
    pub fn simulation(&mut self) -> &mut Simulation {
        &mut self.simulation
    }
}
