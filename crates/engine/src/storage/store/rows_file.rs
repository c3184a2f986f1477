//! The rows of a world in a redb database.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use redb::{
    Database, Durability, ReadTransaction, ReadableDatabase, ReadableTable, Table, TableHandle, WriteTransaction,
};

use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::batch::{Row, batches};
use crate::storage::directory::INDEX_TABLE;
use crate::storage::log_store::LogRecord;
use crate::storage::store::digests::{
    DIGESTS, RowDamage, Tally, read_player_tables, rows_of, shown_key, stored_checksum, stored_key, write_value,
};
use crate::storage::store::mark::Answered;
use crate::storage::store::{FORMAT, META, META_COPY, META_LAST_BATCH, StorageError, failed, guarded, migrate};

const META_FORMAT: &str = "format";
const META_WORLD: &str = "world";
const META_FOLDED_RECORD: &str = "folded_record";
const META_MOMENT_MS: &str = "moment_ms";
const META_EPOCH: &str = "epoch";
/// Of all the other entries.
const META_CHECKSUM: &str = "checksum";

/// The rows file. Any thread can read it at any time.
#[derive(Debug, Clone)]
pub struct RowsFile {
    world: Arc<str>,
    db: Arc<Closing>,
    /// The tables that hold players, once they were read.
    player_tables: Arc<RwLock<Option<Arc<BTreeSet<String>>>>>,
    pub(super) is_checked: bool,
}

/// A database that is closed when it is dropped, which writes to it and so may panic where it is damaged.
#[derive(Debug)]
struct Closing(Option<Database>);

impl Drop for Closing {
    fn drop(&mut self) {
        if guarded(|| drop(self.0.take())).is_none() {
            tracing::error!("the rows could not be closed: they are damaged. `raidkeep verify` tells what is");
        }
    }
}

impl std::ops::Deref for Closing {
    type Target = Database;

    fn deref(&self) -> &Database {
        self.0.as_ref().expect("a database should be closed last")
    }
}

/// What a rows file says of itself.
#[derive(Debug, Default)]
pub(super) struct Meta {
    /// `None` for a world that was never begun.
    pub(super) format: Option<u64>,
    /// The id of the world.
    pub(super) world: Option<u64>,
    /// Whether it is a copy, which has no log beside it.
    pub(super) is_copy: bool,
    pub(super) folded_record: u64,
    pub(super) last_batch: BatchNumber,
    pub(super) moment_ms: u64,
    pub(super) epoch: Epoch,
}

impl Meta {
    /// How far the rows go.
    pub(super) fn folded(&self) -> Answered {
        let (record, batch, epoch) = (self.folded_record, self.last_batch, self.epoch);
        Answered { record, batch, moment_ms: self.moment_ms.cast_signed(), epoch }
    }
}

impl RowsFile {
    pub(in crate::storage) fn new(world: &str, database: Database) -> Self {
        let (player_tables, is_checked) = (Arc::default(), true);
        Self { world: world.into(), db: Arc::new(Closing(Some(database))), player_tables, is_checked }
    }

    /// The same rows, believed unseen: shows a test of damage what the checks are for.
    #[must_use]
    pub fn without_checks(&self) -> Self {
        Self { is_checked: false, ..self.clone() }
    }

    /// The tables of whose rows each account has a digest.
    pub(in crate::storage) fn player_tables(
        &self,
        read: &ReadTransaction,
    ) -> Result<Arc<BTreeSet<String>>, StorageError> {
        let known = self.player_tables.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let tables = read_player_tables(read)?.map(Arc::new).ok_or_else(|| {
            let what = "the list of the tables that hold players is damaged".to_owned();
            self.damaged(RowDamage { table: DIGESTS.name().to_owned(), key: Vec::new(), account: None, what })
        })?;
        self.keep_player_tables(tables.clone());
        Ok(tables)
    }

    pub(super) fn keep_player_tables(&self, tables: Arc<BTreeSet<String>>) {
        *self.player_tables.write().unwrap_or_else(PoisonError::into_inner) = Some(tables);
    }

    pub(in crate::storage) fn damaged(&self, damage: RowDamage) -> StorageError {
        StorageError::RowsDamaged { file: self.file_name(), damage }
    }

    /// Reads or writes; what the database's library finds damaged, or panics at, is an error that names the file.
    pub(in crate::storage) fn guarded<T>(
        &self,
        act: impl FnOnce() -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let what = match guarded(act) {
            Some(Err(StorageError::Failed { action, source })) => match *source {
                damaged @ (redb::Error::Corrupted(_)
                | redb::Error::TableTypeMismatch { .. }
                | redb::Error::TableIsMultimap(_)
                | redb::Error::TypeDefinitionChanged { .. }) => format!("cannot {action}: {damaged}"),
                source => return Err(StorageError::Failed { action, source: Box::new(source) }),
            },
            Some(outcome) => return outcome,
            None => "the database that holds the rows cannot be read".to_owned(),
        };
        Err(self.damaged(RowDamage { table: "unknown".to_owned(), key: Vec::new(), account: None, what }))
    }

