//! Goals on a report: judged elsewhere, shown first.

use serde::Serialize;

/// Whether a goal is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GoalVerdict {
    /// The whole interval is within the goal.
    Held,
    /// The whole interval is outside of it.
    Broken,
    /// The interval is partly within: more seeds or players would tell.
    NotCertain,
}

impl GoalVerdict {
    /// For readers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Broken => "broken",
            Self::NotCertain => "not certain",
        }
    }
}

/// A goal, and what a study says of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoalOutcome {
    /// The goal in words: `median level of casual on day 7: between 18 and 22`.
    pub goal: String,
    /// Where it is written: `goals.ron:12`.
    pub place: String,
    /// What was found, with its interval: `19.4 (18.9 to 19.9)`.
    pub found: String,
    /// Whether it is met.
    pub verdict: GoalVerdict,
}
