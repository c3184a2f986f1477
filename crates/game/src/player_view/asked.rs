//! `player_requests` and `player_scenario`: what a player asked, from the journal of the world.

use bevy_app::App;
use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identity::{NO_SUCH_PLAYER, player_numbered};
use crate::player_view::past::{AskedWhen, NOT_KEPT, PastAnswer, PastPlayers, PastQuestion, PastWish, said};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::login::Login;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::WorldPlace;
use raidkeep_engine::players::Players;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Access, Call, Code, Fact, Operator, Refusal, RequestTable, Success, Unready, Waits};

/// The longest stretch of time that is looked through at once.
const SECONDS_MAX: i64 = 7 * 24 * 60 * 60;
/// The most requests of a scenario.
pub const SCENARIO_REQUESTS_MAX: usize = 500;

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<PlayerRequests, _>(player_requests)
        .add_waiting_request::<PlayerScenario, _>(player_scenario);
}

/// `player_requests {player, from, to, after?, limit?}`: what a player asked in a stretch of time, and what operators did to
/// the player then, from the journal. It is found without playing the journal, so replies are not in it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerRequests {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// From this moment on, unix seconds.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    from: i64,
    /// Before this moment, unix seconds; at most 7 days after `from`.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    to: i64,
    /// The next page: the `next` of the page before.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    after: Option<i64>,
    /// The most requests, 1 to 500; missing = 50.
    #[serde(default, deserialize_with = "lenient::optional_integer")]
    #[schemars(with = "Option<Integer>")]
    limit: Option<i64>,
}

request!(
    Operator, "player_requests", PlayerRequests => RequestsOfPlayer, RIGHT = Right::VIEW,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(NOT_KEPT, "there is no journal, or it cannot be read"),
    ],
);

/// The reply of `player_requests`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct RequestsOfPlayer {
    /// In order of time.
    pub requests: Vec<PastRequest>,
    /// The `after` of the next page; null when this is the last. Where much has to be read, a page may be short, or empty, and
    /// still have a next one.
    pub next: Option<u64>,
}

/// A request of the journal.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PastRequest {
    /// Rises from request to request.
    pub number: u64,
    /// When, unix seconds. The movements that came of it are of the same second, unless it waited for a platform.
    pub at: i64,
    /// Who asked: `player`; `stranger` for a log-in; else the name of an operator.
    pub by: String,
    /// What was called.
    pub function: String,
    /// With which arguments; placeholders stand for secrets.
    pub arguments: Value,
    /// The idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once: Option<String>,
}

/// `player_scenario {player, from, to}`: what a player asked in a stretch of time as a scenario (docs/scenarios.md), which
/// begins with what the player had then. It takes the archive and the journal.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerScenario {
    /// The account's number.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// From this moment on, unix seconds.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    from: i64,
    /// Before this moment, unix seconds; at most 7 days after `from`.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    to: i64,
}

request!(
    Operator, "player_scenario", PlayerScenario => ScenarioOfPlayer, RIGHT = Right::VIEW,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(NOT_KEPT, "there is no archive or no journal of then, one cannot be read, or there are more than 500 requests"),
    ],
);

/// The reply of `player_scenario`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioOfPlayer {
    /// A name for the file.
    pub file: String,
    /// Its text, for `raidkeep scenario`. What was answered is not in it: fill in what you expect.
    pub text: String,
    /// How many requests it has.
    pub requests: u64,
}

/// How the handlers of this file find out who a player is, and ask about the past.
#[derive(SystemParam)]
struct PastRequests<'w, 's> {
    past: Res<'w, PastPlayers>,
    place: Res<'w, WorldPlace>,
    players: Res<'w, Players>,
    table: Res<'w, RequestTable>,
    logins: Query<'w, 's, &'static Login>,
}

impl PastRequests<'_, '_> {
    /// The answer to a question about a player's requests, which is asked first. `wish` has all but the tokens.
    fn ask<T: DeserializeOwned>(
        &self,
        player: i64,
        mut fact: Option<Fact>,
        wish: impl FnOnce(Vec<[u8; 32]>, Vec<String>) -> PastWish,
    ) -> Result<T, Unready> {
        if let Some(answer) = fact.take_if(|fact| fact.is::<PastAnswer>()) {
            return Ok(serde_json::from_str(&said(answer)?).map_err(|_| Refusal::internal())?);
        }
        let player = player_numbered(&self.players, player, &mut fact)?;
        let login = self.logins.get(player.entity).map_err(|_| Refusal::internal())?;
        let tokens = login.hashes().map(|(hash, _)| *hash).collect();
        let kinds = self.table.kinds().iter();
        let looking = kinds.filter(|kind| kind.access == Access::Operator && !kind.may_change);
        let wish = wish(tokens, looking.map(|kind| kind.function.to_owned()).collect());
        Err(self.past.need(PastQuestion { world: self.place.number, player: player.account.0, wish }).into())
    }
}

fn check_stretch(from: i64, to: i64) -> Result<(), Refusal> {
    let is_right = from >= 0 && to > from && to - from <= SECONDS_MAX;
    if is_right { Ok(()) } else { Err(Refusal::malformed("data.to", "a moment after from, by 7 days at most")) }
}

fn player_requests(In(call): In<Call<PlayerRequests>>, past: PastRequests) -> Waits<RequestsOfPlayer> {
    let PlayerRequests { player, from, to, after, limit } = call.request;
    check_stretch(from, to)?;
    let limit =
        lenient::page_size(limit).ok_or_else(|| Refusal::malformed("data.limit", "an integer from 1 to 500"))?;
    let after = after.map(u64::try_from).transpose();
    let after = after.map_err(|_| Refusal::malformed("data.after", "the next of the page before, 0 or more"))?;
    let wish = |tokens, looking| PastWish::Requests(AskedWhen { tokens, looking, from, to, after, limit });
    past.ask(player, call.fact, wish).map(Success::with)
}

fn player_scenario(In(call): In<Call<PlayerScenario>>, past: PastRequests) -> Waits<ScenarioOfPlayer> {
    let PlayerScenario { player, from, to } = call.request;
    check_stretch(from, to)?;
    let (after, limit) = (None, SCENARIO_REQUESTS_MAX);
    let wish = |tokens, looking| PastWish::Scenario(AskedWhen { tokens, looking, from, to, after, limit });
    past.ask(player, call.fact, wish).map(Success::with)
}
