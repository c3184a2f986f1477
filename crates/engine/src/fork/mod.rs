//! A fork of a running world: a world of its own in memory, which knows one player and what the world keeps of itself.
//! Whatever is done to it reaches neither the world nor its files.
//!
//! [`ForkSource`] reads from the rows of the world what a fork begins with, [`ForkOrigin`]; [`Fork`] starts it, in another
//! process, and asks it. What a fork turns out to need besides is an answer of its own, [`NotAnswered::Lacks`]: then a new
//! one is begun with that as well, so that all that a fork knows is of one moment.
//!
//! A fork has no platforms, no realm and no connections, and of the other players it knows only whom it has asked for.

mod driver;
mod source;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::numbers::BatchNumber;
use crate::outside::{Epoch, WorldPlace};
use crate::storage::StorageError;

pub use driver::{Asked, Fork};
pub use source::{ForkSource, NotGathered};

/// What a fork begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkOrigin {
    /// Which of the server's worlds it is of.
    pub place: WorldPlace,
    /// The epoch in which that runs.
    pub epoch: Epoch,
    /// The world's clock, unix milliseconds. That of the fork stands still there.
    pub moment_ms: i64,
    /// The last batch in the rows.
    pub last_batch: BatchNumber,
    /// The rows, as an encoded [`Batch`](crate::storage::Batch).
    pub rows: Vec<u8>,
    /// What of the world is in the rows, whether or not there is such a thing.
    pub known: BTreeSet<Wanted>,
    /// The tables that are too large to be handed over whole: the fork has nothing of them.
    pub without: Vec<String>,
}

/// Something of the world that a fork needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Wanted {
    /// All rows of a player, and the newest of those that are not loaded with it.
    Player(AccountId),
    /// An entry of the index, by its key.
    Name(Vec<u8>),
    /// Rows of a table.
    Rows(WantedRows),
}

/// A range of a table, as in a [`RowQuery`](crate::storage::RowQuery).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WantedRows {
    /// The table's name.
    pub table: String,
    /// The first key.
    pub from: Vec<u8>,
    /// The first key after the range.
    pub until: Vec<u8>,
    /// Whether rows with the highest keys come first.
    pub newest_first: bool,
    /// The maximum number of rows.
    pub limit: u64,
}

/// Why a fork does not answer a request.
#[derive(Debug, thiserror::Error)]
pub enum NotAnswered {
    /// It has to be begun anew with this.
    #[error("the fork lacks rows of the world")]
    Lacks(BTreeSet<Wanted>),
    /// Only the world itself can be asked this.
    #[error("{0}")]
    Impossible(&'static str),
    /// Its storage, which is in memory, has failed.
    #[error("the fork cannot read its rows: {0}")]
    Storage(#[from] StorageError),
}
