//! `challenges.ron`: how long challenges stay open, and how many.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// How long challenges stay open, and how many.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRules {
    /// Seconds after which an unanswered challenge ends.
    pub unanswered_seconds: i64,
    /// Open challenges that a player may have sent.
    pub sent_max: usize,
    /// Open challenges that a player may have received.
    pub received_max: usize,
}

impl SingleFile for ChallengeRules {
    const PATH: &'static str = "challenges.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        let size = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        let bounds = [
            ("unanswered_seconds", self.unanswered_seconds, 86_400),
            ("sent_max", size(self.sent_max), 1000),
            ("received_max", size(self.received_max), 1000),
        ];
        for (key, value, most) in bounds {
            if !(1..=most).contains(&value) {
                let message = format!("{value} is out of range, expected 1 to {most}");
                report.error(place.clone().key(key), message);
            }
        }
    }
}
