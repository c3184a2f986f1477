//! The threads that wait for the disk, so that the world never does.
//!
//! One thread commits batches, one folds the log, one answers look-ups. They tell the world what
//! they did through a callback.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::player::AccountId;
use crate::storage::store::{Log, LogRecord, Recovered, Rows, Store};
use crate::storage::{Batch, IndexKey, LoadedPlayer, StorageError};

/// Unfolded log beyond this is folded at once.
const FOLD_BYTES: usize = 32 << 20;
/// Unfolded log is folded at the latest after this long.
const FOLD_INTERVAL: Duration = Duration::from_secs(5);

/// What the storage tells the world.
#[derive(Debug)]
pub enum StorageEvent {
    /// Every batch up to this number is on disk.
    Committed(u64),
    /// An index entry was looked up.
    Found(IndexKey, Option<AccountId>),
    /// A player was loaded; `None` when there is no such account.
    Loaded(AccountId, Option<LoadedPlayer>),
    /// Nothing more can be confirmed.
    Failed(String),
}

/// Tells the world; called from the storage's threads.
pub type Listener = Arc<dyn Fn(StorageEvent) + Send + Sync>;

enum Reading {
    LookUp(IndexKey),
    Load(AccountId),
}

/// How far folding is, shared between the threads.
#[derive(Debug, Default)]
struct Folded {
    record: AtomicU64,
    batch: AtomicU64,
}

/// A world's storage threads. Dropping it commits and folds what was given, and waits for that.
pub struct StorageWorker {
    batches: Option<Sender<Batch>>,
    readings: Option<Sender<Reading>>,
    folded: Arc<Folded>,
    threads: Vec<JoinHandle<()>>,
}

impl StorageWorker {
    /// Starts the threads.
    pub fn start(store: Store, player_tables: Vec<&'static str>, listener: Listener) -> std::io::Result<Self> {
        let Store { log, rows, recovered } = store;
        let folded = Arc::new(Folded::default());
        folded.batch.store(recovered.last_batch, Ordering::Release);
        let (batch_sender, batch_receiver) = channel();
        let (record_sender, record_receiver) = channel();
        let (reading_sender, reading_receiver) = channel();
        let committer = Committer { log, folded: folded.clone(), records: record_sender, listener: listener.clone() };
        let folder = Folder { rows: rows.clone(), folded: folded.clone(), listener: listener.clone() };
        let reader = Reader { rows, tables: player_tables, listener };
        let threads = vec![
            Builder::new().name("raidkeep-log".into()).spawn(move || committer.run(&batch_receiver))?,
            Builder::new().name("raidkeep-fold".into()).spawn(move || folder.run(&record_receiver))?,
            Builder::new().name("raidkeep-read".into()).spawn(move || reader.run(&reading_receiver))?,
        ];
        Ok(Self { batches: Some(batch_sender), readings: Some(reading_sender), folded, threads })
    }

    /// Has a batch committed; [`StorageEvent::Committed`] follows.
    pub fn commit(&self, batch: Batch) {
        send(self.batches.as_ref(), batch);
    }

    /// Has an index entry looked up; [`StorageEvent::Found`] follows.
    pub fn look_up(&self, key: IndexKey) {
        send(self.readings.as_ref(), Reading::LookUp(key));
    }

    /// Has a player loaded; [`StorageEvent::Loaded`] follows.
    pub fn load(&self, account: AccountId) {
        send(self.readings.as_ref(), Reading::Load(account));
    }

    /// The last batch that is in the rows file; what changed later is only in the log.
    pub fn folded_batch(&self) -> u64 {
        self.folded.batch.load(Ordering::Acquire)
    }
}

/// A thread that ended has reported its failure already.
fn send<T>(sender: Option<&Sender<T>>, message: T) {
    if let Some(sender) = sender {
        let _ = sender.send(message);
    }
}

impl Drop for StorageWorker {
    fn drop(&mut self) {
        self.batches = None;
        self.readings = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a storage thread panicked; what was confirmed is on disk");
            }
        }
    }
}

struct Committer {
    log: Log,
    folded: Arc<Folded>,
    records: Sender<LogRecord>,
    listener: Listener,
}

impl Committer {
    fn run(mut self, batches: &Receiver<Batch>) {
        while let Ok(first) = batches.recv() {
            let mut group = vec![first];
            group.extend(batches.try_iter());
            if let Err(error) = self.commit(&group) {
                report(&self.listener, &error);
                return;
            }
        }
    }

    fn commit(&mut self, group: &[Batch]) -> Result<(), StorageError> {
        let started = Instant::now();
        let record = self.log.append(group, self.folded.record.load(Ordering::Acquire))?;
        if let Some(last) = group.last() {
            (self.listener)(StorageEvent::Committed(last.number));
        }
        metrics::histogram!("raidkeep_commit_seconds").record(started.elapsed());
        metrics::counter!("raidkeep_committed_batches_total").increment(group.len() as u64);
        metrics::counter!("raidkeep_log_bytes_total").increment(record.bytes.len() as u64);
        let _ = self.records.send(record);
        Ok(())
    }
}

struct Folder {
    rows: Rows,
    folded: Arc<Folded>,
    listener: Listener,
}

impl Folder {
    /// Gathers records and folds them; the last ones when the committer has ended.
    fn run(self, records: &Receiver<LogRecord>) {
        while let Ok(first) = records.recv() {
            let gathered = gather(first, records);
            if let Err(error) = self.fold(&gathered) {
                report(&self.listener, &error);
                return;
            }
        }
    }

    fn fold(&self, records: &[LogRecord]) -> Result<(), StorageError> {
        let started = Instant::now();
        let last_batch = self.rows.fold(records)?;
        if let Some(last) = records.last() {
            self.folded.record.store(last.number, Ordering::Release);
            self.folded.batch.store(last_batch, Ordering::Release);
        }
        metrics::histogram!("raidkeep_fold_seconds").record(started.elapsed());
        Ok(())
    }
}

fn gather(first: LogRecord, records: &Receiver<LogRecord>) -> Vec<LogRecord> {
    let deadline = Instant::now() + FOLD_INTERVAL;
    let mut bytes = first.bytes.len();
    let mut gathered = vec![first];
    while bytes < FOLD_BYTES {
        match records.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(record) => {
                bytes += record.bytes.len();
                gathered.push(record);
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    gathered
}

struct Reader {
    rows: Rows,
    tables: Vec<&'static str>,
    listener: Listener,
}

impl Reader {
    fn run(self, readings: &Receiver<Reading>) {
        while let Ok(reading) = readings.recv() {
            let event = match reading {
                Reading::LookUp(key) => self.rows.look_up(&key).map(|account| StorageEvent::Found(key, account)),
                Reading::Load(account) => {
                    self.rows.load_player(&self.tables, account).map(|rows| StorageEvent::Loaded(account, rows))
                }
            };
            match event {
                Ok(event) => (self.listener)(event),
                Err(error) => return report(&self.listener, &error),
            }
        }
    }
}

fn report(listener: &Listener, error: &StorageError) {
    metrics::counter!("raidkeep_storage_failures_total").increment(1);
    tracing::error!(
        %error,
        "storage failed: this world answers nothing more. Every change that was answered is on disk; \
         mend the cause (disk full? device gone?) and start the server again, it goes on from the last commit"
    );
    listener(StorageEvent::Failed(error.to_string()));
}

/// How far a freshly opened store goes, for the log of the operator.
pub fn describe(recovered: Recovered) -> String {
    match recovered.last_batch {
        0 => "a new world".to_owned(),
        last => format!("batch {last}, {} log records folded at start", recovered.folded_at_start),
    }
}
