//! The rows file behind the seam of [`RowStore`]: every read checks what it reads.

use crate::account::AccountId;
use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::directory::IndexKey;
use crate::storage::log_store::LogRecord;
use crate::storage::row_store::RowStore;
use crate::storage::store::{LoadedPlayer, Rows};
use crate::storage::{FoundRows, PlayerTables, RowQuery, StorageError};

impl RowStore for Rows {
    fn fold(&self, epoch: Epoch, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
        self.fold_under(epoch, records)
    }

    fn read(&self, query: &RowQuery) -> Result<FoundRows, StorageError> {
        Self::read(self, query)
    }

    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Self::get(self, table, key)
    }

    fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, StorageError> {
        Self::look_up(self, key)
    }

    fn load(&self, players: &PlayerTables, account: AccountId) -> Result<Option<LoadedPlayer>, StorageError> {
        self.load_for_world(players, account)
    }
}
