//! What a ranking shows of a player besides the damage.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use bevy_time::{Real, Time};

use crate::families::Families;
use crate::identity::Account;
use crate::levels::{Experience, LevelRules};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::Need;
use raidkeep_engine::rules::Rules;

/// A player as a ranking shows it.
pub(super) struct Face {
    /// The player's name.
    pub(super) name: String,
    /// The family's name; empty for a player in none.
    pub(super) fid: String,
    /// The player's level.
    pub(super) level: u32,
}

/// Finds the faces of players, also of those who are not in memory.
#[derive(SystemParam)]
pub(super) struct Faces<'w, 's> {
    levels: Res<'w, Rules<LevelRules>>,
    time: Res<'w, Time<Real>>,
    players: ResMut<'w, Players>,
    faces: Query<'w, 's, (&'static Account, &'static Experience)>,
    families: Families<'w, 's>,
}

impl Faces<'_, '_> {
    /// The face of a player; none if the player has no account.
    ///
    /// # Errors
    /// The need for a player who is not in memory.
    pub(super) fn of(&mut self, account: AccountId) -> Result<Option<Face>, Need> {
        let entity = self.players.find(account, self.time.elapsed())?;
        let Ok((face, experience)) = self.faces.get(entity) else { return Ok(None) };
        let level = self.levels.standing(experience.total).level;
        let fid = self.families.of(account).map(|family| family.name().to_owned()).unwrap_or_default();
        Ok(Some(Face { name: face.name().to_owned(), fid, level }))
    }
}
