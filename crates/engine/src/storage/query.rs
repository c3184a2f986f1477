//! Rows that a handler reads from disk, such as a ledger or an archive. They are not cached.

use crate::account::AccountId;
use crate::storage::directory::INDEX_TABLE;

/// Rows as stored on disk: key and value.
pub type FoundRows = Vec<(Vec<u8>, Vec<u8>)>;

/// A query for a range of a table.
///
/// The result includes everything changed before the query, even in the same tick. A query forces a fold of everything
/// not folded yet, so use it only for rare requests, unless it reads [as folded](Self::as_folded).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowQuery {
    /// The table's name.
    pub table: &'static str,
    /// The first key.
    pub from: Vec<u8>,
    /// The first key after the range.
    pub until: Vec<u8>,
    /// Whether rows with the highest keys come first.
    pub newest_first: bool,
    /// The maximum number of rows.
    pub limit: usize,
    /// Whether what is not folded yet may be missing.
    pub as_folded: bool,
}

impl RowQuery {
    /// All rows from one key up to, but not including, another, in key order.
    pub fn range(table: &'static str, from: &[u8], until: &[u8]) -> Self {
        Self {
            table,
            from: from.to_vec(),
            until: until.to_vec(),
            newest_first: false,
            limit: usize::MAX,
            as_folded: false,
        }
    }

    /// The row of one key.
    pub fn one(table: &'static str, key: &[u8]) -> Self {
        // No other key lies between this one and itself followed by a zero.
        Self { limit: 1, ..Self::range(table, key, &[key, &[0]].concat()) }
    }

    /// All rows whose key begins with the account's, in key order.
    pub fn of_account(table: &'static str, account: AccountId) -> Self {
        Self::range(table, &account.to_key(), &AccountId(account.0.saturating_add(1)).to_key())
    }

    /// At most `limit` rows, those with the highest keys first.
    #[must_use]
    pub fn newest(self, limit: usize) -> Self {
        Self { newest_first: true, limit, ..self }
    }

    /// At most `limit` rows.
    #[must_use]
    pub fn first(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// The same of what is folded already, which forces no fold. Whoever asks knows the later changes from memory.
    #[must_use]
    pub fn as_folded(self) -> Self {
        Self { as_folded: true, ..self }
    }

    /// A query for no rows. It is answered when everything before it is folded, so that the handler can then read the
    /// disk itself.
    pub fn nothing_but_a_fold() -> Self {
        Self { limit: 0, ..Self::range(INDEX_TABLE, &[0], &[1]) }
    }
}
