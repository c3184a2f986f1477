//! Which tables hold players, so that the rows of each account have a digest together.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use crate::storage::StorageError;
use crate::storage::stored::digests::ACCOUNT_DIGESTS;
use crate::storage::stored::{
    DIGEST_TABLE, DigestTally, FoldTarget, PLAYER_TABLES, RowDamage, StoredRows, damages, read_row, stored_checksum,
    write_value,
};

/// The tables of whose rows each account has a digest, once they were read.
#[derive(Debug, Default)]
pub struct KnownPlayers(RwLock<Option<Arc<BTreeSet<String>>>>);

impl KnownPlayers {
    /// The tables, read from these rows if they are not known yet.
    ///
    /// # Errors
    /// When the list is damaged, which names `file`, or cannot be read.
    pub fn tables(&self, stored: &dyn StoredRows, file: &str) -> Result<Arc<BTreeSet<String>>, StorageError> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let tables = Arc::new(read_player_tables(stored, file)?);
        self.keep(tables.clone());
        Ok(tables)
    }

    /// Notes that it is these from now on.
    pub fn keep(&self, tables: Arc<BTreeSet<String>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(tables);
    }
}

/// The tables that hold players, as last told by a world that started.
pub(in crate::storage) fn read_player_tables(
    stored: &dyn StoredRows,
    file: &str,
) -> Result<BTreeSet<String>, StorageError> {
    let Some(kept) = stored.get(DIGEST_TABLE, PLAYER_TABLES)? else {
        return Ok(BTreeSet::new());
    };
    let row = read_row(DIGEST_TABLE, PLAYER_TABLES, &kept).ok();
    let names = row.and_then(|row| std::str::from_utf8(row.value).ok());
    let tables = names.map(|names| names.lines().map(str::to_owned).collect());
    tables.ok_or_else(|| {
        let what = "the list of the tables that hold players is damaged".to_owned();
        let damage = RowDamage { table: DIGEST_TABLE.to_owned(), key: Vec::new(), account: None, what };
        StorageError::RowsDamaged { file: file.to_owned(), damage }
    })
}

/// Keeps that these tables hold players, where others were known, and makes the digests of all accounts anew.
///
/// # Errors
/// When rows are damaged, which names `file`, or the database fails.
pub fn renew_player_tables(
    stored: &dyn StoredRows,
    target: &mut dyn FoldTarget,
    file: &str,
    (known, wanted): (&BTreeSet<String>, &BTreeSet<String>),
) -> Result<(), StorageError> {
    let mut has_rows = false;
    for name in known.symmetric_difference(wanted) {
        has_rows |= stored.count(name)? > 0;
    }
    if has_rows {
        // Damaged rows must not get digests that they fit.
        if let Some(damage) = damages(stored, known)?.into_iter().next() {
            return Err(StorageError::RowsDamaged { file: file.to_owned(), damage });
        }
        target.clear_digests(ACCOUNT_DIGESTS)?;
        let mut tally = DigestTally::new(wanted);
        for name in wanted {
            stored.walk(name, &mut |key, stored| {
                tally.add(name, key, stored_checksum(stored));
                Ok(())
            })?;
        }
        tally.retain_accounts();
        tally.apply(target)?;
    }
    let names: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let mut kept = Vec::new();
    write_value(DIGEST_TABLE, PLAYER_TABLES, names.join("\n").as_bytes(), &mut kept);
    target.keep_digests(&[(PLAYER_TABLES.to_vec(), Some(kept))])
}
