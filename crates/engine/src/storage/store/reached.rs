//! Rows without a log beside them: how far they go, and what follows them from elsewhere.

use std::path::Path;

use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::StorageError;
use crate::storage::store::files::Folder;
use crate::storage::store::{RowsFile, Store};

/// How far rows go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The id of the world; `None` for one that was never begun.
    pub world: Option<u64>,
    /// The last record of the log that is in the rows.
    pub record: u64,
    /// The last batch in it.
    pub batch: BatchNumber,
    /// The world's clock at that batch, in unix milliseconds.
    pub moment_ms: i64,
    /// The last epoch that was begun.
    pub epoch: Epoch,
}

impl RowsFile {
    /// Begins an epoch, with new random bits, that is later than `last` and any that these rows know. It is on disk when
    /// this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_epoch_after(&self, last: Epoch) -> Result<Epoch, StorageError> {
        self.store_epoch(rand::random(), last)
    }
}

impl Store {
    /// Opens the rows of a copy, to fold records into them that are not in any log beside it.
    ///
    /// # Errors
    /// When they cannot be opened.
    pub fn open_copy(folder: &Path, name: &str) -> Result<RowsFile, StorageError> {
        let files = Folder::new(folder, name);
        super::guarded(|| Self::open_rows(&files, name)).unwrap_or_else(|| {
            let file = crate::storage::folder::rows_file(folder, name).display().to_string();
            Err(StorageError::Damaged { file, at: 0 })
        })
    }
}
