//! The threads that wait for the disk, so that the world never does.
//!
//! One thread commits batches, one folds the log, one answers lookups. They report to the world through a callback. A
//! query for rows takes the same path as the batches, so that it finds everything changed before it; one that reads as
//! folded is a lookup.

mod folding;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

use crate::account::AccountId;
use crate::meters::Meters;
use crate::numbers::{BatchNumber, QueryId};
use crate::storage::continuous::Shipper;
use crate::storage::log_store::Log;
use crate::storage::measure::{CommitMeters, counting_failures};
use crate::storage::store::Recovered;
use crate::storage::{
    Batch, FoundRows, IndexKey, LoadedPlayer, PlayerTables, RowQuery, Rows, StorageError, StoredWorld,
};

use folding::{FoldSender, Folder, fold_queue};

/// A report of the storage to the world.
#[derive(Debug)]
pub enum StorageEvent {
    /// Every batch up to this number is on disk.
    Committed(BatchNumber),
    /// An index entry was looked up.
    Found(IndexKey, Option<AccountId>),
    /// A player was loaded; `None` when there is no such account.
    Loaded(AccountId, Option<LoadedPlayer>),
    /// The rows of the query of this number were read.
    Read(QueryId, FoundRows),
    /// Nothing more can be confirmed.
    Failed {
        /// What happened.
        why: String,
        /// Whether opening the files again may help.
        may_pass: bool,
    },
}

/// The callback to the world; called from the storage's threads.
pub type StorageListener = Arc<dyn Fn(StorageEvent) + Send + Sync>;

enum Reading {
    LookUp(IndexKey),
    Load(AccountId),
    Query(Query),
}

/// A message to the commit thread.
enum Writing {
    Batch(Batch),
    Query(Query),
}

struct Query {
    number: QueryId,
    rows: RowQuery,
}

/// The progress of folding, shared between the threads.
#[derive(Debug, Default)]
struct Folded {
    record: AtomicU64,
    batch: AtomicU64,
}

impl Folded {
    fn note(&self, record: u64, batch: BatchNumber) {
        self.record.store(record, Ordering::Release);
        self.batch.store(batch.0, Ordering::Release);
    }
}

/// What the storage threads of a world work on, whatever is behind it.
#[derive(Debug)]
pub struct Stores {
    /// Where batches are committed.
    pub log: Log,
    /// Where they are folded to and read from.
    pub rows: Rows,
    /// The last batch in the rows.
    pub last_batch: BatchNumber,
    /// The metrics of the world.
    pub meters: Meters,
    /// Takes what is committed to the archivist.
    pub shipper: Option<Shipper>,
}

impl Stores {
    /// Those of a world; what is committed is archived as well.
    pub fn archived(store: StoredWorld, shipper: Option<Shipper>) -> Self {
        Self { shipper, ..store.into() }
    }
}

impl From<StoredWorld> for Stores {
    fn from(StoredWorld { log, rows, recovered, .. }: StoredWorld) -> Self {
        let meters = Meters::of_name(rows.world_name());
        Self { log, rows, last_batch: recovered.last_batch, meters, shipper: None }
    }
}

/// A world's storage threads. Dropping it commits and folds what it was given, and waits for that.
pub struct StorageWorker {
    writings: Option<Sender<Writing>>,
    readings: Option<Sender<Reading>>,
    folded: Arc<Folded>,
    committer: Option<JoinHandle<Log>>,
    threads: Vec<JoinHandle<()>>,
}

impl StorageWorker {
    /// Starts the threads.
    pub fn start(stores: impl Into<Stores>, players: PlayerTables, listener: StorageListener) -> std::io::Result<Self> {
        let Stores { log, rows, last_batch, meters, shipper } = stores.into();
        let listener = counting_failures(listener, &meters);
        let folded = Arc::new(Folded::default());
        folded.batch.store(last_batch.0, Ordering::Release);
        let (writing_sender, writing_receiver) = channel();
        let (foldings, folding_receiver) = fold_queue();
        let (reading_sender, reading_receiver) = channel();
        let counts = CommitMeters::new(&meters);
        let epoch = log.epoch();
        let committer =
            Committer { log, folded: folded.clone(), foldings, listener: listener.clone(), counts, shipper };
        let seconds = meters.histogram("raidkeep_fold_seconds");
        let folder = Folder { rows: rows.clone(), epoch, folded: folded.clone(), listener: listener.clone(), seconds };
        let readings = Arc::new(Mutex::new(reading_receiver));
        let committer = Builder::new().name("raidkeep-log".into()).spawn(move || committer.run(&writing_receiver))?;
        let mut threads =
            vec![Builder::new().name("raidkeep-fold".into()).spawn(move || folder.run(&folding_receiver))?];
        for _ in 0..rows.readers() {
            let reader = Reader { rows: rows.clone(), players: players.clone(), listener: listener.clone() };
            let readings = readings.clone();
            threads.push(Builder::new().name("raidkeep-read".into()).spawn(move || reader.run(&readings))?);
        }
        let committer = Some(committer);
        Ok(Self { writings: Some(writing_sender), readings: Some(reading_sender), folded, committer, threads })
    }

    /// Sends a batch to be committed; [`StorageEvent::Committed`] follows.
    pub fn commit(&self, batch: Batch) {
        send(self.writings.as_ref(), Writing::Batch(batch));
    }

