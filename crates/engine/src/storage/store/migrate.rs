//! What is done once to the rows of an earlier program, and when a program knows other tables of players.

use std::collections::BTreeSet;
use std::sync::Arc;

use redb::{Durability, ReadableTable, TableHandle, WriteTransaction};

use crate::storage::store::redb_fold::{RedbFold, rows_of};
use crate::storage::store::{META, RedbMoment, RowsFile, StorageError, failed};
use crate::storage::stored::{DigestTally, renew_player_tables, stored_key, write_value};

/// The prefix of a table that is being rewritten.
const EARLIER: &str = "earlier ";

/// Rewrites rows that have no checksums.
pub(super) fn add_checksums(write: &WriteTransaction) -> Result<(), StorageError> {
    let action = "add checksums to the rows of an earlier program";
    let tables: Vec<String> =
        write.list_tables().map_err(failed(action))?.map(|table| table.name().to_owned()).collect();
    let no_players = BTreeSet::new();
    let mut tally = DigestTally::new(&no_players);
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
    tally.apply(&mut RedbFold(write))
}

impl RowsFile {
    /// Says which tables hold players, of which each player then has a digest. What was kept for other tables is
    /// replaced, which takes a look at every player's rows.
    ///
    /// # Errors
    /// When the rows are damaged, or cannot be read or written.
    pub(super) fn renew_players(&self, tables: &[&str]) -> Result<(), StorageError> {
        let wanted: BTreeSet<String> = tables.iter().map(|table| (*table).to_owned()).collect();
        self.guarded(|| self.replace_player_tables(&wanted))?;
        self.players.keep(Arc::new(wanted));
        Ok(())
    }

    fn replace_player_tables(&self, wanted: &BTreeSet<String>) -> Result<(), StorageError> {
        let action = "renew the digests of players";
        let moment = RedbMoment::begin(self)?;
        let known = self.players.tables(&moment, &self.file_name())?;
        if *known == *wanted {
            return Ok(());
        }
        let mut write = self.database().begin_write().map_err(failed(action))?;
        write.set_durability(Durability::Immediate).map_err(failed(action))?;
        write.set_quick_repair(true);
        renew_player_tables(&moment, &mut RedbFold(&write), &self.file_name(), (&known, wanted))?;
        write.commit().map_err(failed(action))
    }
}
