//! `player_rename`.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::battles::BattleIndex;
use crate::case_file::{REASON_CHARS, find_numbered, operator_text};
use crate::challenges::ChallengeIndex;
use crate::families::rename_member;
use crate::identity::{Account, IdentityFault, NO_SUCH_PLAYER, may_be_called, note_played, rename};
use crate::spelling;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::events::{Event, EventApp, Events};
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Waits};

pub(super) fn register(app: &mut App) {
    app.add_event::<Renamed>().add_waiting_request::<PlayerRename, _>(player_rename);
}

/// `player_rename {player, name, reason}`: index, ranking and family follow. The purse at MCRMB keeps its name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerRename {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// A name that no other looks like.
    name: String,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

const NAME_TAKEN: Refusal = Refusal::new(98, "the name is taken, or looks like one that is");
const FIGHTING: Refusal = Refusal::new(97, "the player has an open challenge or battle, which names it");
const ILLEGAL_NAME: Refusal = Refusal::new(spelling::ILLEGAL, "illegal name");

request!(
    Operator, "player_rename", PlayerRename => PlayerRenamed, RIGHT = Right::HELP,
    CODES = &[Code::of(NO_SUCH_PLAYER), Code::of(NAME_TAKEN), Code::of(FIGHTING), Code::of(ILLEGAL_NAME)],
);

/// The reply of `player_rename`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerRenamed {
    /// The name before.
    former: String,
}

/// The event `renamed`: an operator has given the player another name, which is its `role` from now on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Renamed {
    /// The name.
    name: String,
}

impl Event for Renamed {
    const NAME: &'static str = "renamed";
}

fn player_rename(In(mut call): In<Call<PlayerRename>>, world: &mut World) -> Waits<PlayerRenamed> {
    let PlayerRename { player, name, .. } = call.request;
    let player = find_numbered(world, player, &mut call.fact)?;
    match may_be_called(world, player.account, &name)? {
        None => {}
        Some(IdentityFault::Illegal) => return Err(ILLEGAL_NAME.into()),
        Some(IdentityFault::Taken) => return Err(NAME_TAKEN.into()),
    }
    if is_fighting(world, player.account) {
        return Err(FIGHTING.into());
    }
    let former = world.get::<Account>(player.entity).ok_or(Refusal::internal())?.name().to_owned();
    note_played(world, player.account);
    world.resource_mut::<AuditNotes>().add(format!("name {former} -> {name}"));
    rename(world, player, &name);
    rename_member(world, player.account, &name);
    world.resource_mut::<Events>().tell(player.entity, &Renamed { name });
    Ok(Success::with(PlayerRenamed { former }))
}

/// Whether something under way names the player.
fn is_fighting(world: &World, account: AccountId) -> bool {
    let challenges = world.resource::<ChallengeIndex>();
    let is_challenged = challenges.sent(account).len() + challenges.received(account).len() > 0;
    is_challenged || world.resource::<BattleIndex>().of(account).is_some()
}
