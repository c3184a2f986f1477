//! `maintenance.ron`: when players are warned.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// When players are warned.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceRules {
    /// Minutes before its beginning at which players are told of maintenance, the longest first.
    #[schemars(inner(range(min = 1, max = 65_535)), extend("unit" = "minutes"))]
    pub warn_minutes: Vec<u16>,
}

impl SingleFile for MaintenanceRules {
    const PATH: &'static str = "maintenance.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH).key("warn_minutes");
        if self.warn_minutes.is_empty() || self.warn_minutes.contains(&0) {
            report.error(place, "expected numbers of minutes from 1 on");
        } else if !self.warn_minutes.is_sorted_by(|longer, shorter| longer > shorter) {
            report.error(place, "expected the longest first, and none twice");
        }
    }
}

impl MaintenanceRules {
    /// Seconds before the beginning, the longest first.
    pub fn warn_seconds(&self) -> impl Iterator<Item = i64> + Clone {
        self.warn_minutes.iter().map(|minutes| 60 * i64::from(*minutes))
    }

    /// How long before its beginning players hear of maintenance.
    pub fn longest_seconds(&self) -> i64 {
        self.warn_seconds().next().unwrap_or_default()
    }
}
