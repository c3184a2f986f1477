//! How far log and rows of a world go, as the database says.

use std::sync::Arc;

use tokio_postgres::Row;

use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::StorageError;

use crate::connection::Connection;
use crate::sealed::{FoldEnd, LogEnd, damaged};
use crate::statement::{self, Parameter, number};

const LOG: &str = "SELECT id, epoch, last_record, seal FROM raidkeep.worlds WHERE world = $1";
/// Waits for an append under way: it is in the log, or will be refused.
const LOCKED_LOG: &str = "SELECT id, epoch, last_record, seal FROM raidkeep.worlds WHERE world = $1 FOR UPDATE";
const KEEP_EPOCH: &str = "UPDATE raidkeep.worlds SET epoch = $2, seal = $3 WHERE world = $1";

const FOLD: &str = "SELECT record, batch, moment_ms, epoch, seal FROM raidkeep.folds WHERE world = $1";
/// Waits for a fold under way.
const LOCKED_FOLD: &str =
    "SELECT record, batch, moment_ms, epoch, seal FROM raidkeep.folds WHERE world = $1 FOR UPDATE";
const KEEP_FOLD: &str = "UPDATE raidkeep.folds SET record = $2, batch = $3, moment_ms = $4, epoch = $5, seal = $6 \
     WHERE world = $1";

const ADD_LOG: &str = "INSERT INTO raidkeep.worlds (world, id, epoch, last_record, seal) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (world) DO NOTHING RETURNING 1";
const ADD_FOLD: &str = "INSERT INTO raidkeep.folds (world, record, batch, moment_ms, epoch, seal) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (world) DO NOTHING";
const ADD_LEASE: &str = "INSERT INTO raidkeep.leases (world, epoch, node, renewals, is_free) \
     VALUES ($1, $2, '', 0, true) ON CONFLICT (world) DO NOTHING";

const NOT_AS_WRITTEN: &str = "what it says of the world is not what was written";

/// How far the log of a world goes; `None` = there is no such world.
///
/// # Errors
/// When that is not what was written, or the database fails.
pub(crate) fn read_log_end(connection: &Connection, world: &Arc<str>) -> Result<Option<LogEnd>, StorageError> {
    find_log_end(connection, world, LOG)
}

/// The same, which stays so until the transaction ends.
///
/// # Errors
/// As [`read_log_end`], and when there is no such world.
pub(crate) fn lock_log_end(connection: &Connection, world: &Arc<str>) -> Result<LogEnd, StorageError> {
    find_log_end(connection, world, LOCKED_LOG)?.ok_or_else(|| damaged(world, "worlds", "the world is missing"))
}

fn find_log_end(
    connection: &Connection,
    world: &Arc<str>,
    statement: &'static str,
) -> Result<Option<LogEnd>, StorageError> {
    let found = ask(connection, world, statement, Vec::new())?;
    let Some(row) = found.first() else {
        return Ok(None);
    };
    let unsigned = |at: usize| row.get::<_, i64>(at).cast_unsigned();
    let end = LogEnd { id: unsigned(0), epoch: Epoch::from_u64(unsigned(1)), last_record: unsigned(2) };
    match end.seal(world) == row.get::<_, i64>(3) {
        true => Ok(Some(end)),
        false => Err(damaged(world, "worlds", NOT_AS_WRITTEN)),
    }
}

/// Keeps who may append from now on.
///
/// # Errors
/// When the database fails.
pub(crate) fn keep_log_epoch(connection: &Connection, world: &Arc<str>, end: LogEnd) -> Result<(), StorageError> {
    let numbers = [end.epoch.to_u64().cast_signed(), end.seal(world)];
    ask(connection, world, KEEP_EPOCH, numbers.into_iter().map(number).collect()).map(drop)
}

/// How far the rows of a world go.
///
/// # Errors
/// When that is not what was written, or the database fails.
pub(crate) fn read_fold_end(connection: &Connection, world: &Arc<str>) -> Result<FoldEnd, StorageError> {
    find_fold_end(connection, world, FOLD)
}

/// The same, which stays so until the transaction ends.
///
/// # Errors
/// As [`read_fold_end`].
pub(crate) fn lock_fold_end(connection: &Connection, world: &Arc<str>) -> Result<FoldEnd, StorageError> {
    find_fold_end(connection, world, LOCKED_FOLD)
}

fn find_fold_end(connection: &Connection, world: &Arc<str>, statement: &'static str) -> Result<FoldEnd, StorageError> {
    let found = ask(connection, world, statement, Vec::new())?;
    let row = found.first().ok_or_else(|| damaged(world, "folds", "what it says of the rows is missing"))?;
    let unsigned = |at: usize| row.get::<_, i64>(at).cast_unsigned();
    let end = FoldEnd {
        record: unsigned(0),
        batch: BatchNumber(unsigned(1)),
        moment_ms: row.get(2),
        epoch: Epoch::from_u64(unsigned(3)),
    };
    match end.seal(world) == row.get::<_, i64>(4) {
        true => Ok(end),
        false => Err(damaged(world, "folds", NOT_AS_WRITTEN)),
    }
}

/// Keeps how far the rows of a world go.
///
/// # Errors
/// When the database fails.
pub(crate) fn keep_fold_end(connection: &Connection, world: &Arc<str>, end: FoldEnd) -> Result<(), StorageError> {
    ask(connection, world, KEEP_FOLD, numbers_of(world, end)).map(drop)
}

/// Adds a world that nobody has. Returns whether the database did not have it before.
///
/// # Errors
/// When the database fails.
pub(crate) fn add_world(
    connection: &Connection,
    world: &Arc<str>,
    log: LogEnd,
    fold: FoldEnd,
) -> Result<bool, StorageError> {
    let epoch = log.epoch.to_u64().cast_signed();
    let numbers = [log.id.cast_signed(), epoch, log.last_record.cast_signed(), log.seal(world)];
    let added = ask(connection, world, ADD_LOG, numbers.into_iter().map(number).collect())?;
    ask(connection, world, ADD_FOLD, numbers_of(world, fold))?;
    ask(connection, world, ADD_LEASE, vec![number(epoch)])?;
    Ok(!added.is_empty())
}

fn numbers_of(world: &str, end: FoldEnd) -> Vec<Parameter> {
    let (record, batch, epoch) = (end.record, end.batch.0, end.epoch.to_u64());
    let numbers = [record.cast_signed(), batch.cast_signed(), end.moment_ms, epoch.cast_signed(), end.seal(world)];
    numbers.into_iter().map(number).collect()
}

fn ask(
    connection: &Connection,
    world: &Arc<str>,
    statement: &'static str,
    parameters: Vec<Parameter>,
) -> Result<Vec<Row>, StorageError> {
    let asked = statement::ask(connection, world, statement, parameters);
    asked.map_err(|fault| fault.while_doing("read or keep how far a world goes"))
}
