//! The two database files of a world: a log of batches, and the rows it is folded into.
//!
//! A commit to the log is what makes an answer final. Folding writes each row once, no matter how often it changed, and
//! to a file of its own, so it never holds up a commit. After a crash the unfolded tail of the log is folded before
//! anything else happens.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition, TableHandle, WriteTransaction};

use crate::account::AccountId;
use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::batch::{Batch, Row, batches};
use crate::storage::directory::{INDEX_TABLE, IndexKey, decode_entry};
use crate::storage::disk::Disk;
use crate::storage::folder::{log_file, rows_file, world_name};
use crate::storage::{FoundRows, PlayerTables, RowQuery};

const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");
pub(super) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
const META_FORMAT: &str = "format";
const META_FOLDED_RECORD: &str = "folded_record";
pub(super) const META_LAST_BATCH: &str = "last_batch";
const META_MOMENT_MS: &str = "moment_ms";
const META_EPOCH: &str = "epoch";

/// The file format. Format 1 had no deletion by key prefix; it is read like this one.
const FORMAT: u64 = 2;
/// Limits how many folded records one append removes, so that no append is slow.
const TRIM_PER_APPEND: u64 = 8;
const LOG_CACHE_BYTES: usize = 16 << 20;
const ROWS_CACHE_BYTES: usize = 128 << 20;

/// A storage failure. What was confirmed is safe; nothing more can be confirmed.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Another process has the files open.
    #[error("{path} is in use by another server; stop that one first, or give this one another --data folder")]
    InUse {
        /// The file.
        path: String,
    },
    /// The database or the disk under it failed.
    #[error("cannot {action}: {source}")]
    Failed {
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        source: Box<redb::Error>,
    },
    /// A file cannot be opened as a database.
    #[error("cannot open {path}: {source}. If it is damaged, put back a copy of both files of this world")]
    Open {
        /// The file.
        path: String,
        /// Why.
        source: Box<redb::Error>,
    },
    /// The log does not continue where the rows end.
    #[error(
        "the rows end with log record {folded} but the log goes on with {found}: the two files of this world are not \
         of the same time, as after putting back only one of them. Put both back from the same copy"
    )]
    Gap {
        /// The last record in the rows.
        folded: u64,
        /// The first record in the log.
        found: u64,
    },
    /// A later program made the files.
    #[error(
        "the files have format {found}; this program knows format {FORMAT}. Use the program that wrote them, or a newer one"
    )]
    FromTheFuture {
        /// In the files.
        found: u64,
    },
    /// A row of the world cannot be read.
    #[error("table {table}: {source}")]
    Row {
        /// The table.
        table: &'static str,
        /// What is wrong with the row.
        source: crate::storage::RowError,
    },
    /// The folder cannot be used.
    #[error("cannot use the {path}: {source}")]
    Folder {
        /// What it is for, and where it is.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

pub(super) fn failed<E: Into<redb::Error>>(action: &'static str) -> impl FnOnce(E) -> StorageError {
    move |error| StorageError::Failed { action, source: Box::new(error.into()) }
}

/// A player's rows: one list of (key, value) for each player table, in the tables' order.
pub type LoadedPlayer = Vec<Vec<(Vec<u8>, Vec<u8>)>>;

/// A world's storage, just opened and recovered.
#[derive(Debug)]
pub struct Store {
    /// The log, where batches are committed.
    pub log: Log,
    /// The rows, where batches are folded to and read from.
    pub rows: Rows,
    /// What recovery found.
    pub recovered: Recovered,
}

/// The state of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recovered {
    /// Number of the last batch; 0 for a new world.
    pub last_batch: BatchNumber,
    /// The world's clock at that batch, in unix milliseconds; `None` for a new world.
    pub moment_ms: Option<i64>,
    /// Log records that a crash had left unfolded.
    pub folded_at_start: u64,
}

impl Store {
    /// Opens or creates the files `NAME.log.redb` and `NAME.rows.redb` in a folder.
    pub fn open_folder(folder: &Path, name: &str) -> Result<Self, StorageError> {
        let open = |path: PathBuf, cache_bytes: usize| {
            Database::builder().set_cache_size(cache_bytes).create(&path).map_err(|error| match error {
                redb::DatabaseError::DatabaseAlreadyOpen => StorageError::InUse { path: path.display().to_string() },
                error => StorageError::Open { path: path.display().to_string(), source: Box::new(error.into()) },
            })
        };
        let (log, rows) = (log_file(folder, name), rows_file(folder, name));
        Self::recover(name, open(log, LOG_CACHE_BYTES)?, open(rows, ROWS_CACHE_BYTES)?)
    }

    /// Opens or creates both files on simulated disks.
    pub fn open_disks(log: Disk, rows: Disk) -> Result<Self, StorageError> {
        let open = |disk: Disk| Database::builder().create_with_backend(disk).map_err(failed("open the database"));
        Self::recover(&world_name(0), open(log)?, open(rows)?)
    }

    /// Begins the world's next epoch, with these random bits. It is on disk when this returns, and so before anything
    /// that the world does in it.
    pub fn begin_epoch(&self, bits: u32) -> Result<Epoch, StorageError> {
        self.rows.begin_epoch(bits)
    }

