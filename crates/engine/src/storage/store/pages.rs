//! Checks every page of a rows file, which shows damage where no row of today lies, and would be met by later folds.

use std::path::Path;

use redb::Database;

use crate::storage::StorageError;
use crate::storage::store::files::{FileRole, Files, ReadOnlyFolder};
use crate::storage::store::passed::Passed;
use crate::storage::store::{Store, failed, guarded};
use crate::storage::stored::RowDamage;

/// The file is read once from front to back; more memory would not help.
const CHECK_CACHE_BYTES: usize = 16 << 20;

impl Store {
    /// Whether there is a world that was not closed in an orderly way.
    ///
    /// # Errors
    /// As [`read_folder`](Self::read_folder).
    pub fn was_cut_off(folder: &Path, name: &str) -> Result<bool, StorageError> {
        let is_there = ReadOnlyFolder::new(folder, name).length(FileRole::Rows)? > 0;
        Ok(is_there && Self::read_folder(folder, name)?.recovered.was_cut_off)
    }

    /// Checks the pages of the rows of a world. The file is only read: what the database's library repairs stays in
    /// memory.
    ///
    /// # Errors
    /// [`StorageError::RowsDamaged`] when a page is not what was written; others when the file cannot be read.
    pub fn check_pages(folder: &Path, name: &str) -> Result<(), StorageError> {
        let files = ReadOnlyFolder::new(folder, name);
        let damaged = |what: &str| StorageError::RowsDamaged {
            file: files.name(FileRole::Rows),
            damage: RowDamage { table: "unknown".to_owned(), key: Vec::new(), account: None, what: what.to_owned() },
        };
        let check = || -> Result<bool, StorageError> {
            let file = Passed(files.open(FileRole::Rows)?);
            let opened = Database::builder().set_cache_size(CHECK_CACHE_BYTES).create_with_backend(file);
            let mut database = opened.map_err(|error| files.cannot_open(FileRole::Rows, error))?;
            match database.check_integrity() {
                Err(redb::DatabaseError::Storage(redb::StorageError::Corrupted(_))) => Ok(false),
                checked => checked.map_err(failed("check the rows")),
            }
        };
        match guarded(check) {
            Some(Ok(true)) => Ok(()),
            Some(Ok(false)) => Err(damaged("a page has another checksum than it should")),
            Some(Err(error)) => Err(error),
            None => Err(damaged("the database that holds the rows cannot be read")),
        }
    }
}
