//! Queries about rounds (docs/contract/match-query.md#the-question): those SUD sends here, and those operators send to
//! SUD.

use std::cmp::Reverse;
use std::fmt;

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platforms::settings::SudSettings;
use crate::platforms::signature::{AUTHORIZATION, AuthError, SudAuth};
use crate::platforms::sud::closed::ClosedRound;
use crate::platforms::sud::nonces::Nonces;
use crate::platforms::sud::rounds::{Round, RoundBook, read_round_id};
use crate::platforms::sud::wire::{MatchAnswer, MatchInfo, MatchQuery, query_code};
use crate::platforms::sud::{QUERIES, SudPlatform, reporter};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::exchange::{CallOutcome, Exchange, Method};
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::Numbering;
use raidkeep_engine::request;
use raidkeep_engine::request::answer::{TIMED_OUT, rows_found};
use raidkeep_engine::request::route::{HttpReply, RouteApp};
use raidkeep_engine::request::{Anyone, Call, Code, Need, Operator, Refusal, Success, Unready, Waits};
use raidkeep_engine::storage::{ArchivedRow, RowQuery};

pub(super) fn register(app: &mut App) {
    app.add_waiting_request::<QueryMatchBase, _>(query_match_base);
    app.add_signed_route::<QueryMatchBase>(QUERY_PATH, newest);
    app.add_waiting_request::<QueryMatch, _>(query_match);
}

/// The path that SUD queries (docs/contract/match-query.md#the-question).
pub const QUERY_PATH: &str = "/v1/app/server/query_match_base";

/// `query_match_base {authorization, body}`: the query as it came over HTTP, header and exact text of the body.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct QueryMatchBase {
    /// The header of that name.
    authorization: String,
    /// The exact text of the body.
    body: String,
}

impl fmt::Debug for QueryMatchBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryMatchBase").field("body", &self.body).finish_non_exhaustive()
    }
}

request!(
    Anyone, "query_match_base", QueryMatchBase => MatchAnswer,
    CODES = &[Code::refusal(NOT_SIGNED, "the signature is wrong, too old, or was used before")],
);

/// The code and the status of a query without a valid signature; the HTTP status too.
pub const NOT_SIGNED: i32 = 401;

