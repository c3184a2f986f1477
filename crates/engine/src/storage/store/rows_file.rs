//! The rows of a world in a redb database.

use std::sync::Arc;

use redb::{
    Database, Durability, ReadTransaction, ReadableDatabase, ReadableTable, Table, TableHandle, WriteTransaction,
};

use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::batch::batches;
use crate::storage::folder::ROWS_SUFFIX;
use crate::storage::log_store::LogRecord;
use crate::storage::store::mark::Answered;
use crate::storage::store::redb_fold::RedbFold;
use crate::storage::store::redb_moment::RedbMoment;
use crate::storage::store::{
    FORMAT, META, META_COPY, META_LAST_BATCH, Reached, StorageError, failed, guarded, migrate,
};
use crate::storage::stored::{Changes, KnownPlayers, RowDamage};

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
    pub(super) players: Arc<KnownPlayers>,
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
        let (players, is_checked) = (Arc::default(), true);
        Self { world: world.into(), db: Arc::new(Closing(Some(database))), players, is_checked }
    }

    /// The same rows, believed unseen: shows a test of damage what the checks are for.
    #[must_use]
    pub fn without_checks(&self) -> Self {
        Self { is_checked: false, ..self.clone() }
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
    pub(super) fn name(&self) -> &str {
        &self.world
    }

    /// The name of the file that holds the rows.
    pub(in crate::storage) fn file_name(&self) -> String {
        file_name(&self.world)
    }

    pub(in crate::storage) fn database(&self) -> &Database {
        &self.db
    }

    /// Begins the epoch after the last one, of which the log may know more than the rows.
    pub(super) fn store_epoch(&self, bits: u32, in_log: Epoch) -> Result<Epoch, StorageError> {
        self.guarded(|| self.keep_epoch(bits, in_log))
    }

    fn keep_epoch(&self, bits: u32, in_log: Epoch) -> Result<Epoch, StorageError> {
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
        self.meta_in(&self.db.begin_read().map_err(failed("read the rows"))?)
    }

    pub(super) fn meta_in(&self, read: &ReadTransaction) -> Result<Meta, StorageError> {
        let action = "read the rows";
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
        let players = self.players.tables(&RedbMoment::begin(self)?, &self.file_name())?;
        changes.write(&mut RedbFold(&write), &players)?;
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

/// The name of the file that holds the rows of a world, and of a copy of it.
pub(in crate::storage) fn file_name(world: &str) -> String {
    format!("{world}{ROWS_SUFFIX}")
}

/// Writes how far a copy goes, which has no log beside it.
pub(in crate::storage) fn write_meta(reached: Reached, write: &WriteTransaction) -> Result<(), StorageError> {
    let mut meta = write.open_table(META).map_err(failed("write how far the rows go"))?;
    let mut set =
        |name: &str, value: u64| meta.insert(name, value).map(|_| ()).map_err(failed("write how far the rows go"));
    set(META_FORMAT, FORMAT)?;
    if let Some(world) = reached.world {
        set(META_WORLD, world)?;
    }
    set(META_FOLDED_RECORD, reached.record)?;
    set(META_LAST_BATCH, reached.batch.0)?;
    set(META_MOMENT_MS, reached.moment_ms.cast_unsigned())?;
    set(META_EPOCH, reached.epoch.to_u64())?;
    set(META_COPY, 1)?;
    seal(&mut meta)
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
