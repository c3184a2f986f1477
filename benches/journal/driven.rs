//! A world whose inputs come from the benchmark. Nothing is committed, so only the world's thread is timed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use raidkeep::engine::journal::{JournalOrigin, JournalSink, Recorder};
use raidkeep::engine::numbers::BatchNumber;
use raidkeep::engine::rules::LoadedRules;
use raidkeep::engine::start::Start;
use raidkeep::engine::storage::StoredWorld;
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::tick::{Effects, Input, Moment, Simulation, state_hash};
use raidkeep::game;
use raidkeep::sandbox::{Delivery, Sandbox};
use raidkeep::server::net::inbox::Inbox;
use raidkeep::server::net::way_in::WayIn;
use raidkeep::studio::testing::{NOON_MS, TestSetup};

use crate::load::{Gamer, Tally};
use crate::world;

/// Requests per player and game second. They arrive together, in one tick.
const REQUESTS_PER_SECOND: usize = 3;
/// Interval between hashes of the whole state, as in the shipped configuration.
pub(crate) const CHECKPOINT_EVERY: Duration = Duration::from_secs(300);
/// Maximum ticks for the requests of one second: results of lookups and platform calls arrive in the next tick.
const TICKS_MAX: usize = 16;

const START: Start = Start::alone(NOON_MS, 7);

/// A world and its players.
pub(crate) struct Driven {
    simulation: Simulation,
    store: StoredWorld,
    sandbox: Sandbox,
    inbox: Arc<Inbox>,
    way_in: Arc<WayIn>,
    inputs: Vec<Input>,
    recorder: Option<Recorder>,
    started: Instant,
    seconds: u64,
    worked: Duration,
    /// Requests sent.
    pub(crate) tally: Tally,
}

impl Driven {
    /// A new world, with a journal if there is a sink for it.
    pub(crate) fn new(setup: &TestSetup, rules: &LoadedRules, sink: Option<Box<dyn JournalSink>>) -> Self {
        let store = StoredWorld::from(Store::open_disks(&Default::default()).expect("a simulated disk should open"));
        let simulation = game::start_world(&setup.settings, rules, &store, START).expect("the world should start");
        let inbox = Arc::new(Inbox::new(1 << 20, BatchNumber::default(), Box::new(|| {})));
        let way_in = world::way_in(&simulation, &inbox);
        let about =
            JournalOrigin { rules: rules.fingerprint, checkpoint_every: CHECKPOINT_EVERY, ..JournalOrigin::default() };
        let recorder = sink.map(|sink| {
            let recorder = Recorder::begin(&simulation, &store, START, about, sink);
            recorder.expect("a simulated disk should be readable")
        });
        Self {
            simulation,
            store,
            sandbox: Sandbox::new(setup.sandbox.clone()),
            inbox,
            way_in,
            inputs: Vec::new(),
            recorder,
            started: Instant::now(),
            seconds: 0,
            worked: Duration::ZERO,
            tally: Tally::new(),
        }
    }

    /// Plays this many seconds; returns the time the world's thread worked: parsing, ticks, journal, replies.
    pub(crate) fn load(&mut self, players: usize, seconds: u64) -> Duration {
        let mut gamers: Vec<Gamer> = (0..players).map(|number| self.gamer(number)).collect();
        self.worked = Duration::ZERO;
        for second in 1..=seconds {
            self.seconds = second;
            for gamer in &mut gamers {
                for _ in 0..REQUESTS_PER_SECOND {
                    let Some(request) = gamer.request() else { break };
                    let began = Instant::now();
                    gamer.connection.receive(&request);
                    self.worked += began.elapsed();
                }
            }
            self.settle();
            gamers.iter_mut().for_each(|gamer| gamer.hear(&mut self.tally));
        }
        self.worked
    }

    /// Ends the journal; returns the state's hash and the time it took to compute.
    pub(crate) fn finish(mut self) -> (u64, Duration) {
        let began = Instant::now();
        let hash = state_hash(self.simulation.world_mut());
        let took = began.elapsed();
        if let Some(recorder) = self.recorder {
            recorder.finish(self.simulation.world_mut());
        }
        (hash, took)
    }

    fn gamer(&mut self, number: usize) -> Gamer {
        let mut connection = world::sign_in(&self.way_in, number);
        self.settle();
        connection.take_replies(&mut Vec::new());
        Gamer::new(number, connection)
    }

    fn settle(&mut self) {
        self.tick();
        for _ in 0..TICKS_MAX {
            if self.inbox.is_empty() {
                return;
            }
            self.tick();
        }
    }

    fn tick(&mut self) {
        let passed = Duration::from_secs(self.seconds);
        let wall_ms = NOON_MS + i64::try_from(passed.as_millis()).expect("the load is short");
        let moment = Moment { wall_ms, real: self.started + passed, folded_batch: BatchNumber::default() };
        let began = Instant::now();
        self.inbox.drain(&mut self.inputs);
        if let Some(recorder) = &mut self.recorder {
            recorder.note_tick(&self.inputs, moment);
        }
        let mut effects = self.simulation.tick(&mut self.inputs, moment);
        if let Some(recorder) = &mut self.recorder {
            recorder.note_effects(&effects, self.simulation.world_mut(), moment);
        }
        effects.replies.drain(..).for_each(|held| held.release());
        self.worked += began.elapsed();
        self.carry_out(effects, wall_ms);
    }

    /// Does the work of the server's other threads.
    fn carry_out(&mut self, effects: Effects, now_ms: i64) {
        let (rows, inbox) = (&self.store.rows, &self.inbox);
        for key in effects.lookups {
            let found = rows.look_up(&key).expect("a simulated disk should be readable");
            inbox.push(Input::Found(key, found));
        }
        for (number, query) in effects.queries {
            let found = rows.read(&query).expect("a simulated disk should be readable");
            inbox.push(Input::RowsRead(number, found));
        }
        for (number, job) in effects.jobs {
            inbox.push(Input::JobDone(number, job.run()));
        }
        for outgoing in effects.calls.exchanges {
            if let Delivery::Answer(answer) = self.sandbox.receive(&outgoing.exchange, now_ms).delivery {
                inbox.push(Input::Answered(outgoing.number, Ok(answer)));
            }
        }
        assert!(effects.players.is_empty(), "nobody is put away, so nobody has to be loaded");
    }
}
