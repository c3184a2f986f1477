//! Folding into the rows in PostgreSQL: one transaction changes rows and digests, and deletes of the log what has been in the
//! rows for long enough.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::StorageError;
use raidkeep_engine::storage::directory::INDEX_TABLE;
use raidkeep_engine::storage::stored::{
    BUCKET_BYTES, DIGEST_TABLE, DigestTally, FoldTarget, LastValues, behind_prefix, shown_key, stored_key, write_value,
};

use crate::connection::Connection;
use crate::ends::{keep_fold_end, lock_fold_end};
use crate::row_mark::{check_mark, keep_mark};
use crate::sealed::FoldEnd;
use crate::statement::{self, Parameter, bytes, number, text};

const FOLD: &str = "fold the log into the rows";
/// As many rows as are written by one statement.
const PAGE: usize = 4096;

const TRIM: &str = "DELETE FROM raidkeep.log WHERE world = $1 AND record <= $2";

const CLEAR: &str = "DELETE FROM raidkeep.rows WHERE world = $1 AND name = $2 AND key >= $3 \
     AND ($4 IS NULL OR key < $4) RETURNING key, substr(value, length(value) - 3)";
const CLEAR_INDEX: &str = "DELETE FROM raidkeep.rows WHERE world = $1 AND name = $2 \
     AND substr(key, $3, $4) = $5 RETURNING key, substr(value, length(value) - 3)";
// Each row is looked for by its whole key, whatever the server believes of how many there are: what it knows of a table that has
// just grown is of before, and a join would be planned as if the world had one row.
const OLD: &str = "SELECT wanted.at, substr(found.value, length(found.value) - 3) \
     FROM unnest($2, $3) WITH ORDINALITY AS wanted (name, key, at) CROSS JOIN LATERAL (SELECT value FROM raidkeep.rows \
     WHERE rows.world = $1 AND rows.name = wanted.name AND rows.key = wanted.key LIMIT 1) AS found";
const WHOLE: &str = "SELECT wanted.at, found.value \
     FROM unnest($2, $3) WITH ORDINALITY AS wanted (name, key, at) CROSS JOIN LATERAL (SELECT value FROM raidkeep.rows \
     WHERE rows.world = $1 AND rows.name = wanted.name AND rows.key = wanted.key LIMIT 1) AS found";
const WRITE: &str = "INSERT INTO raidkeep.rows (world, name, key, value) \
     SELECT $1, name, key, value FROM unnest($2, $3, $4) AS new (name, key, value) \
     ON CONFLICT (world, name, key) DO UPDATE SET value = EXCLUDED.value";
const DELETE: &str = "DELETE FROM raidkeep.rows WHERE ctid = ANY (ARRAY(SELECT found.ctid \
     FROM unnest($2, $3) AS gone (name, key) CROSS JOIN LATERAL (SELECT ctid FROM raidkeep.rows \
     WHERE rows.world = $1 AND rows.name = gone.name AND rows.key = gone.key LIMIT 1) AS found))";

/// The rows of a world under change, in a transaction that the caller begins and commits.
pub(crate) struct PostgresFold<'a> {
    connection: &'a Connection,
    world: &'a Arc<str>,
}

/// Names, stored keys and values of rows, as a statement takes them.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    keys: Vec<Vec<u8>>,
    values: Vec<Vec<u8>>,
}

impl Columns {
    fn push(&mut self, name: &str, key: &[u8]) {
        self.names.push(name.to_owned());
        self.keys.push(key.to_vec());
    }
}

impl<'a> PostgresFold<'a> {
    /// Begins a transaction in which nobody else folds.
    ///
    /// # Errors
    /// [`StorageError::Fenced`] when a later epoch has the rows; others when they are of another time, or the database fails.
    pub(crate) fn begin(
        connection: &'a Connection,
        world: &'a Arc<str>,
        epoch: Epoch,
    ) -> Result<(Self, FoldEnd), StorageError> {
        connection.run("BEGIN").map_err(|fault| fault.while_doing(FOLD))?;
        let end = lock_fold_end(connection, world)?;
        if end.epoch > epoch {
            return Err(StorageError::Fenced { epoch, by: end.epoch });
        }
        check_mark(connection, world, end)?;
        Ok((Self { connection, world }, end))
    }

    /// Notes how far the rows go now, deletes the records of the log up to `trimmed`, which are in the rows, and commits.
    pub(crate) fn commit(self, end: FoldEnd, trimmed: u64) -> Result<(), StorageError> {
        if trimmed > 0 {
            self.change(TRIM, vec![number(trimmed.min(end.record).cast_signed())])?;
        }
        keep_mark(self.connection, self.world, end)?;
        keep_fold_end(self.connection, self.world, end)?;
        self.connection.run("COMMIT").map_err(|fault| fault.while_doing(FOLD))
    }

    fn ask(&self, statement: &'static str, parameters: Vec<Parameter>) -> Result<Vec<Row>, StorageError> {
        ask(self.connection, self.world, statement, parameters)
    }

    fn change(&self, statement: &'static str, parameters: Vec<Parameter>) -> Result<(), StorageError> {
        self.ask(statement, parameters).map(drop)
    }

