//! The surroundings of a test server's world: simulated disks that a test can slow down, and the platforms.

use std::sync::Arc;

use super::TestPlatforms;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::effects::Outside;
use raidkeep_engine::exchange::lines::Outgoing;
use raidkeep_engine::numbers::{BatchNumber, JobId, QueryId};
use raidkeep_engine::request::Job;
use raidkeep_engine::storage::store::{Log, LogRecord};
use raidkeep_engine::storage::{Batch, IndexKey, PlayerTables, RowQuery, Rows, StoredWorld};
use raidkeep_engine::tick::Input;
use raidkeep_server::net::inbox::Inbox;
use raidkeep_server::net::post_office::PostOffice;

/// The storage of a test server.
pub(super) struct TestStorage {
    log: Log,
    pub(super) rows: Rows,
    unfolded: Vec<LogRecord>,
    /// The last record and the last batch folded into the rows.
    pub(super) folded: (u64, BatchNumber),
    committed: BatchNumber,
    /// Results of reads while reads are held.
    pub(super) held_reads: Option<Vec<Input>>,
    /// The last batch written while commits are held.
    pub(super) held_commit: Option<BatchNumber>,
}

impl TestStorage {
    pub(super) fn new(store: StoredWorld) -> Self {
        let committed = store.recovered.last_batch;
        Self {
            log: store.log,
            rows: store.rows,
            unfolded: Vec::new(),
            folded: (0, committed),
            committed,
            held_reads: None,
            held_commit: None,
        }
    }

    pub(super) fn hold_commits(&mut self) {
        self.held_commit.get_or_insert(self.committed);
    }

    /// Confirms the held commits.
    pub(super) fn release_commits(&mut self) -> BatchNumber {
        self.committed = self.held_commit.take().unwrap_or(self.committed);
        self.committed
    }

    /// Folds these records into rows; returns the last batch in them.
    pub(super) fn fold_records(&self, records: &[LogRecord]) -> BatchNumber {
        self.rows.fold(self.log.epoch(), records).expect("the simulated disk should be writable")
    }

    /// Folds the log into rows.
    pub(super) fn fold(&mut self) {
        let records = std::mem::take(&mut self.unfolded);
        let last_batch = self.fold_records(&records);
        self.folded = (records.last().map_or(self.folded.0, |record| record.number), last_batch);
    }
}

/// The same with everything else, for one tick.
pub(super) struct Around<'a> {
    pub(super) storage: &'a mut TestStorage,
    pub(super) platforms: &'a mut TestPlatforms,
    pub(super) inbox: &'a Arc<Inbox>,
    pub(super) offices: &'a PostOffice,
    pub(super) tables: PlayerTables,
    pub(super) now_ms: i64,
}

impl Around<'_> {
    fn bring(&mut self, input: Input) {
        match &mut self.storage.held_reads {
            Some(held) => held.push(input),
            None => self.inbox.push(input),
        }
    }
}

impl Outside for Around<'_> {
    fn commit(&mut self, batch: Batch) {
        let storage = &mut *self.storage;
        match storage.log.append(std::slice::from_ref(&batch), storage.folded.0) {
            Ok(record) => {
                storage.unfolded.push(record);
                *storage.held_commit.as_mut().unwrap_or(&mut storage.committed) = batch.number;
            }
            Err(_) => self.inbox.fail_storage(),
        }
    }

    fn committed(&self) -> BatchNumber {
        self.storage.committed
    }

    fn look_up(&mut self, key: IndexKey) {
        let account = self.storage.rows.look_up(&key).expect("the simulated disk should be readable");
        self.bring(Input::Found(key, account));
    }

    fn load(&mut self, account: AccountId) {
        let rows = self.storage.rows.load_for_world(&self.tables, account);
        self.bring(Input::Loaded(account, rows.expect("the simulated disk should be readable")));
    }

    fn read(&mut self, query: QueryId, rows: RowQuery) {
        if !rows.as_folded {
            self.storage.fold();
        }
        let rows = self.storage.rows.read(&rows).expect("the simulated disk should be readable");
        self.bring(Input::RowsRead(query, rows));
    }

    fn run(&mut self, number: JobId, job: Job) {
        self.inbox.push(Input::JobDone(number, job.run()));
    }

    fn call(&mut self, outgoing: Outgoing) {
        // What is for the realm or a world stays here: this is the only world, and the realm lives in it.
        if let Some(outgoing) = self.offices.deliver(outgoing, 0, &self.inbox.returns()) {
            self.platforms.send(outgoing, self.now_ms);
        }
    }
}
