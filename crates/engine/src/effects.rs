//! Carries out the effects of a tick. Each driver of a world implements the single steps; the order is the same for
//! all: changes first, then lookups and reads; replies and calls to platforms leave only through the gate.

use crate::account::AccountId;
use crate::exchange::lines::Outgoing;
use crate::gate::ReplyGate;
use crate::numbers::{BatchNumber, JobId, QueryId};
use crate::request::Job;
use crate::storage::{Batch, IndexKey, RowQuery};
use crate::tick::Effects;

/// The surroundings of a world: its storage, the platforms, and its job threads. Results come back to the world as
/// [`Input`](crate::tick::Input)s.
pub trait Outside {
    /// Writes a batch to disk, now or later.
    fn commit(&mut self, batch: Batch);
    /// The last batch known to be on disk.
    fn committed(&self) -> BatchNumber;
    /// Looks up an index entry.
    fn look_up(&mut self, key: IndexKey);
    /// Loads a player.
    fn load(&mut self, account: AccountId);
    /// Reads rows once they contain every batch so far, or at once if the query reads as folded.
    fn read(&mut self, query: QueryId, rows: RowQuery);
    /// Runs a job off the world's thread.
    fn run(&mut self, number: JobId, job: Job);
    /// Makes a call to a platform.
    fn call(&mut self, outgoing: Outgoing);
}

/// Carries out a tick's effects. The lists are left empty but keep their capacity.
pub fn carry_out(effects: &mut Effects, gate: &mut ReplyGate, outside: &mut impl Outside) {
    if let Some(batch) = effects.batch.take() {
        outside.commit(batch);
    }
    effects.lookups.drain(..).for_each(|key| outside.look_up(key));
    effects.players.drain(..).for_each(|account| outside.load(account));
    effects.queries.drain(..).for_each(|(number, query)| outside.read(number, query));
    gate.admit(effects.replies.drain(..));
    gate.admit_calls(std::mem::take(&mut effects.calls));
    release(gate, outside);
    effects.jobs.drain(..).for_each(|(number, job)| outside.run(number, job));
}

/// Releases what waited for batches that are now on disk.
pub fn release(gate: &mut ReplyGate, outside: &mut impl Outside) {
    gate.committed(outside.committed());
    gate.take_calls().into_iter().for_each(|outgoing| outside.call(outgoing));
}
