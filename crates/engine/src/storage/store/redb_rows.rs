//! The rows file behind the seam of [`RowStore`]: every read checks what it reads.

use std::path::Path;

use crate::account::AccountId;
use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::copy::Copied;
use crate::storage::directory::IndexKey;
use crate::storage::log_store::LogRecord;
use crate::storage::proof::CopyError;
use crate::storage::row_store::{RowStore, Rows};
use crate::storage::store::{LoadedPlayer, Reached, RowDamage, RowsFile};
use crate::storage::{FoundRows, PlayerTables, RowQuery, StorageError};

impl From<RowsFile> for Rows {
    fn from(file: RowsFile) -> Self {
        Self::new(file)
    }
}

impl RowStore for RowsFile {
    fn world_name(&self) -> &str {
        Self::world_name(self)
    }

    fn reached(&self) -> Result<Reached, StorageError> {
        Self::reached(self)
    }

    fn begin_epoch(&self, bits: u32, after: Epoch) -> Result<Epoch, StorageError> {
        Self::begin_epoch(self, bits, after)
    }

    fn know_players(&self, tables: &[&str]) -> Result<(), StorageError> {
        Self::know_players(self, tables)
    }

    fn fold(&self, epoch: Epoch, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
        self.fold_under(epoch, records)
    }

    fn read(&self, query: &RowQuery) -> Result<FoundRows, StorageError> {
        Self::read(self, query)
    }

    fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Self::get(self, table, key)
    }

    fn scan(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        Self::scan(self, table, each)
    }

    fn scan_sound(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        Self::scan_sound(self, table, each)
    }

    fn tables(&self) -> Result<Vec<String>, StorageError> {
        Self::tables(self)
    }

    fn count(&self, table: &str) -> Result<u64, StorageError> {
        Self::count(self, table)
    }

    fn damages(&self) -> Result<Vec<RowDamage>, StorageError> {
        Self::damages(self)
    }

    fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, StorageError> {
        Self::look_up(self, key)
    }

    fn load_player(&self, players: &PlayerTables, account: AccountId) -> Result<Option<LoadedPlayer>, StorageError> {
        Self::load_player(self, players, account)
    }

    fn copy_to(&self, folder: &Path) -> Result<Copied, CopyError> {
        Self::copy_to(self, folder)
    }
}
