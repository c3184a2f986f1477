//! How much damage a player can have dealt, by its level and the time it was in the stage.
//!
//! The client plays the battle and reports the damage; these rules bound what is believed.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_engine::rules::{Place, Report};

/// The most damage that is believed: the sum of these, each 0 if absent.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlausibleDamage {
    /// At any level, immediately.
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64), extend("unit" = "life points"))]
    pub at_once: u64,
    /// For each level of the player, immediately.
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64), extend("unit" = "life points"))]
    pub per_level: u64,
    /// For each second in the stage, at any level.
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64), extend("unit" = "life points"))]
    pub per_second: u64,
    /// For each second in the stage and each level.
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64), extend("unit" = "life points"))]
    pub per_level_second: u64,
}

impl PlausibleDamage {
    /// The most that a player of this level can have dealt in this time.
    pub fn most(&self, level: u32, seconds: i64) -> u64 {
        let (level, seconds) = (u64::from(level), u64::try_from(seconds).unwrap_or(0));
        let by_time = self.per_second.saturating_add(self.per_level_second.saturating_mul(level));
        self.at_once
            .saturating_add(self.per_level.saturating_mul(level))
            .saturating_add(by_time.saturating_mul(seconds))
    }

    /// Reports rules by which nobody can ever deal damage.
    pub fn check(&self, place: &Place, report: &mut Report) {
        let Self { at_once, per_level, per_second, per_level_second } = *self;
        if [at_once, per_level, per_second, per_level_second] == [0; 4] {
            report.error(place, "no damage would ever be believed, expected a number above 0");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_grows_with_level_and_time_and_never_overflows() {
        let rules = PlausibleDamage { at_once: 100, per_level: 10, per_second: 5, per_level_second: 2 };
        assert_eq!(rules.most(0, 0), 100);
        assert_eq!(rules.most(3, 0), 130);
        assert_eq!(rules.most(3, 10), 130 + 10 * (5 + 6));
        assert_eq!(rules.most(3, -10), 130, "a clock that jumped back gives no time");
        let most = PlausibleDamage { at_once: u64::MAX, ..rules };
        assert_eq!(most.most(u32::MAX, i64::MAX), u64::MAX);
    }
}
