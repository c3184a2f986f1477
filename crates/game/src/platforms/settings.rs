//! Where the platforms are and how patient the game is with them; set by the operator.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::platforms::secret::Secret;
use crate::platforms::sud::sessions::SessionKeys;
use raidkeep_engine::exchange::lines::LineSettings;

/// The platforms of a server. One that is not configured is `None`.
#[derive(Debug, Clone, Default)]
pub struct PlatformSettings {
    /// Payments.
    pub mcrmb: Option<McrmbSettings>,
    /// Reports.
    pub sud: Option<SudSettings>,
    /// The narrator's second voice.
    pub chat: Option<ChatSettings>,
    /// With what players' sessions are encrypted where they are kept.
    pub session_keys: SessionKeys,
}

/// A chat endpoint (docs/contract/role-play.md#narrator).
#[derive(Debug, Clone)]
pub struct ChatSettings {
    /// Its URL, such as `http://127.0.0.1:8080/v1/chat/completions`.
    pub url: String,
    /// The model to use.
    pub model: String,
    /// The API key; empty = none is needed.
    pub key: Secret,
    /// Limits of the line to it.
    pub line: LineSettings,
}

/// The payment platform (docs/contract/points-platform.md).
#[derive(Debug, Clone)]
pub struct McrmbSettings {
    /// The URL in front of the name of a call, such as `http://api.mcrmb.com/Api/`.
    pub gateway: String,
    /// The number of this server on the platform.
    pub sid: String,
    /// Signs every call.
    pub key: Secret,
    /// Limits of the line to it.
    pub line: LineSettings,
    /// The timing of orders.
    pub orders: OrderSettings,
}

/// The report platform (docs/contract/game-reports.md).
#[derive(Debug, Clone)]
pub struct SudSettings {
    /// The URL that reports are sent to.
    pub callback: String,
    /// The URL that matches are queried at; empty = nowhere.
    pub query: String,
    /// The URL of `get_user_info`, which says whose `ss_token` it is; empty = it is not called.
    pub user_info: String,
    /// This game's id there.
    pub app_id: String,
    /// Signs reports and queries.
    pub app_secret: Secret,
    /// The number of the game.
    pub mg_id: i64,
    /// The URL under which SUD reaches this server, for the discovery of its routes.
    pub public_url: String,
    /// Limits of the line to it.
    pub line: LineSettings,
    /// How long to wait before each retry of a report, in seconds of the simulation's clock.
    pub retry_seconds: Vec<i64>,
    /// Whether a world boss session is a round.
    pub reports_boss_sessions: bool,
    /// How many finished rounds can be queried.
    pub rounds_kept: u64,
    /// How far the timestamp of a signed request may be from the present, in seconds.
    pub window_seconds: i64,
}

/// The timing of orders. All times are seconds of the simulation's clock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct OrderSettings {
    /// How long to try to reach the platform before an order is refused. Nothing is charged then.
    pub reach_seconds: i64,
    /// How long to wait between two such attempts.
    pub retry_seconds: i64,
    /// How many orders may wait while the platform is left alone because it keeps failing; more are refused.
    pub waiting_max: usize,
    /// When to ask about a payment whose answer was lost, in seconds from one question to the next. After the last one it
    /// is decided.
    pub settle_after_seconds: Vec<i64>,
    /// When to ask again about a payment that was found not to have been made, in case it arrives late.
    pub watch_after_seconds: Vec<i64>,
}