    /// The world's name, which its files begin with.
    pub fn world_name(&self) -> &str {
        &self.world
    }

    pub(in crate::storage) fn database(&self) -> &Database {
        &self.db
    }

    /// Begins the epoch after the last one, of which the log may know more than the rows.
    pub(super) fn begin_epoch(&self, bits: u32, in_log: Epoch) -> Result<Epoch, StorageError> {
        self.guarded(|| self.store_epoch(bits, in_log))
    }

    fn store_epoch(&self, bits: u32, in_log: Epoch) -> Result<Epoch, StorageError> {
        let action = "begin an epoch";
        let mut write = self.db.begin_write().map_err(failed(action))?;
        write.set_durability(Durability::Immediate).map_err(failed(action))?;
        write.set_quick_repair(true);
        let epoch = {
            let mut meta = write.open_table(META).map_err(failed(action))?;
            let last = meta
                .get(META_EPOCH)
                .map_err(failed(action))?
                .map_or(Epoch::BEFORE, |last| Epoch::from_u64(last.value()));
            let epoch = last.max(in_log).next(bits);
            meta.insert(META_EPOCH, epoch.to_u64()).map_err(failed(action))?;
            seal(&mut meta)?;
            epoch
        };
        write.commit().map_err(failed(action))?;
        Ok(epoch)
    }

    pub(super) fn meta(&self) -> Result<Meta, StorageError> {
        let action = "read the rows";
        let read = self.db.begin_read().map_err(failed(action))?;
        let table = match read.open_table(META) {
            Ok(table) => table,
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Meta::default()),
            Err(error) => return Err(failed(action)(error)),
        };
        let get = |name: &str| table.get(name).map(|found| found.map(|value| value.value())).map_err(failed(action));
        let (format, checksum) = (get(META_FORMAT)?, get(META_CHECKSUM)?);
        let is_sealed = checksum.is_some() || format == Some(FORMAT);
        if self.is_checked && is_sealed && checksum != Some(meta_checksum(&table)?) {
            let what = "what the file says of itself is damaged".to_owned();
            return Err(self.damaged(RowDamage {
                table: META.name().to_owned(),
                key: Vec::new(),
                account: None,
                what,
            }));
        }
        Ok(Meta {
            format,
            world: get(META_WORLD)?,
            is_copy: get(META_COPY)?.is_some(),
            epoch: get(META_EPOCH)?.map_or(Epoch::BEFORE, Epoch::from_u64),
            folded_record: get(META_FOLDED_RECORD)?.unwrap_or(0),
            last_batch: BatchNumber(get(META_LAST_BATCH)?.unwrap_or(0)),
            moment_ms: get(META_MOMENT_MS)?.unwrap_or(0),
        })
    }

    /// Folds the records into the rows, each row's last value once, in one commit. Returns the number of the last batch
    /// among them. Folding a record twice changes nothing.
    pub fn fold(&self, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
        self.guarded(|| self.fold_into(records, None, None))
    }

    /// The same under an epoch, unless a later one has the rows.
    pub(super) fn fold_under(&self, epoch: Epoch, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
        self.guarded(|| self.fold_into(records, None, Some(epoch)))
    }

    /// Makes these the rows of the world with this id, whose log begins behind the records.
    pub(super) fn begin(&self, world: u64, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
        self.guarded(|| self.fold_into(records, Some(world), None))
    }

    /// Lets the log go on behind this record, although those before it were lost.
    pub(super) fn skip_to(&self, record: u64) -> Result<(), StorageError> {
        let action = "begin a new log";
        let mut write = self.db.begin_write().map_err(failed(action))?;
        write.set_durability(Durability::Immediate).map_err(failed(action))?;
        write.set_quick_repair(true);
        {
            let mut meta = write.open_table(META).map_err(failed(action))?;
            meta.insert(META_FOLDED_RECORD, record).map_err(failed(action))?;
            seal(&mut meta)?;
        }
        write.commit().map_err(failed(action))
    }

    fn fold_into(
        &self,
        records: &[LogRecord],
        world: Option<u64>,
        epoch: Option<Epoch>,
    ) -> Result<BatchNumber, StorageError> {
        let action = "fold the log into the rows";
        let mut changes = Changes::default();
        let before = self.meta()?;
        if let Some(epoch) = epoch.filter(|epoch| *epoch < before.epoch) {
            return Err(StorageError::Fenced { epoch, by: before.epoch });
        }
        let mut last = (before.last_batch, None);
        for batch in records.iter().flat_map(|record| batches(&record.bytes)) {
            last = (batch.number, Some(batch.moment_ms.cast_unsigned()));
            batch.rows().for_each(|row| changes.take_in(row));
        }
        let mut write = self.db.begin_write().map_err(failed(action))?;
        write.set_durability(Durability::Immediate).map_err(failed(action))?;
        write.set_quick_repair(true);
        if before.format != Some(FORMAT) {
            migrate::add_checksums(&write)?;
        }
        let player_tables = self.player_tables(&self.db.begin_read().map_err(failed(action))?)?;
        changes.write(&write, &player_tables)?;
        {
            let mut meta = write.open_table(META).map_err(failed(action))?;
            if let Some(world) = world {
                meta.insert(META_WORLD, world).map_err(failed(action))?;
                meta.remove(META_COPY).map_err(failed(action))?;
            }
            let mut set = |name: &str, value: u64| meta.insert(name, value).map(|_| ()).map_err(failed(action));
            set(META_FORMAT, FORMAT)?;
            set(META_LAST_BATCH, last.0.0)?;
            if let (Some(record), Some(moment_ms)) = (records.last(), last.1) {
                set(META_FOLDED_RECORD, record.number)?;
                set(META_MOMENT_MS, moment_ms)?;
            }
            seal(&mut meta)?;
        }
        write.commit().map_err(failed(action))?;
        Ok(last.0)
    }
}

