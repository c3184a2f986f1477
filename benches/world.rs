//! The world's thread alone: the cost of a request and of an idle tick, and the time of a start.
//!
//! Run with `cargo bench --profile dist --bench world`; `-- --accounts 100000` for a smaller database. The database is
//! created in a temporary folder, takes a minute or two to fill, and is removed at the end; `-- --fill FOLDER` only makes
//! one that is kept.
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "shared/world.rs"]
mod shared;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy_ecs::system::SystemState;
use clap::Parser;
use raidkeep::engine::account::AccountId;
use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::rules::LoadedRules;
use raidkeep::engine::start::Start;
use raidkeep::engine::storage::StoredWorld;
use raidkeep::engine::storage::store::{LogRecord, Store};
use raidkeep::engine::tick::{Effects, Input, Moment, Simulation};
use raidkeep::game::boss::ranking::{Ranking, Score};
use raidkeep::game::platforms::sud::{PassedThrough, RoundBegin, RoundPlayer, Rounds};
use raidkeep::game::{self, GameSettings};
use raidkeep::server::net::connection::Connection;
use raidkeep::server::net::inbox::Inbox;
use raidkeep::server::net::way_in::WayIn;
use raidkeep::studio::testing::{NOON_MS, TestSetup};

#[derive(Parser)]
struct Options {
    /// Accounts in the database of the start
    #[arg(long, default_value_t = 1_000_000)]
    accounts: u64,
    /// Players in memory for the idle ticks
    #[arg(long, default_value_t = 100_000)]
    loaded: u64,
    /// Only fills a database in this folder, for measurements of a whole server
    #[arg(long, value_name = "FOLDER")]
    fill: Option<PathBuf>,
    /// Cargo passes this
    #[arg(long, hide = true)]
    bench: bool,
}

/// Players whose requests share a tick.
const PLAYERS_PER_TICK: usize = 64;
const ROUNDS: usize = 2000;

fn main() {
    let options = Options::parse();
    let folder = tempfile::tempdir().expect("a temporary folder should be available");
    let bench = Bench::new(folder.path());
    if let Some(folder) = &options.fill {
        std::fs::create_dir_all(folder).expect("the folder should be writable");
        return bench.fill(folder, options.accounts);
    }
    println!("| what | median | 99th of 100 |\n|---|---:|---:|");
    bench.pairs("enter_stage_general + victory_stage_general, text to reply, 64 players a tick", 0);
    bench.pairs("the same while 10,000 reports wait for a receiver that does not answer", 5_000);
    bench.idle_ticks(10_000.min(options.loaded), "10k known accounts, all loaded");
    bench.ranking(options.accounts);
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).expect("a temporary folder should be writable");
    bench.fill(&data, options.accounts);
    bench.starts(&data, options.accounts);
    bench.finds(&data, options.accounts);
    bench.idle_with_database(&data, &options);
}

fn row(what: &str, samples: &mut [Duration], per_sample: u32) {
    samples.sort_unstable();
    let at = |share: usize| samples[(samples.len() * share / 100).min(samples.len() - 1)] / per_sample;
    println!("| {what} | {:.2?} | {:.2?} |", at(50), at(99));
}

struct Bench {
    settings: GameSettings,
    rules: LoadedRules,
}

/// A world driven by hand; nothing is committed.
struct Driven {
    simulation: Simulation,
    inbox: Arc<Inbox>,
    way_in: Arc<WayIn>,
    inputs: Vec<Input>,
    started: Instant,
}

impl Bench {
    fn new(folder: &Path) -> Self {
        let TestSetup { settings, assets, .. } = shared::setup(folder);
        let rules = game::load_rules(&settings, &assets).expect("the edited assets should be valid");
        Self { settings, rules }
    }

    fn start(&self, store: &StoredWorld) -> Driven {
        let start = Start::alone(NOON_MS, 7);
        let simulation = game::start_world(&self.settings, &self.rules, store, start).expect("the world should start");
        let inbox = Arc::new(Inbox::new(1 << 20, store.recovered.last_batch, Box::new(|| {})));
        let way_in = shared::way_in(&simulation, &inbox);
        Driven { simulation, inbox, way_in, inputs: Vec::new(), started: Instant::now() }
    }

    fn in_memory(&self) -> (Driven, StoredWorld) {
        let store = StoredWorld::from(Store::open_disks(&Default::default()).expect("a simulated disk should open"));
        (self.start(&store), store)
    }

