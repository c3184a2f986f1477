//! `player_mute` and `player_unmute`, and the check of every text that a player writes.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case_file::bans::must_be_ahead;
use crate::case_file::named::REASON_CHARS;
use crate::case_file::{CaseFile, Mute, author, find_numbered, operator_text};
use crate::identity::{NO_SUCH_PLAYER, note_played};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Operator, Refusal, Success, Waits};
use raidkeep_engine::storage::EditWorld;
use raidkeep_engine::travel::Traveller;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<PlayerMute, _>(player_mute).add_waiting_request::<PlayerUnmute, _>(player_unmute);
}

/// The refusal of a muted player's text, without the moment at which the mute ends.
const REFUSAL: Refusal = Refusal::new(423, "you are muted");

/// The code of functions that take a text.
pub const MUTED: Code = Code::of(REFUSAL).meaning("muted until `until`, for ever where that is absent");

/// Who may write.
#[derive(SystemParam)]
pub struct Voices<'w, 's> {
    files: Query<'w, 's, &'static CaseFile>,
    clock: Res<'w, Clock>,
}

impl Voices<'_, '_> {
    /// Refuses what a muted player writes. Who writes nothing is not refused.
    pub fn may_say(&self, player: Entity, text: &str) -> Result<(), Refusal> {
        match self.files.get(player) {
            Ok(file) => file.may_say(text, self.clock.now()),
            Err(_) => Ok(()),
        }
    }
}

impl CaseFile {
    /// Refuses what the player writes while it is muted. Who writes nothing is not refused.
    pub fn may_say(&self, text: &str, now: i64) -> Result<(), Refusal> {
        let mute = self.mute(now).filter(|_| !text.is_empty());
        mute.map_or(Ok(()), |mute| Err(REFUSAL.until(mute.until)))
    }
}

/// `player_mute {player, until?, reason}`: while it holds, whatever the player writes is refused. A later one replaces it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerMute {
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
}

request!(Operator, "player_mute", PlayerMute => (), RIGHT = Right::HELP, CODES = &[Code::of(NO_SUCH_PLAYER)]);

fn player_mute(In(mut call): In<Call<PlayerMute>>, world: &mut World) -> Waits<()> {
    let PlayerMute { player, until, reason } = call.request;
    let now = world.resource::<Clock>().now();
    must_be_ahead(until, now)?;
    let Traveller { account, entity } = find_numbered(world, player, &mut call.fact)?;
    note_played(world, account);
    let mute = Mute { at: now, until, reason, by: author(&call.caller) };
    world.edit::<CaseFile>(entity).ok_or(Refusal::internal())?.set_mute(Some(mute));
    Ok(Success::empty())
}

/// `player_unmute {player, reason}`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerUnmute {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

const NOT_MUTED: Refusal = Refusal::new(98, "the player is not muted");

request!(
    Operator, "player_unmute", PlayerUnmute => (), RIGHT = Right::HELP,
    CODES = &[Code::of(NO_SUCH_PLAYER), Code::of(NOT_MUTED)],
);

fn player_unmute(In(mut call): In<Call<PlayerUnmute>>, world: &mut World) -> Waits<()> {
    let Traveller { entity, .. } = find_numbered(world, call.request.player, &mut call.fact)?;
    let now = world.resource::<Clock>().now();
    if world.get::<CaseFile>(entity).is_none_or(|file| file.mute(now).is_none()) {
        return Err(NOT_MUTED.into());
    }
    world.edit::<CaseFile>(entity).ok_or(Refusal::internal())?.set_mute(None);
    Ok(Success::empty())
}
