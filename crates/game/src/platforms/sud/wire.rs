//! The wire format of SUD, field by field in the contract's order (docs/contract/game-reports.md#the-body,
//! docs/contract/match-query.md#the-answer).
//!
//! Both sides use these types: the reporter and the sandbox that receives, the query that is served and the one that is
//! sent. Unknown fields are ignored. Times are Unix seconds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::platforms::secret::Secret;
use raidkeep_engine::request::lenient::null_as_default;

/// How long `report_game_info_extras` may be, in bytes (docs/contract/game-reports.md#the-body). What is longer is cut
/// by the sender.
pub const EXTRAS_BYTES_MAX: usize = 1024;
/// The longest `report_game_info_key`, in bytes (docs/contract/game-reports.md#the-body).
pub const KEY_BYTES_MAX: usize = 64;

/// The body of a report (docs/contract/game-reports.md#the-body).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SudReport {
    /// The message; `report_type` and `report_msg`.
    #[serde(flatten)]
    pub message: ReportMessage,
    /// The platform's id of the player who owns the round.
    pub uid: String,
    /// The player's session with the platform.
    #[serde(serialize_with = "Secret::serialize_exposed")]
    pub ss_token: Secret,
}

/// What a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "report_type", content = "report_msg", rename_all = "snake_case")]
pub enum ReportMessage {
    /// A round has begun.
    GameStart(GameStart),
    /// A round is over.
    GameSettle(GameSettle),
}

impl ReportMessage {
    /// The `report_type` on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::GameStart(_) => "game_start",
            Self::GameSettle(_) => "game_settle",
        }
    }

    /// The round; together with the kind it identifies duplicates.
    pub fn game_round_id(&self) -> &str {
        match self {
            Self::GameStart(start) => &start.game_round_id,
            Self::GameSettle(settle) => &settle.game_round_id,
        }
    }
}

/// `game_start_object`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GameStart {
    /// The game.
    pub mg_id: i64,
    /// The same as a string, for readers whose numbers are doubles.
    pub mg_id_str: String,
    /// The room.
    pub room_id: String,
    /// The mode of the game.
    pub game_mode: i32,
    /// The round.
    pub game_round_id: String,
    /// When it began.
    pub battle_start_at: i64,
    /// The players.
    pub players: Vec<PlayerInfo>,
    /// Passed through, at most [`EXTRAS_BYTES_MAX`].
    pub report_game_info_extras: String,
    /// Passed through, at most [`KEY_BYTES_MAX`]; rounds can be queried by it.
    pub report_game_info_key: String,
}

/// `player_object`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayerInfo {
    /// The platform's id of the player, "" for a robot.
    pub uid: String,
    /// 1 for a robot, else 0.
    pub is_ai: i32,
}

/// `game_settle_object`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GameSettle {
    /// The game.
    pub mg_id: i64,
    /// The same as a string, for readers whose numbers are doubles.
    pub mg_id_str: String,
    /// The room.
    pub room_id: String,
    /// The mode of the game.
    pub game_mode: i32,
    /// The round.
    pub game_round_id: String,
    /// When it began.
    pub battle_start_at: i64,
    /// When it ended.
    pub battle_end_at: i64,
    /// How long it took, in seconds.
    pub battle_duration: i64,
    /// The result of each player.
    pub results: Vec<PlayerResult>,
    /// Passed through, at most [`EXTRAS_BYTES_MAX`].
    pub report_game_info_extras: String,
    /// Passed through, at most [`KEY_BYTES_MAX`]; rounds can be queried by it.
    pub report_game_info_key: String,
}

/// `player_result_object`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlayerResult {
    /// The platform's id of the player, "" for a robot.
    pub uid: String,
    /// From 1; equal in a draw.
    pub rank: i32,
    /// 1 for a player who ran away, else 0.
    pub is_escaped: i32,
    /// 1 for a robot, else 0.
    pub is_ai: i32,
    /// The role in the game; 0 means none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<i32>,
    /// The score of this round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i32>,
    /// 0 unknown, 1 lost, 2 won, 3 draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_win: Option<i32>,
    /// The reward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award: Option<i32>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extras: Option<String>,
}

/// The answer to a report (docs/contract/game-reports.md#retries). Any `ret_code` but 0 is a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportAnswer {
    /// 0 is success.
    pub ret_code: i32,
    /// What went wrong.
    #[serde(default)]
    pub ret_msg: String,
    /// The code of the platform's SDK.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdk_error_code: Option<i32>,
    /// Further data, if there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// The parameters of a query (docs/contract/match-query.md#the-question). `match_id` wins when both are given; both
/// empty is a bad request.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchQuery {
    /// The round.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub match_id: String,
    /// The key its start was reported with.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "String::is_empty")]
    pub report_game_info_key: String,
}

/// The answer to a query (docs/contract/match-query.md#the-answer).
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatchAnswer {
    /// 0 is success; see [`query_code`].
    pub ret_code: i32,
    /// What went wrong.
    #[serde(default)]
    pub ret_msg: String,
    /// The round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<MatchInfo>,
}

/// The failures of a query (docs/contract/match-query.md#codes).
pub mod query_code {
    /// Bad parameters.
    pub const BAD_PARAMETERS: i32 = 10002;
    /// No such round.
    pub const UNKNOWN_MATCH: i32 = 70420;
}

