//! The rows of a world in PostgreSQL as of one moment, for whoever checks them.

use std::sync::Arc;

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use raidkeep_engine::storage::store::Reached;
use raidkeep_engine::storage::stored::{DIGEST_TABLE, EachStored, Group, StoredRows, behind_prefix};
use raidkeep_engine::storage::{RowQuery, StorageError};

use crate::connection::Connection;
use crate::ends::{read_fold_end, read_log_end};
use crate::fault::Fault;
use crate::row_mark::MARK_TABLE;
use crate::statement::{Parameter, ask, bytes, number, text};

/// As many rows as are read at once.
const PAGE: usize = 4096;

const UP: &str = "SELECT key, value FROM raidkeep.rows WHERE world = $1 AND name = $2 AND key >= $3 \
     AND ($4 IS NULL OR key < $4) ORDER BY key LIMIT $5";
const DOWN: &str = "SELECT key, value FROM raidkeep.rows WHERE world = $1 AND name = $2 AND key >= $3 \
     AND ($4 IS NULL OR key < $4) ORDER BY key DESC LIMIT $5";
/// The rows of groups, as many of each table as are wanted at most, and their digests. Each table is looked into by itself,
/// whatever the server believes of their sizes.
const GROUPS: &str = "SELECT found.name, found.key, found.value FROM unnest($2) AS wanted (name) \
     CROSS JOIN LATERAL (SELECT name, key, value FROM raidkeep.rows \
     WHERE rows.world = $1 AND rows.name = wanted.name AND rows.key >= $3 AND ($4 IS NULL OR rows.key < $4) \
     ORDER BY key LIMIT $7) AS found \
     UNION ALL SELECT digests.name, digests.key, digests.value FROM unnest($6) AS wanted (key) \
     CROSS JOIN LATERAL (SELECT name, key, value FROM raidkeep.rows \
     WHERE rows.world = $1 AND rows.name = $5 AND rows.key = wanted.key OFFSET 0) AS digests \
     ORDER BY 1, 2";
const ONE: &str = "SELECT value FROM raidkeep.rows WHERE world = $1 AND name = $2 AND key = $3";
const COUNT: &str = "SELECT count(*) FROM raidkeep.rows WHERE world = $1 AND name = $2";
/// From one name to the next, instead of through all rows.
const NAMES: &str = "WITH RECURSIVE names (name) AS ( \
     (SELECT name FROM raidkeep.rows WHERE world = $1 ORDER BY name LIMIT 1) UNION ALL \
     SELECT (SELECT name FROM raidkeep.rows WHERE world = $1 AND name > names.name ORDER BY name LIMIT 1) \
     FROM names WHERE name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL";

/// Whoever only reads stands in nobody's way, and may look something else up about a row before it reads on.
const BEGIN: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '10min'";
const READ: &str = "read rows";

/// A connection that reads rows. What takes more than one statement is read in a transaction.
pub(crate) struct Moment<'a> {
    connection: &'a Connection,
    world: &'a Arc<str>,
    in_transaction: bool,
}

impl<'a> Moment<'a> {
    /// As of each read.
    pub(crate) fn each(connection: &'a Connection, world: &'a Arc<str>) -> Self {
        Self { connection, world, in_transaction: false }
    }

    /// As of now, for more than one read, in a transaction that the caller has begun.
    pub(crate) fn within(connection: &'a Connection, world: &'a Arc<str>) -> Self {
        Self { connection, world, in_transaction: true }
    }

    /// As of now, for more than one read.
    pub(crate) fn held<T>(
        connection: &'a Connection,
        world: &'a Arc<str>,
        read: impl FnOnce(&Self) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let failed = |fault: Fault| fault.while_doing(READ);
        connection.run(BEGIN).map_err(failed)?;
        let read = read(&Self::within(connection, world))?;
        connection.run("COMMIT").map_err(failed)?;
        Ok(read)
    }

    fn query(&self, statement: &'static str, parameters: Vec<Parameter>) -> Result<Vec<Row>, StorageError> {
        ask(self.connection, self.world, statement, parameters).map_err(|fault| fault.while_doing(READ))
    }

    /// Calls `each` with the rows of these tables whose keys begin with a prefix, so many of each at most. Returns these digests,
    /// and all that was found.
    fn groups(
        &self,
        tables: &[&str],
        prefix: &[u8],
        limit: Option<usize>,
        digests: &[Vec<u8>],
        each: EachStored<'_>,
    ) -> Result<(Vec<Option<Vec<u8>>>, Vec<Row>), StorageError> {
        let names: Vec<String> = tables.iter().map(|name| (*name).to_owned()).collect();
        let parameters: Vec<Parameter> = vec![
            (Box::new(names), Type::TEXT_ARRAY),
            bytes(prefix),
            (Box::new(behind_prefix(prefix)), Type::BYTEA),
            text(DIGEST_TABLE),
            (Box::new(digests.to_vec()), Type::BYTEA_ARRAY),
            (Box::new(limit.map(|limit| limit as i64)), Type::INT8),
        ];
        let rows = self.query(GROUPS, parameters)?;
        let mut kept = vec![None; digests.len()];
        for row in &rows {
            let (name, key, stored): (&str, &[u8], &[u8]) = (row.get(0), row.get(1), row.get(2));
            if let Some(at) = tables.iter().position(|table| *table == name) {
                each(at, key, stored)?;
            } else if let Some(at) = digests.iter().position(|of| of == key) {
                kept[at] = Some(stored.to_vec());
            }
        }
        Ok((kept, rows))
    }

