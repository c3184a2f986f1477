//! Compares the players' rows that a journal produces with those in a data folder.
//!
//! Rows are compared as decoded by this program, so the journal of an earlier program can be compared with that
//! program's folder even though row formats and tables have changed since.

use std::collections::{BTreeMap, BTreeSet};

use bevy_ecs::prelude::*;

use crate::account::AccountId;
use crate::journal::record::{InputRecord, Record};
use crate::journal::replay::{Played, Replay, ReplayError};
use crate::storage::disk::Disks;
use crate::storage::rows::{self, Persistence};
use crate::storage::store::{LogRecord, RowsFile, Store};
use crate::storage::{Batch, LoadedPlayer, PlayerTables, RowError, RowStore, Rows, StorageError};
use crate::verify::inspection::account_of;

/// Bytes of rows folded at once.
const FOLD_BYTES: usize = 4 << 20;

/// Why rows could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum NotCompared {
    /// The journal cannot be replayed.
    #[error("{0}")]
    Replay(#[from] ReplayError),
    /// Rows cannot be read or collected.
    #[error("{0}")]
    Storage(#[from] StorageError),
    /// A row has a format that this program does not know.
    #[error("table {table} of {account}: {source}")]
    Row {
        /// Whose.
        account: AccountId,
        /// Which table.
        table: &'static str,
        /// What is wrong with it.
        source: RowError,
    },
}

/// The result of a comparison.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct RowComparison {
    /// How many players occur in the journal.
    pub players: u64,
    /// The tables, with the players whose rows differ.
    pub tables: BTreeMap<&'static str, Vec<AccountId>>,
}

/// Collects the rows of players while a journal is replayed.
pub struct RowKeeper {
    rows: RowsFile,
    /// The tables of players, followed by the tables of rows beside them.
    tables: PlayerTables,
    player_tables: usize,
    known: BTreeSet<AccountId>,
    /// Players who existed before the journal began. Their earlier rows in the tables beside are not in it.
    from_before: BTreeSet<AccountId>,
    pending: Vec<u8>,
}

impl RowKeeper {
    /// A collector for the players of this replay.
    pub fn new(replay: &mut Replay) -> Result<Self, StorageError> {
        let persistence = replay.simulation().world().resource::<Persistence>();
        let PlayerTables { mut tables, identity } = persistence.player_rows();
        let player_tables = tables.len();
        let beside = persistence.player_parts().into_iter().filter_map(|part| part.beside);
        let beside: Vec<_> = beside.filter(|table| !tables.contains(table)).collect();
        tables.extend(beside);
        let store = Store::open_disks(&Disks::default())?;
        let (known, from_before) = (BTreeSet::new(), BTreeSet::new());
        Ok(Self {
            rows: store.rows,
            tables: PlayerTables { tables, identity },
            player_tables,
            known,
            from_before,
            pending: Vec::new(),
        })
    }

    /// Replays an entry and keeps the rows that it contains or produces.
    pub fn play(&mut self, replay: &mut Replay, record: Record) -> Result<Played, NotCompared> {
        if let Record::Tick(tick) = &record {
            for input in &tick.inputs {
                if let InputRecord::Loaded(account, Some(rows)) = input {
                    self.keep_loaded(*account, rows);
                }
            }
        }
        let played = replay.play(record, &mut |_, _, _| false)?;
        if let Some(batch) = replay.take_batch() {
            let new = batch.rows().filter(|row| row.table == self.tables.identity);
            self.known.extend(new.filter_map(|row| account_of(row.key)));
            self.keep(&batch)?;
        }
        Ok(played)
    }

    /// Later loads of the same player contain what is already kept.
    fn keep_loaded(&mut self, account: AccountId, rows: &LoadedPlayer) {
        if !self.known.insert(account) {
            return;
        }
        self.from_before.insert(account);
        let mut batch = Batch::default();
        for (table, rows) in self.tables.tables.iter().zip(rows) {
            for (key, value) in rows {
                batch.put(table, key, |out| out.extend_from_slice(value));
            }
        }
        batch.encode(&mut self.pending);
    }

    fn keep(&mut self, batch: &Batch) -> Result<(), StorageError> {
        batch.encode(&mut self.pending);
        if self.pending.len() > FOLD_BYTES { self.fold() } else { Ok(()) }
    }

    fn fold(&mut self) -> Result<(), StorageError> {
        let bytes = std::mem::take(&mut self.pending);
        self.rows.fold(&[LogRecord { number: 0, bytes: bytes.into() }]).map(drop)
    }

    /// Compares the rows of every player in the journal, as decoded by the replay's `world`.
    pub fn compare(mut self, world: &mut World, other: &Rows) -> Result<RowComparison, NotCompared> {
        self.fold()?;
        let mut comparison = RowComparison::default();
        for account in &self.known {
            comparison.players += 1;
            let here = self.rows.load_player(&self.tables, *account)?;
            let mut there = other.load_player(&self.tables, *account)?;
            if let (Some(here), Some(there), true) = (&here, &mut there, self.from_before.contains(account)) {
                for (here, there) in here.iter().zip(there).skip(self.player_tables) {
                    let keys: BTreeSet<&[u8]> = here.iter().map(|(key, _)| &key[..]).collect();
                    there.retain(|(key, _)| keys.contains(&key[..]));
                }
            }
            let (here, there) = (self.digest(world, *account, here)?, self.digest(world, *account, there)?);
            for (at, table) in self.tables.tables.iter().enumerate() {
                let differing = comparison.tables.entry(table).or_default();
                if here.as_ref().map(|tables| &tables[at]) != there.as_ref().map(|tables| &tables[at]) {
                    differing.push(*account);
                }
            }
        }
        Ok(comparison)
    }

    /// The comparable content of each of a player's tables; `None` when there is no such player.
    fn digest(
        &self,
        world: &mut World,
        account: AccountId,
        loaded: Option<LoadedPlayer>,
    ) -> Result<Option<Vec<Vec<u8>>>, NotCompared> {
        let Some(loaded) = loaded else {
            return Ok(None);
        };
        let (own, beside) = loaded.split_at(self.player_tables);
        let digests = rows::digest_rows(world, account, own);
        let mut digests = digests.map_err(|(table, source)| NotCompared::Row { account, table, source })?;
        digests.extend(
            beside.iter().map(|rows| rows.iter().flat_map(|(key, value)| [&key[..], value].concat()).collect()),
        );
        Ok(Some(digests))
    }
}
