//! Taking a world over: a later epoch in one transaction, and only then its log and its rows.

use std::sync::Arc;
use std::time::Instant;

use tokio_postgres::Row;

use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::StorageError;

use crate::connection::Connection;
use crate::ends::{add_world, keep_fold_end, keep_log_epoch, lock_fold_end, lock_log_end, read_log_end};
use crate::fault::Fault;
use crate::lease::SeenLease;
use crate::placement::WantedPlace;
use crate::sealed::{FoldEnd, LogEnd, damaged};
use crate::statement::{ask, number, text};

const LOCK_LEASE: &str = "SELECT leases.epoch, leases.node, renewals, is_free, wishes.node, is_pinned \
     FROM raidkeep.leases LEFT JOIN raidkeep.wishes USING (world) WHERE world = $1 FOR UPDATE OF leases";
const TAKE_LEASE: &str = "UPDATE raidkeep.leases SET epoch = $2, node = $3, renewals = renewals + 1, is_free = false \
     WHERE world = $1";

const HAS_MORE: &str = "SELECT EXISTS (SELECT FROM raidkeep.rows WHERE world = $1) \
     OR EXISTS (SELECT FROM raidkeep.log WHERE world = $1)";

/// Whether a world can be had.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It belongs to this node from now on.
    Now(Hold),
    /// Another node has it.
    HeldBy(SeenLease),
    /// It is kept for this node.
    KeptFor(String),
}

/// A world that was taken over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hold {
    pub(crate) log: LogEnd,
    pub(crate) fold: FoldEnd,
    /// Whether whoever had it before gave it back.
    pub(crate) was_free: bool,
    /// From when on it belongs to this node at the earliest.
    pub(crate) requested: Instant,
}

fn failed(fault: Fault) -> StorageError {
    fault.while_doing("take a world over")
}

/// Takes a world over as this node, if it is free or its lease is the one that has ended. `bits` are those of the epoch and
/// of the id of a new world; `kept_for` says for which other node a world is kept that is wanted somewhere.
///
/// # Errors
/// When what the database says of the world is not what was written, or it fails.
pub(crate) fn take(
    connection: &Connection,
    world: &Arc<str>,
    node: &str,
    ended: Option<&SeenLease>,
    (kept_for, bits): (impl Fn(Option<&WantedPlace>) -> Option<String>, u64),
) -> Result<Taken, StorageError> {
    let requested = Instant::now();
    connection.run("BEGIN").map_err(failed)?;
    let (lease, wish) = match lock_lease(connection, world)? {
        Some(lease) => lease,
        None => begin_world(connection, world, bits)?,
    };
    if !lease.is_free && ended != Some(&lease) {
        connection.run("ROLLBACK").map_err(failed)?;
        return Ok(Taken::HeldBy(lease));
    }
    if let Some(other) = kept_for(wish.as_ref()) {
        connection.run("ROLLBACK").map_err(failed)?;
        return Ok(Taken::KeptFor(other));
    }
    let (log, fold) = (lock_log_end(connection, world)?, lock_fold_end(connection, world)?);
    let epoch = log.epoch.max(fold.epoch).next(bits as u32);
    let (log, fold) = (LogEnd { epoch, ..log }, FoldEnd { epoch, ..fold });
    let holder = vec![number(epoch.to_u64().cast_signed()), text(node)];
    ask(connection, world, TAKE_LEASE, holder).map_err(failed)?;
    keep_log_epoch(connection, world, log)?;
    keep_fold_end(connection, world, fold)?;
    connection.run("COMMIT").map_err(failed)?;
    // A commit is what a standby has, too, only when the answer came without a warning. That the world has the epoch is read
    // once more, from whoever is the primary now.
    match read_log_end(connection, world)? {
        Some(end) if end == log => Ok(Taken::Now(Hold { log, fold, was_free: lease.is_free, requested })),
        Some(end) => Err(StorageError::Fenced { epoch, by: end.epoch }),
        None => Err(damaged(world, "worlds", "the world is missing")),
    }
}

/// A lease, and where its world is wanted.
type Locked = (SeenLease, Option<WantedPlace>);

fn lock_lease(connection: &Connection, world: &Arc<str>) -> Result<Option<Locked>, StorageError> {
    let found = ask(connection, world, LOCK_LEASE, Vec::new()).map_err(failed)?;
    let wish = |row: &Row| Some(WantedPlace { node: row.get::<_, Option<String>>(4)?, is_pinned: row.get(5) });
    Ok(found.first().map(|row| (SeenLease::read(row, 0), wish(row))))
}

/// Of several nodes that begin a world, the others find what the first one has made.
fn begin_world(connection: &Connection, world: &Arc<str>, id: u64) -> Result<Locked, StorageError> {
    let log = LogEnd { id, epoch: Epoch::BEFORE, last_record: 0 };
    let fold = FoldEnd { record: 0, batch: BatchNumber(0), moment_ms: 0, epoch: Epoch::BEFORE };
    if add_world(connection, world, log, fold)? {
        let found = ask(connection, world, HAS_MORE, Vec::new()).map_err(failed)?;
        if found.iter().any(|row| row.get(0)) {
            return Err(damaged(world, "worlds", "there are rows or records of a world that nobody has begun"));
        }
    }
    lock_lease(connection, world)?.ok_or_else(|| damaged(world, "leases", "the lease of the world is missing"))
}
