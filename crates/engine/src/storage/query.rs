//! Rows that a handler reads from disk, such as a ledger or an archive. They are not kept in memory.

use crate::account::AccountId;
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
    /// All rows from one key up to, but not including, another, in key order.
    pub fn range(table: &'static str, from: &[u8], until: &[u8]) -> Self {
        Self { table, from: from.to_vec(), until: until.to_vec(), newest_first: false, limit: usize::MAX }
    }

    /// The row of one key.
    pub fn one(table: &'static str, key: &[u8]) -> Self {
        // No other key lies between this one and itself with a zero behind it.
        Self { limit: 1, ..Self::range(table, key, &[key, &[0]].concat()) }
    }

    /// All rows whose key begins with that of an account, in key order.
    pub fn of_account(table: &'static str, account: AccountId) -> Self {
        Self::range(table, &account.to_key(), &AccountId(account.0.saturating_add(1)).to_key())
    }

    /// At most `limit` rows, those with the highest keys first.
    #[must_use]
    pub fn newest(self, limit: usize) -> Self {
        Self { newest_first: true, limit, ..self }
    }

    /// A query for no rows. It is answered once everything before it is folded, so that code that reads the disk itself
    /// then finds it there.
    pub fn nothing_but_a_fold() -> Self {
        Self { limit: 0, ..Self::range(INDEX_TABLE, &[0], &[1]) }
    }
}
