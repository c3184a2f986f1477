//! All tables there are, and how their rows are read.

use bevy_ecs::prelude::*;

use crate::storage::RowError;

/// How the keys of a table are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyedBy {
    /// They begin with an account's.
    Account,
    /// They are the table's own.
    Itself,
}

/// A table and how its rows are read.
#[derive(Debug, Clone, Copy)]
pub struct TableReader {
    /// The table's name.
    pub table: &'static str,
    /// Whose the rows are.
    pub keyed_by: KeyedBy,
    /// Decodes rows to see whether they can be read: all rows of an account, or a single one.
    pub read: fn(&World, &[(Vec<u8>, Vec<u8>)]) -> Result<(), RowError>,
}