    fn recover(name: &str, log: Database, rows: Database) -> Result<Self, StorageError> {
        let rows = Rows { world: name.into(), db: Arc::new(rows) };
        let meta = rows.meta()?;
        if let Some(found) = meta.format
            && found > FORMAT
        {
            return Err(StorageError::FromTheFuture { found });
        }
        let tail = read_tail(&log, meta.folded_record)?;
        if let Some(first) = tail.first().filter(|first| first.number != meta.folded_record + 1) {
            return Err(StorageError::Gap { folded: meta.folded_record, found: first.number });
        }
        let folded_at_start = tail.len() as u64;
        // An earlier program must not read what this one will write.
        if !tail.is_empty() || meta.format != Some(FORMAT) {
            rows.fold(&tail)?;
        }
        let next_record = tail.last().map_or(meta.folded_record, |record| record.number) + 1;
        let meta = rows.meta()?;
        empty_log(&log)?;
        let log = Log { db: log, next_record, trimmed: next_record - 1 };
        let moment_ms = (meta.last_batch > BatchNumber::default()).then_some(meta.moment_ms.cast_signed());
        let recovered = Recovered { last_batch: meta.last_batch, moment_ms, folded_at_start };
        Ok(Self { log, rows, recovered })
    }
}

fn read_tail(log: &Database, folded_record: u64) -> Result<Vec<LogRecord>, StorageError> {
    let action = "read the log";
    let read = log.begin_read().map_err(failed(action))?;
    let table = match read.open_table(LOG) {
        Ok(table) => table,
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
        Err(error) => return Err(failed(action)(error)),
    };
    let mut tail = Vec::new();
    for entry in table.range(folded_record + 1..).map_err(failed(action))? {
        let (number, bytes) = entry.map_err(failed(action))?;
        tail.push(LogRecord { number: number.value(), bytes: bytes.value().into() });
    }
    Ok(tail)
}

/// Removes all records, which have all been folded.
fn empty_log(log: &Database) -> Result<(), StorageError> {
    let action = "empty the folded log";
    let write = log.begin_write().map_err(failed(action))?;
    write.delete_table(LOG).map_err(failed(action))?;
    write.commit().map_err(failed(action))
}

/// One committed record: the batches of one group commit.
#[derive(Debug, Clone)]
pub struct LogRecord {
    /// Its number in the log.
    pub number: u64,
    /// The batches, encoded.
    pub bytes: Arc<[u8]>,
}

/// The log file. One thread owns it.
#[derive(Debug)]
pub struct Log {
    db: Database,
    next_record: u64,
    trimmed: u64,
}

impl Log {
    /// Commits the batches as one record, with one fsync, and removes a few records up to `folded_record`, which are
    /// already in the rows.
    pub fn append(&mut self, group: &[Batch], folded_record: u64) -> Result<LogRecord, StorageError> {
        let action = "write the log";
        let mut bytes = Vec::with_capacity(group.iter().map(Batch::encoded_len).sum());
        for batch in group {
            batch.encode(&mut bytes);
        }
        let mut write = self.db.begin_write().map_err(failed(action))?;
        write.set_durability(Durability::Immediate).map_err(failed(action))?;
        let number = self.next_record;
        let trim_to = folded_record.min(self.trimmed + TRIM_PER_APPEND);
        {
            let mut table = write.open_table(LOG).map_err(failed(action))?;
            table.insert(number, bytes.as_slice()).map_err(failed(action))?;
            for record in self.trimmed + 1..=trim_to {
                table.remove(record).map_err(failed(action))?;
            }
        }
        write.commit().map_err(failed(action))?;
        self.next_record += 1;
        self.trimmed = self.trimmed.max(trim_to);
        Ok(LogRecord { number, bytes: bytes.into() })
    }
}

/// The rows file. Any thread can read it at any time.
#[derive(Debug, Clone)]
pub struct Rows {
    world: Arc<str>,
    db: Arc<Database>,
}

#[derive(Debug, Default)]
struct Meta {
    format: Option<u64>,
    folded_record: u64,
    last_batch: BatchNumber,
    moment_ms: u64,
}

impl Rows {
    /// The world's name, which its files begin with.
    pub fn world_name(&self) -> &str {
        &self.world
    }

    pub(super) fn database(&self) -> &Database {
        &self.db
    }

    fn begin_epoch(&self, bits: u32) -> Result<Epoch, StorageError> {
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
            let epoch = last.next(bits);
            meta.insert(META_EPOCH, epoch.to_u64()).map_err(failed(action))?;
            epoch
        };
        write.commit().map_err(failed(action))?;
        Ok(epoch)
    }

    fn meta(&self) -> Result<Meta, StorageError> {
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
            folded_record: get(META_FOLDED_RECORD)?.unwrap_or(0),
            last_batch: BatchNumber(get(META_LAST_BATCH)?.unwrap_or(0)),
            moment_ms: get(META_MOMENT_MS)?.unwrap_or(0),
        })
    }

    /// Folds the records into the rows, each row's last value once, in one commit. Returns the number of the last batch
    /// among them. Folding a record twice changes nothing.
    pub fn fold(&self, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
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
