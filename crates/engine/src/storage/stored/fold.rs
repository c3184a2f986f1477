//! What a fold changes: each row once, however often the records change it, and the digests with it.

use std::collections::{BTreeMap, BTreeSet};

use crate::storage::StorageError;
use crate::storage::batch::Row;
use crate::storage::stored::DigestTally;

/// The last value of each row, by table and key; `None` = it is deleted.
pub type LastValues<'a> = BTreeMap<(&'a str, &'a [u8]), Option<&'a [u8]>>;

/// Rows of a world under change, in one transaction of a database.
pub trait FoldTarget {
    /// Deletes all rows of a table whose keys begin with a prefix, and calls `gone` with the key of each, and the checksum
    /// behind its value.
    ///
    /// # Errors
    /// When the database fails.
    fn clear(&mut self, table: &str, prefix: &[u8], gone: &mut dyn FnMut(&[u8], u32)) -> Result<(), StorageError>;

    /// Writes and deletes rows, with their checksums. The tally takes in what is written, and what was there before.
    ///
    /// # Errors
    /// When the database fails.
    fn write<'a>(&mut self, rows: &LastValues<'a>, tally: &mut DigestTally<'a>) -> Result<(), StorageError>;

    /// The digests of these keys.
    ///
    /// # Errors
    /// When the database fails.
    fn digests(&mut self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, StorageError>;

    /// Writes digests, and deletes those of `None`.
    ///
    /// # Errors
    /// When the database fails.
    fn keep_digests(&mut self, digests: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<(), StorageError>;

    /// Deletes the digests whose keys begin with this byte.
    ///
    /// # Errors
    /// When the database fails.
    fn clear_digests(&mut self, first: u8) -> Result<(), StorageError>;
}

/// The combined effect of a number of batches.
#[derive(Default)]
pub struct Changes<'a> {
    /// Tables, with the key prefixes whose rows are deleted before anything is written.
    cleared: BTreeSet<(&'a str, &'a [u8])>,
    last_values: LastValues<'a>,
}

impl<'a> Changes<'a> {
    /// Adds the next change.
    pub fn take_in(&mut self, row: Row<'a>) {
        if !row.is_prefix {
            self.last_values.insert((row.table, row.key), row.value);
            return;
        }
        let from = (row.table, row.key);
        let is_below = |(table, key): &(&str, &[u8])| *table == row.table && key.starts_with(row.key);
        let below: Vec<_> = self.last_values.range(from..).map(|(at, _)| *at).take_while(is_below).collect();
        for at in below {
            self.last_values.remove(&at);
        }
        self.cleared.insert(from);
    }

    /// Makes the changes, in rows and digests. `players` are the tables of whose rows each account has a digest.
    ///
    /// # Errors
    /// When the database fails.
    pub fn write(&self, target: &mut dyn FoldTarget, players: &BTreeSet<String>) -> Result<(), StorageError> {
        let mut tally = DigestTally::new(players);
        for (name, prefix) in &self.cleared {
            target.clear(name, prefix, &mut |key, checksum| tally.subtract(name, key, checksum))?;
        }
        target.write(&self.last_values, &mut tally)?;
        tally.apply(target)
    }
}

/// The first key after all that begin with `prefix`; `None` when no later key exists.
pub fn behind_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut behind = prefix[..=last].to_vec();
    behind[last] += 1;
    Some(behind)
}
