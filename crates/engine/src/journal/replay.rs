//! Replays a journal.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy_app::App;

use crate::clock::Clock;
use crate::journal::frames::JournalError;
use crate::journal::record::{InputRecord, Record, RowLayout, StartRecord, TickOutcome, TickRecord};
use crate::journal::recorder::outcome;
use crate::journal::revive::{Library, Reviver};
use crate::numbers::{BatchNumber, JobId};
use crate::outside::Epoch;
use crate::reload::{Reloader, Reloading};
use crate::request::RequestTable;
use crate::request::answer::STOPPED;
use crate::rules::{AssetSource, Catalogue, LoadedRules};
use crate::start::{Start, start_app};
use crate::storage::disk::Disks;
use crate::storage::rows::Persistence;
use crate::storage::store::{LogRecord, Recovered, Store};
use crate::storage::{Batch, StorageError, StoredWorld};
use crate::tick::{Moment, Simulation, state_hash};

/// Why a replay cannot start or continue.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The file.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// The world cannot be started.
    #[error("the world of the journal cannot be started: {0}")]
    Storage(#[from] StorageError),
    /// The rules are not those of the journal.
    #[error(
        "the journal was written under the rules {recorded:016x}; these are the rules {found:016x}. Give the folder \
             rules-{recorded:016x}, which stands beside the journal"
    )]
    OtherRules {
        /// In the journal.
        recorded: u64,
        /// Given.
        found: u64,
    },
    /// Rules that were loaded while the world ran cannot be found.
    #[error(
        "the rules changed to {fingerprint:016x}, and the folder rules-{fingerprint:016x} beside the journal is missing, \
         holds other rules, or some that only the program that wrote it can read; the journal can be played up to that tick"
    )]
    MissingRules {
        /// In the journal.
        fingerprint: u64,
    },
    /// The program has other tables or functions.
    #[error(
        "the journal was written by {program}, and this program does not know its {what} \"{name}\". Use that program"
    )]
    OtherProgram {
        /// Who wrote it.
        program: String,
        /// What is missing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A request for a function that the journal does not name.
    #[error("the journal is damaged: it has a request for function number {number}, which it does not name")]
    UnknownFunction {
        /// Its number.
        number: u32,
    },
    /// A request that this program does not understand.
    #[error(
        "a request for {function} cannot be read by this program: {mistake}. Use the program that wrote the journal"
    )]
    UnreadableRequest {
        /// The function.
        function: String,
        /// What is wrong.
        mistake: String,
    },
    /// The result of a job that the replayed world has not started.
    #[error("the replay diverges: the journal has the result of job {number}, which the replay has not started")]
    UnknownJob {
        /// Its number.
        number: JobId,
    },
    /// A tick had a different outcome.
    #[error(
        "the replay diverges: tick {tick} led to {found:?}, and in the journal to {recorded:?}. The program or \
         its settings are not those of the journal, or the game depends on something that is not written down"
    )]
    OtherOutcome {
        /// Counted from 1.
        tick: u64,
        /// In the journal.
        recorded: TickOutcome,
        /// In the replay.
        found: TickOutcome,
    },
    /// A checkpoint has a different hash.
    #[error(
        "the replay diverges: behind tick {tick} the state has the hash {found:016x}, and in the journal \
         {recorded:016x}"
    )]
    OtherState {
        /// Counted from 1.
        tick: u64,
        /// In the journal.
        recorded: u64,
        /// In the replay.
        found: u64,
    },
    /// An entry is out of place.
    #[error("the journal is damaged: {0}")]
    OutOfOrder(&'static str),
}

/// The state of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Played {
    /// More entries may follow.
    On,
    /// The world shut down in an orderly way there.
    Ended,
    /// What follows was not recorded.
    Gap,
}

