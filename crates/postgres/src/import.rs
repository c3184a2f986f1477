//! Bringing a world into the database, and taking it out again: all of it, or nothing.

use std::sync::Arc;

use tokio_postgres::types::Type;

use raidkeep_engine::storage::store::Reached;
use raidkeep_engine::storage::stored::{DIGEST_TABLE, StoredRows};
use raidkeep_engine::storage::{Rows, StorageError};

use crate::connection::Connection;
use crate::ends::add_world;
use crate::fault::Fault;
use crate::row_mark::keep_mark;
use crate::sealed::{FoldEnd, LogEnd};
use crate::statement::{Parameter, ask, text};

const BRING: &str = "bring a world into the tables";
/// As many rows as are written by one statement.
const PAGE: usize = 4096;

const ADD_ROWS: &str = "INSERT INTO raidkeep.rows (world, name, key, value) \
     SELECT $1, $2, key, value FROM unnest($3, $4) AS new (key, value)";
const DROP: [&str; 5] = [
    "DELETE FROM raidkeep.leases WHERE world = $1",
    "DELETE FROM raidkeep.worlds WHERE world = $1",
    "DELETE FROM raidkeep.folds WHERE world = $1",
    "DELETE FROM raidkeep.log WHERE world = $1",
    "DELETE FROM raidkeep.rows WHERE world = $1",
];

/// Puts all rows of a world into the database in one transaction. Returns how many there are.
///
/// # Errors
/// [`StorageError::IsThere`] when the database has the world; others when the rows cannot be read or the database fails.
pub(crate) fn bring(connection: &Connection, world: &Arc<str>, rows: &Rows) -> Result<u64, StorageError> {
    let failed = |fault: Fault| fault.while_doing(BRING);
    let mut count = 0;
    connection.run("BEGIN").map_err(failed)?;
    rows.hold(&mut |rows| {
        let stored = rows.stored();
        add_ends(connection, world, stored.reached()?)?;
        let names = stored.tables()?;
        for name in names.iter().map(String::as_str).chain([DIGEST_TABLE]) {
            let written = bring_table(connection, world, stored, name)?;
            count += if name == DIGEST_TABLE { 0 } else { written };
        }
        Ok(())
    })?;
    connection.run("COMMIT").map_err(failed)?;
    Ok(count)
}

fn bring_table(
    connection: &Connection,
    world: &Arc<str>,
    stored: &dyn StoredRows,
    name: &str,
) -> Result<u64, StorageError> {
    let (mut keys, mut values, mut count) = (Vec::new(), Vec::new(), 0);
    let write = |keys: &mut Vec<Vec<u8>>, values: &mut Vec<Vec<u8>>| {
        let rows: Vec<Parameter> = vec![
            text(name),
            (Box::new(std::mem::take(keys)), Type::BYTEA_ARRAY),
            (Box::new(std::mem::take(values)), Type::BYTEA_ARRAY),
        ];
        ask(connection, world, ADD_ROWS, rows).map(drop).map_err(|fault| fault.while_doing(BRING))
    };
    stored.walk(name, &mut |key, value| {
        keys.push(key.to_vec());
        values.push(value.to_vec());
        count += 1;
        if keys.len() < PAGE { Ok(()) } else { write(&mut keys, &mut values) }
    })?;
    write(&mut keys, &mut values)?;
    Ok(count)
}

fn add_ends(connection: &Connection, world: &Arc<str>, reached: Reached) -> Result<(), StorageError> {
    let Reached { world: id, record, batch, moment_ms, epoch } = reached;
    let log = LogEnd { id: id.unwrap_or_else(rand::random), epoch, last_record: record };
    let fold = FoldEnd { record, batch, moment_ms, epoch };
    match add_world(connection, world, log, fold)? {
        true => keep_mark(connection, world, fold),
        false => Err(StorageError::IsThere { world: world.to_string() }),
    }
}

/// Deletes all that the database has of a world that this node holds.
///
/// # Errors
/// When the database fails.
pub(crate) fn drop_world(connection: &Connection, world: &Arc<str>) -> Result<(), StorageError> {
    let failed = |fault: Fault| fault.while_doing("delete a world");
    connection.run("BEGIN").map_err(failed)?;
    for statement in DROP {
        ask(connection, world, statement, Vec::new()).map_err(failed)?;
    }
    connection.run("COMMIT").map_err(failed)
}
