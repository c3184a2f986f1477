//! `families.ron`: how large families may be.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// How large families may be. Their names follow `names.ron`, as usernames do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FamilyRules {
    /// The most members of a family.
    pub members_max: usize,
}

impl SingleFile for FamilyRules {
    const PATH: &'static str = "families.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        if !(1..=500).contains(&self.members_max) {
            let message = format!("{} is out of range, expected 1 to 500", self.members_max);
            report.error(Place::file(Self::PATH).key("members_max"), message);
        }
    }
}
