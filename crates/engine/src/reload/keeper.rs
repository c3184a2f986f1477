//! Who keeps rule sets: a set is durable before it is in force, and one of before can be pinned.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rules::LoadedRules;

/// How a rule set comes into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleChange {
    /// The folder has published it.
    Published,
    /// An operator went back to it, which pins it.
    WentBack,
    /// The pin was removed, so that what the folder has counts again.
    Unpinned,
}

/// Who changes the rules, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesOrder {
    /// How.
    pub change: RuleChange,
    /// The operator's name, or what noticed the change, such as `the watcher`.
    pub by: String,
    /// Why; empty where nobody was asked.
    pub reason: String,
}

/// A rule set that stays in force whatever the folder has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulesPin {
    /// Which, as in `rules_status`.
    pub fingerprint: String,
    /// Since when, unix seconds.
    pub at: i64,
    /// The operator's name.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Why a rule set could not be kept, so that it does not come into force.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the realm has not kept the rules: {0}")]
pub struct NotKept(pub String);

/// Keeps rule sets.
pub trait RuleKeeper: Send + Sync {
    /// Keeps a set that is about to come into force, read from the place that `source` describes. Blocks until it is on disk.
    /// Returns which set is pinned then; where that is another one, this one must not come into force.
    ///
    /// # Errors
    /// When it cannot be said that the set is on disk.
    fn keep(&self, rules: &LoadedRules, source: &str, order: &RulesOrder) -> Result<Option<RulesPin>, NotKept>;
}