/// The combined effect of a number of batches.
#[derive(Default)]
struct Changes<'a> {
    /// Tables, with the key prefixes whose rows are deleted before anything is written.
    cleared: BTreeSet<(&'a str, &'a [u8])>,
    /// The last value of each row; `None` = it is deleted.
    last_values: BTreeMap<(&'a str, &'a [u8]), Option<&'a [u8]>>,
}

impl<'a> Changes<'a> {
    fn take_in(&mut self, row: Row<'a>) {
        if !row.is_prefix {
            self.last_values.insert((row.table, row.key), row.value);
            return;
        }
        let from = (row.table, row.key);
        let is_below = |(table, key): &(&str, &[u8])| *table == row.table && key.starts_with(row.key);
        let below: Vec<_> = self.last_values.range(from..).map(|(at, _)| *at).take_while(is_below).collect();
        for at in below {
            self.last_values.remove(&at);
        }
        self.cleared.insert(from);
    }

    fn write(&self, write: &WriteTransaction, player_tables: &BTreeSet<String>) -> Result<(), StorageError> {
        let action = "fold the log into the rows";
        let mut tally = Tally::new(player_tables);
        for (name, prefix) in &self.cleared {
            let mut table = write.open_table(rows_of(name)).map_err(failed(action))?;
            let behind = behind_prefix(prefix);
            let until = behind.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
            // The entries of the index that begin with a prefix are not adjacent.
            let range = if *name == INDEX_TABLE {
                (Bound::Unbounded, Bound::Unbounded)
            } else {
                (Bound::Included(*prefix), until)
            };
            let stays = |key: &[u8], stored: &[u8]| {
                let key = shown_key(name, key);
                let stays = !key.starts_with(prefix);
                if !stays {
                    tally.subtract(name, key, stored_checksum(stored));
                }
                stays
            };
            table.retain_in::<&[u8], _>(range, stays).map_err(failed(action))?;
        }
        write_rows(write, &self.last_values, &mut tally)?;
        tally.apply(write)
    }
}

/// The first key after all that begin with `prefix`; `None` when no later key exists.
fn behind_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut behind = prefix[..=last].to_vec();
    behind[last] += 1;
    Some(behind)
}

fn write_rows<'a>(
    write: &WriteTransaction,
    rows: &BTreeMap<(&'a str, &'a [u8]), Option<&'a [u8]>>,
    tally: &mut Tally<'a>,
) -> Result<(), StorageError> {
    let action = "fold the log into the rows";
    let mut open: Option<(&str, Table<'_, &[u8], &[u8]>)> = None;
    let mut stored = Vec::new();
    for ((name, key), value) in rows {
        if open.as_ref().is_none_or(|(opened, _)| opened != name) {
            drop(open.take());
            let table = write.open_table(rows_of(name)).map_err(failed(action))?;
            open = Some((name, table));
        }
        let Some((_, table)) = open.as_mut() else {
            continue;
        };
        let stored_key = stored_key(name, key);
        let old = match value {
            Some(value) => {
                let checksum = write_value(name, key, value, &mut stored);
                tally.add(name, key, checksum);
                table.insert(&stored_key[..], &stored[..])
            }
            None => table.remove(&stored_key[..]),
        };
        if let Some(old) = old.map_err(failed(action))? {
            tally.subtract(name, key, stored_checksum(old.value()));
        }
    }
    Ok(())
}

/// Keeps the checksum of what the file says of itself.
pub(in crate::storage) fn seal(meta: &mut Table<'_, &'static str, u64>) -> Result<(), StorageError> {
    let checksum = meta_checksum(&*meta)?;
    meta.insert(META_CHECKSUM, checksum).map_err(failed("seal the rows"))?;
    Ok(())
}

fn meta_checksum(meta: &impl ReadableTable<&'static str, u64>) -> Result<u64, StorageError> {
    let action = "read the rows";
    let mut hasher = crc32fast::Hasher::new();
    for entry in meta.iter().map_err(failed(action))? {
        let (name, value) = entry.map_err(failed(action))?;
        if name.value() != META_CHECKSUM {
            hasher.update(name.value().as_bytes());
            hasher.update(&value.value().to_le_bytes());
        }
    }
    Ok(hasher.finalize().into())
}
