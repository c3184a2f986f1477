//! Taking a world over: a later epoch in one transaction, and only then its log and its rows.

use std::sync::Arc;
use std::time::Instant;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, Row};

use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::StorageError;

use crate::connection::Connection;
use crate::leases::SeenLease;
use crate::log::read_end;
use crate::sealed::{FoldEnd, LogEnd, damaged};

/// A world that nobody has begun gets an id.
const BEGIN: &str = "INSERT INTO raidkeep.worlds (world, id, epoch, last_record, seal) VALUES ($1, $2, $3, 0, $4) \
     ON CONFLICT (world) DO NOTHING";
const BEGIN_FOLD: &str = "INSERT INTO raidkeep.folds (world, record, batch, moment_ms, epoch, seal) \
     VALUES ($1, 0, 0, 0, $2, $3) ON CONFLICT (world) DO NOTHING";
const BEGIN_LEASE: &str = "INSERT INTO raidkeep.leases (world, epoch, node, renewals, is_free) \
     VALUES ($1, $2, '', 0, true) ON CONFLICT (world) DO NOTHING";
const LOCK_LEASE: &str = "SELECT epoch, node, renewals, is_free FROM raidkeep.leases WHERE world = $1 FOR UPDATE";
/// Waits for an append under way: it is in the log, or will be refused.
const LOCK_LOG: &str = "SELECT id, epoch, last_record, seal FROM raidkeep.worlds WHERE world = $1 FOR UPDATE";
const LOCK_FOLD: &str = "SELECT record, batch, moment_ms, epoch, seal FROM raidkeep.folds WHERE world = $1 FOR UPDATE";
const TAKE_LEASE: &str = "UPDATE raidkeep.leases SET epoch = $2, node = $3, renewals = renewals + 1, is_free = false \
     WHERE world = $1";
const TAKE_LOG: &str = "UPDATE raidkeep.worlds SET epoch = $2, seal = $3 WHERE world = $1";
const TAKE_FOLD: &str = "UPDATE raidkeep.folds SET epoch = $2, seal = $3 WHERE world = $1";

/// Whether a world can be had.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It belongs to this node from now on.
    Now(Hold),
    /// Another node has it.
    HeldBy(SeenLease),
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

/// What the rows of a world in the three tables say.
enum Found {
    Held(SeenLease),
    Free { log: (LogEnd, i64), fold: (FoldEnd, i64), was_free: bool },
}

/// Takes a world over as this node, if it is free or its lease is the one that has ended. `bits` are those of the epoch and
/// of the id of a new world.
///
/// # Errors
/// When what the database says of the world is not what was written, or it fails.
pub(crate) fn take(
    connection: &Connection,
    world: &Arc<str>,
    node: &Arc<str>,
    ended: Option<&SeenLease>,
    bits: u64,
) -> Result<Taken, StorageError> {
    let failed = "take a world over";
    let (asked, id) = (world.clone(), bits);
    let made = connection.ask(async move |client| make(&client, &asked, id).await);
    made.map_err(|fault| fault.while_doing(failed))?;
    let requested = Instant::now();
    let (asked, ended) = (world.clone(), ended.cloned());
    let found = connection.ask(async move |client| lock(&client, &asked, ended).await);
    let (log, fold, was_free) = match found.map_err(|fault| fault.while_doing(failed))? {
        Found::Held(lease) => return Ok(Taken::HeldBy(lease)),
        Found::Free { log: (log, log_seal), fold: (fold, fold_seal), was_free } => {
            if log.seal(world) != log_seal || fold.seal(world) != fold_seal {
                return Err(damaged(world, "worlds, folds", "what it says of the world is not what was written"));
            }
            (log, fold, was_free)
        }
    };
    let epoch = log.epoch.max(fold.epoch).next(bits as u32);
    let (log, fold) = (LogEnd { epoch, ..log }, FoldEnd { epoch, ..fold });
    let (asked, node) = (world.clone(), node.clone());
    let taken = connection.ask(async move |client| keep(&client, &asked, &node, log, fold).await);
    taken.map_err(|fault| fault.while_doing(failed))?;
    // A commit is what a standby has, too, only when the answer came without a warning. That the world has the epoch is read
    // once more, from whoever is the primary now.
    match read_end(connection, world)? {
        Some(end) if end == log => Ok(Taken::Now(Hold { log, fold, was_free, requested })),
        Some(end) => Err(StorageError::Fenced { epoch, by: end.epoch }),
        None => Err(damaged(world, "worlds", "the world is missing")),
    }
}

