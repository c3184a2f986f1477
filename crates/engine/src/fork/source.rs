//! What a fork begins with, read from the rows of a world.

use std::collections::{BTreeMap, BTreeSet};

use bevy_ecs::prelude::*;

use crate::account::AccountId;
use crate::clock::Clock;
use crate::fork::{ForkOrigin, Wanted, WantedRows};
use crate::outside::{Epoch, Numbering, WorldPlace};
use crate::start::RowSource;
use crate::storage::Rows;
use crate::storage::directory::{INDEX_TABLE, IndexKey, encode_entry};
use crate::storage::rows::Persistence;
use crate::storage::{Batch, RowQuery, StorageError};

/// Of a table that is read whole when a world starts, at most so many rows and bytes: it may grow with the players.
const ROWS_MAX: usize = 2000;
const TABLE_BYTES_MAX: usize = 1 << 20;
/// The newest rows of a player in a table that is not loaded with it, such as the ledger.
const NEWEST: usize = 200;
/// The most bytes of all rows together.
const ORIGIN_BYTES_MAX: usize = 32 << 20;
/// How often the rows are read again because they were written meanwhile.
const ATTEMPTS: usize = 5;

/// Why a fork cannot be begun.
#[derive(Debug, thiserror::Error)]
pub enum NotGathered {
    /// The rows of the world cannot be read.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// It reads something that is not handed over.
    #[error("it reads the table {0}, which is not handed to a fork")]
    UnknownTable(String),
    /// It would take too much.
    #[error("it needs more than {ORIGIN_BYTES_MAX} bytes of rows")]
    TooMuch,
    /// The world was never at rest.
    #[error("the rows changed each time they were read, retry")]
    Restless,
}

/// The rows of a world, for forks of it as of this moment. Reading them takes no part of the world.
#[derive(Debug, Clone)]
pub struct ForkSource {
    rows: Rows,
    place: WorldPlace,
    epoch: Epoch,
    moment_ms: i64,
    /// With one row each.
    of_world: Vec<&'static str>,
    /// Read whole at a start, except those of players.
    at_start: BTreeSet<&'static str>,
    of_players: Vec<&'static str>,
    /// With rows of players that are not loaded with them.
    beside: BTreeSet<&'static str>,
}

impl ForkSource {
    /// Forks of this world begin at its present moment. Its rows must be folded when they are read.
    pub fn of(world: &World) -> Self {
        let persistence = world.resource::<Persistence>();
        let of_players = persistence.player_tables();
        let is_of_players = |table: &&'static str| of_players.contains(table);
        let readers = persistence.start_readers().into_iter().map(|(table, _)| table);
        let beside = persistence.player_parts().into_iter().filter_map(|part| part.beside);
        Self {
            rows: world.resource::<RowSource>().0.clone(),
            place: *world.resource::<WorldPlace>(),
            epoch: world.resource::<Numbering>().epoch,
            moment_ms: world.resource::<Clock>().now_ms(),
            of_world: persistence.world_tables(),
            at_start: readers.filter(|table| *table != INDEX_TABLE && !is_of_players(table)).collect(),
            beside: beside.filter(|table| !is_of_players(table)).collect(),
            of_players,
        }
    }

    /// What a fork begins with that wants this, all of it of one moment.
    ///
    /// # Errors
    /// When rows cannot be read, or are too many.
    pub fn gather(&self, wanted: &BTreeSet<Wanted>) -> Result<ForkOrigin, NotGathered> {
        for _ in 0..ATTEMPTS {
            let before = self.rows.reached()?;
            let gathered = self.read(wanted)?;
            if self.rows.reached()? == before {
                let mut batch = Batch::new(before.batch, self.moment_ms);
                for ((table, key), value) in &gathered.rows {
                    batch.put(table, key, |out| out.extend_from_slice(value));
                }
                let mut rows = Vec::new();
                batch.encode(&mut rows);
                return Ok(ForkOrigin {
                    place: self.place,
                    epoch: self.epoch,
                    moment_ms: self.moment_ms,
                    last_batch: before.batch,
                    rows,
                    known: wanted.clone(),
                    without: gathered.without,
                });
            }
        }
        Err(NotGathered::Restless)
    }

    fn read(&self, wanted: &BTreeSet<Wanted>) -> Result<Gathered, NotGathered> {
        let mut gathered = Gathered::default();
        for table in &self.of_world {
            if let Some(value) = self.rows.get(table, b"")? {
                gathered.add(table, Vec::new(), value)?;
            }
        }
        for table in &self.at_start {
            self.read_table(table, &mut gathered)?;
        }
        for each in wanted {
            match each {
                Wanted::Player(account) => self.read_player(*account, &mut gathered)?,
                Wanted::Name(key) => {
                    let key = IndexKey::from_bytes(key.clone());
                    if let Some(account) = self.rows.look_up(&key)? {
                        let mut entry = Vec::new();
                        encode_entry(account, &mut entry);
                        gathered.add(INDEX_TABLE, key.as_bytes().to_vec(), entry)?;
                    }
                }
                Wanted::Rows(rows) => self.read_query(rows, &mut gathered)?,
            }
        }
        Ok(gathered)
    }

    /// All rows of a table if they are few, else none.
    fn read_table(&self, table: &'static str, gathered: &mut Gathered) -> Result<(), NotGathered> {
        let all = self.rows.read(&RowQuery::range(table, &[], &[u8::MAX; 255]).first(ROWS_MAX + 1))?;
        let bytes: usize = all.iter().map(|(key, value)| key.len() + value.len()).sum();
        if all.len() > ROWS_MAX || bytes > TABLE_BYTES_MAX {
            gathered.without.push(table.to_owned());
            return Ok(());
        }
        all.into_iter().try_for_each(|(key, value)| gathered.add(table, key, value))
    }

    fn read_player(&self, account: AccountId, gathered: &mut Gathered) -> Result<(), NotGathered> {
        let whole = self.of_players.iter().map(|table| RowQuery::of_account(table, account));
        let newest = self.beside.iter().map(|table| RowQuery::of_account(table, account).newest(NEWEST));
        for query in whole.chain(newest) {
            let rows = self.rows.read(&query)?;
            rows.into_iter().try_for_each(|(key, value)| gathered.add(query.table, key, value))?;
        }
        Ok(())
    }

    fn read_query(&self, wanted: &WantedRows, gathered: &mut Gathered) -> Result<(), NotGathered> {
        let tables = self.of_players.iter().chain(&self.beside).chain(&self.at_start);
        let table = tables.copied().find(|table| *table == wanted.table);
        let table = table.ok_or_else(|| NotGathered::UnknownTable(wanted.table.clone()))?;
        let limit = usize::try_from(wanted.limit).unwrap_or(usize::MAX);
        let query =
            RowQuery { newest_first: wanted.newest_first, ..RowQuery::range(table, &wanted.from, &wanted.until) };
        let rows = self.rows.read(&query.first(limit))?;
        rows.into_iter().try_for_each(|(key, value)| gathered.add(table, key, value))
    }
}

#[derive(Default)]
struct Gathered {
    /// By table and key: what is read twice is there once.
    rows: BTreeMap<(&'static str, Vec<u8>), Vec<u8>>,
    bytes: usize,
    without: Vec<String>,
}

impl Gathered {
    fn add(&mut self, table: &'static str, key: Vec<u8>, value: Vec<u8>) -> Result<(), NotGathered> {
        self.bytes += table.len() + key.len() + value.len();
        if self.bytes > ORIGIN_BYTES_MAX {
            return Err(NotGathered::TooMuch);
        }
        self.rows.insert((table, key), value);
        Ok(())
    }
}