/// The world of a journal, up to the entry replayed last.
pub struct Replay {
    simulation: Simulation,
    reviver: Reviver,
    first_real: Instant,
    ticks: u64,
    checkpoints: u64,
    before: TickOutcome,
    last: LastTick,
    last_serial: u64,
    batch: Option<Batch>,
    earlier: Option<EarlierProgram>,
}

/// State for a journal of a program whose rows have another layout. Its ticks can be replayed with the same replies; but
/// rows have other bytes, and what was one row may now be two, so that batches have other numbers.
#[derive(Debug, Default)]
struct EarlierProgram {
    /// The last batch in the journal's numbering.
    last_batch: BatchNumber,
    /// The journal's batches that were not folded yet, with the replay's last batch at their tick.
    unfolded: VecDeque<(BatchNumber, BatchNumber)>,
    /// The last batch to fold, in the replay's numbering.
    folded: BatchNumber,
}

impl EarlierProgram {
    /// What to fold in the replay when the journal had folded `folded_then`. `before` is the outcome of the previous
    /// tick in the journal, `last_batch` the replay's last batch.
    fn folded(&mut self, before: TickOutcome, folded_then: BatchNumber, last_batch: BatchNumber) -> BatchNumber {
        if before.batch_bytes > 0 {
            self.last_batch = self.last_batch.next();
            self.unfolded.push_back((self.last_batch, last_batch));
        }
        while let Some((_, now)) = self.unfolded.pop_front_if(|(then, _)| *then <= folded_then) {
            self.folded = now;
        }
        self.folded
    }
}

/// When the last tick was; before the first one, when the world was started.
#[derive(Debug, Clone, Copy)]
struct LastTick {
    /// Wall-clock time in the journal, unix milliseconds.
    wall_ms: i64,
    /// Since the first tick.
    real_ns: u64,
    folded_batch: BatchNumber,
}

/// Selects the inputs of a tick whose replies are collected.
pub type ReplyFilter<'a> = &'a mut dyn FnMut(&InputRecord, &Simulation, u64) -> bool;

impl Replay {
    /// Starts the world of a journal: takes its first entries from `records`, up to the first tick, which is returned
    /// unplayed. `app` has the plugins that the journal's world had; `rules` are those of its start, `library` has
    /// those loaded later.
    pub fn start(
        records: &mut dyn Iterator<Item = Record>,
        app: App,
        rules: &LoadedRules,
        library: Library,
    ) -> Result<(Self, Option<Record>), ReplayError> {
        let Some(Record::Start(start)) = records.next() else {
            return Err(JournalError::NoJournal.into());
        };
        if start.rules != rules.fingerprint {
            return Err(ReplayError::OtherRules { recorded: start.rules, found: rules.fingerprint });
        }
        let mut rows = Vec::new();
        let next = loop {
            match records.next() {
                Some(Record::Rows(bytes)) => {
                    rows.push(LogRecord { number: rows.len() as u64 + 1, bytes: bytes.into() });
                }
                other => break other,
            }
        };
        let world = Start { wall_ms: start.wall_ms, seed: start.seed, epoch: start.epoch, place: start.place };
        let mut simulation = start_app(app, rules, &revive_store(&start, &rows)?, world)?;
        simulation.world_mut().insert_resource(past_reloading(rules));
        let earlier = EarlierProgram { last_batch: start.last_batch, folded: start.last_batch, ..Default::default() };
        let earlier = is_of_earlier_program(&start, &simulation)?.then_some(earlier);
        let reviver = Reviver::new(known_functions(&start, &simulation)?, library);
        let replay = Self {
            simulation,
            reviver,
            first_real: Instant::now(),
            ticks: 0,
            checkpoints: 0,
            before: TickOutcome::default(),
            last: LastTick { wall_ms: start.wall_ms, real_ns: 0, folded_batch: BatchNumber::default() },
            last_serial: 0,
            batch: None,
            earlier,
        };
        Ok((replay, next))
    }

