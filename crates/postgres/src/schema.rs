//! The tables of a cluster.

use std::sync::Arc;

use raidkeep_engine::storage::StorageError;

use crate::connection::Connection;
use crate::ends::lock_fold_end;
use crate::fault::Fault;
use crate::row_mark::keep_mark;

/// The format of the tables. A program does not touch those of a later one.
const FORMAT: i64 = 2;
/// The one in which rows did not say which fold they are of.
const WITHOUT_MARKS: i64 = 1;

/// Made by whoever comes first. Values are bytes that are packed already; the rows of `worlds`, `folds` and `leases` are
/// changed all the time, so that their pages have room for new versions.
const MAKE: &str = r#"
    CREATE SCHEMA IF NOT EXISTS raidkeep;
    CREATE TABLE IF NOT EXISTS raidkeep.format (format bigint NOT NULL);
    CREATE TABLE IF NOT EXISTS raidkeep.worlds (
        world text COLLATE "C" PRIMARY KEY, id bigint NOT NULL, epoch bigint NOT NULL, last_record bigint NOT NULL,
        seal bigint NOT NULL
    ) WITH (fillfactor = 10);
    CREATE TABLE IF NOT EXISTS raidkeep.folds (
        world text COLLATE "C" PRIMARY KEY, record bigint NOT NULL, batch bigint NOT NULL, moment_ms bigint NOT NULL,
        epoch bigint NOT NULL, seal bigint NOT NULL
    ) WITH (fillfactor = 10);
    CREATE TABLE IF NOT EXISTS raidkeep.leases (
        world text COLLATE "C" PRIMARY KEY, epoch bigint NOT NULL, node text NOT NULL, renewals bigint NOT NULL,
        is_free boolean NOT NULL
    ) WITH (fillfactor = 10);
    CREATE TABLE IF NOT EXISTS raidkeep.log (
        world text COLLATE "C", record bigint, epoch bigint NOT NULL, bytes bytea NOT NULL, checksum bigint NOT NULL,
        PRIMARY KEY (world, record)
    ) WITH (toast_tuple_target = 8160);
    ALTER TABLE raidkeep.log ALTER COLUMN bytes SET STORAGE EXTERNAL;
    CREATE TABLE IF NOT EXISTS raidkeep.rows (
        world text COLLATE "C", name text COLLATE "C", key bytea, value bytea NOT NULL, PRIMARY KEY (world, name, key)
    ) WITH (toast_tuple_target = 8160);
    ALTER TABLE raidkeep.rows ALTER COLUMN value SET STORAGE EXTERNAL;
    ALTER TABLE raidkeep.leases ADD COLUMN IF NOT EXISTS load bigint NOT NULL DEFAULT 0;
    CREATE TABLE IF NOT EXISTS raidkeep.nodes (
        node text COLLATE "C" PRIMARY KEY, address text NOT NULL, key bytea NOT NULL, beats bigint NOT NULL,
        drains boolean NOT NULL
    ) WITH (fillfactor = 10);
    ALTER TABLE raidkeep.nodes ADD COLUMN IF NOT EXISTS rows text NOT NULL DEFAULT '';
    CREATE TABLE IF NOT EXISTS raidkeep.wishes (
        world text COLLATE "C" PRIMARY KEY, node text NOT NULL, is_pinned boolean NOT NULL
    );
    INSERT INTO raidkeep.format SELECT 2 WHERE NOT EXISTS (SELECT FROM raidkeep.format);
"#;

/// Nobody makes the tables at the same time.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7226531848931214)";

/// Makes the tables, if they are not there, and brings those of an earlier format to this one.
///
/// # Errors
/// When they are of a later format, or the database fails.
pub(crate) fn make(connection: &Connection) -> Result<(), StorageError> {
    let failed = |fault: Fault| fault.while_doing("make the tables");
    let found = connection.ask(async |client| {
        let exists: bool =
            client.query_typed_one("SELECT to_regclass('raidkeep.wishes') IS NOT NULL", &[]).await?.get(0);
        if !exists {
            client.batch_execute("BEGIN").await?;
            client.query_typed(LOCK, &[]).await?;
            client.batch_execute(MAKE).await?;
            client.batch_execute("COMMIT").await?;
        }
        Ok(client.query_typed_one("SELECT max(format) FROM raidkeep.format", &[]).await?.get::<_, i64>(0))
    });
    match found.map_err(failed)? {
        FORMAT => Ok(()),
        WITHOUT_MARKS => mark_rows(connection),
        found => Err(StorageError::FromTheFuture { found: found.cast_unsigned() }),
    }
}

/// Notes beside the rows of each world which fold they are of. Nodes of an earlier version must not be there any more.
fn mark_rows(connection: &Connection) -> Result<(), StorageError> {
    let failed = |fault: Fault| fault.while_doing("bring the tables to the format of this version");
    connection.run("BEGIN").map_err(failed)?;
    let found = connection.ask(async |client| {
        client.query_typed(LOCK, &[]).await?;
        let format: i64 = client.query_typed_one("SELECT max(format) FROM raidkeep.format", &[]).await?.get(0);
        let worlds = client.query_typed("SELECT world FROM raidkeep.folds", &[]).await?;
        Ok((format, worlds.iter().map(|row| row.get::<_, &str>(0).into()).collect::<Vec<Arc<str>>>()))
    });
    let (format, worlds) = found.map_err(failed)?;
    // Another node may have done it meanwhile.
    for world in worlds.iter().filter(|_| format == WITHOUT_MARKS) {
        let end = lock_fold_end(connection, world)?;
        keep_mark(connection, world, end)?;
    }
    connection.run("UPDATE raidkeep.format SET format = 2 WHERE format = 1; COMMIT").map_err(failed)
}
