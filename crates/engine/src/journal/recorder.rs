//! Records what a world receives. It is called by the world's driver.

use std::time::{Duration, Instant};

use bevy_ecs::prelude::*;

use crate::journal::queue::JournalSink;
use crate::journal::record::{InputRecord, Record, RowLayout, StartRecord, TickOutcome, TickRecord};
use crate::request::RequestTable;
use crate::request::registry::RequestKind;
use crate::start::Start;
use crate::storage::StoredWorld;
use crate::storage::rows::Persistence;
use crate::storage::{Batch, StorageError};
use crate::tick::{Effects, Input, Moment, Simulation, state_hash};

/// Bytes of rows per entry at the start.
const ROWS_BYTES: usize = 1 << 20;

/// The origin of a journal, apart from the world itself.
#[derive(Debug, Clone, Default)]
pub struct JournalOrigin {
    /// The program.
    pub program: String,
    /// The fingerprint of the rules.
    pub rules: u64,
    /// The settings, JSON.
    pub config: String,
    /// Interval between state hashes, in real time; each costs a pass over everything in memory.
    pub checkpoint_every: Duration,
}

/// Records the ticks of one world.
#[derive(Resource)]
pub struct Recorder {
    sink: Option<Box<dyn JournalSink>>,
    kinds: Vec<RequestKind>,
    first_real: Option<Instant>,
    ticks: u64,
    before: TickOutcome,
    checkpoint_every: Duration,
    next_checkpoint_at: Duration,
}

impl Recorder {
    /// Starts the journal of a world that has just been started from `store`.
    pub fn begin(
        simulation: &Simulation,
        store: &StoredWorld,
        start: Start,
        about: JournalOrigin,
        sink: Box<dyn JournalSink>,
    ) -> Result<Self, StorageError> {
        let kinds = simulation.world().resource::<RequestTable>().kinds().to_vec();
        let record = StartRecord {
            program: about.program,
            rules: about.rules,
            config: about.config,
            wall_ms: start.wall_ms,
            seed: start.seed,
            last_batch: store.recovered.last_batch,
            moment_ms: store.recovered.moment_ms,
            functions: kinds.iter().map(|kind| kind.function.to_owned()).collect(),
            player_tables: simulation
                .world()
                .resource::<Persistence>()
                .player_tables()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            epoch: start.epoch,
            place: start.place,
            layout: RowLayout::OF_THIS_PROGRAM,
        };
        let mut recorder = Self {
            sink: Some(sink),
            kinds,
            first_real: None,
            ticks: 0,
            before: TickOutcome::default(),
            checkpoint_every: about.checkpoint_every,
            next_checkpoint_at: about.checkpoint_every,
        };
        recorder.note(&Record::Start(Box::new(record)));
        recorder.note_rows(simulation, store)?;
        Ok(recorder)
    }

    /// The rows that a world reads when it starts.
    fn note_rows(&mut self, simulation: &Simulation, store: &StoredWorld) -> Result<(), StorageError> {
        let persistence = simulation.world().resource::<Persistence>();
        let readers = persistence.start_readers().into_iter().map(|(table, _)| table);
        let moment_ms = store.recovered.moment_ms.unwrap_or_default();
        let empty = || Batch::new(store.recovered.last_batch, moment_ms);
        let mut batch = empty();
        for table in persistence.world_tables().into_iter().chain(readers) {
            store.rows.scan(table, &mut |key, value| {
                batch.put(table, key, |out| out.extend_from_slice(value));
                if batch.encoded_len() > ROWS_BYTES {
                    self.note_batch(&std::mem::replace(&mut batch, empty()));
                }
            })?;
        }
        self.note_batch(&batch);
        Ok(())
    }

    fn note_batch(&mut self, batch: &Batch) {
        let mut bytes = Vec::with_capacity(batch.encoded_len());
        batch.encode(&mut bytes);
        self.note(&Record::Rows(bytes));
    }

    /// Notes a tick that is about to run.
    pub fn note_tick(&mut self, inputs: &[Input], moment: Moment) {
        if self.sink.is_none() {
            return;
        }
        let first_real = *self.first_real.get_or_insert(moment.real);
        let real = moment.real.saturating_duration_since(first_real);
        let tick = TickRecord {
            wall_ms: moment.wall_ms,
            real_ns: u64::try_from(real.as_nanos()).unwrap_or(u64::MAX),
            folded_batch: moment.folded_batch,
            before: self.before,
            inputs: inputs.iter().map(|input| InputRecord::of(input, &self.kinds)).collect(),
        };
        self.note(&Record::Tick(tick));
    }

    /// Notes the outcome of the tick, and the state's hash when it is time.
    pub fn note_effects(&mut self, effects: &Effects, world: &mut World, moment: Moment) {
        if self.sink.is_none() {
            return;
        }
        self.ticks += 1;
        self.before = outcome(effects);
        let real = self.first_real.map_or(Duration::ZERO, |first| moment.real.saturating_duration_since(first));
        if real >= self.next_checkpoint_at {
            self.next_checkpoint_at = real + self.checkpoint_every;
            self.note_checkpoint(world);
        }
    }

    fn note_checkpoint(&mut self, world: &mut World) {
        let hash = state_hash(world);
        self.note(&Record::Checkpoint { ticks: self.ticks, hash });
    }

    /// Notes that the requests parked on notices were answered because the server stops.
    pub fn note_dismissal(&mut self) {
        self.note(&Record::Dismissed);
    }

    /// Notes an orderly shutdown.
    pub fn finish(mut self, world: &mut World) {
        self.note_checkpoint(world);
        self.note(&Record::End);
    }

    fn note(&mut self, record: &Record) {
        let Some(sink) = &mut self.sink else {
            return;
        };
        let entry = postcard::to_stdvec(record).expect("records should be plain data");
        if !sink.take(entry) {
            self.sink = None;
        }
    }
}

/// A summary of what a tick led to.
pub fn outcome(effects: &Effects) -> TickOutcome {
    let batch_bytes = effects.batch.as_ref().map_or(0, |batch| batch.encoded_len() as u64);
    TickOutcome { batch_bytes, replies: effects.replies.iter().filter(|held| held.is_reply()).count() as u64 }
}
