//! The rows file behind the seam of [`RowStore`].

use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::StorageError;
use crate::storage::log_store::LogRecord;
use crate::storage::row_store::{ReadRows, RowStore, Rows};
use crate::storage::store::{RedbMoment, RowsFile};
use crate::storage::stored::CheckedRows;

impl From<RowsFile> for Rows {
    fn from(file: RowsFile) -> Self {
        Self::new(file)
    }
}

impl RowStore for RowsFile {
    fn world_name(&self) -> &str {
        self.name()
    }

    fn checked(&self, read: ReadRows<'_>) -> Result<(), StorageError> {
        let (moment, name) = (RedbMoment::begin(self)?, self.file_name());
        read(&CheckedRows::new(&moment, &name, &self.players).unless(!self.is_checked))
    }

    /// A read transaction is one moment.
    fn hold(&self, read: ReadRows<'_>) -> Result<(), StorageError> {
        self.checked(read)
    }

    fn begin_epoch(&self, bits: u32, after: Epoch) -> Result<Epoch, StorageError> {
        self.store_epoch(bits, after)
    }

    fn know_players(&self, tables: &[&str]) -> Result<(), StorageError> {
        self.renew_players(tables)
    }

    fn fold(&self, epoch: Epoch, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
        self.fold_under(epoch, records)
    }
}
