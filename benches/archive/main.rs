//! An archive of a day, to measure how long one player's past takes.
//!
//! `cargo bench --bench archive -- --keep FOLDER` plays 10,000 players who sign in and enter a stage, and commits what each
//! of them changed once a minute of game time, for a day, to a world on simulated disks whose archive is in FOLDER. Then
//! `raidkeep archive player 5000 --at MOMENT --archive FOLDER` is what is measured; the benchmark prints the command.
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[path = "../shared/world.rs"]
mod world;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use clap::Parser;
use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::start::Start;
use raidkeep::engine::storage::Batch;
use raidkeep::engine::storage::StoredWorld;
use raidkeep::engine::storage::continuous::past::PastWorld;
use raidkeep::engine::storage::continuous::{ArchiveSettings, ArchiveTask, ArchivedTables, Archivist};
use raidkeep::engine::storage::disk::Disks;
use raidkeep::engine::storage::rows::Persistence;
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::storage::worker::{StorageEvent, StorageListener, StorageWorker, Stores};
use raidkeep::engine::tick::{Input, Moment, Simulation};
use raidkeep::game;
use raidkeep::server::net::connection::Connection;
use raidkeep::server::net::inbox::Inbox;
use raidkeep::studio::testing::NOON_MS;

/// Commits that wait for the disk at the same time; they may share a record.
const OUTSTANDING_MAX: u64 = 4;
const MINUTE_MS: i64 = 60_000;

#[derive(Parser)]
struct Options {
    /// Players online
    #[arg(long, default_value_t = 10_000)]
    players: u32,
    /// Minutes of the day
    #[arg(long, default_value_t = 1440)]
    minutes: u32,
    /// Where the archive goes, and stays
    #[arg(long, value_name = "FOLDER")]
    keep: PathBuf,
    /// Cargo passes this
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let scratch = tempfile::tempdir().expect("a temporary folder should be possible");
    let setup = world::setup(scratch.path());
    let rules = game::load_rules(&setup.settings, &setup.assets).expect("the edited assets should be valid");
    let mut store = StoredWorld::from(Store::open_disks(&Disks::default()).expect("a simulated disk should open"));
    let start = Start::alone(NOON_MS, 7);
    let mut simulation = game::start_world(&setup.settings, &rules, &store, start).expect("the world should start");
    let (changes, mut last) = play(&mut simulation, &mut store, options.players);
    let task = task(&simulation, &options.keep);
    let tables: Vec<String> = task.tables.players.clone();
    let shipper = Archivist::start(task, &store).expect("an archive should begin");
    let (listener, told) = listener();
    let mut commits = Commits { told, last: last.0 };
    let players = simulation.player_tables();
    let worker =
        StorageWorker::start(Stores::archived(store, shipper), players, listener).expect("threads should start");
    let (began, first) = (Instant::now(), last);
    for minute in 1..=options.minutes {
        for change in &changes {
            last = last.next();
            let mut batch = change.clone();
            (batch.number, batch.moment_ms) = (last, NOON_MS + i64::from(minute) * MINUTE_MS);
            worker.commit(batch);
            commits.wait_for(last.0.saturating_sub(OUTSTANDING_MAX));
        }
    }
    commits.wait_for(last.0);
    drop(worker);
    let bytes = size_of(&options.keep);
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{} changes of {} players, {bytes} bytes of archive, in {seconds:.0} s",
        last.0 - first.0,
        options.players
    );
    let middle = NOON_MS + i64::from(options.minutes) * MINUTE_MS / 2;
    for until_ms in [Some(middle), None] {
        read_one(&options.keep, until_ms, &tables, options.players);
    }
    println!("raidkeep archive player 5000 --at {} --archive {}", shown(middle), options.keep.display());
}