/// A round, `AppServerQueryMatchBaseResp` (docs/contract/match-query.md#the-answer). Numbers that are strings in the
/// contract are strings here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MatchInfo {
    /// The game.
    pub mg_id: String,
    /// The room.
    pub room_id: String,
    /// The mode of the game.
    pub game_mode: i32,
    /// The round; `game_round_id` of its reports.
    pub match_id: String,
    /// When it began.
    pub battle_start_at: String,
    /// When it ended; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battle_end_at: Option<String>,
    /// How long it took, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battle_duration: Option<String>,
    /// The result of each player.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<Vec<PlayerSettle>>,
    /// The key its start was reported with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_game_info_key: Option<String>,
    /// The extras its start was reported with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_game_info_extras: Option<String>,
    /// Whether it is still running.
    pub status: MatchStatus,
}

/// Whether a round is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum MatchStatus {
    /// It is open.
    Playing,
    /// It is over.
    Closed,
}

/// `PlayerSettleModel`, in the order of the contract's sample (docs/contract/match-query.md#the-answer).
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlayerSettle {
    /// 1 for a robot, else 0.
    pub is_ai: i32,
    /// The platform's id of the player, "" for a robot.
    pub uid: String,
    /// The score of this round.
    pub score: i32,
    /// The points the player has left.
    pub remain_score: i32,
    /// The commission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commission_score: Option<i32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = r#"{"report_type":"game_start","report_msg":{"mg_id":1461227817776713818,"mg_id_str":"1461227817776713818","room_id":"xxx123","game_mode":1,"game_round_id":"ce56b6lzi1a7-cehorlmy01pq-cqkdd39jyrmz","battle_start_at":1638845715,"players":[{"uid":"u2","is_ai":0},{"uid":"u1","is_ai":0}],"report_game_info_extras":"custom param","report_game_info_key":"custom param"},"uid":"u1","ss_token":"fyRTOsubRLCGrRvKoKm7wIcMM1DL7cfb"}"#;
    const SETTLE: &str = r#"{"report_type":"game_settle","report_msg":{"mg_id":1461227817776713818,"mg_id_str":"1461227817776713818","room_id":"xxx123","game_mode":1,"game_round_id":"ce56b6lzi1a7-cehorlmy01pq-cqkdd39jyrmz","battle_start_at":1638845715,"battle_end_at":1638845720,"battle_duration":5,"results":[{"uid":"u2","rank":1,"is_escaped":0,"is_ai":0,"role":0,"score":1,"is_win":1},{"uid":"","rank":2,"is_escaped":0,"is_ai":1,"role":0,"score":2,"is_win":0}],"report_game_info_extras":"custom param","report_game_info_key":"custom param"},"uid":"u1","ss_token":"fyRTOsubRLCGrRvKoKm7wIcMM1DL7cfb"}"#;
    const MATCH: &str = r#"{"ret_code":0,"ret_msg":"","data":{"mg_id":"1557194155570024449","room_id":"90091","game_mode":1,"match_id":"ce56b6lzi1a7-cf75pcvbs7j1-cx5h93twefna","battle_start_at":"1664333908","battle_end_at":"1664334968","battle_duration":"1060","results":[{"is_ai":0,"uid":"a4c1c93d","score":-100,"remain_score":0,"commission_score":0},{"is_ai":0,"uid":"5cb0d3a5","score":-100,"remain_score":0,"commission_score":0}],"report_game_info_key":"mkey001","report_game_info_extras":"extras","status":"CLOSED"}}"#;

    #[test]
    fn the_reports_of_the_document_are_written_byte_for_byte() {
        for sample in [START, SETTLE] {
            let report: SudReport = serde_json::from_str(sample).expect("the contract's sample is read");
            assert_eq!(serde_json::to_string(&report).expect("a report is JSON"), sample);
            assert_eq!(report.message.game_round_id(), "ce56b6lzi1a7-cehorlmy01pq-cqkdd39jyrmz");
            assert!(sample.contains(&format!("\"report_type\":\"{}\"", report.message.kind())));
            assert!(!format!("{report:?}").contains("fyRTO"), "the token of a player is never printed");
        }
    }

    #[test]
    fn the_answer_of_the_query_is_written_byte_for_byte() {
        let answer: MatchAnswer = serde_json::from_str(MATCH).expect("the contract's sample is read");
        assert_eq!(serde_json::to_string(&answer).expect("an answer is JSON"), MATCH);
    }

    #[test]
    fn a_running_round_leaves_out_what_is_not_known_yet() {
        let mut answer: MatchAnswer = serde_json::from_str(MATCH).expect("the contract's sample is read");
        let data = answer.data.as_mut().expect("the sample has data");
        (data.battle_end_at, data.battle_duration, data.results) = (None, None, None);
        data.status = MatchStatus::Playing;
        let text = serde_json::to_string(&answer).expect("an answer is JSON");
        assert!(text.contains(r#""battle_start_at":"1664333908","report_game_info_key""#), "{text}");
        assert!(text.ends_with(r#""status":"PLAYING"}}"#), "{text}");
    }

    #[test]
    fn fields_a_platform_adds_are_ignored_and_a_missing_one_is_named() {
        let more = START.replacen('{', "{\"new\":[1],", 1).replacen("\"mg_id\"", "\"new\":{},\"mg_id\"", 1);
        let report: SudReport = serde_json::from_str(&more).expect("new fields do no harm");
        assert_eq!(report.uid, "u1");
        let less = START.replace("\"room_id\":\"xxx123\",", "");
        let told = serde_json::from_str::<SudReport>(&less).expect_err("the room is missing").to_string();
        assert!(told.contains("room_id"), "{told}");
    }

    #[test]
    fn a_query_names_only_what_it_asks_for() {
        let query = MatchQuery { match_id: "1659497694003".to_owned(), ..MatchQuery::default() };
        assert_eq!(serde_json::to_string(&query).expect("a query is JSON"), r#"{"match_id":"1659497694003"}"#);
    }
}