async fn make(client: &Client, world: &str, id: u64) -> Result<(), Error> {
    let log = LogEnd { id, epoch: Epoch::BEFORE, last_record: 0 };
    let fold = FoldEnd { record: 0, batch: BatchNumber(0), moment_ms: 0, epoch: Epoch::BEFORE };
    let (id, epoch) = (id.cast_signed(), Epoch::BEFORE.to_u64().cast_signed());
    let (log_seal, fold_seal) = (log.seal(world), fold.seal(world));
    client.batch_execute("BEGIN").await?;
    let values: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 4] =
        [(&world, Type::TEXT), (&id, Type::INT8), (&epoch, Type::INT8), (&log_seal, Type::INT8)];
    client.execute_typed(BEGIN, &values).await?;
    client.execute_typed(BEGIN_FOLD, &[(&world, Type::TEXT), (&epoch, Type::INT8), (&fold_seal, Type::INT8)]).await?;
    client.execute_typed(BEGIN_LEASE, &[(&world, Type::TEXT), (&epoch, Type::INT8)]).await?;
    client.batch_execute("COMMIT").await
}

/// Leaves the transaction open if the world can be had.
async fn lock(client: &Client, world: &str, ended: Option<SeenLease>) -> Result<Found, Error> {
    client.batch_execute("BEGIN").await?;
    let asked = [(&world as _, Type::TEXT)];
    let lease = SeenLease::read(&client.query_typed_one(LOCK_LEASE, &asked).await?, 0);
    if !lease.is_free && ended.as_ref() != Some(&lease) {
        client.batch_execute("ROLLBACK").await?;
        return Ok(Found::Held(lease));
    }
    let unsigned = |row: &Row, at: usize| row.get::<_, i64>(at).cast_unsigned();
    let row = client.query_typed_one(LOCK_LOG, &asked).await?;
    let (id, epoch, last_record) = (unsigned(&row, 0), Epoch::from_u64(unsigned(&row, 1)), unsigned(&row, 2));
    let log = (LogEnd { id, epoch, last_record }, row.get(3));
    let row = client.query_typed_one(LOCK_FOLD, &asked).await?;
    let (record, batch, epoch) =
        (unsigned(&row, 0), BatchNumber(unsigned(&row, 1)), Epoch::from_u64(unsigned(&row, 3)));
    let fold = (FoldEnd { record, batch, moment_ms: row.get(2), epoch }, row.get(4));
    Ok(Found::Free { log, fold, was_free: lease.is_free })
}

async fn keep(client: &Client, world: &str, node: &str, log: LogEnd, fold: FoldEnd) -> Result<(), Error> {
    let epoch = log.epoch.to_u64().cast_signed();
    let (log_seal, fold_seal) = (log.seal(world), fold.seal(world));
    client.execute_typed(TAKE_LEASE, &[(&world, Type::TEXT), (&epoch, Type::INT8), (&node, Type::TEXT)]).await?;
    client.execute_typed(TAKE_LOG, &[(&world, Type::TEXT), (&epoch, Type::INT8), (&log_seal, Type::INT8)]).await?;
    client.execute_typed(TAKE_FOLD, &[(&world, Type::TEXT), (&epoch, Type::INT8), (&fold_seal, Type::INT8)]).await?;
    client.batch_execute("COMMIT").await
}
