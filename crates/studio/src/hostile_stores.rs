//! A log and rows in memory that fail in every way the seams allow: a second implementation of both, for tests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use raidkeep_engine::account::AccountId;
use raidkeep_engine::meters::Meters;
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::batch::batches;
use raidkeep_engine::storage::directory::{INDEX_TABLE, decode_entry};
use raidkeep_engine::storage::log_store::{Appended, Log, LogRecord, LogStore, NewRecord};
use raidkeep_engine::storage::row_store::ReadRows;
use raidkeep_engine::storage::store::{LoadedPlayer, Reached};
use raidkeep_engine::storage::stored::RowDamage;
use raidkeep_engine::storage::worker::Stores;
use raidkeep_engine::storage::{FoundRows, IndexKey, PlayerTables, RowQuery, RowStore, Rows, StorageError};

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
    rows: BTreeMap<(String, Vec<u8>), Vec<u8>>,
    folded: u64,
    last_batch: BatchNumber,
    treatments: VecDeque<Treatment>,
    folds_to_fail: u32,
    is_held: bool,
    /// How many look-ups have come, and how many wait for each other.
    look_ups: [usize; 2],
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
        let meters = Meters::of_name("hostile");
        Ok(Stores {
            log: Log::new(log, epoch, next_record),
            rows: Rows::new(self.clone()),
            last_batch,
            meters,
            shipper: None,
        })
    }

    /// All rows of a table, whoever has folded them.
    pub fn rows(&self, table: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
        let kept = self.lock();
        let rows = kept.rows.iter().filter(|((of, _), _)| of == table);
        rows.map(|((_, key), value)| (key.clone(), value.clone())).collect()
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

    fn held(&self) -> Result<Vec<(Epoch, LogRecord)>, StorageError> {
        let kept = self.lock();
        let read = |(number, (epoch, bytes)): (&u64, &(Epoch, Arc<[u8]>))| {
            (*epoch, LogRecord { number: *number, bytes: bytes.clone() })
        };
        Ok(kept.records.iter().map(read).collect())
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
        "hostile"
    }

    fn reached(&self) -> Result<Reached, StorageError> {
        let kept = self.lock();
        Ok(Reached { world: None, record: kept.folded, batch: kept.last_batch, moment_ms: 0, epoch: kept.rows_epoch })
    }

    fn begin_epoch(&self, _: u32, _: Epoch) -> Result<Epoch, StorageError> {
        Ok(self.lock().rows_epoch)
    }

    fn know_players(&self, _: &[&str]) -> Result<(), StorageError> {
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
        for record in records {
            for batch in batches(&record.bytes) {
                for row in batch.rows() {
                    let at = (row.table.to_owned(), row.key.to_vec());
                    match row.value {
                        Some(value) => drop(kept.rows.insert(at, value.to_vec())),
                        None if row.is_prefix => {
                            kept.rows.retain(|(table, key), _| *table != at.0 || !key.starts_with(row.key));
                        }
                        None => drop(kept.rows.remove(&at)),
                    }
                }
                kept.last_batch = batch.number;
            }
            kept.folded = record.number;
        }
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
        let value = self.get(INDEX_TABLE, key.as_bytes())?;
        Ok(value.and_then(|value| decode_entry(&value)))
    }

    fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.lock().rows.get(&(table.to_owned(), key.to_vec())).cloned())
    }

    fn scan(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        self.rows(table).iter().for_each(|(key, value)| each(key, value));
        Ok(())
    }

    fn scan_sound(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        self.scan(table, each)
    }

    fn tables(&self) -> Result<Vec<String>, StorageError> {
        let tables: BTreeSet<String> = self.lock().rows.keys().map(|(table, _)| table.clone()).collect();
        Ok(tables.into_iter().collect())
    }

    fn count(&self, table: &str) -> Result<u64, StorageError> {
        Ok(self.rows(table).len() as u64)
    }

    fn damages(&self) -> Result<Vec<RowDamage>, StorageError> {
        Ok(Vec::new())
    }

    /// They are kept without checksums, so that there is nothing to check.
    fn checked(&self, _: ReadRows<'_>) -> Result<(), StorageError> {
        Err(failed())
    }

    fn hold(&self, _: ReadRows<'_>) -> Result<(), StorageError> {
        Err(failed())
    }

    fn load_player(&self, players: &PlayerTables, account: AccountId) -> Result<Option<LoadedPlayer>, StorageError> {
        let rows = |table: &&'static str| self.read(&RowQuery::of_account(table, account));
        let loaded = players.tables.iter().map(rows).collect::<Result<LoadedPlayer, _>>()?;
        let mut named = players.tables.iter().zip(&loaded);
        let exists = named.any(|(table, rows)| *table == players.identity && !rows.is_empty());
        Ok(exists.then_some(loaded))
    }

    fn read(&self, query: &RowQuery) -> Result<FoundRows, StorageError> {
        let (from, until) = (query.from.as_slice(), query.until.as_slice());
        let mut found = self.rows(query.table);
        found.retain(|(key, _)| (from..until).contains(&key.as_slice()));
        if query.newest_first {
            found.reverse();
        }
        found.truncate(query.limit);
        Ok(found)
    }
}
