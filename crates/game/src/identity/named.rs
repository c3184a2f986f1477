//! Players that a request names.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use bevy_time::{Real, Time};

use crate::identity::{Account, find_by_name};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::answer::rows_found;
use raidkeep_engine::request::{Fact, Need, Player, Refusal, Unready};
use raidkeep_engine::storage::{Directory, PlayerRow, RowQuery};

/// The refusal of an operator's request whose `player` is the number of no account.
pub const NO_SUCH_PLAYER: Refusal = Refusal::new(99, "no such player");

/// The player of the account with this number, which operators' functions take as `player`. `fact` is that of the call: it is
/// taken out when it was this player that the call has waited for, and left when it was something else.
///
/// # Errors
/// [`NO_SUCH_PLAYER`], or the need for a player who is not in memory.
pub fn player_numbered(players: &Players, number: i64, fact: &mut Option<Fact>) -> Result<Player, Unready> {
    let account = u64::try_from(number).map(AccountId).map_err(|_| NO_SUCH_PLAYER)?;
    if let Some(entity) = players.entity(account) {
        return Ok(Player { entity, account });
    }
    if players.is_deleted(account) {
        return Err(NO_SUCH_PLAYER.into());
    }
    // A player whose rows are not folded is in memory.
    let row = RowQuery::one(<Account as PlayerRow>::TABLE, &account.to_key()).as_folded();
    match rows_found(row, fact.take())?.is_empty() {
        true => Err(NO_SUCH_PLAYER.into()),
        false => Err(Need::Player(account).into()),
    }
}

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
