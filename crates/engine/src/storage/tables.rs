//! All tables, and how their rows are read.

use bevy_ecs::prelude::*;

use crate::storage::RowError;

/// What the keys of a table begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyedBy {
    /// The account's key.
    Account,
    /// Keys of the table's own.
    Itself,
}

/// A table and how its rows are read.
#[derive(Debug, Clone, Copy)]
pub struct TableReader {
    /// The table's name.
    pub table: &'static str,
    /// The version of its rows that this program writes.
    pub version: u16,
    /// Who owns the rows.
    pub keyed_by: KeyedBy,
    /// Reads rows only to check them.
    pub read: ReadToCheck,
}

/// Reads rows only to check them: all of an account, or a single one.
pub type ReadToCheck = fn(&World, &[(Vec<u8>, Vec<u8>)]) -> Result<(), RowError>;

impl TableReader {
    /// One whose rows are of this version.
    pub const fn new(table: &'static str, version: u16, keyed_by: KeyedBy, read: ReadToCheck) -> Self {
        Self { table, version, keyed_by, read }
    }
}

/// The table that says which accounts exist.
#[derive(Debug, Clone, Copy)]
pub struct IdentityTable {
    /// The table's name.
    pub table: &'static str,
    /// The account's name in its row of this table, for people.
    pub name: fn(&[u8]) -> Option<String>,
}
