//! `player_as_of`: a player as of an earlier moment, as `player_view` would have shown it then.
//!
//! A world keeps no past. Who runs it says how to look into the archive ([`PastPlayers`]), which takes a process of its
//! own; what that finds is an input of the world, so a journal replays without an archive.

use std::fmt;
use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::identity::{Account, NO_SUCH_PLAYER};
use crate::player_view::requests::PlayerViewed;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::players::{self, Players};
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Call, Code, Job, Need, Operator, Player, Refusal, Success, Waits};
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::rows::Persistence;
use raidkeep_engine::views::{ViewPage, ViewParts, Viewed};

pub(super) fn register(app: &mut App) {
    app.init_resource::<PastPlayers>().add_waiting_request::<PlayerAsOf, _>(player_as_of);
}

/// Which player is asked for, as of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastQuestion {
    /// The number of the world.
    pub world: u32,
    /// The account's number.
    pub player: u64,
    /// Unix seconds of the game's clock. What happened in this second is included.
    pub at: i64,
}

/// What the archive has to say: the reply of `player_view` as JSON, or `None` when there was no such player. An error says
/// what is wrong with the archive.
pub type PastAnswer = Result<Option<String>, String>;

/// Finds out how a player was. It may take seconds, and is called off the world's thread.
#[derive(Clone, Resource)]
pub struct PastPlayers(Arc<dyn Fn(PastQuestion) -> PastAnswer + Send + Sync>);

impl PastPlayers {
    /// By a function.
    pub fn new(find: impl Fn(PastQuestion) -> PastAnswer + Send + Sync + 'static) -> Self {
        Self(Arc::new(find))
    }
}

impl Default for PastPlayers {
    /// For worlds without an archive.
    fn default() -> Self {
        Self::new(|_| Err("there is no archive: the setting archive.folder names no folder".to_owned()))
    }
}

impl fmt::Debug for PastPlayers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PastPlayers")
    }
}

/// `player_as_of {player, at}`: a player as of an earlier moment, from the archive.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerAsOf {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// The moment, unix seconds; not in the future. What happened in this second is included.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    at: i64,
}

const NOT_IN_ARCHIVE: i32 = 98;

request!(
    Operator, "player_as_of", PlayerAsOf => PlayerOfThen, RIGHT = Right::VIEW,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(NOT_IN_ARCHIVE, "there is no archive, or it does not have that moment, or is damaged"),
    ],
);

/// The reply of `player_as_of`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerOfThen {
    /// The moment that was asked for, unix seconds.
    at: i64,
    /// What `player_view` showed then, without the parts that list what happened: `player_view` has these, with `to`.
    #[schemars(with = "PlayerViewed")]
    view: Box<RawValue>,
}

fn player_as_of(
    In(call): In<Call<PlayerAsOf>>,
    (past, place, clock): (Res<PastPlayers>, Res<WorldPlace>, Res<Clock>),
) -> Waits<PlayerOfThen> {
    let PlayerAsOf { player, at } = call.request;
    let player = u64::try_from(player).map_err(|_| NO_SUCH_PLAYER)?;
    if !(0..=clock.now()).contains(&at) {
        return Err(Refusal::malformed("data.at", "a moment that is not in the future, unix seconds").into());
    }
    let Some(fact) = call.fact else {
        let (past, question) = (past.clone(), PastQuestion { world: place.number, player, at });
        return Err(Need::Job(Job::beside(move || -> PastAnswer { (past.0)(question) })).into());
    };
    let answer = fact.downcast::<PastAnswer>().map_err(|_| Refusal::busy("the archive was not read, retry"))?;
    let text = answer.map_err(|error| Refusal::saying(NOT_IN_ARCHIVE, error))?.ok_or(NO_SUCH_PLAYER)?;
    let view = RawValue::from_string(text).map_err(|_| Refusal::internal())?;
    Ok(Success::with(PlayerOfThen { at, view }))
}

/// What `player_view` shows of a player in a world that is loaded but not running, without the parts that read rows besides
/// the player's own; `None` when there is no such player.
///
/// # Errors
/// When rows of the player cannot be read.
pub fn view_at_rest(world: &mut World, account: AccountId) -> Result<Option<PlayerViewed>, String> {
    let tables = world.resource::<Persistence>().player_rows();
    let rows = world.resource::<RowSource>().0.load_player(&tables, account).map_err(|error| error.to_string())?;
    if rows.is_none() {
        return Ok(None);
    }
    let unreadable = |refusal: Refusal| format!("rows of player {account} cannot be read: {}", refusal.message);
    players::restore(world, account, rows).map_err(unreadable)?;
    let Some(entity) = world.resource::<Players>().entity(account) else {
        return Ok(None);
    };
    let page = ViewPage { limit: lenient::page_size(None).unwrap_or_default(), ..ViewPage::default() };
    let viewed = Viewed { world, player: Player { entity, account }, page: &page };
    let all = viewed.world.resource::<ViewParts>().choose(None).unwrap_or_default();
    let parts = all.show_from_memory(&viewed).map_err(unreadable)?;
    let name = viewed.get::<Account>().map_err(unreadable)?.name().to_owned();
    Ok(Some(PlayerViewed { player: account.0, name, parts }))
}
