//! What a journal costs the world's thread, and how fast it is played: 64 players who each second enter and win a stage
//! and look at themselves, for an hour.
//!
//! Run with `cargo bench --bench journal`; `-- --seconds 300` for less of it.
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Parser;
use raidkeep::game::{self, Start};
use raidkeep::journal::{About, FileJournal, Frames, JournalSettings, MemoryJournal, Record, Recorder, Replay};
use raidkeep::net::bindings::AddressBindings;
use raidkeep::net::connection::Connection;
use raidkeep::net::inbox::Inbox;
use raidkeep::net::limits::{AddressLimits, Limiter, PlayerLimits};
use raidkeep::net::operator::OperatorToken;
use raidkeep::net::way_in::WayIn;
use raidkeep::request::RequestTable;
use raidkeep::request::route::RouteTable;
use raidkeep::rules::LoadedRules;
use raidkeep::storage::store::Store;
use raidkeep::testing::{NOON_MS, TestSetup, edit_assets};
use raidkeep::tick::{Input, Moment, Simulation, state_hash};

const PLAYERS: usize = 64;

#[derive(Parser)]
struct Options {
    /// Seconds of the game's clock
    #[arg(long, default_value_t = 3600)]
    seconds: u64,
    /// Cargo passes this
    #[arg(long, hide = true)]
    bench: bool,
}

/// A world that is driven by hand; nothing is committed.
struct Driven {
    simulation: Simulation,
    store: Store,
    inbox: Arc<Inbox>,
    way_in: Arc<WayIn>,
    inputs: Vec<Input>,
    recorder: Option<Recorder>,
    started: Instant,
    seconds: u64,
}

impl Driven {
    fn new(setup: &TestSetup, rules: &LoadedRules) -> Self {
        let store = Store::open_disks(Default::default(), Default::default()).expect("a simulated disk should open");
        let start = Start { wall_ms: NOON_MS, seed: 7 };
        let simulation = game::start_world(&setup.settings, rules, &store, start).expect("the world should start");
        let inbox = Arc::new(Inbox::new(1 << 20, 0, Box::new(|| {})));
        let way_in = Arc::new(WayIn {
            requests: simulation.world().resource::<RequestTable>().clone(),
            routes: simulation.world().resource::<RouteTable>().clone(),
            worlds: vec![inbox.clone()],
            operator: OperatorToken::new("operator"),
            player_limits: PlayerLimits::new(0),
            address_limits: AddressLimits::new(0),
            address_bindings: AddressBindings::new(false, ""),
            entropy: Box::new(raidkeep::net::operator::entropy),
        });
        let (inputs, recorder, started) = (Vec::new(), None, Instant::now());
        Self { simulation, store, inbox, way_in, inputs, recorder, started, seconds: 0 }
    }

    fn tick(&mut self) -> raidkeep::tick::Effects {
        self.inbox.drain(&mut self.inputs);
        let passed = Duration::from_secs(self.seconds);
        let wall_ms = NOON_MS + i64::try_from(passed.as_millis()).unwrap_or_default();
        let moment = Moment { wall_ms, real: self.started + passed, folded_batch: 0 };
        if let Some(recorder) = &mut self.recorder {
            recorder.note_tick(&self.inputs, moment);
        }
        let effects = self.simulation.tick(&mut self.inputs, moment);
        if let Some(recorder) = &mut self.recorder {
            recorder.note_effects(&effects, &mut self.simulation, moment);
        }
        effects
    }

