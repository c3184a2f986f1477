//! What is done once to the rows of an earlier program, and when a program knows other tables of players.

use std::collections::BTreeSet;
use std::sync::Arc;

use redb::{Durability, ReadableDatabase, ReadableTable, TableHandle, WriteTransaction};

use crate::storage::store::digests::{
    Tally, forget_accounts, rows_of, stored_checksum, stored_key, write_player_tables, write_value,
};
use crate::storage::store::{META, RowsFile, StorageError, failed};

/// The prefix of a table that is being rewritten.
const EARLIER: &str = "earlier ";

/// Rewrites rows that have no checksums.
pub(super) fn add_checksums(write: &WriteTransaction) -> Result<(), StorageError> {
    let action = "add checksums to the rows of an earlier program";
    let tables: Vec<String> =
        write.list_tables().map_err(failed(action))?.map(|table| table.name().to_owned()).collect();
    let no_players = BTreeSet::new();
    let mut tally = Tally::new(&no_players);
    for name in tables.iter().filter(|name| *name != META.name()) {
        let earlier_name = format!("{EARLIER}{name}");
        write.rename_table(rows_of(name), rows_of(&earlier_name)).map_err(failed(action))?;
        {
            let earlier = write.open_table(rows_of(&earlier_name)).map_err(failed(action))?;
            let mut table = write.open_table(rows_of(name)).map_err(failed(action))?;
            let mut stored = Vec::new();
            for entry in earlier.iter().map_err(failed(action))? {
                let (key, value) = entry.map_err(failed(action))?;
                let checksum = write_value(name, key.value(), value.value(), &mut stored);
                tally.add(name, key.value(), checksum);
                table.insert(&stored_key(name, key.value())[..], &stored[..]).map_err(failed(action))?;
            }
        }
        write.delete_table(rows_of(&earlier_name)).map_err(failed(action))?;
    }
    tally.apply(write)
}

impl RowsFile {
    /// Says which tables hold players, of which each player then has a digest. What was kept for other tables is
    /// replaced, which takes a look at every player's rows.
    ///
    /// # Errors
    /// When the rows are damaged, or cannot be read or written.
    pub fn know_players(&self, tables: &[&str]) -> Result<(), StorageError> {
        let wanted: BTreeSet<String> = tables.iter().map(|table| (*table).to_owned()).collect();
        self.guarded(|| self.replace_player_tables(&wanted))?;
        self.keep_player_tables(Arc::new(wanted));
        Ok(())
    }

    fn replace_player_tables(&self, wanted: &BTreeSet<String>) -> Result<(), StorageError> {
        let action = "renew the digests of players";
        let read = self.database().begin_read().map_err(failed(action))?;
        let known = self.player_tables(&read)?;
        if *known == *wanted {
            return Ok(());
        }
        let mut has_rows = false;
        for name in known.symmetric_difference(wanted) {
            has_rows |= self.count(name)? > 0;
        }
        let mut write = self.database().begin_write().map_err(failed(action))?;
        write.set_durability(Durability::Immediate).map_err(failed(action))?;
        write.set_quick_repair(true);
        if has_rows {
            // Damaged rows must not get digests that they fit.
            if let Some(damage) = self.damages()?.into_iter().next() {
                return Err(self.damaged(damage));
            }
            forget_accounts(&write)?;
            let mut tally = Tally::new(wanted);
            for name in wanted {
                self.walk(&read, name, &mut |key, stored| {
                    tally.add(name, key, stored_checksum(stored));
                    Ok(())
                })?;
            }
            tally.retain_accounts();
            tally.apply(&write)?;
        }
        write_player_tables(&write, wanted)?;
        write.commit().map_err(failed(action))
    }
}
