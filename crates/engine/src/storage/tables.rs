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
    /// Who owns the rows.
    pub keyed_by: KeyedBy,
    /// Reads rows only to check them: all of an account, or a single one.
    pub read: fn(&World, &[(Vec<u8>, Vec<u8>)]) -> Result<(), RowError>,
}
