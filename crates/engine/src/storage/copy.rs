//! A copy of a world's rows, made while the world runs.

use std::fs::File;
use std::path::{Path, PathBuf};

use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};

use crate::numbers::BatchNumber;
use crate::storage::StorageError;
use crate::storage::folder::ROWS_SUFFIX;
use crate::storage::store::{DIGESTS, META, META_COPY, META_LAST_BATCH, Recount, Rows, failed, seal};

/// The copy is written once from front to back; more memory would not help it.
const COPY_CACHE_BYTES: usize = 16 << 20;

/// A complete copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The file.
    pub path: PathBuf,
    /// The last batch in it.
    pub last_batch: BatchNumber,
    /// How many rows there are.
    pub rows: u64,
}

impl Rows {
    /// The name of the file that holds the rows, and of a copy of it.
    pub fn file_name(&self) -> String {
        format!("{}{ROWS_SUFFIX}", self.world_name())
    }

    /// Checks all rows and writes them, as of one moment, to a file of this world's name in `folder`; a folder with nothing else in it
    /// is one that a server can be started on. The file gets its name only when all of it is on disk, so that a
    /// partial copy never looks complete. An existing copy is not replaced.
    pub fn copy_to(&self, folder: &Path) -> Result<Copied, StorageError> {
        let unusable = |source| StorageError::Folder { path: format!("backup folder {}", folder.display()), source };
        let path = folder.join(self.file_name());
        if path.exists() {
            return Err(unusable(std::io::ErrorKind::AlreadyExists.into()));
        }
        std::fs::create_dir_all(folder).map_err(unusable)?;
        let unfinished = path.with_extension("unfinished");
        if unfinished.exists() {
            std::fs::remove_file(&unfinished).map_err(unusable)?;
        }
        let (rows, last_batch) = self.guarded(|| self.write_copy(&unfinished))?;
        File::open(&unfinished).and_then(|file| file.sync_all()).map_err(unusable)?;
        std::fs::rename(&unfinished, &path).map_err(unusable)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(unusable)?;
        Ok(Copied { path, last_batch, rows })
    }

    /// One read transaction sees one moment. It pins the pages that folds replace meanwhile; folds are seconds apart,
    /// so the file grows by a few of them at most.
    fn write_copy(&self, path: &Path) -> Result<(u64, BatchNumber), StorageError> {
        let action = "write a copy of the rows";
        let read = self.database().begin_read().map_err(failed(action))?;
        let copy = Database::builder().set_cache_size(COPY_CACHE_BYTES).create(path).map_err(failed(action))?;
        let write = copy.begin_write().map_err(failed(action))?;
        let mut recount = Recount::new((*self.player_tables(&read)?).clone());
        let mut rows = 0;
        for table in self.tables()? {
            rows += self.copy_table(&read, &write, &table, &mut recount)?;
        }
        copy_digests(&read, &write)?;
        // What is damaged is not copied: the copy would look like a sound one.
        if let Some(damage) = recount.compare(&read)?.into_iter().next() {
            return Err(self.damaged(damage));
        }
        let last_batch = copy_meta(&read, &write)?;
        write.commit().map_err(failed(action))?;
        Ok((rows, last_batch))
    }

    fn copy_table(
        &self,
        read: &ReadTransaction,
        write: &WriteTransaction,
        name: &str,
        recount: &mut Recount,
    ) -> Result<u64, StorageError> {
        let action = "copy a table";
        let mut to = write.open_table(TableDefinition::<&[u8], &[u8]>::new(name)).map_err(failed(action))?;
        let mut rows = 0;
        self.walk(read, name, &mut |key, stored| {
            recount.take_in(name, key, stored).map_err(|damage| self.damaged(damage))?;
            to.insert(key, stored).map_err(failed(action))?;
            rows += 1;
            Ok(())
        })?;
        Ok(rows)
    }
}

/// Copies the digests as they are; they must fit the rows.
fn copy_digests(read: &ReadTransaction, write: &WriteTransaction) -> Result<(), StorageError> {
    let action = "copy the digests of rows";
    let from = match read.open_table(DIGESTS) {
        Err(redb::TableError::TableDoesNotExist(_)) => return Ok(()),
        from => from.map_err(failed(action))?,
    };
    let mut to = write.open_table(DIGESTS).map_err(failed(action))?;
    for entry in from.iter().map_err(failed(action))? {
        let (key, stored) = entry.map_err(failed(action))?;
        to.insert(key.value(), stored.value()).map_err(failed(action))?;
    }
    Ok(())
}

/// Copies the number of the last batch in the rows; returns it.
fn copy_meta(read: &ReadTransaction, write: &WriteTransaction) -> Result<BatchNumber, StorageError> {
    let action = "copy how far the rows go";
    let from = read.open_table(META).map_err(failed(action))?;
    let mut to = write.open_table(META).map_err(failed(action))?;
    for entry in from.iter().map_err(failed(action))? {
        let (name, value) = entry.map_err(failed(action))?;
        to.insert(name.value(), value.value()).map_err(failed(action))?;
    }
    to.insert(META_COPY, 1).map_err(failed(action))?;
    seal(&mut to)?;
    let last_batch = from.get(META_LAST_BATCH).map_err(failed(action))?;
    Ok(BatchNumber(last_batch.map_or(0, |value| value.value())))
}
