//! Goals in words.

use crate::report::number::short;
use crate::simulate::Study;
use raidkeep_game::goals::{Goal, GoalMeasure};

/// A goal: `median level of regular on day 7: 18 to 22`.
pub(super) fn goal_words(goal: &Goal, study: &Study) -> String {
    let words = &study.words;
    let what = match &goal.of {
        GoalMeasure::Level(average) => format!("{} level", average.name()),
        GoalMeasure::Stages(mode, average) => format!("{} number of {} stages passed", average.name(), mode.name()),
        GoalMeasure::Stock(item, average) => format!("{} stock of {}", average.name(), words.item(*item)),
        GoalMeasure::Growth { item, days } => format!("growth of {} within {days} days, in %", words.item(*item)),
        GoalMeasure::Gained(item) => format!("{} gained a day", words.item(*item)),
        GoalMeasure::Spent(item) => format!("{} spent a day", words.item(*item)),
        GoalMeasure::EnergyWasted => "% of energy wasted".to_owned(),
        GoalMeasure::TicketsLeft(key) => format!("tickets left, {}", words.ticket(*key)),
        GoalMeasure::Finished => "% who have passed every stage".to_owned(),
        GoalMeasure::IdleDays(average) => format!("{} days without anything to do", average.name()),
        GoalMeasure::Stayed => "% not gone for good".to_owned(),
        GoalMeasure::Points => "points paid by a player".to_owned(),
        GoalMeasure::Refused => "% of requests refused".to_owned(),
        GoalMeasure::BossDies(boss) => return format!("day on which {boss} dies: {}", wanted(goal)),
    };
    let of = goal.archetype.as_deref().unwrap_or("all players");
    let when = match goal.of {
        GoalMeasure::Gained(_)
        | GoalMeasure::Spent(_)
        | GoalMeasure::EnergyWasted
        | GoalMeasure::TicketsLeft(_)
        | GoalMeasure::Points
        | GoalMeasure::Refused => "until",
        _ => "on",
    };
    format!("{what} of {of} {when} day {}: {}", goal.day.unwrap_or(study.about.days), wanted(goal))
}

fn wanted(goal: &Goal) -> String {
    match (goal.at_least, goal.at_most) {
        (Some(least), Some(most)) => format!("{} to {}", number(least), number(most)),
        (Some(least), None) => format!("at least {}", number(least)),
        (None, Some(most)) => format!("at most {}", number(most)),
        (None, None) => "anything".to_owned(),
    }
}

/// A number as exact as a goal needs it.
pub(super) fn number(value: f64) -> String {
    if value.abs() >= 10_000.0 {
        return short(value);
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
