//! Where the rows of a world are kept: the seam between a world and its rows.
//!
//! Rows are what the log leads to. They are changed only by folding records, each row once however often it changed; a
//! record may also delete all rows of a table whose keys begin with a prefix. Any thread reads them at any time.
//!
//! `store` has the implementation in a redb file. Another one would keep the same promises in another database.

use std::fmt::Debug;

use crate::account::AccountId;
use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::directory::{INDEX_TABLE, IndexKey, decode_entry};
use crate::storage::log_store::LogRecord;
use crate::storage::store::LoadedPlayer;
use crate::storage::{FoundRows, PlayerTables, RowError, RowQuery, StorageError};

/// The rows of a world.
pub trait RowStore: Debug + Send + Sync {
    /// Folds the records into the rows under an epoch, all of them or none, and waits until that is kept. Returns the
    /// number of the last batch in the rows. Folding a record twice changes nothing.
    ///
    /// # Errors
    /// [`StorageError::Fenced`] when a later epoch has the rows; nothing is folded then. When the store fails, nobody
    /// knows whether it was.
    fn fold(&self, epoch: Epoch, records: &[LogRecord]) -> Result<BatchNumber, StorageError>;

    /// The rows that a query selects.
    ///
    /// # Errors
    /// When one of them is damaged or cannot be read.
    fn read(&self, query: &RowQuery) -> Result<FoundRows, StorageError>;

    /// The row of a key.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn get(&self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.read(&RowQuery::one(table, key))?.pop().map(|(_, value)| value))
    }

    /// The account that an index entry names; `None` = the name is free.
    ///
    /// # Errors
    /// When the store does not know whether the name is free.
    fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, StorageError> {
        let value = self.get(INDEX_TABLE, key.as_bytes())?;
        let unreadable = || StorageError::Row { table: INDEX_TABLE, source: RowError::Damaged };
        value.map(|value| decode_entry(&value).ok_or_else(unreadable)).transpose()
    }

    /// The rows of a player for a world, or `None` when it has none in the table that says who exists.
    ///
    /// # Errors
    /// When they cannot be read.
    fn load(&self, players: &PlayerTables, account: AccountId) -> Result<Option<LoadedPlayer>, StorageError> {
        let rows = |table: &&'static str| self.read(&RowQuery::of_account(table, account));
        let loaded = players.tables.iter().map(rows).collect::<Result<LoadedPlayer, _>>()?;
        let exists =
            players.tables.iter().zip(&loaded).any(|(table, rows)| *table == players.identity && !rows.is_empty());
        Ok(exists.then_some(loaded))
    }
}
