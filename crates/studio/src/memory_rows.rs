//! The rows of a world in memory, as a database stores them.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use raidkeep_engine::storage::store::Reached;
use raidkeep_engine::storage::stored::{
    DIGEST_TABLE, DigestTally, EachStored, FoldTarget, Group, LastValues, StoredRows, behind_prefix, shown_key,
    stored_checksum, stored_key, write_value,
};
use raidkeep_engine::storage::{RowQuery, StorageError};

/// The rows of a table, by their stored keys.
type Table = BTreeMap<Vec<u8>, Vec<u8>>;

/// Tables under their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryRows(BTreeMap<String, Table>);

impl MemoryRows {
    fn table(&mut self, name: &str) -> &mut Table {
        self.0.entry(name.to_owned()).or_default()
    }
}

impl FoldTarget for MemoryRows {
    fn clear(&mut self, table: &str, prefix: &[u8], gone: &mut dyn FnMut(&[u8], u32)) -> Result<(), StorageError> {
        self.table(table).retain(|stored_key, stored| {
            let key = shown_key(table, stored_key);
            let stays = !key.starts_with(prefix);
            if !stays {
                gone(key, stored_checksum(stored));
            }
            stays
        });
        Ok(())
    }

    fn write<'a>(&mut self, rows: &LastValues<'a>, tally: &mut DigestTally<'a>) -> Result<(), StorageError> {
        for ((name, key), value) in rows {
            let (table, stored_key) = (self.table(name), stored_key(name, key));
            let old = match value {
                Some(value) => {
                    let mut stored = Vec::new();
                    tally.add(name, key, write_value(name, key, value, &mut stored));
                    table.insert(stored_key.into_owned(), stored)
                }
                None => table.remove(&stored_key[..]),
            };
            if let Some(old) = old {
                tally.subtract(name, key, stored_checksum(&old));
            }
        }
        Ok(())
    }

    fn digests(&mut self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, StorageError> {
        let digests = self.table(DIGEST_TABLE);
        Ok(keys.iter().map(|key| digests.get(key).cloned()).collect())
    }

    fn keep_digests(&mut self, kept: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<(), StorageError> {
        let digests = self.table(DIGEST_TABLE);
        for (key, digest) in kept {
            match digest {
                Some(digest) => drop(digests.insert(key.clone(), digest.clone())),
                None => drop(digests.remove(key)),
            }
        }
        Ok(())
    }

    fn clear_digests(&mut self, first: u8) -> Result<(), StorageError> {
        self.table(DIGEST_TABLE).retain(|key, _| !key.starts_with(&[first]));
        Ok(())
    }
}

/// The rows as of one moment.
pub(crate) struct MemoryMoment {
    pub(crate) rows: Arc<MemoryRows>,
    pub(crate) reached: Reached,
}

impl MemoryMoment {
    /// The rows of a table from a key until another one.
    fn between<'a>(
        &'a self,
        table: &str,
        from: &'a [u8],
        until: Option<&'a [u8]>,
    ) -> impl DoubleEndedIterator<Item = (&'a Vec<u8>, &'a Vec<u8>)> {
        let range = (Bound::Included(from), until.map_or(Bound::Unbounded, Bound::Excluded));
        self.rows.0.get(table).into_iter().flat_map(move |rows| rows.range::<[u8], _>(range))
    }
}

impl StoredRows for MemoryMoment {
    fn reached(&self) -> Result<Reached, StorageError> {
        Ok(self.reached)
    }

    fn group(&self, group: &Group<'_>, tables: &[&str], each: EachStored<'_>) -> Result<Option<Vec<u8>>, StorageError> {
        let from = group.prefix();
        let until = behind_prefix(&from);
        for (at, table) in tables.iter().enumerate() {
            self.between(table, &from, until.as_deref()).try_for_each(|(key, stored)| each(at, key, stored))?;
        }
        self.get(DIGEST_TABLE, &group.key())
    }

    fn range(&self, query: &RowQuery, each: EachStored<'_>) -> Result<(), StorageError> {
        let mut rows = self.between(query.table, &query.from, Some(&query.until));
        let next = || if query.newest_first { rows.next_back() } else { rows.next() };
        std::iter::from_fn(next).take(query.limit).try_for_each(|(key, stored)| each(0, key, stored))
    }

    fn get(&self, table: &str, stored_key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.rows.0.get(table).and_then(|rows| rows.get(stored_key)).cloned())
    }

    fn tables(&self) -> Result<Vec<String>, StorageError> {
        let has_rows = self.rows.0.iter().filter(|(name, rows)| *name != DIGEST_TABLE && !rows.is_empty());
        Ok(has_rows.map(|(name, _)| name.clone()).collect())
    }

    fn count(&self, table: &str) -> Result<u64, StorageError> {
        Ok(self.rows.0.get(table).map_or(0, BTreeMap::len) as u64)
    }
}
