//! Reads of the rows. Each checks what it reads: rows by their checksums, and groups of rows that it reads completely by
//! their digests.

use redb::{ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTableMetadata, TableError, TableHandle};

use crate::account::AccountId;
use crate::storage::directory::{INDEX_TABLE, IndexKey, decode_entry};
use crate::storage::store::digests::{
    DIGESTS, Digest, Group, RowDamage, SoundRow, bucket_of, kept_digest, read_row, rows_of, stored_key, trust_row,
};
use crate::storage::store::recount::Recount;
use crate::storage::store::{LoadedPlayer, META, RowsFile, StorageError, failed};
use crate::storage::{FoundRows, PlayerTables, RowError, RowQuery};

type StoredTable = ReadOnlyTable<&'static [u8], &'static [u8]>;
/// Takes a row as it is stored: key and value.
type EachStored<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<(), StorageError>;

fn open(read: &ReadTransaction, table: &str) -> Result<Option<StoredTable>, StorageError> {
    match read.open_table(rows_of(table)) {
        Ok(table) => Ok(Some(table)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(failed("open a table")(error)),
    }
}

impl RowsFile {
    fn begin_read(&self) -> Result<ReadTransaction, StorageError> {
        self.guarded(|| self.database().begin_read().map_err(failed("read the rows")))
    }

    /// The row, if it is what was written.
    fn sound<'a>(&self, table: &str, key: &'a [u8], stored: &'a [u8]) -> Result<SoundRow<'a>, StorageError> {
        if !self.is_checked {
            return Ok(trust_row(table, key, stored));
        }
        read_row(table, key, stored).map_err(|damage| self.damaged(damage))
    }

    /// These rows must be all of the group.
    fn check(&self, read: &ReadTransaction, group: Group<'_>, found: Digest) -> Result<(), StorageError> {
        if self.is_checked && kept_digest(read, &group)? != Some(found) {
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
        self.guarded(|| self.read_player(players, account)).map_err(|error| match error {
            StorageError::RowsDamaged { file, damage } => {
                StorageError::RowsDamaged { file, damage: RowDamage { account: Some(account), ..damage } }
            }
            error => error,
        })
    }

    fn read_player(&self, players: &PlayerTables, account: AccountId) -> Result<Option<LoadedPlayer>, StorageError> {
        let read = self.database().begin_read().map_err(failed("load a player"))?;
        let known = self.player_tables(&read)?;
        let mut digest = Digest::default();
        let mut counted = 0;
        let mut loaded = Vec::with_capacity(players.tables.len());
        let mut exists = false;
        for name in &players.tables {
            let mut rows = Vec::new();
            let is_known = known.contains(*name);
            counted += usize::from(is_known);
            self.each_of(&read, name, account, |row| {
                if is_known {
                    digest.add(row);
                }
                rows.push((row.key.to_vec(), row.value.to_vec()));
            })?;
            exists |= *name == players.identity && !rows.is_empty();
            loaded.push(rows);
        }
        if counted < known.len() {
            for name in known.iter().filter(|name| !players.tables.contains(&name.as_str())) {
                self.each_of(&read, name, account, |row| digest.add(row))?;
            }
        }
        self.check(&read, Group::Account(account), digest)?;
        Ok(exists.then_some(loaded))
    }

    /// The rows of an account in a table.
    fn each_of(
        &self,
        read: &ReadTransaction,
        name: &str,
        account: AccountId,
        mut each: impl FnMut(SoundRow<'_>),
    ) -> Result<(), StorageError> {
        let action = "load a player";
        let (from, to) = (account.to_key(), AccountId(account.0.wrapping_add(1)).to_key());
        if let Some(table) = open(read, name)? {
            for entry in table.range(&from[..]..&to[..]).map_err(failed(action))? {
                let (key, stored) = entry.map_err(failed(action))?;
                each(self.sound(name, key.value(), stored.value())?);
            }
        }
        Ok(())
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
        self.guarded(|| {
            let action = "read rows";
            let read = self.database().begin_read().map_err(failed(action))?;
            let Some(table) = open(&read, query.table)? else {
                return Ok(Vec::new());
            };
            let mut range = table.range(&query.from[..]..&query.until[..]).map_err(failed(action))?;
            let mut found = Vec::new();
            while found.len() < query.limit
                && let Some(entry) = if query.newest_first { range.next_back() } else { range.next() }
            {
                let (key, stored) = entry.map_err(failed(action))?;
                let row = self.sound(query.table, key.value(), stored.value())?;
                found.push((row.key.to_vec(), row.value.to_vec()));
            }
            Ok(found)
        })
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
        let value = self.guarded(|| self.read_entry(key))?;
        let unreadable = || StorageError::Row { table: INDEX_TABLE, source: RowError::Damaged };
        value.map(|value| decode_entry(&value).ok_or_else(unreadable)).transpose()
    }

    fn read_entry(&self, key: &IndexKey) -> Result<Option<Vec<u8>>, StorageError> {
        let action = "look up a name";
        let read = self.database().begin_read().map_err(failed(action))?;
        let bucket = bucket_of(key.as_bytes());
        let mut digest = Digest::default();
        let mut found = None;
        if let Some(table) = open(&read, INDEX_TABLE)? {
            for entry in table.range(&bucket[..]..).map_err(failed(action))? {
                let (entry, stored) = entry.map_err(failed(action))?;
                if !entry.value().starts_with(&bucket) {
                    break;
                }
                let row = self.sound(INDEX_TABLE, entry.value(), stored.value())?;
                digest.add(row);
                if row.key == key.as_bytes() {
                    found = Some(row.value.to_vec());
                }
            }
        }
        self.check(&read, Group::Bucket(bucket), digest)?;
        Ok(found)
    }

    /// Calls `each` with all rows of a table, key and value: in key order, except those of the index.
    ///
    /// # Errors
    /// When a row is damaged, rows are missing or of another time, or the table cannot be read. Some rows may have been
    /// seen by then.
    pub fn scan(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        let read = self.begin_read()?;
        let mut digest = Digest::default();
        self.walk(&read, table, &mut |key, stored| {
            let row = self.sound(table, key, stored)?;
            digest.add(row);
            each(row.key, row.value);
            Ok(())
        })?;
        self.guarded(|| self.check(&read, Group::Table(table), digest))
    }

    /// The same with the rows that are sound and can be reached, for a check that has told of the others.
    ///
    /// # Errors
    /// When the table cannot be read for another reason than damage.
    pub fn scan_sound(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        let read = self.begin_read()?;
        let walked = self.walk(&read, table, &mut |key, stored| {
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

    /// Calls `each` with all rows of a table as they are stored. Their keys must ascend: damaged pages may form a circle.
    pub(in crate::storage) fn walk(
        &self,
        read: &ReadTransaction,
        name: &str,
        each: EachStored<'_>,
    ) -> Result<(), StorageError> {
        let action = "read a table";
        let Some(table) = self.guarded(|| open(read, name))? else {
            return Ok(());
        };
        let mut range = self.guarded(|| table.range::<&[u8]>(..).map_err(failed(action)))?;
        let mut last: Option<Vec<u8>> = None;
        loop {
            let entry = self.guarded(|| {
                let Some(entry) = range.next() else {
                    return Ok(None);
                };
                let (key, stored) = entry.map_err(failed(action))?;
                // Where a page is damaged, this may panic.
                let _ = (key.value(), stored.value());
                Ok(Some((key, stored)))
            })?;
            let Some((key, stored)) = entry else {
                return Ok(());
            };
            if last.as_deref().is_some_and(|last| last >= key.value()) {
                let what = "its rows are in disorder".to_owned();
                let damage = RowDamage { table: name.to_owned(), key: key.value().to_vec(), account: None, what };
                return Err(self.damaged(damage));
            }
            let kept = last.get_or_insert_default();
            kept.clear();
            kept.extend_from_slice(key.value());
            each(key.value(), stored.value())?;
        }
    }

    /// The names of the tables, except the internal ones.
    pub fn tables(&self) -> Result<Vec<String>, StorageError> {
        self.guarded(|| {
            let action = "list the tables";
            let read = self.database().begin_read().map_err(failed(action))?;
            let names = read.list_tables().map_err(failed(action))?.map(|table| table.name().to_owned());
            Ok(names.filter(|name| ![META.name(), DIGESTS.name()].contains(&name.as_str())).collect())
        })
    }

    /// How many rows a table has.
    pub fn count(&self, table: &str) -> Result<u64, StorageError> {
        self.guarded(|| {
            let action = "count rows";
            let read = self.database().begin_read().map_err(failed(action))?;
            open(&read, table)?.map_or(Ok(0), |table| table.len().map_err(failed(action)))
        })
    }

    /// One row.
    ///
    /// # Errors
    /// When it is damaged or cannot be read. That it has vanished, only those notice who read all rows of a group.
    pub fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.guarded(|| {
            let action = "read a row";
            let read = self.database().begin_read().map_err(failed(action))?;
            let Some(open) = open(&read, table)? else {
                return Ok(None);
            };
            let key = stored_key(table, key);
            let found = open.get(&key[..]).map_err(failed(action))?;
            found.map(|stored| Ok(self.sound(table, &key, stored.value())?.value.to_vec())).transpose()
        })
    }

    /// Counts all rows anew, and returns what does not fit: rows that are not what was written, and groups of which rows
    /// are missing or of another time.
    ///
    /// # Errors
    /// When the rows cannot be read for another reason than damage.
    pub fn damages(&self) -> Result<Vec<RowDamage>, StorageError> {
        let mut damages = Vec::new();
        match self.count_anew(&mut damages) {
            Err(StorageError::RowsDamaged { damage, .. }) => damages.push(damage),
            counted => counted?,
        }
        Ok(damages)
    }

    fn count_anew(&self, damages: &mut Vec<RowDamage>) -> Result<(), StorageError> {
        let read = self.begin_read()?;
        self.meta()?;
        let known = self.guarded(|| self.player_tables(&read))?;
        let mut recount = Recount::new((*known).clone());
        for table in self.tables()? {
            let walked = self.walk(&read, &table, &mut |key, stored| {
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
        damages.extend(self.guarded(|| recount.compare(&read))?);
        Ok(())
    }
}
