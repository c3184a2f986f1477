//! Reads of stored rows. Each checks what it reads: rows by their checksums, and groups of rows that it reads completely
//! by their digests.

use std::collections::BTreeSet;

use crate::account::AccountId;
use crate::storage::directory::{INDEX_TABLE, IndexKey, decode_entry};
use crate::storage::store::LoadedPlayer;
use crate::storage::stored::{
    Digest, Group, KnownPlayers, RowDamage, SoundRow, StoredRows, bucket_of, damages, read_row, stored_key, trust_row,
};
use crate::storage::{FoundRows, PlayerTables, RowError, RowQuery, StorageError};

/// Rows that are checked as they are read.
pub struct CheckedRows<'a> {
    stored: &'a dyn StoredRows,
    file: &'a str,
    players: &'a KnownPlayers,
    is_checked: bool,
}

impl<'a> CheckedRows<'a> {
    /// Checks these rows; errors name `file`.
    pub fn new(stored: &'a dyn StoredRows, file: &'a str, players: &'a KnownPlayers) -> Self {
        Self { stored, file, players, is_checked: true }
    }

    /// The rows as they are stored.
    pub fn stored(&self) -> &'a dyn StoredRows {
        self.stored
    }

    /// Believes them instead: shows a test of damage what the checks are for.
    pub(in crate::storage) fn unless(self, is_believed: bool) -> Self {
        Self { is_checked: !is_believed, ..self }
    }

    fn damaged(&self, damage: RowDamage) -> StorageError {
        StorageError::RowsDamaged { file: self.file.to_owned(), damage }
    }

    /// The row, if it is what was written.
    fn sound<'r>(&self, table: &str, key: &'r [u8], stored: &'r [u8]) -> Result<SoundRow<'r>, StorageError> {
        if !self.is_checked {
            return Ok(trust_row(table, key, stored));
        }
        read_row(table, key, stored).map_err(|damage| self.damaged(damage))
    }

    /// The rows that were found must be all of the group.
    fn check(&self, group: &Group<'_>, found: Digest, kept: Option<&[u8]>) -> Result<(), StorageError> {
        if self.is_checked && Digest::kept(group, kept) != Some(found) {
            return Err(self.damaged(group.damage()));
        }
        Ok(())
    }

    /// The rows of a player, or `None` when it has no row in the table that says who exists.
    ///
    /// # Errors
    /// [`StorageError::RowsDamaged`], which names the account, when they are not all that was written.
    pub fn load_player(
        &self,
        players: &PlayerTables,
        account: AccountId,
    ) -> Result<Option<LoadedPlayer>, StorageError> {
        let known = self.players.tables(self.stored, self.file)?;
        self.read_player(players, &known, account).map_err(|error| match error {
            StorageError::RowsDamaged { file, damage } => {
                StorageError::RowsDamaged { file, damage: RowDamage { account: Some(account), ..damage } }
            }
            error => error,
        })
    }

    fn read_player(
        &self,
        players: &PlayerTables,
        known: &BTreeSet<String>,
        account: AccountId,
    ) -> Result<Option<LoadedPlayer>, StorageError> {
        let mut tables: Vec<&str> = players.tables.clone();
        let mut is_known: Vec<bool> = tables.iter().map(|table| known.contains(*table)).collect();
        // What only another program knows is part of the account's digest too.
        if is_known.iter().filter(|is_known| **is_known).count() < known.len() {
            tables.extend(known.iter().map(String::as_str).filter(|name| !players.tables.contains(name)));
            is_known.resize(tables.len(), true);
        }
        let mut digest = Digest::default();
        let mut loaded = vec![Vec::new(); players.tables.len()];
        let group = Group::Account(account);
        let kept = self.stored.group(&group, &tables, &mut |at, key, stored| {
            let row = self.sound(tables[at], key, stored)?;
            if is_known[at] {
                digest.add(row);
            }
            if let Some(rows) = loaded.get_mut(at) {
                rows.push((row.key.to_vec(), row.value.to_vec()));
            }
            Ok(())
        })?;
        self.check(&group, digest, kept.as_deref())?;
        let mut named = players.tables.iter().zip(&loaded);
        let exists = named.any(|(table, rows)| *table == players.identity && !rows.is_empty());
        Ok(exists.then_some(loaded))
    }

    /// The rows that a query selects.
    ///
    /// # Errors
    /// When one of them is damaged or cannot be read.
    pub fn read(&self, query: &RowQuery) -> Result<FoundRows, StorageError> {
        if query.from >= query.until || query.limit == 0 {
            return Ok(Vec::new());
        }
        if query.table == INDEX_TABLE {
            return self.read_index(query);
        }
        let mut found = Vec::new();
        self.stored.range(query, &mut |_, key, stored| {
            let row = self.sound(query.table, key, stored)?;
            found.push((row.key.to_vec(), row.value.to_vec()));
            Ok(())
        })?;
        Ok(found)
    }

    /// The entries of the index are not stored in the order of their keys.
    fn read_index(&self, query: &RowQuery) -> Result<FoundRows, StorageError> {
        let mut found = Vec::new();
        self.scan(INDEX_TABLE, &mut |key, value| {
            if (&query.from[..]..&query.until[..]).contains(&key) {
                found.push((key.to_vec(), value.to_vec()));
            }
        })?;
        found.sort_unstable();
        if query.newest_first {
            found.reverse();
        }
        found.truncate(query.limit);
        Ok(found)
    }

    /// The account an index entry names; `None` = the name is free.
    ///
    /// # Errors
    /// When entries were lost, so that nobody knows whether the name is free, or cannot be read.
    pub fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, StorageError> {
        let group = Group::Bucket(bucket_of(key.as_bytes()));
        let mut digest = Digest::default();
        let mut found = None;
        let kept = self.stored.group(&group, &[INDEX_TABLE], &mut |_, entry, stored| {
            let row = self.sound(INDEX_TABLE, entry, stored)?;
            digest.add(row);
            if row.key == key.as_bytes() {
                found = Some(row.value.to_vec());
            }
            Ok(())
        })?;
        self.check(&group, digest, kept.as_deref())?;
        let unreadable = || StorageError::Row { table: INDEX_TABLE, source: RowError::Damaged };
        found.map(|value| decode_entry(&value).ok_or_else(unreadable)).transpose()
    }

    /// Calls `each` with all rows of a table, key and value: in key order, except those of the index.
    ///
    /// # Errors
    /// When a row is damaged, rows are missing or of another time, or the table cannot be read. Some rows may have been
    /// seen by then.
    pub fn scan(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        let mut digest = Digest::default();
        let group = Group::Table(table);
        let kept = self.stored.group(&group, &[table], &mut |_, key, stored| {
            let row = self.sound(table, key, stored)?;
            digest.add(row);
            each(row.key, row.value);
            Ok(())
        })?;
        self.check(&group, digest, kept.as_deref())
    }

    /// The row of each of these tables, of which none has another one.
    ///
    /// # Errors
    /// As [`scan`](Self::scan), and when one has vanished.
    pub fn only_rows(&self, tables: &[&str]) -> Result<Vec<Option<Vec<u8>>>, StorageError> {
        let (mut digests, mut only) = (vec![Digest::default(); tables.len()], vec![None; tables.len()]);
        let kept = self.stored.small_tables(tables, &mut |at, key, stored| {
            let row = self.sound(tables[at], key, stored)?;
            digests[at].add(row);
            if row.key.is_empty() {
                only[at] = Some(row.value.to_vec());
            }
            Ok(())
        })?;
        for ((table, digest), kept) in tables.iter().zip(digests).zip(kept) {
            self.check(&Group::Table(table), digest, kept.as_deref())?;
        }
        Ok(only)
    }

    /// [`scan`](Self::scan) over the rows that are sound and can be reached, for a check that has told of the others.
    ///
    /// # Errors
    /// When the table cannot be read for another reason than damage.
    pub fn scan_sound(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        let walked = self.stored.walk(table, &mut |key, stored| {
            if let Ok(row) = read_row(table, key, stored) {
                each(row.key, row.value);
            }
            Ok(())
        });
        match walked {
            Err(StorageError::RowsDamaged { .. }) => Ok(()),
            walked => walked,
        }
    }

    /// One row.
    ///
    /// # Errors
    /// When it is damaged or cannot be read. That it has vanished, only those notice who read all rows of a group.
    pub fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let key = stored_key(table, key);
        let found = self.stored.get(table, &key)?;
        found.map(|stored| Ok(self.sound(table, &key, &stored)?.value.to_vec())).transpose()
    }

    /// Counts all rows anew, and returns what does not fit: rows that are not what was written, and groups of which rows
    /// are missing or of another time.
    ///
    /// # Errors
    /// When the rows cannot be read for another reason than damage.
    pub fn damages(&self) -> Result<Vec<RowDamage>, StorageError> {
        damages(self.stored, &*self.players.tables(self.stored, self.file)?)
    }
}
