//! Rows that a handler reads from disk, such as a ledger or an archive. They are not kept in memory.

use crate::storage::directory::INDEX_TABLE;

/// Rows as they lie on disk: key and value.
pub type FoundRows = Vec<(Vec<u8>, Vec<u8>)>;

/// A piece of a table.
///
/// What it finds includes everything that was changed before the question, in the same tick too. A question costs the
/// fold of all that is not folded yet, so it is for what is asked seldom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowQuery {
    /// The table's name.
    pub table: &'static str,
    /// The first key.
    pub from: Vec<u8>,
    /// The key behind the last one.
    pub until: Vec<u8>,
    /// Whether the rows with the highest keys come first.
    pub newest_first: bool,
    /// How many rows at most.
    pub limit: usize,
}

impl RowQuery {
    /// A question for no rows. It is answered when everything before it is folded, so that whoever reads the disk by itself
    /// then finds it there.
    pub fn nothing_but_a_fold() -> Self {
        Self { table: INDEX_TABLE, from: vec![0], until: vec![1], newest_first: false, limit: 0 }
    }
}
