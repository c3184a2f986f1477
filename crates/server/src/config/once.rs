//! What is remembered of requests with a `once` key.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::Mistake;
use raidkeep_engine::request::once::OnceSettings;

/// How much is remembered of requests with a `once` key, of each player and of the operator.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct OnceLimits {
    /// Replies.
    pub replies: u64,
    /// Keys before these, without their replies.
    pub keys: u64,
    /// Series of ordered keys.
    pub series: usize,
    /// Bytes of a player's replies.
    pub reply_bytes_per_player: usize,
    /// Bytes of the replies of all players in memory.
    pub reply_bytes_per_world: usize,
}

impl OnceLimits {
    pub(super) fn settings(self) -> OnceSettings {
        let Self { replies, keys, series, reply_bytes_per_player, reply_bytes_per_world } = self;
        OnceSettings { replies, keys, series, reply_bytes_per_player, reply_bytes_per_world }
    }

    pub(super) fn mistakes(self) -> impl Iterator<Item = Mistake> {
        let most = [
            ("once.replies", self.replies, OnceSettings::REPLIES_MAX),
            ("once.keys", self.keys, OnceSettings::KEYS_MAX),
            ("once.series", self.series as u64, OnceSettings::SERIES_MAX as u64),
        ];
        let wrong = most.into_iter().filter(|(_, value, most)| !(1..=*most).contains(value));
        wrong.map(|(key, _, most)| (key, format!("expected 1 to {most}")))
    }
}
