//! `player_ban` and `player_unban`.
//!
//! A ban ends the player's token, and log-ins are refused while it holds: the [barrier](raidkeep_engine::barrier) tells
//! why. Nothing has to happen when it ends.

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::named::REASON_CHARS;
use crate::case_file::{Ban, CaseFile, author, find_numbered, operator_text};
use crate::identity::{NO_SUCH_PLAYER, end_token, note_played};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::events::{Event, Events};
use raidkeep_engine::login::TokenEnd;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::reply::Dismissal;
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Waits, status};
use raidkeep_engine::storage::EditWorld;
use raidkeep_engine::travel::Traveller;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<PlayerBan, _>(player_ban).add_waiting_request::<PlayerUnban, _>(player_unban);
}

/// The most characters of what a banned player is told.
const MESSAGE_CHARS: usize = 500;

impl Ban {
    /// What a banned player is answered.
    fn refusal(self) -> Refusal {
        Refusal::saying(status::BANNED, self.message).until(self.until)
    }
}

/// Keeps a banned player out.
pub(super) fn barrier(world: &World, player: Entity) -> Option<Refusal> {
    let now = world.resource::<Clock>().now();
    world.get::<CaseFile>(player)?.ban(now).map(Ban::refusal)
}

/// The event `banned`: the player is banned, and the connection ends.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Banned {
    /// Why, for the player.
    message: String,
    /// When it is over, unix seconds; absent = never.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
}

impl Event for Banned {
    const NAME: &'static str = "banned";
}

/// `player_ban {player, until?, reason, message}`: while it holds, every function of the player and every log-in answers 17.
/// A later one replaces it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerBan {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// When it ends, unix seconds; missing = never.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    until: Option<i64>,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
    /// Why, for the player.
    #[serde(deserialize_with = "operator_text::<MESSAGE_CHARS, _>")]
    #[schemars(length(min = 1, max = 500))]
    message: String,
}

request!(Operator, "player_ban", PlayerBan => (), RIGHT = Right::HELP, CODES = &[Code::of(NO_SUCH_PLAYER)]);

/// Refuses a moment that is over. `None` = never.
pub(super) fn must_be_ahead(until: Option<i64>, now: i64) -> Result<(), Refusal> {
    let is_ahead = until.is_none_or(|until| until > now);
    if is_ahead { Ok(()) } else { Err(Refusal::malformed("data.until", "a moment that is not over, in unix seconds")) }
}

fn player_ban(In(mut call): In<Call<PlayerBan>>, world: &mut World) -> Waits<()> {
    let PlayerBan { player, until, reason, message } = call.request;
    let now = world.resource::<Clock>().now();
    must_be_ahead(until, now)?;
    let Traveller { account, entity } = find_numbered(world, player, &mut call.fact)?;
    note_played(world, account);
    let ban = Ban { at: now, until, message: message.clone(), reason, by: author(&call.caller) };
    world.edit::<CaseFile>(entity).ok_or(Refusal::internal())?.set_ban(Some(ban));
    end_token(world, entity, TokenEnd::Banned);
    world.resource_mut::<Events>().dismiss_with(entity, Dismissal::Banned, &Banned { message, until });
    Ok(Success::empty())
}

/// `player_unban {player, reason}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerUnban {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

const NOT_BANNED: Refusal = Refusal::new(98, "the player is not banned");

request!(
    Operator, "player_unban", PlayerUnban => (), RIGHT = Right::HELP,
    CODES = &[Code::of(NO_SUCH_PLAYER), Code::of(NOT_BANNED)],
);

fn player_unban(In(mut call): In<Call<PlayerUnban>>, world: &mut World) -> Waits<()> {
    let Traveller { entity, .. } = find_numbered(world, call.request.player, &mut call.fact)?;
    let now = world.resource::<Clock>().now();
    if world.get::<CaseFile>(entity).is_none_or(|file| file.ban(now).is_none()) {
        return Err(NOT_BANNED.into());
    }
    world.edit::<CaseFile>(entity).ok_or(Refusal::internal())?.set_ban(None);
    Ok(Success::empty())
}
