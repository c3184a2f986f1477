//! The surroundings of a world: its storage, its jobs, the platforms, the other worlds and the realm.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use crate::net::caller::PlatformClient;
use crate::net::inbox::Inbox;
use crate::net::jobs::Jobs;
use crate::net::post_office::PostOffice;
use crate::net::returns::Returns;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::effects::Outside;
use raidkeep_engine::exchange::lines::Outgoing;
use raidkeep_engine::numbers::{BatchNumber, JobId, QueryId};
use raidkeep_engine::request::Job;
use raidkeep_engine::storage::worker::StorageWorker;
use raidkeep_engine::storage::{Batch, IndexKey, RowQuery};

/// The surroundings of a server's world.
pub(super) struct Around {
    pub(super) inbox: Arc<Inbox>,
    pub(super) returns: Returns,
    pub(super) storage: StorageWorker,
    pub(super) jobs: Jobs,
    pub(super) caller: PlatformClient,
    pub(super) offices: Arc<PostOffice>,
    /// The number of this world.
    pub(super) world: u32,
    pub(super) last_batch: BatchNumber,
    /// The uncommitted batches, and when each was sent.
    pub(super) sent: VecDeque<(BatchNumber, Instant)>,
    /// When the last tick began.
    pub(super) real: Instant,
}

impl Outside for Around {
    fn commit(&mut self, batch: Batch) {
        self.last_batch = batch.number;
        self.sent.push_back((batch.number, self.real));
        self.storage.commit(batch);
    }

    fn committed(&self) -> BatchNumber {
        self.inbox.committed()
    }

    fn look_up(&mut self, key: IndexKey) {
        self.storage.look_up(key);
    }

    fn load(&mut self, account: AccountId) {
        self.storage.load(account);
    }

    fn read(&mut self, query: QueryId, rows: RowQuery) {
        self.storage.query(query, rows);
    }

    fn run(&mut self, number: JobId, job: Job) {
        self.jobs.start(number, job);
    }

    fn call(&mut self, outgoing: Outgoing) {
        if let Some(outgoing) = self.offices.deliver(outgoing, self.world, &self.returns) {
            self.caller.call(outgoing, self.returns.clone());
        }
    }
}
