//! Where the log of a world is kept: the seam between a world and its log.
//!
//! A log is a sequence of records, numbered without a gap. Whoever opens it takes it over for an epoch; from then on it
//! refuses those of earlier epochs. An append is acknowledged, fenced, or unknown, and only the first may be answered.
//!
//! `store` has the implementation in a file. Another one would keep the same promises on other machines.

use std::fmt::Debug;
use std::sync::Arc;

use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::{Batch, StorageError};

/// One committed record: the batches of one group commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// Its number in the log.
    pub number: u64,
    /// The batches, encoded.
    pub bytes: Arc<[u8]>,
}

/// A record that is about to be appended.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// The batches, encoded.
    pub bytes: Arc<[u8]>,
    /// The last of the batches.
    pub last_batch: BatchNumber,
    /// The world's clock at that batch, in unix milliseconds.
    pub moment_ms: i64,
}

impl NewRecord {
    /// The record of these batches; `None` when there are none.
    pub fn of(group: &[Batch]) -> Option<Self> {
        let last = group.last()?;
        let mut bytes = Vec::with_capacity(group.iter().map(Batch::encoded_len).sum());
        for batch in group {
            batch.encode(&mut bytes);
        }
        Some(Self { bytes: bytes.into(), last_batch: last.number, moment_ms: last.moment_ms })
    }
}

/// What became of an append.
#[derive(Debug)]
pub enum Appended {
    /// The record is kept, whatever happens from now on.
    Acked,
    /// The log was taken over by this later epoch. The record is not in it and never will be.
    Fenced(Epoch),
    /// The record may be kept or not. Only whoever takes the log over learns which.
    Unknown(StorageError),
}

/// Reads what a log held, on whatever thread has the time: whoever has just taken a world over need not wait for it. It may be
/// called again after an error, and no more after that.
pub type ReadHeld = Box<dyn FnMut() -> Result<Vec<(Epoch, LogRecord)>, StorageError> + Send>;

/// A log. One thread appends to it.
pub trait LogStore: Debug + Send + Sync {
    /// Appends a record under the number `seq`, the one after the last, in `epoch`, and waits until it is kept.
    fn append(&mut self, seq: u64, epoch: Epoch, record: &NewRecord) -> Appended;

    /// The records from the number `from` on, in order and without a gap.
    ///
    /// # Errors
    /// When the log cannot be read, or later records are there but not this one.
    fn tail(&self, from: u64) -> Result<Vec<LogRecord>, StorageError>;

    /// The last records that are still there without a gap, in the rows or not, with their epochs. They are as of now, and may
    /// be read later, where reading takes long.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn held(&self) -> Result<ReadHeld, StorageError>;

    /// Takes the log over for an epoch; appends of earlier ones are fenced from now on.
    ///
    /// # Errors
    /// [`StorageError::Fenced`] when a later epoch has it, or when the log cannot be reached.
    fn take_over(&mut self, epoch: Epoch) -> Result<(), StorageError>;

    /// Notes that the records up to this one are in the rows, so that their place may be used again.
    fn forget(&mut self, record: u64);

    /// Notes that the world stops in an orderly way. A log that was not closed makes the next start look more closely.
    ///
    /// # Errors
    /// When that cannot be written; nothing is lost then.
    fn close(&mut self) -> Result<(), StorageError> {
        Ok(())
    }
}

/// The log of a world as the world's thread for commits uses it: it numbers the records, and after the first one that was
/// not acknowledged it appends nothing any more.
#[derive(Debug)]
pub struct Log {
    store: Box<dyn LogStore>,
    epoch: Epoch,
    next_record: u64,
    forgotten: u64,
    has_failed: bool,
}

impl Log {
    /// A log whose next record has this number, as the epoch that has it.
    pub fn new(store: Box<dyn LogStore>, epoch: Epoch, next_record: u64) -> Self {
        Self { store, epoch, next_record, forgotten: 0, has_failed: false }
    }

    /// The epoch that has it, or that of the last records.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The number of the next record.
    pub fn next_record(&self) -> u64 {
        self.next_record
    }

    /// Takes it over for an epoch.
    ///
    /// # Errors
    /// As [`LogStore::take_over`].
    pub fn take_over(&mut self, epoch: Epoch) -> Result<(), StorageError> {
        self.store.take_over(epoch)?;
        self.epoch = epoch;
        Ok(())
    }

    /// Commits the batches as one record. Records up to `folded_record` are in the rows; their place is used again.
    ///
    /// # Errors
    /// When the record is not acknowledged. Then nothing can be appended any more.
    pub fn append(&mut self, group: &[Batch], folded_record: u64) -> Result<LogRecord, StorageError> {
        if self.has_failed {
            return Err(StorageError::stopped());
        }
        if folded_record > self.forgotten {
            self.forgotten = folded_record;
            self.store.forget(folded_record);
        }
        let number = self.next_record;
        let Some(record) = NewRecord::of(group) else {
            return Ok(LogRecord { number: number - 1, bytes: Arc::default() });
        };
        self.has_failed = true;
        match self.store.append(number, self.epoch, &record) {
            Appended::Acked => {}
            Appended::Fenced(by) => return Err(StorageError::Fenced { epoch: self.epoch, by }),
            Appended::Unknown(error) => return Err(error),
        }
        self.has_failed = false;
        self.next_record += 1;
        Ok(LogRecord { number, bytes: record.bytes })
    }

    /// Notes that the world stops in an orderly way, with all records up to this one in the rows.
    ///
    /// # Errors
    /// As [`LogStore::close`].
    pub fn close(mut self, folded_record: u64) -> Result<(), StorageError> {
        if self.has_failed {
            return Ok(());
        }
        self.store.forget(folded_record);
        self.store.close()
    }

    /// See [`LogStore::tail`].
    ///
    /// # Errors
    /// As there.
    pub fn tail(&self, from: u64) -> Result<Vec<LogRecord>, StorageError> {
        self.store.tail(from)
    }

    /// See [`LogStore::held`].
    ///
    /// # Errors
    /// As there.
    pub fn held(&self) -> Result<ReadHeld, StorageError> {
        self.store.held()
    }
}
