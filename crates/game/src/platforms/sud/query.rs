//! Queries about rounds (docs/contract/match-query.md#the-question): those SUD sends here, and those operators send to
//! SUD.

use std::collections::{BTreeSet, HashSet};
use std::fmt;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platforms::settings::SudSettings;
use crate::platforms::signature::{AUTHORIZATION, SudAuth};
use crate::platforms::sud::closed::ClosedRound;
use crate::platforms::sud::rounds::{Round, RoundBook, read_round_id};
use crate::platforms::sud::wire::{MatchAnswer, MatchInfo, MatchQuery, query_code};
use crate::platforms::sud::{QUERIES, SudPlatform, reporter};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::exchange::{CallOutcome, Exchange, Method};
use raidkeep_engine::random::WorldSeed;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::{TIMED_OUT, rows_found};
use raidkeep_engine::request::route::RouteApp;
use raidkeep_engine::request::{Anyone, Call, Need, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::storage::{ArchivedRow, RowQuery};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<QueryMatchBase, _>(query_match_base);
    app.add_signed_route::<QueryMatchBase>(QUERY_PATH);
    app.add_waiting_request::<QueryMatch, _>(query_match);
}

/// The path that SUD queries (docs/contract/match-query.md#the-question).
pub const QUERY_PATH: &str = "/v1/app/server/query_match_base";

/// How many nonces are remembered; when full, queries are refused until the oldest have expired.
const NONCES_MAX: usize = 65_536;
/// The longest nonce that is accepted, in bytes.
const NONCE_BYTES_MAX: usize = 128;

/// The nonces used within the window.
#[derive(Debug, Default, Resource)]
pub struct Nonces {
    used: HashSet<Box<str>>,
    by_time: BTreeSet<(i64, Box<str>)>,
}

impl Nonces {
    /// Records a nonce of a request that was signed at `signed_ms`; `false` when it was used before or cannot be
    /// recorded.
    fn note(&mut self, nonce: &str, signed_ms: i64, oldest_ms: i64) -> bool {
        while let Some((at, _)) = self.by_time.first()
            && *at < oldest_ms
            && let Some((_, nonce)) = self.by_time.pop_first()
        {
            self.used.remove(&nonce);
        }
        let is_new = nonce.len() <= NONCE_BYTES_MAX && self.used.len() < NONCES_MAX && self.used.insert(nonce.into());
        if is_new {
            self.by_time.insert((signed_ms, nonce.into()));
        }
        is_new
    }
}

/// `query_match_base {authorization, body}`: the query as it came over HTTP, header and exact text of the body.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct QueryMatchBase {
    authorization: String,
    body: String,
}

impl fmt::Debug for QueryMatchBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryMatchBase").field("body", &self.body).finish_non_exhaustive()
    }
}

request!(Anyone, "query_match_base", QueryMatchBase => MatchAnswer);

/// The status of a query without a valid signature; the HTTP status too.
pub const NOT_SIGNED: i32 = 401;

fn not_signed(why: &'static str) -> Refusal {
    Refusal::new(NOT_SIGNED, why)
}

/// Whether a query was signed with the secret, recently, and for the first time.
fn check(request: &QueryMatchBase, platform: &SudSettings, nonces: &mut Nonces, now_ms: i64) -> Result<(), Refusal> {
    let auth = SudAuth::from_header(request.authorization.as_bytes());
    let auth = auth.map_err(|error| Refusal { status: NOT_SIGNED, message: error.to_string().into() })?;
    if auth.app_id != platform.app_id || !auth.is_signed_by(&platform.app_secret, request.body.as_bytes()) {
        return Err(not_signed("the signature does not fit"));
    }
    let window_ms = platform.window_seconds.saturating_mul(1000);
    let signed_ms = auth.timestamp_ms().filter(|at| at.saturating_sub(now_ms).saturating_abs() <= window_ms);
    let signed_ms = signed_ms.ok_or(not_signed("the timestamp is too far from the present"))?;
    if !nonces.note(&auth.nonce, signed_ms, now_ms.saturating_sub(window_ms)) {
        return Err(not_signed("the nonce was used before"));
    }
    Ok(())
}

fn failed(code: i32, message: &str) -> Success<MatchAnswer> {
    Success::with(MatchAnswer { ret_code: code, ret_msg: message.to_owned(), data: None })
}

fn found(data: MatchInfo) -> Success<MatchAnswer> {
    Success::with(MatchAnswer { ret_code: 0, ret_msg: String::new(), data: Some(data) })
}