/// Signs players in and lets each enter a stage; returns what that changed of each, and the last batch.
fn play(simulation: &mut Simulation, store: &mut StoredWorld, players: u32) -> (Vec<Batch>, BatchNumber) {
    let inbox = Arc::new(Inbox::new(1 << 20, BatchNumber::default(), Box::new(|| {})));
    let way_in = world::way_in(simulation, &inbox);
    let mut changes = Vec::new();
    let mut last = BatchNumber::default();
    for number in 0..players {
        let mut connection = world::sign_in(&way_in, number);
        let made = tick_until_answered(simulation, store, &inbox, &mut connection);
        connection.receive(r#"{"world":0,"function":"enter_stage_general","data":{"stage":8},"id":17}"#);
        let changed = tick_until_answered(simulation, store, &inbox, &mut connection);
        last = changed.last().or(made.last()).map_or(last, |batch| batch.number);
        let records = made.iter().chain(&changed).map(|batch| store.log.append(std::slice::from_ref(batch), u64::MAX));
        let records: Vec<_> = records.collect::<Result<_, _>>().expect("a simulated disk should be writable");
        store.rows.fold(store.log.epoch(), &records).expect("a simulated disk should be writable");
        changes.extend(changed);
    }
    (changes, last)
}

fn tick_until_answered(
    simulation: &mut Simulation,
    store: &StoredWorld,
    inbox: &Arc<Inbox>,
    connection: &mut Connection,
) -> Vec<Batch> {
    let mut batches = Vec::new();
    while !connection.has_replies() {
        let mut inputs = Vec::new();
        inbox.drain(&mut inputs);
        let moment = Moment { wall_ms: NOON_MS, real: Instant::now(), folded_batch: BatchNumber::default() };
        let effects = simulation.tick(&mut inputs, moment);
        batches.extend(effects.batch);
        for key in effects.lookups {
            let found = store.rows.look_up(&key).expect("a simulated disk should be readable");
            inbox.push(Input::Found(key, found));
        }
        effects.replies.into_iter().for_each(|held| held.release());
    }
    connection.take_replies(&mut Vec::new());
    batches
}

fn task(simulation: &Simulation, keep: &Path) -> ArchiveTask {
    let persistence = simulation.world().resource::<Persistence>();
    let settings = ArchiveSettings {
        folder: keep.display().to_string(),
        segment_bytes: 64 << 20,
        queue_bytes: 1 << 30,
        base_hours: 24,
        keep_days: 0,
    };
    let players = persistence.player_tables().into_iter().map(str::to_owned).collect();
    let identity = persistence.identity().table.to_owned();
    ArchiveTask { settings, backups: None, tables: ArchivedTables { players, identity } }
}

fn listener() -> (StorageListener, Receiver<u64>) {
    let (sender, committed) = channel();
    let listener: StorageListener = Arc::new(move |event| match event {
        StorageEvent::Committed(batch) => drop(sender.send(batch.0)),
        StorageEvent::Failed { why, .. } => panic!("the disk failed: {why}"),
        _ => {}
    });
    (listener, committed)
}

/// What was committed so far.
struct Commits {
    told: Receiver<u64>,
    last: u64,
}

impl Commits {
    /// Waits until a batch is committed.
    fn wait_for(&mut self, batch: u64) {
        while self.last < batch {
            self.last = self.told.recv_timeout(Duration::from_secs(60)).expect("a simulated disk should be writable");
        }
    }
}

fn read_one(archive: &Path, until_ms: Option<i64>, tables: &[String], players: u32) {
    let began = Instant::now();
    let mut past = PastWorld::open(archive, "world-0", until_ms).expect("the archive should have that moment");
    let account = raidkeep::engine::account::AccountId(u64::from(players / 2));
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let records = past.bring(account, &tables).expect("the archive should be sound");
    println!("one player as of {until_ms:?}: {records} records in {:.2} s", began.elapsed().as_secs_f64());
}

fn size_of(folder: &Path) -> u64 {
    let files = std::fs::read_dir(folder.join("world-0")).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}

fn shown(unix_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(unix_ms).map_or_else(|_| unix_ms.to_string(), |moment| moment.to_string())
}
