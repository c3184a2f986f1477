//! The rows file under change.

use std::ops::Bound;

use redb::{ReadableTable, Table, TableDefinition, WriteTransaction};

use crate::storage::StorageError;
use crate::storage::directory::INDEX_TABLE;
use crate::storage::store::failed;
use crate::storage::stored::{
    DIGEST_TABLE, DigestTally, FoldTarget, LastValues, behind_prefix, shown_key, stored_checksum, stored_key,
    write_value,
};

/// The digests, and which tables hold players.
pub(in crate::storage) const DIGESTS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new(DIGEST_TABLE);

const FOLD: &str = "fold the log into the rows";
const CHANGE_DIGESTS: &str = "change the digests of rows";

pub(in crate::storage) fn rows_of(table: &str) -> TableDefinition<'_, &'static [u8], &'static [u8]> {
    TableDefinition::new(table)
}

/// A write transaction of a rows file.
pub(super) struct RedbFold<'a>(pub(super) &'a WriteTransaction);

impl FoldTarget for RedbFold<'_> {
    fn clear(&mut self, name: &str, prefix: &[u8], gone: &mut dyn FnMut(&[u8], u32)) -> Result<(), StorageError> {
        let mut table = self.0.open_table(rows_of(name)).map_err(failed(FOLD))?;
        let behind = behind_prefix(prefix);
        let until = behind.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        // The entries of the index that begin with a prefix are not adjacent.
        let range =
            if name == INDEX_TABLE { (Bound::Unbounded, Bound::Unbounded) } else { (Bound::Included(prefix), until) };
        let stays = |key: &[u8], stored: &[u8]| {
            let key = shown_key(name, key);
            let stays = !key.starts_with(prefix);
            if !stays {
                gone(key, stored_checksum(stored));
            }
            stays
        };
        table.retain_in::<&[u8], _>(range, stays).map_err(failed(FOLD))
    }

    fn write<'a>(&mut self, rows: &LastValues<'a>, tally: &mut DigestTally<'a>) -> Result<(), StorageError> {
        let mut open: Option<(&str, Table<'_, &[u8], &[u8]>)> = None;
        let mut stored = Vec::new();
        for ((name, key), value) in rows {
            if open.as_ref().is_none_or(|(opened, _)| opened != name) {
                drop(open.take());
                let table = self.0.open_table(rows_of(name)).map_err(failed(FOLD))?;
                open = Some((name, table));
            }
            let Some((_, table)) = open.as_mut() else {
                continue;
            };
            let stored_key = stored_key(name, key);
            let old = match value {
                Some(value) => {
                    let checksum = write_value(name, key, value, &mut stored);
                    tally.add(name, key, checksum);
                    table.insert(&stored_key[..], &stored[..])
                }
                None => table.remove(&stored_key[..]),
            };
            if let Some(old) = old.map_err(failed(FOLD))? {
                tally.subtract(name, key, stored_checksum(old.value()));
            }
        }
        Ok(())
    }

    fn digests(&mut self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, StorageError> {
        let digests = self.0.open_table(DIGESTS).map_err(failed(CHANGE_DIGESTS))?;
        let read = |key: &Vec<u8>| {
            let found = digests.get(&key[..]).map_err(failed(CHANGE_DIGESTS))?;
            Ok(found.map(|stored| stored.value().to_vec()))
        };
        keys.iter().map(read).collect()
    }

    fn keep_digests(&mut self, kept: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<(), StorageError> {
        let mut digests = self.0.open_table(DIGESTS).map_err(failed(CHANGE_DIGESTS))?;
        for (key, stored) in kept {
            let old = match stored {
                Some(stored) => digests.insert(&key[..], &stored[..]),
                None => digests.remove(&key[..]),
            };
            old.map_err(failed(CHANGE_DIGESTS))?;
        }
        Ok(())
    }

    fn clear_digests(&mut self, first: u8) -> Result<(), StorageError> {
        let action = "renew the digests of players";
        let mut digests = self.0.open_table(DIGESTS).map_err(failed(action))?;
        let (from, behind) = ([first], [first + 1]);
        digests.retain_in::<&[u8], _>(&from[..]..&behind[..], |_, _| false).map_err(failed(action))
    }
}
