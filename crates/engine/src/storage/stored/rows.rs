//! The seam between a database and what checks its rows.

use crate::storage::store::Reached;
use crate::storage::stored::Group;
use crate::storage::{RowQuery, StorageError};

/// Takes a row as it is stored: the index of its table among those asked for, its stored key, and its value with the
/// checksum.
pub type EachStored<'a> = &'a mut dyn FnMut(usize, &[u8], &[u8]) -> Result<(), StorageError>;

/// The rows of a world as they are stored, as of one moment.
pub trait StoredRows {
    /// How far they go.
    ///
    /// # Errors
    /// When that cannot be read, or is not what was written.
    fn reached(&self) -> Result<Reached, StorageError>;

    /// Calls `each` with all rows of a group, by table and in the order of their stored keys. An account's rows are looked
    /// for in these tables; for another group, `tables` is its one table. Returns the digest that is kept of the group.
    ///
    /// # Errors
    /// When they cannot be read, or `each` fails.
    fn group(&self, group: &Group<'_>, tables: &[&str], each: EachStored<'_>) -> Result<Option<Vec<u8>>, StorageError>;

    /// Calls `each` with all rows of tables that have few, and returns the digest that is kept of each table.
    ///
    /// # Errors
    /// As [`group`](Self::group).
    fn small_tables(&self, tables: &[&str], each: EachStored<'_>) -> Result<Vec<Option<Vec<u8>>>, StorageError> {
        let group = |(at, table): (usize, &&str)| {
            self.group(&Group::Table(table), &[table], &mut |_, key, stored| each(at, key, stored))
        };
        tables.iter().enumerate().map(group).collect()
    }

    /// Calls `each` with the rows that a query selects, in the order it asks for. The table is not the index, whose stored
    /// keys are others.
    ///
    /// # Errors
    /// When they cannot be read, or `each` fails.
    fn range(&self, query: &RowQuery, each: EachStored<'_>) -> Result<(), StorageError>;

    /// The row of a stored key.
    ///
    /// # Errors
    /// When it cannot be read.
    fn get(&self, table: &str, stored_key: &[u8]) -> Result<Option<Vec<u8>>, StorageError>;

    /// The names of the tables, except those of the digests.
    ///
    /// # Errors
    /// When they cannot be read.
    fn tables(&self) -> Result<Vec<String>, StorageError>;

    /// How many rows a table has.
    ///
    /// # Errors
    /// When they cannot be counted.
    fn count(&self, table: &str) -> Result<u64, StorageError>;

    /// Calls `each` with all rows of a table, by their stored keys.
    ///
    /// # Errors
    /// As [`group`](Self::group).
    fn walk(
        &self,
        table: &str,
        each: &mut dyn FnMut(&[u8], &[u8]) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        self.group(&Group::Table(table), &[table], &mut |_, key, stored| each(key, stored)).map(drop)
    }
}
