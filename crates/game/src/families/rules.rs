//! `families.ron`: how large families may be.

use schemars::JsonSchema;
use serde::Deserialize;

use raidkeep_engine::rules::SingleFile;

/// How large families may be. Their names follow `names.ron`, as usernames do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FamilyRules {
    /// The most members of a family.
    #[schemars(range(min = 1, max = 500), extend("unit" = "players"))]
    pub members_max: usize,
}

impl SingleFile for FamilyRules {
    const PATH: &'static str = "families.ron";
}
