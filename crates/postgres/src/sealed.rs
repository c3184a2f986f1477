//! What the database says of a world, with a checksum in each row: whether it is what was written.

use crc32fast::Hasher;

use raidkeep_engine::numbers::BatchNumber;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::storage::StorageError;
use raidkeep_engine::storage::stored::RowDamage;

/// How far the log of a world goes: its row in `worlds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogEnd {
    /// The id of the world.
    pub(crate) id: u64,
    /// Who may append.
    pub(crate) epoch: Epoch,
    pub(crate) last_record: u64,
}

impl LogEnd {
    pub(crate) fn seal(self, world: &str) -> i64 {
        seal(world, &[self.id, self.epoch.to_u64(), self.last_record])
    }
}

/// How far the rows of a world go: its row in `folds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FoldEnd {
    pub(crate) record: u64,
    pub(crate) batch: BatchNumber,
    pub(crate) moment_ms: i64,
    /// Who may fold.
    pub(crate) epoch: Epoch,
}

impl FoldEnd {
    pub(crate) fn seal(self, world: &str) -> i64 {
        seal(world, &[self.record, self.batch.0, self.moment_ms.cast_unsigned(), self.epoch.to_u64()])
    }
}

/// The checksum of a record of the world with this id.
pub(crate) fn seal_of_record(id: u64, record: u64, epoch: Epoch, bytes: &[u8]) -> i64 {
    let mut hasher = Hasher::new();
    [id, record, epoch.to_u64()].iter().for_each(|number| hasher.update(&number.to_le_bytes()));
    hasher.update(bytes);
    hasher.finalize().into()
}

fn seal(world: &str, numbers: &[u64]) -> i64 {
    let mut hasher = Hasher::new();
    hasher.update(world.as_bytes());
    numbers.iter().for_each(|number| hasher.update(&number.to_le_bytes()));
    hasher.finalize().into()
}

/// What errors call the log of a world.
pub(crate) fn name_of_log(world: &str) -> String {
    format!("the log of {world} in the database")
}

/// What errors call the rows of a world.
pub(crate) fn name_of_rows(world: &str) -> String {
    format!("what the database has of {world}")
}

/// Damage of what the database says of a world in one of its tables.
pub(crate) fn damaged(world: &str, table: &str, what: &str) -> StorageError {
    let damage = RowDamage { table: table.to_owned(), key: Vec::new(), account: None, what: what.to_owned() };
    StorageError::RowsDamaged { file: name_of_rows(world), damage }
}
