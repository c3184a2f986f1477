//! A log and rows in memory that fail in every way the seams allow: a second implementation of both, for tests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use raidkeep_engine::account::AccountId;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::batch::batches;
use raidkeep_engine::storage::log_store::{Appended, Log, LogRecord, LogStore, NewRecord, ReadHeld};
use raidkeep_engine::storage::row_store::ReadRows;
use raidkeep_engine::storage::store::Reached;
use raidkeep_engine::storage::stored::{Changes, CheckedRows, KnownPlayers, renew_player_tables};
use raidkeep_engine::storage::worker::Stores;
use raidkeep_engine::storage::{IndexKey, RowStore, Rows, StorageError};

use crate::memory_rows::{MemoryMoment, MemoryRows};

const NAME: &str = "hostile";

/// What happens to an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// It is kept and acknowledged.
    Sound,
    /// It is kept, and the acknowledgement is lost.
    UnknownKept,
    /// It is lost.
    UnknownLost,
    /// Part of it is kept.
    Torn,
}

/// The stores of one world, wherever they are. Clones are the same stores.
#[derive(Debug, Clone, Default)]
pub struct HostileStores(Arc<(Mutex<Kept>, Condvar)>);

#[derive(Debug, Default)]
struct Kept {
    log_epoch: Epoch,
    rows_epoch: Epoch,
    records: BTreeMap<u64, (Epoch, Arc<[u8]>)>,
    /// What a torn append has left.
    torn: Option<(u64, Vec<u8>)>,
    rows: Arc<MemoryRows>,
    folded: u64,
    last_batch: BatchNumber,
    treatments: VecDeque<Treatment>,
    folds_to_fail: u32,
    is_held: bool,
    /// How many look-ups have come, and how many wait for each other.
    look_ups: [usize; 2],
}

impl Kept {
    fn moment(&self) -> MemoryMoment {
        let reached =
            Reached { world: None, record: self.folded, batch: self.last_batch, moment_ms: 0, epoch: self.rows_epoch };
        MemoryMoment { rows: self.rows.clone(), reached }
    }

    /// Moments that somebody still reads stay as they are.
    fn rows_to_change(&mut self) -> &mut MemoryRows {
        Arc::make_mut(&mut self.rows)
    }

    fn players(&self) -> Result<Arc<BTreeSet<String>>, StorageError> {
        KnownPlayers::default().tables(&self.moment(), NAME)
    }
}

fn failed() -> StorageError {
    let source = std::io::Error::other("the store cannot be reached");
    StorageError::Folder { path: "hostile store".to_owned(), source }
}

impl HostileStores {
    /// What happens to the appends that follow; those behind them are sound.
    pub fn treat(&self, treatments: impl IntoIterator<Item = Treatment>) {
        self.lock().treatments.extend(treatments);
    }

    /// Lets so many of the next folds fail.
    pub fn fail_folds(&self, count: u32) {
        self.lock().folds_to_fail = count;
    }

    /// From now on appends wait until [`release`](Self::release).
    pub fn hold(&self) {
        self.lock().is_held = true;
    }

    /// Lets appends go on.
    pub fn release(&self) {
        self.lock().is_held = false;
        self.0.1.notify_all();
    }

    /// Has this many readers, and lets look-ups wait until so many are under way.
    pub fn read_together(&self, readers: usize) {
        self.lock().look_ups = [0, readers];
    }

    /// Takes log and rows over for an epoch, and folds what the rows lack, as a start does.
    ///
    /// # Errors
    /// When a later epoch has them.
    pub fn open(&self, epoch: Epoch) -> Result<Stores, StorageError> {
        let mut log: Box<dyn LogStore> = Box::new(self.clone());
        log.take_over(epoch)?;
        let mut kept = self.lock();
        kept.rows_epoch = epoch;
        let folded = kept.folded;
        drop(kept);
        let tail = log.tail(folded + 1)?;
        let last_batch = self.fold(epoch, &tail)?;
        let next_record = folded + tail.len() as u64 + 1;
        let meters = Meters::of_name(NAME);
        Ok(Stores {
            log: Log::new(log, epoch, next_record),
            rows: Rows::new(self.clone()),
            last_batch,
            meters,
            shipper: None,
        })
    }

