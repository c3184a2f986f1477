//! The line of pushes to clients.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_engine::exchange::lines::LineSettings;

/// Limits on pushes to clients.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
pub struct PushLine {
    /// Pushes in flight at the same time.
    pub in_flight: usize,
    /// How long to wait for an answer, in seconds.
    pub deadline_seconds: i64,
}

impl PushLine {
    /// No circuit breaker: there are many clients, and the failure of one says nothing about the others.
    pub(super) fn settings(self) -> LineSettings {
        LineSettings {
            in_flight: self.in_flight,
            deadline_seconds: self.deadline_seconds,
            circuit: None,
            answer_within_seconds: None,
        }
    }
}
