//! Opening a world again in the process that had it open, after its disk has failed.
//!
//! What is on the disk then is compared with what this process has answered, which it knows better than any file.

use std::path::Path;

use crate::numbers::BatchNumber;
use crate::storage::RowStore;
use crate::storage::StorageError;
use crate::storage::store::files::{FileRole, Files, Folder};
use crate::storage::store::{Reached, Store};

/// Which world was open, and how far it has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answering {
    /// The id of the world; 0 for one that was never begun.
    pub world: u64,
    /// The last batch that was answered.
    pub last: BatchNumber,
}

impl Answering {
    /// A world that has just been opened: how far its rows go, and the last batch of the log.
    pub fn of(reached: Reached, last: BatchNumber) -> Self {
        Self { world: reached.world.unwrap_or_default(), last }
    }

    /// Compares the world that was open with one that is there now; errors name `file`.
    ///
    /// # Errors
    /// When it is another world, or ends before what was answered.
    pub fn compare(self, found: Self, file: &str) -> Result<(), StorageError> {
        if found.world != self.world {
            return Err(StorageError::Replaced { file: file.to_owned() });
        }
        if found.last < self.last {
            return Err(StorageError::Behind { file: file.to_owned(), last: found.last, answered: self.last });
        }
        Ok(())
    }

    fn check(self, store: &Store) -> Result<(), StorageError> {
        self.compare(Self::of(store.rows.reached()?, store.recovered.last_batch), &store.rows.file_name())
    }
}

impl Store {
    /// Opens the files of a world that this process had open. What was answered must be in them; of what was not, they
    /// may have some or nothing. No file is made, and files that do not fit stay as they are.
    ///
    /// # Errors
    /// As [`open_folder`](Self::open_folder), and when the files are not those that were open.
    pub fn reopen(folder: &Path, name: &str, answering: Answering) -> Result<Self, StorageError> {
        let files = Folder::new(folder, name);
        if files.length(FileRole::Rows)? == 0 {
            return Err(StorageError::Missing { file: files.name(FileRole::Rows) });
        }
        files.refuse_open_rows()?;
        answering.check(&Self::read_folder(folder, name)?)?;
        let store = Self::open(&files, name)?;
        answering.check(&store)?;
        Ok(store)
    }
}