    /// All rows of a table, whoever has folded them.
    ///
    /// # Panics
    /// When they are not what was folded.
    pub fn rows(&self, table: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut rows = Vec::new();
        let scanned = self.scan(table, &mut |key, value| rows.push((key.to_vec(), value.to_vec())));
        scanned.expect("the rows are as they were folded");
        rows
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LogStore for HostileStores {
    fn append(&mut self, seq: u64, epoch: Epoch, record: &NewRecord) -> Appended {
        let kept = self.0.1.wait_while(self.lock(), |kept| kept.is_held);
        let mut kept = kept.unwrap_or_else(PoisonError::into_inner);
        if epoch < kept.log_epoch {
            return Appended::Fenced(kept.log_epoch);
        }
        let treatment = kept.treatments.pop_front().unwrap_or(Treatment::Sound);
        match treatment {
            Treatment::Sound | Treatment::UnknownKept => drop(kept.records.insert(seq, (epoch, record.bytes.clone()))),
            Treatment::UnknownLost => {}
            Treatment::Torn => kept.torn = Some((seq, record.bytes[..record.bytes.len() / 2].to_vec())),
        }
        if treatment == Treatment::Sound { Appended::Acked } else { Appended::Unknown(failed()) }
    }

    fn tail(&self, from: u64) -> Result<Vec<LogRecord>, StorageError> {
        let kept = self.lock();
        let read = |number| kept.records.get(&number).map(|(_, bytes)| LogRecord { number, bytes: bytes.clone() });
        Ok((from..).map_while(read).collect())
    }

    fn held(&self) -> Result<ReadHeld, StorageError> {
        let kept = self.lock();
        let read = |(number, (epoch, bytes)): (&u64, &(Epoch, Arc<[u8]>))| {
            (*epoch, LogRecord { number: *number, bytes: bytes.clone() })
        };
        let mut held = kept.records.iter().map(read).collect();
        Ok(Box::new(move || Ok(std::mem::take(&mut held))))
    }

    fn take_over(&mut self, epoch: Epoch) -> Result<(), StorageError> {
        let mut kept = self.lock();
        if epoch < kept.log_epoch {
            return Err(StorageError::Fenced { epoch, by: kept.log_epoch });
        }
        kept.log_epoch = epoch;
        kept.torn = None;
        Ok(())
    }

    fn forget(&mut self, record: u64) {
        self.lock().records.retain(|number, _| *number > record);
    }
}

impl RowStore for HostileStores {
    fn world_name(&self) -> &'static str {
        NAME
    }

    fn checked(&self, read: ReadRows<'_>) -> Result<(), StorageError> {
        let moment = self.lock().moment();
        read(&CheckedRows::new(&moment, NAME, &KnownPlayers::default()))
    }

    fn hold(&self, read: ReadRows<'_>) -> Result<(), StorageError> {
        self.checked(read)
    }

    fn begin_epoch(&self, _: u32, _: Epoch) -> Result<Epoch, StorageError> {
        Ok(self.lock().rows_epoch)
    }

    fn know_players(&self, tables: &[&str]) -> Result<(), StorageError> {
        let wanted = tables.iter().map(|table| (*table).to_owned()).collect();
        let mut kept = self.lock();
        let known = kept.players()?;
        if *known != wanted {
            let moment = kept.moment();
            renew_player_tables(&moment, kept.rows_to_change(), NAME, (&known, &wanted))?;
        }
        Ok(())
    }

    fn fold(&self, epoch: Epoch, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
        let mut kept = self.lock();
        if epoch < kept.rows_epoch {
            return Err(StorageError::Fenced { epoch, by: kept.rows_epoch });
        }
        if kept.folds_to_fail > 0 {
            kept.folds_to_fail -= 1;
            return Err(failed());
        }
        let mut changes = Changes::default();
        for record in records {
            for batch in batches(&record.bytes) {
                batch.rows().for_each(|row| changes.take_in(row));
                kept.last_batch = batch.number;
            }
            kept.folded = record.number;
        }
        let players = kept.players()?;
        changes.write(kept.rows_to_change(), &players)?;
        Ok(kept.last_batch)
    }

    fn readers(&self) -> usize {
        self.lock().look_ups[1].max(1)
    }

    fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, StorageError> {
        let mut kept = self.lock();
        kept.look_ups[0] += 1;
        self.0.1.notify_all();
        let waits = |kept: &mut Kept| kept.look_ups[0] < kept.look_ups[1];
        drop(self.0.1.wait_while(kept, waits).unwrap_or_else(PoisonError::into_inner));
        let mut found = None;
        self.checked(&mut |rows| {
            found = rows.look_up(key)?;
            Ok(())
        })?;
        Ok(found)
    }
}