    /// Replays one entry.
    pub fn play(&mut self, record: Record, listening: ReplyFilter<'_>) -> Result<Played, ReplayError> {
        match record {
            Record::Tick(tick) => self.tick(tick, listening)?,
            Record::Checkpoint { ticks, hash } => self.check(ticks, hash)?,
            Record::Dismissed => {
                drop(self.simulation.dismiss_waiting(&STOPPED));
            }
            Record::End => return Ok(Played::Ended),
            Record::Gap => return Ok(Played::Gap),
            Record::Start(_) => return Err(ReplayError::OutOfOrder("it starts twice")),
            Record::Rows(_) => return Err(ReplayError::OutOfOrder("it has rows of its start after the first tick")),
        }
        Ok(Played::On)
    }

    fn tick(&mut self, tick: TickRecord, listening: ReplyFilter<'_>) -> Result<(), ReplayError> {
        let is_same = match &self.earlier {
            None => tick.before == self.before,
            Some(_) => tick.before.replies == self.before.replies,
        };
        if !is_same {
            let (recorded, found) = (tick.before, self.before);
            return Err(ReplayError::OtherOutcome { tick: self.ticks, recorded, found });
        }
        let real = self.first_real.checked_add(Duration::from_nanos(tick.real_ns));
        let real = real.ok_or(ReplayError::OutOfOrder("a tick is centuries later than the first"))?;
        let TickRecord { wall_ms, real_ns, mut folded_batch, .. } = tick;
        if let Some(earlier) = &mut self.earlier {
            let last_batch = self.simulation.world().resource::<Persistence>().last_batch();
            folded_batch = earlier.folded(tick.before, folded_batch, last_batch);
        }
        let moment = Moment { wall_ms, real, folded_batch };
        self.last = LastTick { wall_ms, real_ns, folded_batch };
        let mut inputs = Vec::with_capacity(tick.inputs.len());
        for record in tick.inputs {
            let serial = self.last_serial + 1;
            let is_heard = listening(&record, &self.simulation, serial);
            self.last_serial += u64::from(is_heard);
            inputs.push(self.reviver.revive(record, if is_heard { serial } else { 0 })?);
        }
        let effects = self.simulation.tick(&mut inputs, moment);
        self.before = outcome(&effects);
        self.ticks += 1;
        self.reviver.expect_jobs(effects.jobs);
        self.batch = effects.batch;
        effects.replies.into_iter().for_each(crate::request::reply::Held::release);
        Ok(())
    }

    fn check(&mut self, ticks: u64, recorded: u64) -> Result<(), ReplayError> {
        if ticks != self.ticks {
            return Err(ReplayError::OutOfOrder("a checkpoint belongs to another tick"));
        }
        if self.earlier.is_some() {
            return Ok(());
        }
        let found = state_hash(self.simulation.world_mut());
        self.checkpoints += 1;
        if found == recorded { Ok(()) } else { Err(ReplayError::OtherState { tick: ticks, recorded, found }) }
    }

    /// How many ticks were replayed.
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// How many checkpoints were compared, all of them equal.
    pub fn checkpoints(&self) -> u64 {
        self.checkpoints
    }

    /// Whether an earlier program wrote the journal: its checkpoints hash another form of the state and are not
    /// compared.
    pub fn is_of_earlier_program(&self) -> bool {
        self.earlier.is_some()
    }

