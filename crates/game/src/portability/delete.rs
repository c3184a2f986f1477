//! `player_delete`: deletes a player and everything the world stores about that player.
//!
//! All of it is removed in the batch of one tick, before the reply: names, tokens, rows, rank, challenges, and a battle
//! in progress, which the opponent wins. What is stored elsewhere stays: closed orders, archived seasons, reports, and
//! mails in other players' boxes. That its tokens were revoked is remembered until they would have expired.

use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::{Account, find_by_name};
use crate::portability::{NO_SUCH_PLAYER, NOTHING_CHANGED};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::operators::Right;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::revoked;
use raidkeep_engine::storage::Directory;
use raidkeep_engine::travel::{self, Traveller};

/// `player_delete {token, name, dry_run?}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerDelete {
    /// The player's name.
    name: String,
    /// Only says what would happen.
    #[serde(default)]
    dry_run: bool,
}

request!(
    Operator, "player_delete", PlayerDelete => PlayerDeleted, RIGHT = Right::DATA,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(OBSTACLE, "the player has an unsettled order, which the message names"),
    ],
);

/// The reply of `player_delete`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerDeleted {
    /// The player's name.
    name: String,
    /// The account's number.
    account: u64,
    /// The purse at MCRMB, whose points stay there. No other account will have it.
    wname: String,
}

/// The status of what prevents a deletion.
pub const OBSTACLE: i32 = 98;

pub(super) fn player_delete(In(call): In<Call<PlayerDelete>>, world: &mut World) -> Waits<PlayerDeleted> {
    let account = find_by_name(world.resource::<Directory>(), &call.request.name)?.ok_or(NO_SUCH_PLAYER)?;
    let entity = find_departing(world, account, OBSTACLE)?;
    let described = world.get::<Account>(entity).cloned().unwrap_or_default();
    let (name, wname) = (described.name().to_owned(), described.wname().to_owned());
    if call.request.dry_run {
        return Ok(Success::with(PlayerDeleted { name, account: account.0, wname }).message(NOTHING_CHANGED));
    }
    depart(world, account)?;
    tracing::info!(player = %name, %account, %wname, "an operator has deleted a player; what points are left stay under wname");
    Ok(Success::with(PlayerDeleted { name, account: account.0, wname }))
}

/// The entity of a player who is about to go, unless something prevents that: then a refusal with status `obstacle`.
pub(super) fn find_departing(world: &mut World, account: AccountId, obstacle: i32) -> Result<Entity, Unready> {
    let now = world.resource::<Time<Real>>().elapsed();
    let entity = world.resource_mut::<Players>().find(account, now)?;
    match travel::obstacle(world, account) {
        None => Ok(entity),
        Some(why) => Err(Refusal::saying(obstacle, why).into()),
    }
}

/// Takes a player out of the world; its rows go with the batch of this tick.
pub(super) fn depart(world: &mut World, account: AccountId) -> Result<(), Unready> {
    let now = world.resource::<Time<Real>>().elapsed();
    let entity = world.resource_mut::<Players>().find(account, now)?;
    take_out(world, Traveller { account, entity });
    Ok(())
}

/// The same of a player in memory.
pub(super) fn take_out(world: &mut World, player: Traveller) {
    revoked::remember(world, player.entity);
    travel::delete(world, player);
}
