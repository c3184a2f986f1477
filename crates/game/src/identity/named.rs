//! Players that a request names.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use bevy_time::{Real, Time};

use crate::identity::find_by_name;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::Unready;
use raidkeep_engine::storage::Directory;

/// Finds players by their names ([`find_by_name`]), for handlers that may wait: a player who is not in memory is loaded first.
#[derive(SystemParam)]
pub struct PlayersByName<'w> {
    directory: Res<'w, Directory>,
    players: ResMut<'w, Players>,
    time: Res<'w, Time<Real>>,
}

impl PlayersByName<'_> {
    /// The player with that account, which must exist.
    pub fn find_account(&mut self, account: AccountId) -> Result<Entity, Unready> {
        Ok(self.players.find(account, self.time.elapsed())?)
    }

    /// The player of that name, or none.
    pub fn find(&mut self, name: &str) -> Result<Option<Entity>, Unready> {
        let Some(account) = find_by_name(&self.directory, name)? else {
            return Ok(None);
        };
        Ok(Some(self.players.find(account, self.time.elapsed())?))
    }
}
