//! `challenges.ron`: how long challenges stay open, and how many.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_engine::rules::SingleFile;

/// How long challenges stay open, and how many.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRules {
    /// Seconds after which an unanswered challenge ends.
    #[schemars(range(min = 1, max = 86_400))]
    pub unanswered_seconds: i64,
    /// Open challenges that a player may have sent.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "challenges"))]
    pub sent_max: usize,
    /// Open challenges that a player may have received.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "challenges"))]
    pub received_max: usize,
}

impl SingleFile for ChallengeRules {
    const PATH: &'static str = "challenges.ron";
}
