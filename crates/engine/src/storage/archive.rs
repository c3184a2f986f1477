//! Rows of what is over: world entities that end, and rows that belong to no entity.

use bevy_ecs::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::account::AccountId;
use crate::storage::owned::EndedRow;
use crate::storage::{Batch, RowError, decode_value, encode_value};

/// Something that is written once and then only looked up, such as a closed order. It is on disk and not in memory: a
/// handler reads it with [`Need::Rows`](crate::request::Need::Rows).
pub trait ArchivedRow: Serialize + DeserializeOwned {
    /// The table's name.
    const TABLE: &'static str;
    /// The version of the row format; raise it with every change of the fields.
    const VERSION: u16 = 1;

    /// Reads a row that an earlier program wrote; `None` when that version is unknown.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        let _ = (version, bytes);
        None
    }

    /// Reads the value of a row of this table.
    fn read(value: &[u8]) -> Result<Self, RowError> {
        decode_value(Self::VERSION, value, Self::upgrade)
    }
}

/// Rows that systems write in addition to those of components. They are part of the tick's batch, so they reach the
/// disk together with everything else the tick has changed. A function that reveals them has `Reads::World`.
#[derive(Debug, Default, Resource)]
pub struct Archive {
    rows: Batch,
}

impl Archive {
    /// Writes a row, replacing an earlier one with this key. Keys are at most 255 bytes long.
    pub fn put<T: ArchivedRow>(&mut self, key: &[u8], row: &T) {
        self.rows.put(T::TABLE, key, |out| encode_value(T::VERSION, row, out));
    }

    /// Deletes a row.
    pub fn delete<T: ArchivedRow>(&mut self, key: &[u8]) {
        self.rows.delete(T::TABLE, key);
    }

    /// How many rows the tick has written so far.
    pub(super) fn pending(&self) -> usize {
        self.rows.row_count()
    }

    /// Moves the tick's rows into its batch.
    pub(super) fn save(&mut self, batch: &mut Batch) {
        batch.append(&mut self.rows);
    }
}

/// The world entities that have ended. At the end of the tick their rows are deleted and they are despawned; until then
/// other systems still see them, so a component should itself say that it has ended.
///
/// The rows of deleted players are removed with them, and so are those of players' entities that have ended.
#[derive(Debug, Default, Resource)]
pub struct Discarded {
    entities: Vec<Entity>,
    players: Vec<AccountId>,
    rows: Vec<EndedRow>,
}

impl Discarded {
    /// Removes a [`WorldEntity`](crate::storage::WorldEntity) from the world and from disk. Other entities, such as
    /// players, are ignored.
    pub fn push(&mut self, entity: Entity) {
        self.entities.push(entity);
    }

    /// The entities removed in this tick, in order.
    pub(super) fn take(&mut self) -> Vec<Entity> {
        std::mem::take(&mut self.entities)
    }

    /// Removes all rows of an account from disk. Its player has left the world already.
    pub fn push_player(&mut self, account: AccountId) {
        self.players.push(account);
    }

    /// The accounts whose rows are removed in this tick.
    pub(super) fn take_players(&mut self) -> Vec<AccountId> {
        std::mem::take(&mut self.players)
    }
    /// Removes the row of a player's entity from disk. The entity has left the world already.
    pub(super) fn push_row(&mut self, row: EndedRow) {
        self.rows.push(row);
    }

    /// How much the tick has removed so far.
    pub(super) fn pending(&self) -> usize {
        self.entities.len() + self.players.len() + self.rows.len()
    }

    /// The rows removed in this tick.
    pub(super) fn take_rows(&mut self) -> Vec<EndedRow> {
        std::mem::take(&mut self.rows)
    }
}