    /// Requests rows, to be read once they contain every batch sent so far, or at once if the query allows it;
    /// [`StorageEvent::Read`] follows.
    pub fn query(&self, number: QueryId, rows: RowQuery) {
        let query = Query { number, rows };
        match query.rows.as_folded {
            true => send(self.readings.as_ref(), Reading::Query(query)),
            false => send(self.writings.as_ref(), Writing::Query(query)),
        }
    }

    /// Requests an index entry; [`StorageEvent::Found`] follows.
    pub fn look_up(&self, key: IndexKey) {
        send(self.readings.as_ref(), Reading::LookUp(key));
    }

    /// Requests a player's rows; [`StorageEvent::Loaded`] follows.
    pub fn load(&self, account: AccountId) {
        send(self.readings.as_ref(), Reading::Load(account));
    }

    /// The last batch in the rows file; later changes are only in the log.
    pub fn folded_batch(&self) -> BatchNumber {
        BatchNumber(self.folded.batch.load(Ordering::Acquire))
    }
}

/// A thread that has ended already reported its failure.
fn send<T>(sender: Option<&Sender<T>>, message: T) {
    if let Some(sender) = sender {
        let _ = sender.send(message);
    }
}

impl Drop for StorageWorker {
    fn drop(&mut self) {
        self.writings = None;
        self.readings = None;
        let log = self.committer.take().and_then(|thread| thread.join().ok());
        // Not a short-circuit: every thread is waited for.
        let panicked = self.threads.drain(..).filter_map(|thread| thread.join().err()).count();
        let Some(log) = log.filter(|_| panicked == 0) else {
            return tracing::error!("a storage thread panicked; what was confirmed is on disk");
        };
        if let Err(error) = log.close(self.folded.record.load(Ordering::Acquire)) {
            tracing::warn!(%error, "the next start will check the rows of this world, because its log could not be closed");
        }
    }
}

struct Committer {
    log: Log,
    folded: Arc<Folded>,
    foldings: FoldSender,
    listener: StorageListener,
    counts: CommitMeters,
    shipper: Option<Shipper>,
}

impl Committer {
    /// Returns the log when nothing more is sent, or nothing more can be appended.
    fn run(mut self, writings: &Receiver<Writing>) -> Log {
        let _alarm = Alarm(self.listener.clone());
        while let Ok(first) = writings.recv() {
            let (mut group, mut queries) = (Vec::new(), Vec::new());
            for writing in std::iter::once(first).chain(writings.try_iter()) {
                match writing {
                    Writing::Batch(batch) => group.push(batch),
                    Writing::Query(query) => queries.push(query),
                }
            }
            if let Err(error) = self.commit(&group) {
                report_error(&self.listener, &error);
                break;
            }
            for query in queries {
                self.foldings.ask(query);
            }
        }
        self.log
    }

    fn commit(&mut self, group: &[Batch]) -> Result<(), StorageError> {
        let Some(last) = group.last() else {
            return Ok(());
        };
        let started = Instant::now();
        let record = self.log.append(group, self.folded.record.load(Ordering::Acquire))?;
        (self.listener)(StorageEvent::Committed(last.number));
        self.counts.seconds.record(started.elapsed());
        self.counts.batches.increment(group.len() as u64);
        self.counts.log_bytes.increment(record.bytes.len() as u64);
        if let Some(shipper) = &self.shipper {
            shipper.ship(self.log.epoch(), &record, group.iter().any(Batch::deletes_groups));
        }
        self.foldings.send(record);
        Ok(())
    }
}

struct Reader {
    rows: Rows,
    players: PlayerTables,
    listener: StorageListener,
}

impl Reader {
    /// Takes one reading after the other, beside other readers.
    fn run(self, readings: &Mutex<Receiver<Reading>>) {
        let _alarm = Alarm(self.listener.clone());
        let next = || readings.lock().unwrap_or_else(PoisonError::into_inner).recv();
        while let Ok(reading) = next() {
            let event = match reading {
                Reading::LookUp(key) => self.rows.look_up(&key).map(|account| StorageEvent::Found(key, account)),
                Reading::Load(account) => {
                    self.rows.load_for_world(&self.players, account).map(|rows| StorageEvent::Loaded(account, rows))
                }
                Reading::Query(Query { number, rows }) => {
                    self.rows.read(&rows).map(|rows| StorageEvent::Read(number, rows))
                }
            };
            match event {
                Ok(event) => (self.listener)(event),
                Err(error) => return report_error(&self.listener, &error),
            }
        }
    }
}

/// Reports a panic of a storage thread, which a damaged file may cause in the database; the world would otherwise wait
/// forever.
struct Alarm(StorageListener);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            report(&self.0, "a storage thread panicked, which a damaged file may cause".to_owned(), false);
        }
    }
}

fn report_error(listener: &StorageListener, error: &StorageError) {
    report(listener, error.to_string(), error.may_pass());
}

fn report(listener: &StorageListener, why: String, may_pass: bool) {
    tracing::error!(
        error = why,
        "storage failed: this world answers nothing more. Every change that was answered is on disk; fix the cause \
         (disk full? device gone?)"
    );
    listener(StorageEvent::Failed { why, may_pass });
}

/// The state of a freshly opened store, for the operator's log.
pub fn describe(recovered: Recovered) -> String {
    match recovered.last_batch.0 {
        0 => "a new world".to_owned(),
        last => format!("batch {last}, {} log records folded at start", recovered.folded_at_start),
    }
}

#[cfg(test)]
mod tests;
