//! A day of 10 requests a second, played as fast as possible. The files are on simulated disks, with the same sizes as
//! real files and instant flushes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::rules::LoadedRules;
use raidkeep::engine::start::Start;
use raidkeep::engine::storage::StoredWorld;
use raidkeep::engine::storage::disk::Disks;
use raidkeep::engine::storage::store::{LogRecord, Store};
use raidkeep::engine::tick::{Input, Moment, Simulation};
use raidkeep::game::items::ledger::LEDGER_TABLE;
use raidkeep::game::{self, GameSettings};
use raidkeep::server::net::inbox::Inbox;
use raidkeep::server::net::way_in::WayIn;
use raidkeep::studio::testing::NOON_MS;

use crate::{Raider, mebibytes, world};

/// Time between two requests.
const STEP: Duration = Duration::from_millis(100);
/// The server's interval between folds.
const FOLD_EVERY: Duration = Duration::from_secs(5);
const SHOW_EVERY_HOURS: u32 = 2;
const HOUR: Duration = Duration::from_secs(3600);

/// A world that does the work of its storage threads itself.
struct Day {
    simulation: Simulation,
    store: StoredWorld,
    disks: Disks,
    inbox: Arc<Inbox>,
    way_in: Arc<WayIn>,
    inputs: Vec<Input>,
    started: Instant,
    /// Time since the start, on the game's clock.
    passed: Duration,
    unfolded: Vec<LogRecord>,
    folded_record: u64,
    folded_batch: BatchNumber,
    requests: u64,
}

pub(crate) fn play(settings: &GameSettings, rules: &LoadedRules, players: u32, hours: u32) {
    if hours == 0 {
        return;
    }
    let began = Instant::now();
    let mut day = Day::new(settings, rules);
    let mut raiders: Vec<Raider> = (0..players).map(|number| day.raider(number as usize)).collect();
    println!("\n{players} players, 10 requests a second.\n");
    println!("| hour | requests | log MiB | rows MiB | movements in the ledger | bytes of one |");
    println!("|---:|---:|---:|---:|---:|---:|");
    day.print(0);
    for hour in 1..=hours {
        day.hour(&mut raiders);
        if hour % SHOW_EVERY_HOURS == 0 || hour == hours {
            day.print(hour);
        }
    }
    println!("\n{hours} hours are played in {:.1?}.", began.elapsed());
}

impl Day {
    fn new(settings: &GameSettings, rules: &LoadedRules) -> Self {
        let disks = Disks::default();
        let store = StoredWorld::from(Store::open_disks(&disks).expect("a simulated disk should open"));
        let start = Start::alone(NOON_MS, 7);
        let simulation = game::start_world(settings, rules, &store, start).expect("the world should start");
        let inbox = Arc::new(Inbox::new(1 << 20, BatchNumber::default(), Box::new(|| {})));
        let way_in = world::way_in(&simulation, &inbox);
        Self {
            simulation,
            store,
            disks,
            inbox,
            way_in,
            inputs: Vec::new(),
            started: Instant::now(),
            passed: Duration::ZERO,
            unfolded: Vec::new(),
            folded_record: 0,
            folded_batch: BatchNumber::default(),
            requests: 0,
        }
    }

    fn raider(&mut self, number: usize) -> Raider {
        let mut connection = world::sign_in(&self.way_in, number);
        while !connection.has_replies() {
            self.tick();
        }
        connection.take_replies(&mut Vec::new());
        Raider { connection, asked: 0 }
    }

    fn hour(&mut self, raiders: &mut [Raider]) {
        let until = self.passed + HOUR;
        while self.passed < until {
            let next = self.requests % raiders.len() as u64;
            let raider = &mut raiders[usize::try_from(next).expect("it is an index")];
            self.passed += STEP;
            self.requests += 1;
            raider.ask();
            while raider.hear() == 0 {
                self.tick();
            }
            if self.passed.as_millis().is_multiple_of(FOLD_EVERY.as_millis()) {
                self.fold();
            }
        }
    }

    /// A tick with its commit; the results of its reads are inputs of the next.
    fn tick(&mut self) {
        self.inbox.drain(&mut self.inputs);
        let passed_ms = i64::try_from(self.passed.as_millis()).expect("a day is short");
        let moment =
            Moment { wall_ms: NOON_MS + passed_ms, real: self.started + self.passed, folded_batch: self.folded_batch };
        let effects = self.simulation.tick(&mut self.inputs, moment);
        if let Some(batch) = effects.batch {
            let record = self.store.log.append(&[batch], self.folded_record);
            self.unfolded.push(record.expect("a simulated disk should be writable"));
        }
        let rows = &self.store.rows;
        for key in effects.lookups {
            let found = rows.look_up(&key).expect("a simulated disk should be readable");
            self.inbox.push(Input::Found(key, found));
        }
        for account in effects.players {
            let loaded = rows.load_player(&self.simulation.player_tables(), account);
            self.inbox.push(Input::Loaded(account, loaded.expect("a simulated disk should be readable")));
        }
        effects.replies.into_iter().for_each(|held| held.release());
    }

    fn fold(&mut self) {
        if let Some(last) = self.unfolded.last() {
            self.folded_batch = self
                .store
                .rows
                .fold(self.store.log.epoch(), &self.unfolded)
                .expect("a simulated disk should be writable");
            self.folded_record = last.number;
            self.unfolded.clear();
        }
    }

    fn print(&self, hour: u32) {
        let (mut movements, mut bytes) = (0_u64, 0);
        let count = &mut |key: &[u8], value: &[u8]| {
            movements += 1;
            bytes += key.len() + value.len();
        };
        self.store.rows.scan(LEDGER_TABLE, count).expect("a simulated disk should be readable");
        let [log, rows] = [&self.disks.log, &self.disks.rows].map(|disk| mebibytes(disk.size_bytes() as u64));
        let one = bytes as f64 / movements.max(1) as f64;
        println!("| {hour} | {} | {log:.2} | {rows:.2} | {movements} | {one:.0} |", self.requests);
    }
}
