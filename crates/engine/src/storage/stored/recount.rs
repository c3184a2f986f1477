//! All digests, counted anew from the rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::AccountId;
use crate::storage::StorageError;
use crate::storage::directory::INDEX_TABLE;
use crate::storage::stored::digests::read_digest;
use crate::storage::stored::{
    Bucket, DIGEST_TABLE, Digest, Group, PLAYER_TABLES, RowDamage, StoredRows, bucket_of, read_row, trust_row,
};

/// Digests of the rows that were seen, to be compared with those kept.
pub(in crate::storage) struct Recount {
    player_tables: BTreeSet<String>,
    tables: BTreeMap<String, Digest>,
    accounts: BTreeMap<AccountId, Digest>,
    buckets: BTreeMap<Bucket, Digest>,
    /// Tables that could not be read to their end.
    unread: BTreeSet<String>,
}

impl Recount {
    /// No rows yet; each account has a digest of its rows in these tables.
    pub(in crate::storage) fn new(player_tables: BTreeSet<String>) -> Self {
        Self {
            player_tables,
            tables: BTreeMap::new(),
            accounts: BTreeMap::new(),
            buckets: BTreeMap::new(),
            unread: BTreeSet::new(),
        }
    }

    /// Counts a row.
    ///
    /// # Errors
    /// When it is not what was written.
    pub(in crate::storage) fn take_in(
        &mut self,
        table: &str,
        stored_key: &[u8],
        stored: &[u8],
    ) -> Result<(), RowDamage> {
        // A damaged row is told of itself; with the checksum that is there, its groups are not told of as well.
        let row = trust_row(table, stored_key, stored);
        match self.tables.get_mut(table) {
            Some(digest) => digest.add(row),
            None => self.tables.entry(table.to_owned()).or_default().add(row),
        }
        if table == INDEX_TABLE {
            self.buckets.entry(bucket_of(row.key)).or_default().add(row);
        }
        let account = row.key.first_chunk().filter(|_| self.player_tables.contains(table));
        let account = account.map(|account| AccountId::from_key(*account));
        if let Some(account) = account {
            self.accounts.entry(account).or_default().add(row);
        }
        read_row(table, stored_key, stored).map(drop).map_err(|damage| RowDamage { account, ..damage })
    }

    /// Notes that a table could not be read to its end, so that what is missing of it is told only once.
    pub(super) fn give_up(&mut self, table: &str) {
        self.unread.insert(table.to_owned());
    }

    fn is_unread(&self, group: Group<'_>) -> bool {
        match group {
            Group::Table(name) => self.unread.contains(name),
            Group::Bucket(_) => self.unread.contains(INDEX_TABLE),
            Group::Account(_) => self.unread.iter().any(|table| self.player_tables.contains(table)),
        }
    }

    fn take(&mut self, group: Group<'_>) -> Digest {
        let counted = match group {
            Group::Table(name) => self.tables.remove(name),
            Group::Account(account) => self.accounts.remove(&account),
            Group::Bucket(bucket) => self.buckets.remove(&bucket),
        };
        counted.unwrap_or_default()
    }

    /// The groups whose digest is another than the one kept.
    ///
    /// # Errors
    /// When the digests cannot be read.
    pub(in crate::storage) fn compare(mut self, rows: &dyn StoredRows) -> Result<Vec<RowDamage>, StorageError> {
        let mut damages = Vec::new();
        rows.walk(DIGEST_TABLE, &mut |key, stored| {
            match read_digest(key, stored) {
                _ if key == PLAYER_TABLES => {}
                (None, _) => damages.push(unknown_digest(key)),
                (Some(group), digest) => {
                    if digest != Some(self.take(group)) && !self.is_unread(group) {
                        damages.push(group.damage());
                    }
                }
            }
            Ok(())
        })?;
        let tables = self.tables.keys().map(|name| Group::Table(name));
        let accounts = self.accounts.keys().map(|account| Group::Account(*account));
        let buckets = self.buckets.keys().map(|bucket| Group::Bucket(*bucket));
        let unkept = tables.chain(accounts).chain(buckets).filter(|group| !self.is_unread(*group));
        damages.extend(unkept.map(|group| group.damage()));
        Ok(damages)
    }
}

fn unknown_digest(key: &[u8]) -> RowDamage {
    let (table, what) = (DIGEST_TABLE.to_owned(), "the digest is of nothing that is known".to_owned());
    RowDamage { table, key: key.to_vec(), account: None, what }
}

/// Counts all rows anew, and returns what does not fit: rows that are not what was written, and groups of which rows are
/// missing or of another time. Each account has a digest of its rows in the tables `players`.
///
/// # Errors
/// When the rows cannot be read for another reason than damage.
pub(in crate::storage) fn damages(
    stored: &dyn StoredRows,
    players: &BTreeSet<String>,
) -> Result<Vec<RowDamage>, StorageError> {
    let mut damages = Vec::new();
    match count_anew(stored, players, &mut damages) {
        Err(StorageError::RowsDamaged { damage, .. }) => damages.push(damage),
        counted => counted?,
    }
    Ok(damages)
}

fn count_anew(
    stored: &dyn StoredRows,
    players: &BTreeSet<String>,
    damages: &mut Vec<RowDamage>,
) -> Result<(), StorageError> {
    stored.reached()?;
    let mut recount = Recount::new(players.clone());
    for table in stored.tables()? {
        let walked = stored.walk(&table, &mut |key, stored| {
            damages.extend(recount.take_in(&table, key, stored).err());
            Ok(())
        });
        match walked {
            Err(StorageError::RowsDamaged { damage, .. }) => {
                recount.give_up(&table);
                damages.push(RowDamage { table, ..damage });
            }
            walked => walked?,
        }
    }
    damages.extend(recount.compare(stored)?);
    Ok(())
}
