//! The rows of a world in PostgreSQL behind the seam of [`RowStore`].

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::batch::batches;
use raidkeep_engine::storage::log_store::LogRecord;
use raidkeep_engine::storage::row_store::ReadRows;
use raidkeep_engine::storage::stored::{Changes, CheckedRows, KnownPlayers, renew_player_tables};
use raidkeep_engine::storage::{RowStore, StorageError};

use crate::fold::PostgresFold;
use crate::moment::Moment;
use crate::pool::Pool;
use crate::sealed::{FoldEnd, name_of_rows};
use crate::trims::Trims;

/// After a take-over, players come back all at once, and each is loaded over the network.
const READERS: usize = 4;

/// The rows of a world, for the node that has it.
#[derive(Debug)]
pub(crate) struct PostgresRows {
    pool: Arc<Pool>,
    world: Arc<str>,
    epoch: Epoch,
    name: String,
    players: KnownPlayers,
    trims: Mutex<Trims>,
}

impl PostgresRows {
    pub(crate) fn new(pool: Arc<Pool>, world: Arc<str>, epoch: Epoch) -> Self {
        let name = name_of_rows(&world);
        Self { pool, world, epoch, name, players: KnownPlayers::default(), trims: Mutex::default() }
    }

    /// Folds what a take-over finds in the log, of which nothing is deleted: the archive may lack it. Returns how far the rows
    /// go then.
    pub(crate) fn fold_tail(&self, records: &[LogRecord]) -> Result<FoldEnd, StorageError> {
        self.fold_in(self.epoch, records, 0)
    }

    /// Folds as [`RowStore::fold`] does, and deletes the records up to `trimmed`.
    fn fold_in(&self, epoch: Epoch, records: &[LogRecord], trimmed: u64) -> Result<FoldEnd, StorageError> {
        self.pool.with(|connection| {
            let (mut target, before) = PostgresFold::begin(connection, &self.world, epoch)?;
            let mut changes = Changes::default();
            let mut end = before;
            for record in records.iter().filter(|record| record.number > before.record) {
                for batch in batches(&record.bytes) {
                    batch.rows().for_each(|row| changes.take_in(row));
                    end = FoldEnd { batch: batch.number, moment_ms: batch.moment_ms, ..end };
                }
                end.record = record.number;
            }
            let known = self.players.tables(&Moment::within(connection, &self.world), &self.name)?;
            changes.write(&mut target, &known)?;
            target.commit(end, trimmed)?;
            Ok(end)
        })
    }
}

impl RowStore for PostgresRows {
    fn world_name(&self) -> &str {
        &self.world
    }

    fn checked(&self, read: ReadRows<'_>) -> Result<(), StorageError> {
        self.pool.with(|connection| {
            let moment = Moment::each(connection, &self.world);
            read(&CheckedRows::new(&moment, &self.name, &self.players))
        })
    }

    fn hold(&self, read: ReadRows<'_>) -> Result<(), StorageError> {
        self.pool.with(|connection| {
            let read = |moment: &Moment<'_>| read(&CheckedRows::new(moment, &self.name, &self.players));
            Moment::held(connection, &self.world, read)
        })
    }

    /// The take-over has begun it.
    fn begin_epoch(&self, _: u32, _: Epoch) -> Result<Epoch, StorageError> {
        Ok(self.epoch)
    }

    fn know_players(&self, tables: &[&str]) -> Result<(), StorageError> {
        let wanted: BTreeSet<String> = tables.iter().map(|table| (*table).to_owned()).collect();
        self.pool.with(|connection| {
            let known = self.players.tables(&Moment::each(connection, &self.world), &self.name)?;
            if *known == wanted {
                return Ok(());
            }
            let (mut target, end) = PostgresFold::begin(connection, &self.world, self.epoch)?;
            let moment = Moment::within(connection, &self.world);
            renew_player_tables(&moment, &mut target, &self.name, (&known, &wanted))?;
            target.commit(end, 0)
        })?;
        self.players.keep(Arc::new(wanted));
        Ok(())
    }

    fn fold(&self, epoch: Epoch, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
        let trims = || self.trims.lock().unwrap_or_else(PoisonError::into_inner);
        let trimmed = trims().due(Instant::now());
        let end = self.fold_in(epoch, records, trimmed)?;
        let bytes = records.iter().map(|record| record.bytes.len()).sum();
        trims().note(Instant::now(), end.record, bytes);
        Ok(end.batch)
    }

    fn readers(&self) -> usize {
        READERS
    }
}
