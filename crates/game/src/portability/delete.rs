//! `player_delete`: deletes a player and everything the world stores about that player.
//!
//! All of it is removed in the batch of one tick, before the reply: names, token, rows, rank, challenges, and a battle
//! in progress, which the opponent wins. What is stored elsewhere stays: closed orders, archived seasons, reports, and
//! mails in other players' boxes.

use bevy_ecs::prelude::*;
use bevy_time::{Real, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::identity::{Account, find_by_name};
use crate::portability::NO_SUCH_PLAYER;
use raidkeep_engine::players::{self, Players};
use raidkeep_engine::request;
use raidkeep_engine::request::{Call, Operator, Refusal, Success, Waits};
use raidkeep_engine::storage::Directory;
use raidkeep_engine::travel::{TravelHooks, Traveller};

/// `player_delete {token, name}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerDelete {
    name: String,
}

request!(Operator, "player_delete", PlayerDelete => PlayerDeleted);

/// The reply of `player_delete`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerDeleted {
    name: String,
    account: u64,
    /// The purse at MCRMB, whose points stay there. No other account will have it.
    wname: String,
}

const OBSTACLE: i32 = 98;

pub(super) fn player_delete(In(call): In<Call<PlayerDelete>>, world: &mut World) -> Waits<PlayerDeleted> {
    let account = find_by_name(world.resource::<Directory>(), &call.request.name)?.ok_or(NO_SUCH_PLAYER)?;
    let now = world.resource::<Time<Real>>().elapsed();
    let entity = world.resource_mut::<Players>().find(account, now)?;
    let obstacle = world.resource::<TravelHooks>().obstacles.iter().find_map(|obstacle| obstacle(world, account));
    if let Some(why) = obstacle {
        return Err(Refusal::saying(OBSTACLE, why).into());
    }
    let described = world.get::<Account>(entity).cloned().unwrap_or_default();
    let (name, wname) = (described.name().to_owned(), described.wname().to_owned());
    world.resource_scope(|world, hooks: Mut<TravelHooks>| hooks.part(world, Traveller { account, entity }));
    players::remove(world, account);
    tracing::info!(player = %name, %account, %wname, "an operator has deleted a player; what points are left stay under wname");
    Ok(Success::with(PlayerDeleted { name, account: account.0, wname }))
}
