//! The rows of a world in PostgreSQL behind the seam of [`RowStore`]: every read checks what it reads.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use raidkeep_engine::account::AccountId;
use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::batch::batches;
use raidkeep_engine::storage::log_store::LogRecord;
use raidkeep_engine::storage::store::{LoadedPlayer, Reached};
use raidkeep_engine::storage::stored::{
    Changes, CheckedRows, RowDamage, StoredRows, read_player_tables, renew_player_tables,
};
use raidkeep_engine::storage::{FoundRows, IndexKey, PlayerTables, RowQuery, RowStore, StorageError};

use crate::fold::PostgresFold;
use crate::moment::Moment;
use crate::pool::Pool;
use crate::sealed::{FoldEnd, name_of_rows};

/// After a take-over, players come back all at once, and each is loaded over the network.
const READERS: usize = 4;

/// The rows of a world, for the node that has it.
#[derive(Debug)]
pub(crate) struct PostgresRows {
    pool: Arc<Pool>,
    world: Arc<str>,
    epoch: Epoch,
    name: String,
    /// The tables that hold players, once they were read.
    player_tables: RwLock<Option<Arc<BTreeSet<String>>>>,
}

impl PostgresRows {
    pub(crate) fn new(pool: Arc<Pool>, world: Arc<str>, epoch: Epoch) -> Self {
        let name = name_of_rows(&world);
        Self { pool, world, epoch, name, player_tables: RwLock::default() }
    }

    /// Reads, as of each statement.
    fn checked<T>(
        &self,
        read: impl FnOnce(&Moment<'_>, CheckedRows<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        self.pool.with(|connection| {
            let moment = Moment::each(connection, &self.world);
            read(&moment, CheckedRows::new(&moment, &self.name))
        })
    }

    /// Reads, as of one moment.
    fn held<T>(&self, read: impl FnOnce(&Moment<'_>) -> Result<T, StorageError>) -> Result<T, StorageError> {
        self.pool.with(|connection| Moment::held(connection, &self.world, read))
    }

    /// The tables of whose rows each account has a digest.
    fn player_tables(&self, rows: &Moment<'_>) -> Result<Arc<BTreeSet<String>>, StorageError> {
        let known = self.player_tables.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let tables = Arc::new(read_player_tables(rows, &self.name)?);
        self.keep_player_tables(tables.clone());
        Ok(tables)
    }

    fn keep_player_tables(&self, tables: Arc<BTreeSet<String>>) {
        *self.player_tables.write().unwrap_or_else(PoisonError::into_inner) = Some(tables);
    }
}

impl RowStore for PostgresRows {
    fn world_name(&self) -> &str {
        &self.world
    }

    fn reached(&self) -> Result<Reached, StorageError> {
        self.held(|moment| moment.reached())
    }

    /// The take-over has begun it.
    fn begin_epoch(&self, _: u32, _: Epoch) -> Result<Epoch, StorageError> {
        Ok(self.epoch)
    }

    fn know_players(&self, tables: &[&str]) -> Result<(), StorageError> {
        let wanted: BTreeSet<String> = tables.iter().map(|table| (*table).to_owned()).collect();
        self.pool.with(|connection| {
            let (mut target, end) = PostgresFold::begin(connection, &self.world, self.epoch)?;
            let moment = Moment::within(connection, &self.world);
            let known = self.player_tables(&moment)?;
            if *known != wanted {
                renew_player_tables(&moment, &mut target, &self.name, (&known, &wanted))?;
            }
            target.commit(end, end)
        })?;
        self.keep_player_tables(Arc::new(wanted));
        Ok(())
    }

    fn fold(&self, epoch: Epoch, records: &[LogRecord]) -> Result<BatchNumber, StorageError> {
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
            let known = self.player_tables(&Moment::within(connection, &self.world))?;
            changes.write(&mut target, &known)?;
            target.commit(before, end)?;
            Ok(end.batch)
        })
    }

    fn read(&self, query: &RowQuery) -> Result<FoundRows, StorageError> {
        self.checked(|_, rows| rows.read(query))
    }

    fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.checked(|_, rows| rows.get(table, key))
    }

    fn scan(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        self.checked(|_, rows| rows.scan(table, each))
    }

    fn scan_sound(&self, table: &str, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StorageError> {
        self.checked(|_, rows| rows.scan_sound(table, each))
    }

    fn tables(&self) -> Result<Vec<String>, StorageError> {
        self.checked(|moment, _| moment.tables())
    }

    fn count(&self, table: &str) -> Result<u64, StorageError> {
        self.checked(|moment, _| moment.count(table))
    }

    fn damages(&self) -> Result<Vec<RowDamage>, StorageError> {
        self.held(|moment| CheckedRows::new(moment, &self.name).damages(&*self.player_tables(moment)?))
    }

    fn look_up(&self, key: &IndexKey) -> Result<Option<AccountId>, StorageError> {
        self.checked(|_, rows| rows.look_up(key))
    }

    fn load_player(&self, players: &PlayerTables, account: AccountId) -> Result<Option<LoadedPlayer>, StorageError> {
        self.checked(|moment, rows| rows.load_player(players, &*self.player_tables(moment)?, account))
    }

    fn readers(&self) -> usize {
        READERS
    }

    fn hold(&self, read: &mut dyn FnMut(&dyn StoredRows) -> Result<(), StorageError>) -> Result<(), StorageError> {
        self.held(|moment| read(moment))
    }
}