fn query_match_base(
    In(call): In<Call<QueryMatchBase>>,
    platform: Res<SudPlatform>,
    mut nonces: ResMut<Nonces>,
    (book, rounds): (Res<RoundBook>, Query<&Round>),
    seed: Res<WorldSeed>,
    clock: Res<Clock>,
) -> Waits<MatchAnswer> {
    let platform = platform.0.as_ref().ok_or(not_signed("questions are not answered on this server"))?;
    // When it is run again with the rows it read, it was already checked.
    if call.fact.is_none() {
        check(&call.request, platform, &mut nonces, clock.now_ms())?;
    }
    let Ok(query) = serde_json::from_str::<MatchQuery>(&call.request.body) else {
        return Ok(failed(query_code::BAD_PARAMETERS, "expected a JSON object with match_id or report_game_info_key"));
    };
    let id = match (query.match_id.as_str(), query.report_game_info_key.as_str()) {
        ("", "") => return Ok(failed(query_code::BAD_PARAMETERS, "match_id and report_game_info_key are both empty")),
        ("", key) => book.by_key(key),
        (id, _) => read_round_id(id, &seed),
    };
    let unknown = || failed(query_code::UNKNOWN_MATCH, "no such match");
    let Some(id) = id else {
        return Ok(unknown());
    };
    if let Some(round) = book.open(id).and_then(|entity| rounds.get(entity).ok()) {
        return Ok(found(round.shown(platform.mg_id)));
    }
    let key = ClosedRound::key(id, platform.rounds_kept);
    let rows = rows_found(RowQuery::one(ClosedRound::TABLE, &key), call.fact)?;
    let closed = rows.first().and_then(|(_, value)| ClosedRound::read(value).ok()).filter(|closed| closed.id() == id);
    Ok(closed.map_or_else(unknown, |closed| found(closed.shown(platform.mg_id))))
}

/// `query_match {token, match_id?, report_game_info_key?}`: what the platform itself says about a round.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct QueryMatch {
    #[serde(default)]
    match_id: String,
    #[serde(default)]
    report_game_info_key: String,
}

request!(Operator, "query_match", QueryMatch => MatchAnswer);

fn query_match(In(call): In<Call<QueryMatch>>, world: &mut World) -> Waits<MatchAnswer> {
    let outcome = call.fact.and_then(|fact| fact.downcast::<CallOutcome>().ok());
    if let Some(outcome) = outcome {
        return Ok(read_answer(*outcome)?);
    }
    let QueryMatch { match_id, report_game_info_key } = call.request;
    if match_id.is_empty() && report_game_info_key.is_empty() {
        return Err(Refusal::malformed("data.match_id", "the id of a match, or report_game_info_key").into());
    }
    let platform = world.resource::<SudPlatform>().0.clone().filter(|platform| !platform.query.is_empty());
    let platform = platform.ok_or(Refusal::busy("no platform to ask for matches is set up on this server"))?;
    let query = MatchQuery { match_id, report_game_info_key };
    let body = serde_json::to_vec(&query).unwrap_or_default();
    let auth = reporter::sign(world, &platform, &body);
    let headers =
        vec![(AUTHORIZATION, auth.to_header()), ("Content-Type", "application/json;charset=utf-8".to_owned())];
    let exchange = Exchange { method: Method::Post, url: platform.query.clone(), headers, body };
    Err(Unready::Needs(Need::Exchange(QUERIES, exchange)))
}

fn read_answer(outcome: CallOutcome) -> Result<Success<MatchAnswer>, Refusal> {
    let answered = outcome.map_err(|failure| match failure {
        raidkeep_engine::exchange::CallFailure::TimedOut => TIMED_OUT,
        _ => Refusal::busy("the platform cannot be reached, retry later"),
    })?;
    if answered.status == 401 {
        return Err(not_signed("the platform does not accept this server's signature; compare app_id and secret"));
    }
    let answer: MatchAnswer = serde_json::from_slice(&answered.body).map_err(|error| {
        tracing::warn!(status = answered.status, %error, "the platform's answer about a match is invalid");
        Refusal::busy("the platform's answer makes no sense, retry later")
    })?;
    let (status, message) = (answer.ret_code, answer.ret_msg.clone());
    let message = if message.is_empty() { "success".to_owned() } else { message };
    Ok(Success::with(answer).status(status).message(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_counts_once_until_it_is_too_old_to_be_accepted_at_all() {
        let mut nonces = Nonces::default();
        assert!(nonces.note("a", 1000, 0));
        assert!(!nonces.note("a", 1001, 0), "used before");
        assert!(nonces.note("b", 2000, 1001));
        assert_eq!(nonces.used.len(), 1, "what is too old is forgotten");
        assert!(!nonces.note(&"x".repeat(NONCE_BYTES_MAX + 1), 2000, 1001));
    }
}