    /// The game's moment, unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.simulation.world().resource::<Clock>().now_ms()
    }

    /// Whether the next tick will be later than a moment of the game's clock, in unix seconds. With a manual clock the
    /// next tick is unknown; then it is whether the moment is already reached.
    pub fn is_later(&self, tick: &TickRecord, moment: i64) -> bool {
        let clock = self.simulation.world().resource::<Clock>();
        match clock.real_time_until(moment) {
            None => clock.now() >= moment,
            Some(left) => {
                let passes_ms = i128::from(tick.wall_ms) - i128::from(self.last.wall_ms);
                clock.now_ms() > moment.saturating_mul(1000) || passes_ms > left.as_millis().cast_signed()
            }
        }
    }

    /// The tick, without inputs, at which the world reaches a moment of the game's clock, in unix seconds; `None` when
    /// the clock does not run by itself.
    pub fn pause_until(&self, moment: i64) -> Option<Record> {
        let left = self.simulation.world().resource::<Clock>().real_time_until(moment)?;
        let LastTick { wall_ms, real_ns, folded_batch } = self.last;
        // A fast clock may pass the moment within a millisecond; rounding up makes sure it is reached.
        let left_ms = left.as_nanos().div_ceil(1_000_000);
        let wall_ms = wall_ms.saturating_add(i64::try_from(left_ms).unwrap_or(i64::MAX));
        Some(Record::Tick(TickRecord { wall_ms, real_ns, folded_batch, before: self.before, inputs: Vec::new() }))
    }

    /// The rows that the last tick changed.
    pub fn take_batch(&mut self) -> Option<Batch> {
        self.batch.take()
    }

    /// The replies, since the last call, to the requests selected for listening, by their numbers.
    pub fn take_heard(&mut self) -> Vec<(u64, String)> {
        self.reviver.take_heard()
    }

    /// The name of the function a request was for.
    pub fn function(&self, input: &InputRecord) -> Option<&'static str> {
        match input {
            InputRecord::Command(command) => self.reviver.function(command).map(|kind| kind.function),
            _ => None,
        }
    }

    /// The world, for inspection and queries.
    pub fn simulation(&mut self) -> &mut Simulation {
        &mut self.simulation
    }
}

/// A storage in memory with the rows that the world read at its start.
fn revive_store(start: &StartRecord, rows: &[LogRecord]) -> Result<StoredWorld, StorageError> {
    let mut store = Store::open_disks(&Disks::default())?;
    store.rows.fold(rows)?;
    store.recovered = Recovered { last_batch: start.last_batch, moment_ms: start.moment_ms, ..Recovered::default() };
    Ok(store.into())
}

/// A stand-in for the job of `rules_reload`, so that it waits as it did. It is never run: its result is in the journal.
fn past_reloading(rules: &LoadedRules) -> Reloading {
    let nowhere = AssetSource::Texts(BTreeMap::new());
    Reloading(Arc::new(Reloader::new(Catalogue::default(), nowhere, Arc::new(rules.clone()), Vec::new())))
}

fn other_program(start: &StartRecord, what: &'static str, name: &str) -> ReplayError {
    ReplayError::OtherProgram { program: start.program.clone(), what, name: name.to_owned() }
}

/// Whether the journal is from a program whose rows have another layout: before epochs, or before players had entities of
/// their own, among others. Apart from the tables of those entities, its tables must be those of this program.
fn is_of_earlier_program(start: &StartRecord, simulation: &Simulation) -> Result<bool, ReplayError> {
    let tables = simulation.world().resource::<Persistence>().player_tables();
    let component_tables = simulation.world().resource::<Persistence>().component_table_count();
    let recorded: Vec<&str> = start.player_tables.iter().map(String::as_str).collect();
    if recorded == tables || recorded == tables[..component_tables] {
        let has_other_rows = start.layout != RowLayout::OF_THIS_PROGRAM;
        return Ok(recorded != tables || start.epoch == Epoch::BEFORE || has_other_rows);
    }
    let equal = recorded.iter().zip(&tables).take_while(|(recorded, table)| recorded == table).count();
    Err(other_program(start, "table of players", recorded.get(equal).unwrap_or(&"nothing")))
}

/// This program's functions in the order of the journal.
fn known_functions(
    start: &StartRecord,
    simulation: &Simulation,
) -> Result<Vec<crate::request::registry::RequestKind>, ReplayError> {
    let known = simulation.world().resource::<RequestTable>();
    let find = |name: &String| known.find(name).copied().ok_or_else(|| other_program(start, "function", name));
    start.functions.iter().map(find).collect()
}
