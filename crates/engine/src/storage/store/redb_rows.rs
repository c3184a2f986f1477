//! The rows file behind the seam of [`RowStore`]: every read checks what it reads.

use crate::account::AccountId;
use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::directory::IndexKey;
use crate::storage::log_store::LogRecord;
use crate::storage::row_store::{RowStore, Rows};
use crate::storage::store::{LoadedPlayer, Reached, RedbMoment, RowsFile};
use crate::storage::stored::{CheckedRows, RowDamage, StoredRows};
use crate::storage::{FoundRows, PlayerTables, RowQuery, StorageError};

impl From<RowsFile> for Rows {
    fn from(file: RowsFile) -> Self {
        Self::new(file)
    }
}

impl RowsFile {
    /// Reads, as of now.
    fn checked<T>(
        &self,
        read: impl FnOnce(&RedbMoment<'_>, CheckedRows<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let (moment, name) = (RedbMoment::begin(self)?, self.file_name());
        read(&moment, CheckedRows::new(&moment, &name).unless(!self.is_checked))
    }
}

impl RowStore for RowsFile {
    fn world_name(&self) -> &str {
        self.name()
    }

    fn reached(&self) -> Result<Reached, StorageError> {
        RedbMoment::begin(self)?.reached()
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

    fn read(&self, query: &RowQuery) -> Result<FoundRows, StorageError> {
        self.checked(|_, rows| rows.read(query))
    }

    fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.checked(|_, rows| rows.get(table, key))
    }

    fn scan(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        self.checked(|_, rows| rows.scan(table, each))
    }

    fn scan_sound(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        self.checked(|_, rows| rows.scan_sound(table, each))
    }

    fn tables(&self) -> Result<Vec<String>, StorageError> {
        RedbMoment::begin(self)?.tables()
    }

    fn count(&self, table: &str) -> Result<u64, StorageError> {
        RedbMoment::begin(self)?.count(table)
    }

    fn damages(&self) -> Result<Vec<RowDamage>, StorageError> {
        self.checked(|moment, rows| rows.damages(&*self.player_tables(moment)?))
    }

    fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, StorageError> {
        self.checked(|_, rows| rows.look_up(key))
    }

    fn load_player(&self, players: &PlayerTables, account: AccountId) -> Result<Option<LoadedPlayer>, StorageError> {
        self.checked(|moment, rows| rows.load_player(players, &*self.player_tables(moment)?, account))
    }

    fn hold(&self, read: &mut dyn FnMut(&dyn StoredRows) -> Result<(), StorageError>) -> Result<(), StorageError> {
        read(&RedbMoment::begin(self)?)
    }
}
