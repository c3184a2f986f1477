//! What operators say in requests about players: whom, why, and who asks.

use bevy_ecs::prelude::*;
use bevy_ecs::system::{SystemParam, SystemState};
use bevy_time::{Real, Time};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::identity::Accounts;
use crate::spelling::{Breaks, is_clean};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::{Operator, Refusal, Unready, status};
use raidkeep_engine::travel::Traveller;

/// The refusal of a request about a player of a number that no account has.
pub const NO_SUCH_PLAYER: Refusal = Refusal::new(99, "no such player");

/// The most characters of a reason.
pub const REASON_CHARS: usize = 200;

/// The name of an operator, for what is kept about players.
pub fn author(operator: &Operator) -> String {
    operator.identity.name.to_string()
}

/// Finds players by their account numbers, for handlers that may wait: a player who is not in memory is loaded first.
#[derive(SystemParam)]
pub struct PlayersByNumber<'w> {
    accounts: Res<'w, Accounts>,
    players: ResMut<'w, Players>,
    time: Res<'w, Time<Real>>,
}

impl PlayersByNumber<'_> {
    /// The player of that number.
    pub fn find(&mut self, player: i64) -> Result<(AccountId, Entity), Unready> {
        let account = u64::try_from(player).map(AccountId).map_err(|_| NO_SUCH_PLAYER)?;
        if account.0 == 0 || account > self.accounts.last() {
            return Err(NO_SUCH_PLAYER.into());
        }
        let found = self.players.find_if_any(account, self.time.elapsed())?;
        Ok((account, found.ok_or(NO_SUCH_PLAYER)?))
    }
}

/// The same for handlers that have the whole world.
pub fn find_numbered(world: &mut World, player: i64) -> Result<Traveller, Unready> {
    let mut state = SystemState::<PlayersByNumber<'_>>::new(world);
    let (account, entity) = state.get_mut(world).map_err(|_| Refusal::internal())?.find(player)?;
    Ok(Traveller { account, entity })
}

/// Whether the operator's role allows this much of something in one request.
pub fn within_limits(operator: &Operator, what: &str, amount: u64) -> Result<(), Refusal> {
    operator.identity.limits.check(what, amount).map_err(|most| {
        let role = &operator.identity.role;
        Refusal::saying(
            status::NOT_PERMITTED,
            format!("the role {role} may give or take at most {most} {what} at once"),
        )
    })
}

/// Reads a text of an operator: 1 to `MAX` characters that are shown and not only spaces.
pub fn operator_text<'de, const MAX: usize, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_short = text.chars().nth(MAX).is_none();
    if is_short && !text.trim().is_empty() && is_clean(&text, Breaks::Allowed) {
        return Ok(text);
    }
    Err(D::Error::custom(format_args!("expected 1 to {MAX} characters, none of them hidden")))
}
