//! Goals: what designers want of the game ([`raidkeep_game::goals`]), judged on the seeds of a study.
//!
//! Each seed gives one value. Whether the interval of their mean lies within what is wanted, outside of it, or on both
//! sides, decides whether the goal is held, broken, or not certain.

mod judge;
mod source;
mod words;

pub use judge::{fit, judge};
pub use source::{open, open_of};

use std::fmt::Write as _;

use crate::report::goals::{GoalOutcome, GoalVerdict};

/// Of several verdicts, the one that counts: broken before not certain, and that before held.
pub fn worst(outcomes: &[GoalOutcome]) -> GoalVerdict {
    let is_any = |verdict| outcomes.iter().any(|outcome| outcome.verdict == verdict);
    let ranked = [GoalVerdict::Broken, GoalVerdict::NotCertain];
    ranked.into_iter().find(|verdict| is_any(*verdict)).unwrap_or(GoalVerdict::Held)
}

/// A line for each goal, in the form of problems, so that terminals and editors lead to it; and how many there are.
pub fn text(outcomes: &[GoalOutcome]) -> String {
    let mut text = String::new();
    for GoalOutcome { goal, place, found, verdict } in outcomes {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{place}: {}: {goal}; found {found}", verdict.word());
    }
    let count = |verdict| outcomes.iter().filter(|outcome| outcome.verdict == verdict).count();
    let counts = [GoalVerdict::Held, GoalVerdict::Broken, GoalVerdict::NotCertain]
        .map(|verdict| format!("{} {}", count(verdict), verdict.word()));
    let _ = writeln!(text, "goals: {}", counts.join(", "));
    text
}

/// The same as a table for a comment on a pull request; each list of outcomes with the assets that it is about.
pub fn markdown(judged: &[(&str, &[GoalOutcome])]) -> String {
    let mut text =
        String::from("\n### Goals\n\n| assets | goal | found | verdict | written in |\n|---|---|---|---|---|\n");
    for (assets, outcomes) in judged {
        for GoalOutcome { goal, place, found, verdict } in *outcomes {
            let cells = [*assets, goal, found, verdict.word(), place].map(|cell| cell.replace('|', "\\|"));
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    text
}