    /// Calls `each` with rows of a table between two keys, page by page.
    fn pages(&self, span: Span<'_>, each: EachStored<'_>) -> Result<(), StorageError> {
        let Span { table, newest_first, limit, .. } = span;
        let (mut from, mut until, mut left) = (span.from.to_vec(), span.until.map(<[u8]>::to_vec), limit);
        while left > 0 {
            let wanted = left.min(PAGE);
            let parameters: Vec<Parameter> =
                vec![text(table), bytes(&from), (Box::new(until.clone()), Type::BYTEA), number(wanted as i64)];
            let page = self.query(if newest_first { DOWN } else { UP }, parameters)?;
            for row in &page {
                each(0, row.get(0), row.get(1))?;
            }
            left -= page.len();
            let Some(last) = page.last().filter(|_| page.len() == wanted) else {
                return Ok(());
            };
            let last: Vec<u8> = last.get(0);
            match newest_first {
                true => until = Some(last),
                false => from = behind(&last),
            }
        }
        Ok(())
    }
}

/// The first key behind this one.
fn behind(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// Rows of a table between two keys.
#[derive(Clone, Copy)]
struct Span<'a> {
    table: &'a str,
    from: &'a [u8],
    /// `None` = to the last one.
    until: Option<&'a [u8]>,
    newest_first: bool,
    limit: usize,
}

impl StoredRows for Moment<'_> {
    fn reached(&self) -> Result<Reached, StorageError> {
        let read = |moment: &Self| {
            let end = read_log_end(moment.connection, moment.world)?;
            let fold = read_fold_end(moment.connection, moment.world)?;
            Ok(Reached {
                world: end.map(|end| end.id),
                record: fold.record,
                batch: fold.batch,
                moment_ms: fold.moment_ms,
                epoch: fold.epoch,
            })
        };
        if self.in_transaction { read(self) } else { Self::held(self.connection, self.world, |moment| read(moment)) }
    }

    fn group(&self, group: &Group<'_>, tables: &[&str], each: EachStored<'_>) -> Result<Option<Vec<u8>>, StorageError> {
        let Group::Table(table) = group else {
            let (mut digests, _) = self.groups(tables, &group.prefix(), None, &[group.key()], each)?;
            return Ok(digests.pop().flatten());
        };
        if !self.in_transaction {
            return Self::held(self.connection, self.world, |moment| moment.group(group, tables, each));
        }
        let (mut digests, rows) = self.groups(&[table], &[], Some(PAGE), &[group.key()], each)?;
        let mut page = rows.iter().filter(|row| row.get::<_, &str>(0) == *table);
        // All that is there, if the page is not full.
        if let Some(last) = page.nth(PAGE - 1) {
            let from = behind(last.get(1));
            let span = Span { table, from: &from, until: None, newest_first: false, limit: usize::MAX };
            self.pages(span, each)?;
        }
        Ok(digests.pop().flatten())
    }

    fn small_tables(&self, tables: &[&str], each: EachStored<'_>) -> Result<Vec<Option<Vec<u8>>>, StorageError> {
        let keys: Vec<Vec<u8>> = tables.iter().map(|table| Group::Table(table).key()).collect();
        Ok(self.groups(tables, &[], Some(PAGE), &keys, each)?.0)
    }

    fn range(&self, query: &RowQuery, each: EachStored<'_>) -> Result<(), StorageError> {
        if !self.in_transaction && query.limit > PAGE {
            return Self::held(self.connection, self.world, |moment| moment.range(query, each));
        }
        let RowQuery { table, newest_first, limit, .. } = *query;
        self.pages(Span { table, from: &query.from, until: Some(&query.until), newest_first, limit }, each)
    }

    fn get(&self, table: &str, stored_key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let parameters: Vec<Parameter> = vec![text(table), bytes(stored_key)];
        Ok(self.query(ONE, parameters)?.first().map(|row| row.get(0)))
    }

    fn tables(&self) -> Result<Vec<String>, StorageError> {
        let names = self.query(NAMES, Vec::new())?;
        let is_table = |name: &String| name != DIGEST_TABLE && name != MARK_TABLE;
        Ok(names.iter().map(|row| row.get(0)).filter(is_table).collect())
    }

    fn count(&self, table: &str) -> Result<u64, StorageError> {
        let counted = self.query(COUNT, vec![text(table)])?;
        Ok(counted.first().map_or(0, |row| row.get::<_, i64>(0)).cast_unsigned())
    }
}
