//! The continuous archive of a world.

use std::path::PathBuf;

use bevy_ecs::prelude::World;

use crate::config::Config;
use raidkeep_engine::storage::StoredWorld;
use raidkeep_engine::storage::continuous::{ArchiveError, ArchiveTask, ArchivedTables, Archivist, Shipper};
use raidkeep_engine::storage::rows::Persistence;

/// Starts to archive a world that is about to run, if the operator wants that, and to list its deleted accounts beside
/// the archive and the backups.
pub(super) fn begin(config: &Config, world: &World, store: &StoredWorld) -> Result<Option<Shipper>, ArchiveError> {
    let persistence = world.resource::<Persistence>();
    let beside = persistence.player_parts().into_iter().filter_map(|part| part.beside);
    let players = persistence.player_tables().into_iter().chain(beside).map(str::to_owned).collect();
    let identity = persistence.identity().table.to_owned();
    let task = ArchiveTask {
        settings: config.archive.clone(),
        backups: (!config.backups.is_empty()).then(|| PathBuf::from(&config.backups)),
        tables: ArchivedTables { players, identity },
    };
    Archivist::start(task, store)
}
