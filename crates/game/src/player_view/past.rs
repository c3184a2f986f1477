//! `player_as_of`: a player as of an earlier moment, as `player_view` would have shown it then.
//!
//! A world keeps no past. Who runs it says how to look into archive and journal ([`PastPlayers`]), which takes a process of
//! its own; what that finds is an input of the world, so a journal replays without an archive.

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
use raidkeep_engine::request::{Call, Code, Fact, Job, Need, Operator, Player, Refusal, Success, Waits};
use raidkeep_engine::start::RowSource;
use raidkeep_engine::storage::rows::Persistence;
use raidkeep_engine::views::{ViewPage, ViewParts, Viewed};

pub(super) fn register(app: &mut App) {
    app.init_resource::<PastPlayers>().add_waiting_request::<PlayerAsOf, _>(player_as_of);
}

/// What is asked about whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastQuestion {
    /// The number of the world.
    pub world: u32,
    /// The account's number.
    pub player: u64,
    /// What is asked.
    pub wish: PastWish,
}

/// What is asked about a player. Moments are unix seconds of the game's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PastWish {
    /// The [`PlayerViewed`] of this moment, from the archive. What happened in this second is included.
    View(i64),
    /// The [`RequestsOfPlayer`](crate::player_view::asked::RequestsOfPlayer), from the journal.
    Requests(AskedWhen),
    /// The [`ScenarioOfPlayer`](crate::player_view::asked::ScenarioOfPlayer), from both.
    Scenario(AskedWhen),
}

/// Which requests are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedWhen {
    /// The hashes of the player's tokens.
    pub tokens: Vec<[u8; 32]>,
    /// The functions of operators that only look.
    pub looking: Vec<String>,
    /// From this second on.
    pub from: i64,
    /// Before this second.
    pub to: i64,
    /// Behind the request of this number.
    pub after: Option<u64>,
    /// The most requests.
    pub limit: usize,
}

/// What archive and journal have to say: JSON, or `None` when there was no such player. An error says what is wrong with
/// them.
pub type PastAnswer = Result<Option<String>, String>;

/// Finds out how a player was, and what it asked. It may take seconds, and is called off the world's thread.
#[derive(Clone, Resource)]
pub struct PastPlayers(Arc<dyn Fn(PastQuestion) -> PastAnswer + Send + Sync>);

impl PastPlayers {
    /// By a function.
    pub fn new(find: impl Fn(PastQuestion) -> PastAnswer + Send + Sync + 'static) -> Self {
        Self(Arc::new(find))
    }

    /// The need for the answer to a question.
    pub(super) fn need(&self, question: PastQuestion) -> Need {
        let find = self.0.clone();
        Need::Job(Job::beside(move || -> PastAnswer { find(question) }))
    }
}

/// The JSON of an answer that has arrived.
pub(super) fn said(fact: Fact) -> Result<String, Refusal> {
    let answer = fact.downcast::<PastAnswer>().map_err(|_| Refusal::busy("the past was not read, retry"))?;
    Ok((*answer).map_err(|error| Refusal::saying(NOT_KEPT, error))?.ok_or(NO_SUCH_PLAYER)?)
}

impl Default for PastPlayers {
    /// For worlds that keep neither archive nor journal.
    fn default() -> Self {
        Self::new(|_| Err("this world has neither an archive nor a journal".to_owned()))
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

pub(super) const NOT_KEPT: i32 = 98;

request!(
    Operator, "player_as_of", PlayerAsOf => PlayerOfThen, RIGHT = Right::VIEW,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(NOT_KEPT, "there is no archive, or it does not have that moment, or is damaged"),
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
        return Err(past.need(PastQuestion { world: place.number, player, wish: PastWish::View(at) }).into());
    };
    let view = RawValue::from_string(said(fact)?).map_err(|_| Refusal::internal())?;
    Ok(Success::with(PlayerOfThen { at, view }))
}

/// Brings a player into the memory of a world that is loaded but not running; `None` when there is no such player.
///
/// # Errors
/// When rows of the player cannot be read.
pub fn bring_into_memory(world: &mut World, account: AccountId) -> Result<Option<Player>, String> {
    let tables = world.resource::<Persistence>().player_rows();
    let rows = world.resource::<RowSource>().0.load_player(&tables, account).map_err(|error| error.to_string())?;
    if rows.is_none() {
        return Ok(None);
    }
    players::restore(world, account, rows).map_err(|refusal| unreadable(account, &refusal))?;
    Ok(world.resource::<Players>().entity(account).map(|entity| Player { entity, account }))
}

fn unreadable(account: AccountId, refusal: &Refusal) -> String {
    format!("rows of player {account} cannot be read: {}", refusal.message)
}

/// What `player_view` shows of a player in a world that is loaded but not running, without the parts that read rows besides
/// the player's own; `None` when there is no such player.
///
/// # Errors
/// When rows of the player cannot be read.
pub fn view_at_rest(world: &mut World, account: AccountId) -> Result<Option<PlayerViewed>, String> {
    let Some(player) = bring_into_memory(world, account)? else {
        return Ok(None);
    };
    let page = ViewPage { limit: lenient::page_size(None).unwrap_or_default(), ..ViewPage::default() };
    let viewed = Viewed { world, player, page: &page };
    let all = viewed.world.resource::<ViewParts>().choose(None).unwrap_or_default();
    let parts = all.show_from_memory(&viewed).map_err(|refusal| unreadable(account, &refusal))?;
    let name = viewed.get::<Account>().map_err(|refusal| unreadable(account, &refusal))?.name().to_owned();
    Ok(Some(PlayerViewed { player: account.0, name, parts }))
}