/// Why a query is not answered.
#[derive(Debug, thiserror::Error)]
enum NotSigned {
    #[error("questions are not answered on this server")]
    NoPlatform,
    #[error(transparent)]
    Unreadable(#[from] AuthError),
    #[error("the signature does not fit")]
    Signature,
    #[error("the timestamp is too far from the present; expected Unix milliseconds or seconds")]
    Timestamp,
    #[error("the nonce was used before")]
    Nonce,
}

/// Whether a query was signed with the secret, recently, and for the first time.
fn check(
    request: &QueryMatchBase,
    platform: Option<&SudSettings>,
    nonces: &mut Nonces<'_, '_>,
    now_ms: i64,
) -> Result<(), NotSigned> {
    let platform = platform.ok_or(NotSigned::NoPlatform)?;
    let auth = SudAuth::from_header(request.authorization.as_bytes())?;
    if auth.app_id != platform.app_id || !auth.is_signed_by(&platform.app_secret, request.body.as_bytes()) {
        return Err(NotSigned::Signature);
    }
    let window_ms = platform.window_seconds.saturating_mul(1000);
    let signed_ms = auth.timestamp_ms().filter(|at| at.saturating_sub(now_ms).saturating_abs() <= window_ms);
    let signed_ms = signed_ms.ok_or(NotSigned::Timestamp)?;
    if !nonces.take(&auth.nonce, signed_ms, now_ms.saturating_sub(window_ms)) {
        return Err(NotSigned::Nonce);
    }
    Ok(())
}

/// Of the worlds' answers, that about the newest round: clients may use a key in several worlds. Without one, a world
/// that could not look may know the round, so its refusal counts.
fn newest(answers: &[HttpReply]) -> usize {
    let rank = |answer: &HttpReply| {
        let read = serde_json::from_str::<MatchAnswer>(&answer.body).ok().filter(|_| answer.status == 200);
        match read.map(|answer| answer.data) {
            Some(Some(round)) => (2, round.battle_start_at.parse::<i64>().unwrap_or_default()),
            None => (1, 0),
            Some(None) => (0, 0),
        }
    };
    let ranked = answers.iter().enumerate().map(|(at, answer)| (rank(answer), Reverse(at)));
    ranked.max().map_or(0, |(_, Reverse(at))| at)
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
    mut nonces: Nonces,
    (book, rounds): (Res<RoundBook>, Query<&Round>),
    numbering: Res<Numbering>,
    clock: Res<Clock>,
) -> Waits<MatchAnswer> {
    // When it is run again with the rows it read, it was already checked.
    if call.fact.is_none()
        && let Err(why) = check(&call.request, platform.0.as_deref(), &mut nonces, clock.now_ms())
    {
        let why = why.to_string();
        return Ok(failed(NOT_SIGNED, &why).status(NOT_SIGNED).message(why));
    }
    let Some(platform) = &platform.0 else {
        return Err(Refusal::internal().into());
    };
    let Ok(query) = serde_json::from_str::<MatchQuery>(&call.request.body) else {
        return Ok(failed(query_code::BAD_PARAMETERS, "expected a JSON object with match_id or report_game_info_key"));
    };
    let id = match (query.match_id.as_str(), query.report_game_info_key.as_str()) {
        ("", "") => return Ok(failed(query_code::BAD_PARAMETERS, "match_id and report_game_info_key are both empty")),
        ("", key) => book.by_key(key),
        (id, _) => read_round_id(id, numbering.world),
    };
    let unknown = || failed(query_code::UNKNOWN_MATCH, "no such match");
    let Some(id) = id else {
        return Ok(unknown());
    };
    let shown = match book.open(id).and_then(|entity| rounds.get(entity).ok()) {
        Some(round) => Some(round.shown(platform.mg_id)),
        None => {
            let key = ClosedRound::key(id, platform.rounds_kept);
            let rows = rows_found(RowQuery::one(ClosedRound::TABLE, &key), call.fact)?;
            let closed = rows.first().and_then(|(_, value)| ClosedRound::read(value).ok());
            closed.filter(|closed| closed.id() == id).map(|closed| closed.shown(platform.mg_id))
        }
    };
    // The id of another epoch is that of a round which this world has lost.
    let shown = shown.filter(|shown| query.match_id.is_empty() || query.match_id == shown.match_id);
    Ok(shown.map_or_else(unknown, found))
}

/// `query_match {token, match_id?, report_game_info_key?}`: what the platform itself says about a round.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct QueryMatch {
    /// The id of a match.
    #[serde(default)]
    match_id: String,
    /// The key under which it was reported, in place of its id.
    #[serde(default)]
    report_game_info_key: String,
}

request!(
    Operator, "query_match", QueryMatch => MatchAnswer, RIGHT = Right::VIEW,
    CODES = &[
        Code::refusal(NOT_SIGNED, "the platform does not accept this server's signature"),
        Code::passed_on("the platform refuses: its code and its message"),
    ],
);

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
        let why = "the platform does not accept this server's signature; compare app_id and secret";
        return Err(Refusal::new(NOT_SIGNED, why));
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
    fn of_all_worlds_the_newest_round_counts_and_then_a_world_that_could_not_look() {
        let round = |began: &str| {
            let data = serde_json::json!({
                "mg_id": "1", "room_id": "r", "game_mode": 1, "match_id": "m", "battle_start_at": began,
                "status": "PLAYING",
            });
            HttpReply { status: 200, body: serde_json::json!({"ret_code": 0, "ret_msg": "", "data": data}).to_string() }
        };
        let unknown = HttpReply { status: 200, body: r#"{"ret_code":70420,"ret_msg":"no such match"}"#.to_owned() };
        let busy = HttpReply { status: 503, body: r#"{"ret_code":16,"ret_msg":"stopping"}"#.to_owned() };
        assert_eq!(newest(&[unknown.clone(), round("900"), round("1000"), busy.clone()]), 2);
        assert_eq!(newest(&[unknown.clone(), busy]), 1, "it may be a round of that world");
        assert_eq!(newest(&[unknown.clone(), unknown]), 0);
    }
}