    fn guest(&mut self, number: usize) -> Connection {
        let mut connection = Connection::new(self.way_in.clone(), None, Limiter::per_second(0), 64);
        let data = format!(r#"{{"unique_id":"{number}"}}"#);
        connection.receive(&format!(r#"{{"world":0,"function":"login_unique","data":{data}}}"#));
        for _ in 0..3 {
            let effects = self.tick();
            for key in effects.lookups {
                let found = self.store.rows.look_up(&key).expect("a simulated disk should be readable");
                self.inbox.push(Input::Found(key, found));
            }
            effects.replies.into_iter().for_each(|held| held.release());
        }
        connection.take_replies(&mut Vec::new());
        connection
    }

    /// So many seconds of load; gives how long the world's thread had to work.
    fn load(&mut self, seconds: u64) -> Duration {
        let mut players: Vec<Connection> = (0..PLAYERS).map(|number| self.guest(number)).collect();
        let requests = ["enter_stage_general", "victory_stage_general", "get_player_info"]
            .map(|function| format!(r#"{{"world":0,"function":"{function}","data":{{"stage":8}},"id":17}}"#));
        let mut worked = Duration::ZERO;
        let mut replies = Vec::new();
        for second in 1..=seconds {
            self.seconds = second;
            let began = Instant::now();
            players.iter_mut().for_each(|player| requests.iter().for_each(|request| player.receive(request)));
            self.tick().replies.into_iter().for_each(|held| held.release());
            worked += began.elapsed();
            replies.clear();
            players.iter_mut().for_each(|player| player.take_replies(&mut replies));
            assert!(replies.iter().all(|reply| reply.starts_with(r#"{"status":0"#)), "{:?}", replies.first());
        }
        worked
    }
}

fn main() {
    let seconds = Options::parse().seconds;
    let folder = tempfile::tempdir().expect("a temporary folder should be available");
    let (from, to) = ("to: 9,\n            energy: 6", "to: 9,\n            energy: 0");
    let assets = edit_assets(&folder.path().join("assets"), "stages/general.ron", from, to);
    let setup = TestSetup { assets, ..TestSetup::default() };
    let rules = game::load_rules(&setup.settings, &setup.assets).expect("the edited assets should be valid");
    let requests = seconds * PLAYERS as u64 * 3;
    for round in 0..3_i64 {
        let without = Driven::new(&setup, &rules).load(seconds);
        let mut world = Driven::new(&setup, &rules);
        let settings = JournalSettings {
            folder: String::new(),
            file_bytes: 1 << 28,
            queue_bytes: 1 << 30,
            write_every_ms: 50,
            checkpoint_seconds: 300,
        };
        let sink = FileJournal::create(folder.path(), "world-0", round, &settings).expect("a writable folder");
        world.recorder = Some(begin(&world, &rules, Box::new(sink)));
        let with = world.load(seconds);
        let ratio = with.as_secs_f64() / without.as_secs_f64();
        println!("{requests} requests: {without:.2?} without, {with:.2?} with a journal, {ratio:.2}x");
    }
    let mut world = Driven::new(&setup, &rules);
    let journal = MemoryJournal::default();
    world.recorder = Some(begin(&world, &rules, Box::new(journal.clone())));
    world.load(seconds);
    let began = Instant::now();
    let hash = state_hash(world.simulation.world_mut());
    println!("a hash of {PLAYERS} players in memory: {:.2?}", began.elapsed());
    let bytes = journal.bytes();
    println!("the journal takes {} bytes a request", bytes.len() as u64 / requests);
    let began = Instant::now();
    let (_, frames) = Frames::open(&bytes[..]).expect("a journal");
    let mut records: Box<dyn Iterator<Item = Record>> = Box::new(frames);
    let (mut replay, first) = Replay::start(&mut records, &setup.settings, &rules, Box::new(|_| None), |_| {})
        .expect("the journal should be playable");
    for record in first.into_iter().chain(records) {
        replay.play(record, &mut |_, _, _| false).expect("the replay should go the same way");
    }
    let took = began.elapsed();
    assert_eq!(state_hash(replay.simulation().world_mut()), hash, "it ends as it did");
    let factor = seconds as f64 / took.as_secs_f64();
    println!("{seconds} seconds are played in {took:.2?}, {factor:.0} times as fast");
}

fn begin(world: &Driven, rules: &LoadedRules, sink: Box<dyn raidkeep::journal::JournalSink>) -> Recorder {
    let checkpoint_every = Duration::from_secs(300);
    let about = About { rules: rules.fingerprint, checkpoint_every, ..About::default() };
    let start = Start { wall_ms: NOON_MS, seed: 7 };
    let recorder = Recorder::begin(&world.simulation, &world.store, start, about, sink);
    recorder.expect("a simulated disk should be readable")
}
