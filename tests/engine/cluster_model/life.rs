//! A world on a node, from a take-over to its end: what `net/shard.rs` does around a `Simulation`, in one thread.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use raidkeep::engine::account::AccountId;
use raidkeep::engine::effects::{Outside, carry_out, release};
use raidkeep::engine::exchange::lines::Outgoing;
use raidkeep::engine::gate::ReplyGate;
use raidkeep::engine::numbers::{BatchNumber, JobId, QueryId};
use raidkeep::engine::outside::{Epoch, WorldPlace};
use raidkeep::engine::request::Job;
use raidkeep::engine::request::answer::{ON_ITS_WAY, WITHOUT_STORAGE};
use raidkeep::engine::request::reply::{Reply, ReplyPort, ReplyTo};
use raidkeep::engine::start::{Start, start_app};
use raidkeep::engine::storage::log_store::{Log, LogRecord};
use raidkeep::engine::storage::store::Recovered;
use raidkeep::engine::storage::tenure::LockedFiles;
use raidkeep::engine::storage::worker::Stores;
use raidkeep::engine::storage::{Batch, IndexKey, RowQuery, Rows, StoredWorld};
use raidkeep::engine::tick::{Input, Moment, Simulation};
use raidkeep::postgres::lease::Term;

use crate::cluster_model::game::{Ask, app};

/// Replies on their way out of a world.
#[derive(Default)]
pub(super) struct Replies(Mutex<Vec<(u64, String)>>);

impl ReplyPort for Replies {
    fn reply(&self, serial: u64, reply: Reply) {
        self.0.lock().expect("one thread").push((serial, reply.text));
    }
}

/// What is outside of the world.
struct Beside {
    committed: BatchNumber,
    batches: Vec<Batch>,
}

impl Outside for Beside {
    fn commit(&mut self, batch: Batch) {
        self.batches.push(batch);
    }

    fn committed(&self) -> BatchNumber {
        self.committed
    }

    fn look_up(&mut self, _: IndexKey) {
        unreachable!("nobody has a name");
    }

    fn load(&mut self, _: AccountId) {
        unreachable!("there are no players");
    }

    fn read(&mut self, _: QueryId, _: RowQuery) {
        unreachable!("no rows are asked for");
    }

    fn run(&mut self, _: JobId, _: Job) {
        unreachable!("there is no work");
    }

    fn call(&mut self, _: Outgoing) {
        unreachable!("there are no platforms");
    }
}

/// Batches that go to the log together, and the last of them.
pub(super) type Group = (Vec<Batch>, BatchNumber);

/// A world on a node.
pub(super) struct Life {
    pub(super) number: u64,
    pub(super) epoch: Epoch,
    pub(super) term: Term,
    pub(super) is_leaving: bool,
    /// Whether it answers whatever became of its lease.
    pub(super) is_careless: bool,
    pub(super) log: Rc<RefCell<Log>>,
    pub(super) rows: Rows,
    simulation: Simulation,
    gate: ReplyGate,
    beside: Beside,
    replies: Arc<Replies>,
    waiting: VecDeque<Batch>,
    /// The last batch of the group that is on its way to the log.
    pub(super) committing: Option<BatchNumber>,
    /// What is in the log and not in the rows.
    pub(super) unfolded: Vec<LogRecord>,
    pub(super) is_folding: bool,
    folded: BatchNumber,
    began: Instant,
}

impl Life {
    /// Starts a world that was taken over.
    pub(super) fn begin(
        (number, world): (u64, u32),
        stores: Stores,
        epoch: Epoch,
        term: Term,
        (now, wall_ms): (Instant, i64),
    ) -> Self {
        let (app, rules) = app();
        let last_batch = stores.last_batch;
        let recovered = Recovered {
            last_batch,
            moment_ms: (last_batch.0 > 0).then_some(wall_ms),
            folded_at_start: 0,
            was_cut_off: false,
            was_copy: false,
        };
        let store = StoredWorld { log: stores.log, rows: stores.rows, recovered, tenure: Arc::new(LockedFiles) };
        let start = Start { wall_ms, seed: 7, epoch, place: WorldPlace { number: world, worlds: 2 } };
        let simulation = start_app(app, &rules, &store, start).expect("its rows can be read");
        Self {
            number,
            epoch,
            term,
            is_leaving: false,
            is_careless: false,
            log: Rc::new(RefCell::new(store.log)),
            rows: store.rows,
            simulation,
            gate: ReplyGate::new(last_batch),
            beside: Beside { committed: last_batch, batches: Vec::new() },
            replies: Arc::default(),
            waiting: VecDeque::new(),
            committing: None,
            unfolded: Vec::new(),
            is_folding: false,
            folded: last_batch,
            began: now,
        }
    }

    /// A tick with this request, whose reply comes under `serial`.
    pub(super) fn ask(&mut self, ask: Ask, serial: u64, now: Instant, wall_ms: i64) {
        let reply_to = ReplyTo::new(self.replies.clone(), serial, Default::default());
        if self.is_leaving {
            return reply_to.refuse(&ON_ITS_WAY);
        }
        let command = ask.command(self.simulation.world(), reply_to);
        let moment = Moment { wall_ms, real: self.began.max(now), folded_batch: self.folded };
        let mut effects = self.simulation.tick(&mut vec![Input::Command(command)], moment);
        // What was just read was true at this moment only if nobody else could have changed it by now.
        if !self.is_careless && !self.term.holds(now) {
            effects.replies.drain(..).for_each(|held| held.refuse(&WITHOUT_STORAGE));
            return;
        }
        carry_out(&mut effects, &mut self.gate, &mut self.beside);
        self.waiting.extend(self.beside.batches.drain(..));
    }

    /// The next group for the log, if none is on its way.
    pub(super) fn next_group(&mut self) -> Option<Group> {
        if self.committing.is_some() || self.waiting.is_empty() {
            return None;
        }
        let group: Vec<Batch> = self.waiting.drain(..).collect();
        let last = group.last().map(|batch| batch.number)?;
        self.committing = Some(last);
        Some((group, last))
    }

    /// Notes that the log has a group.
    pub(super) fn note_committed(&mut self, record: LogRecord, last: BatchNumber) {
        self.committing = None;
        self.unfolded.push(record);
        self.beside.committed = last;
        release(&mut self.gate, &mut self.beside);
    }

    /// Notes that the rows have all up to this record.
    pub(super) fn note_folded(&mut self, record: u64, batch: BatchNumber) {
        self.is_folding = false;
        self.unfolded.retain(|kept| kept.number > record);
        self.folded = batch;
    }

    /// Whether everything that was asked is answered.
    pub(super) fn is_quiet(&self) -> bool {
        self.gate.is_empty() && self.committing.is_none() && self.waiting.is_empty()
    }

    /// Ends it: nobody knows what became of what waits.
    pub(super) fn fail(mut self) -> Vec<(u64, String)> {
        self.gate.fail();
        self.take_replies()
    }

    pub(super) fn take_replies(&mut self) -> Vec<(u64, String)> {
        std::mem::take(&mut *self.replies.0.lock().expect("one thread"))
    }
}
