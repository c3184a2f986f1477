//! The world whose paths are counted: in memory, on simulated disks, driven by hand. What the counts use of Raidkeep is
//! imported here and in the shared file.

#[path = "../shared/world.rs"]
mod shared;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use raidkeep::engine::account::AccountId;
use raidkeep::engine::events::{Event, Events};
use raidkeep::engine::gate::ReplyGate;
use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::players::Players;
use raidkeep::engine::reload::reloader::{ReloadOutcome, Reloader, Subscriber};
use raidkeep::engine::start::Start;
use raidkeep::engine::storage::StoredWorld;
use raidkeep::engine::storage::store::{LogRecord, Store};
use raidkeep::engine::storage::{Batch, PlayerTables};
use raidkeep::engine::tick::{Input, Moment, Simulation};
use raidkeep::game;
use raidkeep::server::net::connection::Connection;
use raidkeep::server::net::inbox::Inbox;
use raidkeep::server::net::way_in::WayIn;
use raidkeep::studio::testing::{NOON_MS, TestSetup};
use schemars::JsonSchema;
use serde::Serialize;

/// Players whose requests share a tick.
const PLAYERS_PER_TICK: usize = 50;
/// Longer than any player stays in memory without a request.
const LONG_IDLE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A world, its players and the requests they are about to send.
pub(crate) struct World {
    simulation: Simulation,
    gate: ReplyGate,
    inbox: Arc<Inbox>,
    way_in: Arc<WayIn>,
    store: StoredWorld,
    player_tables: PlayerTables,
    reloader: Reloader,
    players: Vec<Player>,
    inputs: Vec<Input>,
    replies: Vec<String>,
    /// Changes that are not on disk yet.
    batches: Vec<Batch>,
    folded_batch: BatchNumber,
    real: Instant,
}

/// A player, identified by a number.
struct Player {
    connection: Connection,
    token: String,
    /// All of them are sent in the same tick.
    requests: Vec<String>,
}