    fn upsert(&self, Columns { names, keys, values }: Columns) -> Result<(), StorageError> {
        if names.is_empty() {
            return Ok(());
        }
        let parameters: Vec<Parameter> = vec![
            (Box::new(names), Type::TEXT_ARRAY),
            (Box::new(keys), Type::BYTEA_ARRAY),
            (Box::new(values), Type::BYTEA_ARRAY),
        ];
        self.change(WRITE, parameters)
    }

    fn delete(&self, columns: Columns) -> Result<(), StorageError> {
        if columns.names.is_empty() { Ok(()) } else { self.change(DELETE, in_pairs(columns)) }
    }

    /// The checksums of the rows that are there, by their places among those asked for.
    fn old(&self, columns: Columns) -> Result<BTreeMap<usize, u32>, StorageError> {
        let found = self.ask(OLD, in_pairs(columns))?;
        Ok(found.iter().map(|row| (place(row), checksum(row.get(1)))).collect())
    }
}

impl FoldTarget for PostgresFold<'_> {
    fn clear(&mut self, table: &str, prefix: &[u8], gone: &mut dyn FnMut(&[u8], u32)) -> Result<(), StorageError> {
        let name = text(table);
        let deleted = match table {
            // The entries of the index that begin with a prefix are not adjacent.
            INDEX_TABLE => {
                let (from, length) = (BUCKET_BYTES as i32 + 1, prefix.len() as i32);
                let limits: Vec<Parameter> =
                    vec![name, (Box::new(from), Type::INT4), (Box::new(length), Type::INT4), bytes(prefix)];
                self.ask(CLEAR_INDEX, limits)?
            }
            _ => {
                let until = behind_prefix(prefix);
                let limits: Vec<Parameter> = vec![name, bytes(prefix), (Box::new(until), Type::BYTEA)];
                self.ask(CLEAR, limits)?
            }
        };
        deleted.iter().for_each(|row| gone(shown_key(table, row.get(0)), checksum(row.get(1))));
        Ok(())
    }

    fn write<'a>(&mut self, rows: &LastValues<'a>, tally: &mut DigestTally<'a>) -> Result<(), StorageError> {
        let rows: Vec<_> = rows.iter().collect();
        for page in rows.chunks(PAGE) {
            let (mut wanted, mut written, mut deleted) = (Columns::default(), Columns::default(), Columns::default());
            for ((name, key), value) in page {
                let stored = stored_key(name, key);
                wanted.push(name, &stored);
                match value {
                    Some(value) => {
                        let mut bytes = Vec::with_capacity(value.len() + 4);
                        tally.add(name, key, write_value(name, key, value, &mut bytes));
                        written.push(name, &stored);
                        written.values.push(bytes);
                    }
                    None => deleted.push(name, &stored),
                }
            }
            for (at, checksum) in self.old(wanted)? {
                if let Some(((name, key), _)) = page.get(at) {
                    tally.subtract(name, key, checksum);
                }
            }
            self.upsert(written)?;
            self.delete(deleted)?;
        }
        Ok(())
    }

    fn digests(&mut self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, StorageError> {
        let mut digests = vec![None; keys.len()];
        for (page, keys) in keys.chunks(PAGE).enumerate() {
            let mut wanted = Columns::default();
            keys.iter().for_each(|key| wanted.push(DIGEST_TABLE, key));
            for row in &self.ask(WHOLE, in_pairs(wanted))? {
                if let Some(digest) = digests.get_mut(page * PAGE + place(row)) {
                    *digest = Some(row.get(1));
                }
            }
        }
        Ok(digests)
    }

    fn keep_digests(&mut self, digests: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<(), StorageError> {
        for page in digests.chunks(PAGE) {
            let (mut written, mut deleted) = (Columns::default(), Columns::default());
            for (key, digest) in page {
                match digest {
                    Some(digest) => {
                        written.push(DIGEST_TABLE, key);
                        written.values.push(digest.clone());
                    }
                    None => deleted.push(DIGEST_TABLE, key),
                }
            }
            self.upsert(written)?;
            self.delete(deleted)?;
        }
        Ok(())
    }

    fn clear_digests(&mut self, first: u8) -> Result<(), StorageError> {
        self.clear(DIGEST_TABLE, &[first], &mut |_, _| {})
    }
}

fn in_pairs(Columns { names, keys, .. }: Columns) -> Vec<Parameter> {
    vec![(Box::new(names), Type::TEXT_ARRAY), (Box::new(keys), Type::BYTEA_ARRAY)]
}

/// Where among those asked for a row is; they are counted from 1.
fn place(row: &Row) -> usize {
    usize::try_from(row.get::<_, i64>(0) - 1).unwrap_or(usize::MAX)
}

fn checksum(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_le_bytes)
}

fn ask(
    connection: &Connection,
    world: &Arc<str>,
    statement: &'static str,
    parameters: Vec<Parameter>,
) -> Result<Vec<Row>, StorageError> {
    statement::ask(connection, world, statement, parameters).map_err(|fault| fault.while_doing(FOLD))
}