    fn pairs(&self, what: &str, rounds: usize) {
        let (mut world, store) = self.in_memory();
        world.report_rounds(rounds);
        let mut players: Vec<Connection> = (0..PLAYERS_PER_TICK).map(|n| world.guest(&store, n as u64)).collect();
        let pair = ["enter", "victory"].map(|what| {
            format!(
                r#"{{"world":0,"function":"{what}_stage_general","data":{{"stage":8,"token":"","random":1}},"id":17}}"#
            )
            .replace(r#""token":"","#, "")
        });
        let mut samples = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let began = Instant::now();
            for player in &mut players {
                pair.iter().for_each(|request| player.receive(request));
            }
            let effects = world.tick();
            let rows = effects.batch.as_ref().map_or(0, |batch| batch.row_count());
            effects.replies.into_iter().for_each(|held| held.release());
            samples.push(began.elapsed());
            assert!(rows >= PLAYERS_PER_TICK, "every pair should change rows");
            let mut replies = Vec::new();
            players.iter_mut().for_each(|player| player.take_replies(&mut replies));
            assert!(replies.iter().all(|reply| reply.starts_with(r#"{"status":0"#)), "{:?}", replies.first());
        }
        row(what, &mut samples, 64);
    }

    fn idle_ticks(&self, accounts: u64, what: &str) {
        let (mut world, store) = self.in_memory();
        for n in 0..accounts {
            world.guest(&store, n);
        }
        world.idle(what);
    }

    /// Own rank and page 50,000 among so many ranked players, as the handler answers them.
    fn ranking(&self, players: u64) {
        let (mut world, store) = self.in_memory();
        let page = (players / 20).max(1);
        let mut connection = world.guest(&store, 0);
        // Ten players exist, on the page that is read; the rest are only in the ranking.
        let shown: Vec<AccountId> =
            (1..=9).map(|n| world.guest(&store, n)).zip(2..).map(|(_, n)| AccountId(n)).collect();
        let mut ranking = world.simulation.world_mut().resource_mut::<Ranking>();
        let first = (page - 1) * 10;
        for n in 0..players {
            let shown = n.checked_sub(first).and_then(|at| shown.get(usize::try_from(at).ok()?)).copied();
            let own = (n == first + 9).then_some(AccountId(1));
            let account = shown.or(own).unwrap_or(AccountId(1_000_000_000 + n));
            ranking.set(account, Score { damage: 10_000_000 - n, reached: n });
        }
        let request = format!(r#"{{"world":0,"function":"stage_damage_ranking","data":{{"page":{page}}},"id":1}}"#);
        let mut samples = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let began = Instant::now();
            connection.receive(&request);
            let effects = world.tick();
            effects.replies.into_iter().for_each(|held| held.release());
            samples.push(began.elapsed());
            let mut replies = Vec::new();
            connection.take_replies(&mut replies);
            assert!(replies.iter().all(|reply| reply.starts_with(r#"{"status":0"#)), "{:?}", replies.first());
        }
        row(&format!("own rank and page {page} of {players} ranked players, text to reply"), &mut samples, 1);
    }

    /// Creates guest accounts through the login function and folds them into a database.
    fn fill(&self, data: &Path, accounts: u64) {
        let began = Instant::now();
        let mut made = 0;
        while made < accounts {
            let store = StoredWorld::from(Store::open_folder(data, "world-0").expect("the database should open"));
            let mut world = self.start(&store);
            let until = (made + 20_000).min(accounts);
            let mut records: Vec<LogRecord> = Vec::new();
            for n in made..until {
                let (_, effects) = world.log_in(&store, n);
                let batches: Vec<_> = effects.into_iter().filter_map(|effects| effects.batch).collect();
                let mut bytes = Vec::new();
                batches.iter().for_each(|batch| batch.encode(&mut bytes));
                records.push(LogRecord { number: 0, bytes: bytes.into() });
            }
            store.rows.fold(store.log.epoch(), &records).expect("the database should be writable");
            made = until;
        }
        let mebibytes = ["log", "rows.redb"].map(|kind| {
            let file = data.join(format!("world-0.{kind}"));
            std::fs::metadata(file).map_or(0, |file| file.len() >> 20)
        });
        println!(
            "| filling {accounts} accounts (files: log {} MiB, rows {} MiB) | {:.1?} | |",
            mebibytes[0],
            mebibytes[1],
            began.elapsed()
        );
    }

    fn starts(&self, data: &Path, accounts: u64) {
        let mut samples: Vec<Duration> = (0..5)
            .map(|_| {
                let began = Instant::now();
                let store = StoredWorld::from(Store::open_folder(data, "world-0").expect("the database should open"));
                drop(self.start(&store));
                began.elapsed()
            })
            .collect();
        row(&format!("start with {accounts} accounts in the database"), &mut samples, 1);
        println!("| resident memory after it | {} MiB | |", resident_mebibytes());
    }

    /// Searches for accounts that are not in memory, each for another one, with everything that is read for them.
    fn finds(&self, data: &Path, accounts: u64) {
        let store = StoredWorld::from(Store::open_folder(data, "world-0").expect("the database should open"));
        let mut world = self.start(&store);
        let mut connection = shared::connect(&world.way_in);
        let account = |round: usize| (round as u64).wrapping_mul(7_919) % accounts + 1;
        let kinds: [(&str, &dyn Fn(u64) -> String); 5] = [
            ("name", &|number| format!("玩家#{}", (number / 10).max(1))),
            ("number", &|number| number.to_string()),
            ("device", &|number| format!("bench-{}", number - 1)),
            ("uid", &|number| number.to_string()),
            ("", &|number| number.to_string()),
        ];
        for (by, text) in kinds {
            let mut samples = Vec::with_capacity(ROUNDS);
            for round in 0..ROUNDS {
                let text = text(account(round));
                let by = if by.is_empty() { String::new() } else { format!(r#","by":"{by}""#) };
                let data = format!(r#"{{"token":"operator","text":"{text}","limit":20{by}}}"#);
                let request = format!(r#"{{"world":0,"function":"player_find","data":{data},"id":1}}"#);
                let began = Instant::now();
                let reply = world.ask(&store, &mut connection, &request);
                samples.push(began.elapsed());
                assert!(reply.contains(r#""player":"#), "somebody should be found: {reply}");
            }
            let by = if by.is_empty() { "all but the device" } else { by };
            row(&format!("player_find by {by} among {accounts} accounts, text to reply"), &mut samples, 1);
        }
    }

    fn idle_with_database(&self, data: &Path, options: &Options) {
        let store = StoredWorld::from(Store::open_folder(data, "world-0").expect("the database should open"));
        let mut world = self.start(&store);
        let tables = world.simulation.player_tables();
        let before = resident_mebibytes();
        let loaded = options.loaded.min(options.accounts);
        let mut samples = Vec::new();
        for account in 1..=loaded {
            let began = Instant::now();
            let rows = store.rows.load_player(&tables, AccountId(account)).expect("the database should be readable");
            world.inputs.push(Input::Loaded(AccountId(account), rows));
            world.tick();
            samples.push(began.elapsed());
        }
        row("loading a player at its first request", &mut samples, 1);
        println!(
            "| resident memory of {loaded} loaded players | {} MiB | |",
            resident_mebibytes().saturating_sub(before)
        );
        world.idle(&format!("{} known accounts, {loaded} loaded", options.accounts));
    }
}

impl Driven {
    fn tick(&mut self) -> Effects {
        self.inbox.drain(&mut self.inputs);
        let moment = Moment { wall_ms: NOON_MS, real: self.started, folded_batch: BatchNumber::default() };
        self.simulation.tick(&mut self.inputs, moment)
    }

    /// Begins and settles rounds, whose reports are never accepted.
    fn report_rounds(&mut self, count: usize) {
        let world = self.simulation.world_mut();
        let mut state = SystemState::<Rounds>::new(world);
        for _ in 0..count {
            let mut rounds = state.get_mut(world).expect("every world should know rounds");
            let begin = RoundBegin {
                room_id: "bench".to_owned(),
                game_mode: 1,
                players: vec![RoundPlayer { account: None }],
                passed: PassedThrough::default(),
            };
            let round = rounds.begin(begin);
            rounds.settle(round, &[]);
            state.apply(world);
        }
        self.tick();
    }

    fn log_in(&mut self, store: &StoredWorld, number: u64) -> (Connection, Vec<Effects>) {
        let mut connection = shared::sign_in(&self.way_in, number);
        let mut all = Vec::new();
        while !connection.has_replies() {
            let mut effects = self.tick();
            for key in effects.lookups.drain(..) {
                let account = store.rows.look_up(&key).expect("the database should be readable");
                self.inbox.push(Input::Found(key, account));
            }
            effects.replies.drain(..).for_each(|held| held.release());
            all.push(effects);
        }
        connection.take_replies(&mut Vec::new());
        (connection, all)
    }

    /// The reply to a request that reads what is not in memory, as the world's threads would.
    fn ask(&mut self, store: &StoredWorld, connection: &mut Connection, request: &str) -> String {
        connection.receive(request);
        let mut replies = Vec::new();
        while replies.is_empty() {
            let mut effects = self.tick();
            for key in effects.lookups.drain(..) {
                let account = store.rows.look_up(&key).expect("the database should be readable");
                self.inbox.push(Input::Found(key, account));
            }
            for (number, query) in effects.queries.drain(..) {
                let rows = store.rows.read(&query).expect("the database should be readable");
                self.inbox.push(Input::RowsRead(number, rows));
            }
            effects.jobs.drain(..).for_each(|(number, job)| self.inbox.push(Input::JobDone(number, job.run())));
            effects.replies.into_iter().for_each(|held| held.release());
            connection.take_replies(&mut replies);
        }
        replies.pop().map(|reply| reply.to_string()).unwrap_or_default()
    }

    fn guest(&mut self, store: &StoredWorld, number: u64) -> Connection {
        self.log_in(store, number).0
    }

    fn idle(&mut self, what: &str) {
        let mut samples: Vec<Duration> = (0..ROUNDS)
            .map(|_| {
                let began = Instant::now();
                self.tick();
                began.elapsed()
            })
            .collect();
        row(&format!("idle tick, {what}"), &mut samples, 1);
    }
}

fn resident_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).map_or(0, |kib| kib >> 10)
}
