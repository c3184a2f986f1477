//! Which fold the rows of a world are of, beside the rows themselves: whether all of them are of another time together, with digests
//! that fit.

use std::sync::Arc;

use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::StorageError;

use crate::connection::Connection;
use crate::fault::Fault;
use crate::sealed::{FoldEnd, damaged};
use crate::statement::{ask, bytes, text};

/// Where it is among the tables of the world, of which it is none.
pub(crate) const MARK_TABLE: &str = "fold_mark";

const READ: &str = "SELECT value FROM raidkeep.rows WHERE world = $1 AND name = $2";
const KEEP: &str = "INSERT INTO raidkeep.rows (world, name, key, value) VALUES ($1, $2, '', $3) \
     ON CONFLICT (world, name, key) DO UPDATE SET value = EXCLUDED.value";

/// The same for every epoch: a take-over changes no row.
fn mark_of(world: &str, end: FoldEnd) -> Vec<u8> {
    let seal = FoldEnd { epoch: Epoch::BEFORE, ..end }.seal(world);
    [end.record.to_be_bytes(), seal.to_be_bytes()].concat()
}

/// Checks that the rows are of this fold.
///
/// # Errors
/// When they are of another one, or gone, or the database fails.
pub(crate) fn check_mark(connection: &Connection, world: &Arc<str>, end: FoldEnd) -> Result<(), StorageError> {
    let failed = |fault: Fault| fault.while_doing("read which fold the rows are of");
    let found = ask(connection, world, READ, vec![text(MARK_TABLE)]).map_err(failed)?;
    let is_right = match found.first() {
        Some(row) => *row.get::<_, &[u8]>(0) == *mark_of(world, end),
        // Nothing was ever folded.
        None => end.record == 0,
    };
    match is_right {
        true => Ok(()),
        false => Err(damaged(world, "rows", "the rows are gone, or of another time than what it says of the world")),
    }
}

/// Keeps which fold the rows are of.
///
/// # Errors
/// When the database fails.
pub(crate) fn keep_mark(connection: &Connection, world: &Arc<str>, end: FoldEnd) -> Result<(), StorageError> {
    let kept = ask(connection, world, KEEP, vec![text(MARK_TABLE), bytes(&mark_of(world, end))]);
    kept.map(drop).map_err(|fault| fault.while_doing("keep which fold the rows are of"))
}
