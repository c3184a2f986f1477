//! The rows of a world in a redb database.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use redb::{
    Database, Durability, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition, TableHandle,
    WriteTransaction,
};

use crate::account::AccountId;
use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::batch::{Row, batches};
use crate::storage::directory::{INDEX_TABLE, IndexKey, decode_entry};
use crate::storage::store::log::LogRecord;
use crate::storage::store::mark::Answered;
use crate::storage::store::{FORMAT, LoadedPlayer, META, META_COPY, META_LAST_BATCH, StorageError, failed};
use crate::storage::{FoundRows, PlayerTables, RowQuery};

const META_FORMAT: &str = "format";
const META_WORLD: &str = "world";
const META_FOLDED_RECORD: &str = "folded_record";
const META_MOMENT_MS: &str = "moment_ms";
const META_EPOCH: &str = "epoch";

/// The rows file. Any thread can read it at any time.
#[derive(Debug, Clone)]
pub struct Rows {
    world: Arc<str>,
    db: Arc<Database>,
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

impl Rows {
    pub(super) fn new(world: &str, database: Database) -> Self {
        Self { world: world.into(), db: Arc::new(database) }
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
        Ok(Meta {
            format: get(META_FORMAT)?,
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
        self.fold_into(records, None)
    }

    /// Makes these the rows of the world with this id, whose log begins behind the records.
    pub(super) fn begin(&self, world: u64, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
        self.fold_into(records, Some(world))
    }

    /// Lets the log go on behind this record, although those before it were lost.
    pub(super) fn skip_to(&self, record: u64) -> Result<(), StorageError> {
        let action = "begin a new log";
        let mut write = self.db.begin_write().map_err(failed(action))?;
        write.set_durability(Durability::Immediate).map_err(failed(action))?;
        write.set_quick_repair(true);
        write.open_table(META).map_err(failed(action))?.insert(META_FOLDED_RECORD, record).map_err(failed(action))?;
        write.commit().map_err(failed(action))
    }

    fn fold_into(&self, records: &[LogRecord], world: Option<u64>) -> Result<BatchNumber, StorageError> {
        let action = "fold the log into the rows";
        let mut changes = Changes::default();
        let mut last = (self.meta()?.last_batch, None);
        for batch in records.iter().flat_map(|record| batches(&record.bytes)) {
            last = (batch.number, Some(batch.moment_ms.cast_unsigned()));
            batch.rows().for_each(|row| changes.take_in(row));
        }
        let mut write = self.db.begin_write().map_err(failed(action))?;
        write.set_durability(Durability::Immediate).map_err(failed(action))?;
        write.set_quick_repair(true);
        changes.write(&write)?;
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
        }
        write.commit().map_err(failed(action))?;
        Ok(last.0)
    }

    /// The rows of a player, or `None` when it has no row in the table that says who exists.
    pub fn load_player(
        &self,
        players: &PlayerTables,
        account: AccountId,
    ) -> Result<Option<LoadedPlayer>, StorageError> {
        let action = "load a player";
        let read = self.db.begin_read().map_err(failed(action))?;
        let (from, to) = (account.to_key(), AccountId(account.0 + 1).to_key());
        let mut loaded = Vec::with_capacity(players.tables.len());
        let mut exists = false;
        for name in &players.tables {
            let mut rows = Vec::new();
            match read.open_table(TableDefinition::<&[u8], &[u8]>::new(name)) {
                Err(redb::TableError::TableDoesNotExist(_)) => {}
                Err(error) => return Err(failed(action)(error)),
                Ok(table) => {
                    for entry in table.range(&from[..]..&to[..]).map_err(failed(action))? {
                        let (key, value) = entry.map_err(failed(action))?;
                        rows.push((key.value().to_vec(), value.value().to_vec()));
                    }
                }
            }
            exists |= *name == players.identity && !rows.is_empty();
            loaded.push(rows);
        }
        Ok(exists.then_some(loaded))
    }

    /// The rows that a query selects.
    pub fn read(&self, query: &RowQuery) -> Result<FoundRows, StorageError> {
        let action = "read rows";
        if query.from >= query.until {
            return Ok(Vec::new());
        }
        let read = self.db.begin_read().map_err(failed(action))?;
        let table = match read.open_table(TableDefinition::<&[u8], &[u8]>::new(query.table)) {
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            Err(error) => return Err(failed(action)(error)),
            Ok(table) => table,
        };
        let mut range = table.range(&query.from[..]..&query.until[..]).map_err(failed(action))?;
        let mut found = Vec::new();
        while found.len() < query.limit
            && let Some(entry) = if query.newest_first { range.next_back() } else { range.next() }
        {
            let (key, value) = entry.map_err(failed(action))?;
            found.push((key.value().to_vec(), value.value().to_vec()));
        }
        Ok(found)
    }

    /// The account an index entry names.
    pub fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, StorageError> {
        let value = self.get(INDEX_TABLE, key.as_bytes())?;
        Ok(value.and_then(|value| decode_entry(&value)))
    }

    /// Calls `each` with all rows of a table, key and value, in key order.
    pub fn scan(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        let action = "read a table";
        let read = self.db.begin_read().map_err(failed(action))?;
        let table = match read.open_table(TableDefinition::<&[u8], &[u8]>::new(table)) {
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(()),
            Err(error) => return Err(failed(action)(error)),
            Ok(table) => table,
        };
        for entry in table.range::<&[u8]>(..).map_err(failed(action))? {
            let (key, value) = entry.map_err(failed(action))?;
            each(key.value(), value.value());
        }
        Ok(())
    }

    /// The names of the tables, except the internal one.
    pub fn tables(&self) -> Result<Vec<String>, StorageError> {
        let action = "list the tables";
        let read = self.db.begin_read().map_err(failed(action))?;
        let names = read.list_tables().map_err(failed(action))?.map(|table| table.name().to_owned());
        Ok(names.filter(|name| name != META.name()).collect())
    }

    /// How many rows a table has.
    pub fn count(&self, table: &str) -> Result<u64, StorageError> {
        let action = "count rows";
        let read = self.db.begin_read().map_err(failed(action))?;
        match read.open_table(TableDefinition::<&[u8], &[u8]>::new(table)) {
            Err(redb::TableError::TableDoesNotExist(_)) => Ok(0),
            Err(error) => Err(failed(action)(error)),
            Ok(table) => table.len().map_err(failed(action)),
        }
    }

    /// How many rows all tables have together.
    pub fn count_all(&self) -> Result<u64, StorageError> {
        self.tables()?.iter().map(|table| self.count(table)).sum()
    }

    /// One row.
    pub fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let action = "read a row";
        let read = self.db.begin_read().map_err(failed(action))?;
        match read.open_table(TableDefinition::<&[u8], &[u8]>::new(table)) {
            Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(failed(action)(error)),
            Ok(table) => Ok(table.get(key).map_err(failed(action))?.map(|value| value.value().to_vec())),
        }
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

    fn write(&self, write: &WriteTransaction) -> Result<(), StorageError> {
        let action = "fold the log into the rows";
        for (name, prefix) in &self.cleared {
            let mut table = write.open_table(TableDefinition::<&[u8], &[u8]>::new(name)).map_err(failed(action))?;
            let behind = behind_prefix(prefix);
            let until = behind.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
            let range = (Bound::Included(*prefix), until);
            table.retain_in::<&[u8], _>(range, |_, _| false).map_err(failed(action))?;
        }
        write_rows(write, &self.last_values)
    }
}

/// The first key after all that begin with `prefix`; `None` when no later key exists.
fn behind_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut behind = prefix[..=last].to_vec();
    behind[last] += 1;
    Some(behind)
}

fn write_rows(write: &WriteTransaction, rows: &BTreeMap<(&str, &[u8]), Option<&[u8]>>) -> Result<(), StorageError> {
    let action = "fold the log into the rows";
    let mut open: Option<(&str, redb::Table<'_, &[u8], &[u8]>)> = None;
    for ((name, key), value) in rows {
        if open.as_ref().is_none_or(|(opened, _)| opened != name) {
            drop(open.take());
            let table = write.open_table(TableDefinition::new(name)).map_err(failed(action))?;
            open = Some((name, table));
        }
        let Some((_, table)) = open.as_mut() else {
            continue;
        };
        match value {
            Some(value) => drop(table.insert(*key, *value).map_err(failed(action))?),
            None => drop(table.remove(*key).map_err(failed(action))?),
        }
    }
    Ok(())
}
