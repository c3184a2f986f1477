//! Where the rows of a world are kept: the seam between a world and its rows.
//!
//! Rows are what the log leads to. They are changed only by folding records, each row once however often it changed; a
//! record may also delete all rows of a table whose keys begin with a prefix. Any thread reads them at any time.
//!
//! `store` has the implementation in a redb file. Another one keeps the same promises in another database.

use std::fmt::Debug;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use crate::account::AccountId;
use crate::numbers::BatchNumber;
use crate::outside::Epoch;
use crate::storage::copy::{Copied, copy_rows};
use crate::storage::directory::IndexKey;
use crate::storage::log_store::LogRecord;
use crate::storage::proof::CopyError;
use crate::storage::store::{LoadedPlayer, Reached};
use crate::storage::stored::{CheckedRows, RowDamage};
use crate::storage::{FoundRows, PlayerTables, RowQuery, StorageError};

/// Reads rows that are checked.
pub type ReadRows<'a> = &'a mut dyn FnMut(&CheckedRows<'_>) -> Result<(), StorageError>;

/// The rows of a world.
pub trait RowStore: Debug + Send + Sync {
    /// The world's name, such as `world-0`.
    fn world_name(&self) -> &str;

    /// Gives `read` the rows, which are as of one moment in each of its reads.
    ///
    /// # Errors
    /// When they cannot be read, or `read` fails.
    fn checked(&self, read: ReadRows<'_>) -> Result<(), StorageError>;

    /// Gives `read` the rows as of one moment for all of its reads.
    ///
    /// # Errors
    /// When they cannot be read, or `read` fails.
    fn hold(&self, read: ReadRows<'_>) -> Result<(), StorageError>;

    /// How far they go.
    ///
    /// # Errors
    /// When they cannot be read.
    fn reached(&self) -> Result<Reached, StorageError> {
        ask(|read| self.hold(read), |rows| rows.stored().reached())
    }

    /// Begins the world's next epoch, with these random bits: later than `after`, and than any that the rows know. It is
    /// kept when this returns. Rows that a take-over has given an epoch already return that one.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn begin_epoch(&self, bits: u32, after: Epoch) -> Result<Epoch, StorageError>;

    /// Learns which tables hold players, so that the rows of each account are watched together.
    ///
    /// # Errors
    /// When that cannot be kept.
    fn know_players(&self, tables: &[&str]) -> Result<(), StorageError>;

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
    fn read(&self, query: &RowQuery) -> Result<FoundRows, StorageError> {
        ask(|read| self.checked(read), |rows| rows.read(query))
    }

    /// The row of a key.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        ask(|read| self.checked(read), |rows| rows.get(table, key))
    }

    /// Calls `each` with all rows of a table, key and value: in key order, except those of the index.
    ///
    /// # Errors
    /// When a row is damaged, rows are missing or of another time, or the table cannot be read. Some rows may have been
    /// seen by then.
    fn scan(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        ask(|read| self.checked(read), |rows| rows.scan(table, each))
    }

    /// The same with the rows that are sound and can be reached, for a check that has told of the others.
    ///
    /// # Errors
    /// When the table cannot be read for another reason than damage.
    fn scan_sound(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        ask(|read| self.checked(read), |rows| rows.scan_sound(table, each))
    }

    /// The names of the tables, except the internal ones.
    ///
    /// # Errors
    /// When they cannot be read.
    fn tables(&self) -> Result<Vec<String>, StorageError> {
        ask(|read| self.checked(read), |rows| rows.stored().tables())
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// When it cannot be read.
    fn count(&self, table: &str) -> Result<u64, StorageError> {
        ask(|read| self.checked(read), |rows| rows.stored().count(table))
    }

    /// How many rows all tables have together.
    ///
    /// # Errors
    /// When they cannot be read.
    fn count_all(&self) -> Result<u64, StorageError> {
        self.tables()?.iter().map(|table| self.count(table)).sum()
    }

    /// Counts all rows anew, and returns what does not fit: rows that are not what was written, and groups of which rows
    /// are missing or of another time.
    ///
    /// # Errors
    /// When the rows cannot be read for another reason than damage.
    fn damages(&self) -> Result<Vec<RowDamage>, StorageError> {
        ask(|read| self.hold(read), |rows| rows.damages())
    }

    /// The row of a table that has no other.
    ///
    /// # Errors
    /// As [`scan`](Self::scan), and when it has vanished.
    fn only_row(&self, table: &str) -> Result<Option<Vec<u8>>, StorageError> {
        let only = ask(|read| self.checked(read), |rows| rows.only_rows(&[table]))?;
        Ok(only.into_iter().next().flatten())
    }

    /// The account that an index entry names; `None` = the name is free.
    ///
    /// # Errors
    /// When the store does not know whether the name is free.
    fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, StorageError> {
        ask(|read| self.checked(read), |rows| rows.look_up(key))
    }

    /// The rows of a player, or `None` when it has no row in the table that says who exists.
    ///
    /// # Errors
    /// [`StorageError::RowsDamaged`], which names the account, when they are not all that was written.
    fn load_player(&self, players: &PlayerTables, account: AccountId) -> Result<Option<LoadedPlayer>, StorageError> {
        ask(|read| self.checked(read), |rows| rows.load_player(players, account))
    }

    /// The rows of a player for a world. When they are damaged, the world gets a row that it cannot read instead, and
    /// refuses this player alone.
    ///
    /// # Errors
    /// When the rows cannot be read.
    fn load_for_world(&self, players: &PlayerTables, account: AccountId) -> Result<Option<LoadedPlayer>, StorageError> {
        match self.load_player(players, account) {
            Err(error @ StorageError::RowsDamaged { .. }) => {
                tracing::error!(%account, %error, "a player's rows are damaged; its requests are refused");
                let unreadable = |table: &&'static str| match *table == players.identity {
                    true => vec![(account.to_key().to_vec(), Vec::new())],
                    false => Vec::new(),
                };
                Ok(Some(players.tables.iter().map(unreadable).collect()))
            }
            loaded => loaded,
        }
    }

    /// How many threads should look names up and load players at a time: more than one where each waits for a network.
    fn readers(&self) -> usize {
        1
    }

    /// Checks all rows and writes them, as of one moment, to a rows file of this world's name in `folder`, with the proof
    /// of what it holds. See [`copy_rows`].
    ///
    /// # Errors
    /// When the world or the copy is damaged, or the folder cannot be written to.
    fn copy_to(&self, folder: &Path) -> Result<Copied, CopyError> {
        ask(|read| self.hold(read), |rows| Ok(copy_rows(rows.stored(), self.world_name(), folder)))?
    }
}

/// What `read` finds in the rows that `give` gives it.
fn ask<T>(
    give: impl FnOnce(ReadRows<'_>) -> Result<(), StorageError>,
    read: impl FnOnce(&CheckedRows<'_>) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    let (mut read, mut found) = (Some(read), None);
    give(&mut |rows| {
        if let Some(read) = read.take() {
            found = Some(read(rows)?);
        }
        Ok(())
    })?;
    found.ok_or_else(StorageError::stopped)
}

/// The rows of a world, wherever they are. Clones are the same rows.
#[derive(Debug, Clone)]
pub struct Rows(Arc<dyn RowStore>);

impl Rows {
    /// Those of this store.
    pub fn new(store: impl RowStore + 'static) -> Self {
        Self(Arc::new(store))
    }
}

impl Deref for Rows {
    type Target = dyn RowStore;

    fn deref(&self) -> &(dyn RowStore + 'static) {
        &*self.0
    }
}
