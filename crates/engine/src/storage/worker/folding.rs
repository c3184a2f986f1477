//! The thread that folds what was committed, and how it gets it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::outside::Epoch;
use crate::storage::log_store::LogRecord;
use crate::storage::worker::{Alarm, Folded, Query, StorageEvent, StorageListener, report_error};
use crate::storage::{Rows, StorageError};

/// Unfolded log beyond this is folded at once.
const FOLD_BYTES: usize = 32 << 20;
/// Unfolded log is folded at the latest after this long.
const FOLD_INTERVAL: Duration = Duration::from_secs(5);

/// The work of one fold.
#[derive(Default)]
struct Gathered {
    records: Vec<LogRecord>,
    bytes: usize,
    queries: Vec<Query>,
}

impl Gathered {
    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.queries.is_empty()
    }

    /// Whether it should not wait for more.
    fn is_due(&self) -> bool {
        self.bytes >= FOLD_BYTES || !self.queries.is_empty()
    }
}

#[derive(Default)]
struct Waiting {
    gathered: Gathered,
    /// Nothing more comes.
    has_ended: bool,
    /// Nobody folds any more.
    is_closed: bool,
}

/// What was committed and waits to be folded. A record wakes nobody unless it is the first or much has gathered: commits
/// follow each other thousands of times a second, and a fold begins every few seconds.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

/// The end of the queue where records come in. Dropping it ends the folding, once everything is folded.
pub(super) struct FoldSender(Arc<Queue>);

/// The end where they are taken out.
pub(super) struct FoldReceiver(Arc<Queue>);

/// A new queue.
pub(super) fn fold_queue() -> (FoldSender, FoldReceiver) {
    let queue = Arc::new(Queue::default());
    (FoldSender(queue.clone()), FoldReceiver(queue))
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, add: impl FnOnce(&mut Gathered)) {
        let mut waiting = self.lock();
        if waiting.is_closed {
            return;
        }
        let (was_empty, was_due) = (waiting.gathered.is_empty(), waiting.gathered.is_due());
        add(&mut waiting.gathered);
        let wakes = was_empty || !was_due && waiting.gathered.is_due();
        drop(waiting);
        if wakes {
            self.changed.notify_one();
        }
    }
}

impl FoldSender {
    /// Has a record folded.
    pub(super) fn send(&self, record: LogRecord) {
        self.0.add(|gathered| {
            gathered.bytes += record.bytes.len();
            gathered.records.push(record);
        });
    }

    /// Has rows read once everything before is folded.
    pub(super) fn ask(&self, query: Query) {
        self.0.add(|gathered| gathered.queries.push(query));
    }
}

impl Drop for FoldSender {
    fn drop(&mut self) {
        self.0.lock().has_ended = true;
        self.0.changed.notify_one();
    }
}

impl FoldReceiver {
    /// Waits for records, and then for a while for more of them; a query for rows ends that. `None` when everything is
    /// folded and nothing more comes.
    fn take(&self) -> Option<Gathered> {
        let Queue { changed, .. } = &*self.0;
        let is_idle = |waiting: &mut Waiting| waiting.gathered.is_empty() && !waiting.has_ended;
        let waiting = changed.wait_while(self.0.lock(), is_idle).unwrap_or_else(PoisonError::into_inner);
        let gathers = |waiting: &mut Waiting| !waiting.gathered.is_due() && !waiting.has_ended;
        let waited = changed.wait_timeout_while(waiting, FOLD_INTERVAL, gathers);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Some(std::mem::take(&mut waiting.gathered)).filter(|gathered| !gathered.is_empty())
    }
}

impl Drop for FoldReceiver {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.is_closed = true;
        waiting.gathered = Gathered::default();
    }
}

/// Folds records into the rows.
pub(super) struct Folder {
    pub(super) rows: Rows,
    pub(super) epoch: Epoch,
    pub(super) folded: Arc<Folded>,
    pub(super) listener: StorageListener,
    pub(super) seconds: metrics::Histogram,
}

impl Folder {
    /// Folds what comes, and then reads for the queries that came after it. Runs a last time when the committer has ended.
    pub(super) fn run(self, foldings: &FoldReceiver) {
        let _alarm = Alarm(self.listener.clone());
        while let Some(gathered) = foldings.take() {
            let folded = self.fold(&gathered.records).and_then(|()| self.answer(gathered.queries));
            if let Err(error) = folded {
                return report_error(&self.listener, &error);
            }
        }
    }

    fn answer(&self, queries: Vec<Query>) -> Result<(), StorageError> {
        for query in queries {
            let rows = self.rows.read(&query.rows)?;
            (self.listener)(StorageEvent::Read(query.number, rows));
        }
        Ok(())
    }

    fn fold(&self, records: &[LogRecord]) -> Result<(), StorageError> {
        let Some(last) = records.last() else {
            return Ok(());
        };
        let started = Instant::now();
        let last_batch = self.rows.fold(self.epoch, records)?;
        self.folded.note(last.number, last_batch);
        self.seconds.record(started.elapsed());
        Ok(())
    }
}