impl World {
    /// A world with this many players, connected and logged in.
    pub(crate) fn with_players(count: usize) -> Self {
        let mut world = Self::new();
        for number in 0..count {
            let connection = shared::sign_in(&world.way_in, number);
            world.players.push(Player { connection, token: String::new(), requests: log_in(number, "") });
        }
        world.settle();
        world.hear(0..count, |token, reply| {
            let reply: serde_json::Value = serde_json::from_str(reply).expect("a reply should be JSON");
            *token = reply["data"]["token"].as_str().expect("a log-in should give a token").to_owned();
        });
        world
    }

    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder should be available");
        let TestSetup { settings, assets, .. } = shared::setup(folder.path());
        outlast(folder.path());
        let rules = game::load_rules(&settings, &assets).expect("the edited assets should be valid");
        let store = StoredWorld::from(Store::open_disks(&Default::default()).expect("a simulated disk should open"));
        let start = Start::alone(NOON_MS, 7);
        let simulation = game::start_world(&settings, &rules, &store, start).expect("the world should start");
        let inbox = Arc::new(Inbox::new(1 << 20, store.recovered.last_batch, Box::new(|| {})));
        let news = inbox.clone();
        let subscriber: Subscriber = Box::new(move |rules| news.push(Input::Rules(rules)));
        Self {
            gate: ReplyGate::new(store.recovered.last_batch),
            way_in: shared::way_in(&simulation, &inbox),
            player_tables: simulation.player_tables(),
            reloader: Reloader::new(
                game::catalogue(&settings),
                game::shipped_assets(),
                Arc::new(rules),
                vec![subscriber],
            ),
            simulation,
            inbox,
            store,
            players: Vec::new(),
            inputs: Vec::new(),
            replies: Vec::new(),
            batches: Vec::new(),
            folded_batch: BatchNumber(0),
            real: Instant::now(),
        }
    }

    /// Sets the requests of each player from now on, by its number and token.
    pub(crate) fn prepare(&mut self, requests: impl Fn(usize, &str) -> Vec<String>) {
        for (number, player) in self.players.iter_mut().enumerate() {
            player.requests = requests(number, &player.token);
        }
    }

    /// Every player sends the prepared requests, and the replies arrive.
    pub(crate) fn answer(&mut self) {
        for from in (0..self.players.len()).step_by(PLAYERS_PER_TICK) {
            let together = from..self.players.len().min(from + PLAYERS_PER_TICK);
            for Player { connection, requests, .. } in &mut self.players[together.clone()] {
                requests.iter().for_each(|request| connection.receive(request));
            }
            self.settle();
            self.hear(together, |_, reply| {
                assert!(reply.starts_with(r#"{"status":0,"#), "every request should succeed: {reply}");
            });
        }
    }

    /// Ticks until every request has its reply.
    fn settle(&mut self) {
        while !self.inbox.is_empty() {
            self.tick();
        }
    }

    /// Takes the replies to these players; `each` is called with the player's token and a reply.
    fn hear(&mut self, players: Range<usize>, mut each: impl FnMut(&mut String, &str)) {
        for player in &mut self.players[players] {
            player.connection.take_replies(&mut self.replies);
            assert_eq!(self.replies.len(), player.requests.len(), "every request should have its reply");
            for reply in self.replies.drain(..) {
                each(&mut player.token, &reply);
            }
        }
    }

    /// One tick, and the work of the world's other threads except writing to disk.
    pub(crate) fn tick(&mut self) {
        self.inbox.drain(&mut self.inputs);
        let moment = Moment { wall_ms: NOON_MS, real: self.real, folded_batch: self.folded_batch };
        let mut effects = self.simulation.tick(&mut self.inputs, moment);
        self.gate.admit(effects.replies.drain(..));
        if let Some(batch) = effects.batch {
            self.gate.committed(batch.number);
            self.batches.push(batch);
        }
        for key in effects.lookups {
            let account = self.store.rows.look_up(&key).expect("a simulated disk should be readable");
            self.inbox.push(Input::Found(key, account));
        }
        for account in effects.players {
            let rows = self.store.rows.load_player(&self.player_tables, account);
            self.inbox.push(Input::Loaded(account, rows.expect("a simulated disk should be readable")));
        }
    }

    /// Every player loses its connection and opens another.
    pub(crate) fn reconnect(&mut self) {
        for player in &mut self.players {
            player.connection = shared::connect(&self.way_in);
        }
        self.tick();
    }

    /// Writes everything to disk and evicts all players.
    pub(crate) fn put_away(&mut self) {
        self.reconnect();
        let mut bytes = Vec::new();
        self.batches.drain(..).for_each(|batch| batch.encode(&mut bytes));
        let record = LogRecord { number: 1, bytes: bytes.into() };
        self.folded_batch =
            self.store.rows.fold(self.store.log.epoch(), &[record]).expect("a simulated disk should be writable");
        self.real += LONG_IDLE;
        self.tick();
        assert!(self.simulation.world().resource::<Players>().is_empty(), "everybody should be put away");
    }

    /// Sends each player an event, and the events arrive.
    pub(crate) fn tell_each(&mut self) {
        let world = self.simulation.world_mut();
        for account in 1..=self.players.len() {
            let player = world.resource::<Players>().entity(AccountId(account as u64));
            let player = player.expect("everybody should be in memory");
            world.resource_mut::<Events>().tell(player, &Told { points: 120, at: NOON_MS / 1000 });
        }
        self.tick();
        for player in &mut self.players {
            player.connection.take_replies(&mut self.replies);
            assert_eq!(self.replies.drain(..).len(), 1, "everybody should be told");
        }
    }

    /// Forgets the changes so far.
    pub(crate) fn drop_changes(&mut self) {
        self.batches.clear();
    }

    /// Commits the changes since then as one group, again and again.
    pub(crate) fn commit(&mut self, times: u64) {
        for folded_record in 0..times {
            let record = self.store.log.append(&self.batches, folded_record);
            record.expect("a simulated disk should be writable");
        }
    }

    /// Reads the shipped assets and activates them.
    pub(crate) fn reload(&mut self) {
        let outcome = self.reloader.reload("the bench");
        assert!(matches!(outcome, ReloadOutcome::Changed(_)), "the world should have started with edited rules");
        self.tick();
    }
}

/// The data of an event.
#[derive(Serialize, JsonSchema)]
struct Told {
    points: i64,
    at: i64,
}

impl Event for Told {
    const NAME: &'static str = "energy_full";
}

/// The log-in of the player of this number with its device.
pub(crate) fn log_in(number: usize, _token: &str) -> Vec<String> {
    vec![shared::login_unique(number)]
}

/// Gives the first boss more life than all players can take.
fn outlast(folder: &Path) {
    let file = folder.join("assets/world_boss.ron");
    let text = std::fs::read_to_string(&file).expect("the edited assets should be readable");
    let (from, to) = ("life_value: 10000,", "life_value: 1000000000000,");
    assert!(text.contains(from), "the first boss should have the life that is edited");
    std::fs::write(file, text.replacen(from, to, 1)).expect("the edited assets should be writable");
}
