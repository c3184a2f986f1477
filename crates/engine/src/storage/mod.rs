//! What is stored, and how it reaches the disk.
//!
//! Changed components become rows ([`rows`]); the rows of a tick are one [`Batch`]; a batch is one
//! entry of a log, committed before any reply that may have seen it leaves ([`store`]). In the
//! background the log is folded into one row per player and table. Features declare their rows in
//! their plugins and never name the database.

pub mod archive;
pub mod batch;
pub mod continuous;
pub mod copy;
pub mod directory;
pub mod disk;
pub mod edit;
pub mod folder;
pub mod log_store;
mod mark;
pub mod measure;
mod owned;
pub mod portable;
pub mod proof;
pub mod query;
pub mod row_store;
pub mod rows;
pub mod store;
pub mod stored;
mod stored_world;
mod tables;
pub mod tenure;
pub mod worker;
mod world_row;

pub use archive::{Archive, ArchivedRow, Discarded};
pub use batch::{Batch, complete_value, decode_value, encode_value};
pub use directory::{Directory, IndexKey, NotLookedUp};
pub use edit::{Edit, EditWorld};
pub use mark::Mark;
pub use owned::PlayerEntity;
pub use portable::{Arrival, Claim, Departure, PlayerPart, Unfit};
pub use query::{FoundRows, RowQuery};
pub use row_store::{RowStore, Rows};
pub use rows::{PlayerRow, PlayerRows, PlayerTables, RowError, StorageApp, Stored, Touched, WorldEntity};
pub use store::{LoadedPlayer, StorageError};
pub use stored_world::StoredWorld;
pub use tables::{IdentityTable, KeyedBy, ReadToCheck, TableReader};
pub use tenure::Tenure;
pub use world_row::WorldRow;

use bevy_app::{App, Plugin};

use crate::schedule::{Tick, TickSystems};
use bevy_ecs::schedule::IntoScheduleConfigs;

/// Collects the rows of each tick.
pub struct StoragePlugin;

impl Plugin for StoragePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<rows::Persistence>()
            .init_resource::<Touched>()
            .init_resource::<Archive>()
            .init_resource::<Discarded>()
            .init_resource::<Directory>();
        app.add_systems(Tick, rows::collect_batch.in_set(TickSystems::Persist));
    }
}
