//! A world's storage threads on stores of any kind, and what becomes of the changes that are sent to them: for tests.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use raidkeep_engine::numbers::{BatchNumber, QueryId};
use raidkeep_engine::storage::worker::{StorageEvent, StorageWorker, Stores};
use raidkeep_engine::storage::{Batch, FoundRows, PlayerTables, RowQuery, Rows};

/// The table that is changed.
pub const CHANGES: &str = "changes";
/// The world's clock at each change, in unix milliseconds.
pub const CHANGED_AT_MS: i64 = 1000;

/// A test fails if it waits longer than this.
const PATIENCE: Duration = Duration::from_secs(60);

/// One run of a world on its stores, until it fails.
pub struct StoreLife {
    /// The threads.
    pub worker: StorageWorker,
    /// What they say.
    pub events: Receiver<StorageEvent>,
    /// The rows that they fold to.
    pub rows: Rows,
    /// Each change says in which life it was made.
    pub number: u8,
    last: u64,
}

/// How a change ended for the world that made it.
#[derive(Debug, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// It is kept.
    Answered,
    /// The world can answer nothing more.
    Stopped {
        /// Whether opening the stores again may help.
        may_pass: bool,
    },
}

impl StoreLife {
    /// Begins on these stores.
    ///
    /// # Panics
    /// When no thread can be started.
    pub fn begin(stores: impl Into<Stores>, number: u8) -> Self {
        let stores = stores.into();
        let (last, rows) = (stores.last_batch.0, stores.rows.clone());
        let (sender, events) = channel();
        let listener = Arc::new(move |event| drop(sender.send(event)));
        let worker = StorageWorker::start(stores, PlayerTables::default(), listener).expect("threads should start");
        Self { worker, events, rows, number, last }
    }

    /// Sends the next change; returns its number.
    pub fn send(&mut self) -> u64 {
        self.last += 1;
        let mut batch = Batch::new(BatchNumber(self.last), CHANGED_AT_MS);
        batch.put(CHANGES, &self.last.to_be_bytes(), |out| out.push(self.number));
        self.worker.commit(batch);
        self.last
    }

    /// Waits for what becomes of it.
    ///
    /// # Panics
    /// When nothing does, or something else was said.
    pub fn outcome(&self) -> ChangeOutcome {
        match self.events.recv_timeout(PATIENCE).expect("a change is answered, or the world is told that it stops") {
            StorageEvent::Committed(_) => ChangeOutcome::Answered,
            StorageEvent::Failed { may_pass, .. } => ChangeOutcome::Stopped { may_pass },
            event => panic!("nothing else was asked for: {event:?}"),
        }
    }

    /// Asks for rows, and waits for them.
    ///
    /// # Panics
    /// When they do not come.
    pub fn read(&self, query: RowQuery) -> FoundRows {
        self.worker.query(QueryId(1), query);
        match self.events.recv_timeout(PATIENCE).expect("the query is answered") {
            StorageEvent::Read(_, rows) => rows,
            event => panic!("only rows were asked for: {event:?}"),
        }
    }

    /// Ends the world, and returns whether anything was answered after it had failed.
    pub fn answers_after_failure(mut self) -> bool {
        self.send();
        self.send();
        drop(self.worker);
        self.events.try_iter().any(|event| matches!(event, StorageEvent::Committed(_)))
    }
}
