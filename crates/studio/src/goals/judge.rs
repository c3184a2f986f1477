//! Judges goals on a study.

use crate::goals::words::{goal_words, number};
use crate::report::goals::{GoalOutcome, GoalVerdict};
use crate::simulate::{Crowd, Measure, Policy, Run, Spread, Study};
use crate::statistics::Estimate;
use raidkeep_engine::rules::{Place, Problems, Report, Single};
use raidkeep_game::goals::{Average, Goal, GoalMeasure, Goals};

/// What a seed says of a goal.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Reading {
    /// A value.
    Value(f64),
    /// It did not happen in the days that were simulated.
    Never,
    /// There was nobody, or nothing, to measure.
    Nothing,
}

/// Judges the goals that ask for what the study has simulated; [`fit`] tells of the others.
pub fn judge(goals: &Single<Goals>, study: &Study) -> Vec<GoalOutcome> {
    let fits = |(_, goal): &(usize, &Goal)| {
        let mut report = Report::default();
        check(goal, &study.about.archetypes, study.about.days, &goals.place(), &mut report);
        report.problems().is_empty()
    };
    let outcome = |(index, goal): (usize, &Goal)| {
        let crowd = crowd_of(goal, &study.about.archetypes).unwrap_or(Crowd::Everybody);
        let readings: Vec<Reading> = study.runs.iter().map(|run| read(run, goal, crowd, study)).collect();
        let (verdict, found) = verdict(goal, &readings, study.about.days);
        let place = goals.shown(&Goals::place_of(&goals.place(), index));
        GoalOutcome { goal: goal_words(goal, study), place, found, verdict }
    };
    goals.content.goals.iter().enumerate().filter(fits).map(outcome).collect()
}

/// Whether everything that goals ask for is simulated.
///
/// # Errors
/// Goals of archetypes that the policy does not have, and of later days, at their lines.
pub fn fit(goals: &Single<Goals>, policy: &Policy, days: u32) -> Result<(), Problems> {
    let archetypes: Vec<String> = policy.archetypes.iter().map(|archetype| archetype.name.clone()).collect();
    let problems = goals.check(|goals, file, report| {
        for (index, goal) in goals.goals.iter().enumerate() {
            check(goal, &archetypes, days, &Goals::place_of(file, index), report);
        }
    });
    if problems.has_errors() { Err(problems) } else { Ok(()) }
}

fn check(goal: &Goal, archetypes: &[String], days: u32, place: &Place, report: &mut Report) {
    if let (Some(archetype), None) = (&goal.archetype, crowd_of(goal, archetypes)) {
        let message = format!("the policy has no archetype \"{archetype}\"");
        let known = archetypes.iter().map(String::as_str);
        report.error(place.clone().key("archetype"), message).nearest(archetype, known);
    }
    if let Some(day) = goal.day.filter(|day| *day > days) {
        let message = format!("day {day} is not simulated, expected 1 to {days}, or --days {day}");
        report.error(place.clone().key("day"), message);
    }
    if let (GoalMeasure::Growth { days: over, .. }, None) = (&goal.of, goal.day)
        && *over >= days
    {
        let message = format!("{days} days are simulated, expected fewer than that, or --days {} or more", over + 1);
        report.error(place.clone().key("of").key("days"), message);
    }
}

fn crowd_of(goal: &Goal, archetypes: &[String]) -> Option<Crowd> {
    let Some(wanted) = &goal.archetype else {
        return Some(Crowd::Everybody);
    };
    archetypes.iter().position(|name| name == wanted).map(Crowd::Archetype)
}

fn read(run: &Run, goal: &Goal, crowd: Crowd, study: &Study) -> Reading {
    let last = study.about.days;
    let day = goal.day.unwrap_or(last);
    let figures = &run.figures;
    let spread = |measure: &Measure, average: Average| {
        let spread = figures.spread(measure, crowd, day).filter(|spread| spread.players > 0);
        spread.map_or(Reading::Nothing, |spread| Reading::Value(of_spread(spread, average)))
    };
    let joined = figures.joined_by(crowd, day);
    let part = |part: f64, whole: f64| if whole > 0.0 { Reading::Value(part / whole) } else { Reading::Nothing };
    match &goal.of {
        GoalMeasure::Level(average) => spread(&Measure::Level, *average),
        GoalMeasure::Stages(mode, average) => spread(&Measure::Stages(*mode), *average),
        GoalMeasure::IdleDays(average) => spread(&Measure::IdleDays, *average),
        GoalMeasure::Stock(item, average) => match figures.by_day(&Measure::Stock(*item), crowd) {
            Some(_) => spread(&Measure::Stock(*item), *average),
            // Nobody has ever had one.
            None if joined > 0.0 => Reading::Value(0.0),
            None => Reading::Nothing,
        },
        GoalMeasure::Growth { item, days } => {
            let stock = |day| figures.spread(&Measure::Stock(*item), crowd, day).map_or(0.0, |spread| spread.mean);
            let before = stock(day.saturating_sub(*days));
            part((stock(day) - before) * 100.0, before)
        }
        GoalMeasure::Gained(item) => {
            let of_it = |measure: &Measure| matches!(measure, Measure::Gained(known, _) if known == item);
            part(flow(run, crowd, day, of_it), player_days(run, crowd, day))
        }
        GoalMeasure::Spent(item) => {
            let of_it = |measure: &Measure| matches!(measure, Measure::Spent(known, _) if known == item);
            part(flow(run, crowd, day, of_it), player_days(run, crowd, day))
        }
        GoalMeasure::EnergyWasted => mean_of_days(run, &Measure::EnergyWastedPercent, crowd, day),
        GoalMeasure::TicketsLeft(key) => mean_of_days(run, &Measure::TicketsLeft(*key), crowd, day),
        GoalMeasure::Finished if joined > 0.0 => Reading::Value(figures.number(&Measure::FinishedAll, crowd, day)),
        GoalMeasure::Finished => Reading::Nothing,
        GoalMeasure::Stayed => part(figures.number(&Measure::Stayed, crowd, day) * 100.0, joined),
        GoalMeasure::Points => part(figures.sum_until(&Measure::Points, crowd, day), joined),
        GoalMeasure::Refused => {
            let refused = flow(run, crowd, day, |measure| matches!(measure, Measure::Refused(..)));
            part(refused * 100.0, figures.sum_until(&Measure::Requests, crowd, day))
        }
        GoalMeasure::BossDies(id) => {
            let killed = run.kills.iter().find(|kill| kill.boss == *id);
            killed.map_or(Reading::Never, |kill| Reading::Value(kill.day.into()))
        }
    }
}

fn of_spread(spread: &Spread, average: Average) -> f64 {
    match average {
        Average::Mean => spread.mean,
        Average::Lowest => spread.lowest,
        Average::P10 => spread.p10,
        Average::P25 => spread.p25,
        Average::Median => spread.median,
        Average::P75 => spread.p75,
        Average::P90 => spread.p90,
        Average::Highest => spread.highest,
    }
}

/// The sum of flows from the first day to this one.
fn flow(run: &Run, crowd: Crowd, day: u32, is_meant: impl Fn(&Measure) -> bool) -> f64 {
    let meant = run.figures.measures().filter(|measure| is_meant(measure));
    meant.map(|measure| run.figures.sum_until(measure, crowd, day)).sum()
}

/// How many players were there on each day, all days together.
fn player_days(run: &Run, crowd: Crowd, day: u32) -> f64 {
    (1..=day).map(|day| run.figures.number(&Measure::Stayed, crowd, day)).sum()
}

/// The mean of a spread over all players and days.
fn mean_of_days(run: &Run, measure: &Measure, crowd: Crowd, day: u32) -> Reading {
    let spreads = (1..=day).filter_map(|day| run.figures.spread(measure, crowd, day));
    let (sum, players) = spreads.fold((0.0, 0.0), |(sum, players), spread| {
        let count = f64::from(spread.players);
        (sum + spread.mean * count, players + count)
    });
    if players > 0.0 { Reading::Value(sum / players) } else { Reading::Nothing }
}

/// The step in which the values of a goal come, where that is so coarse that seeds may agree by chance.
fn grain(of: &GoalMeasure) -> f64 {
    let is_mean = |average: &Average| *average == Average::Mean;
    match of {
        GoalMeasure::Level(average) | GoalMeasure::Stages(_, average) | GoalMeasure::IdleDays(average) => {
            f64::from(u8::from(!is_mean(average)))
        }
        GoalMeasure::BossDies(_) => 1.0,
        _ => 0.0,
    }
}

/// The verdict, and what was found, in words.
fn verdict(goal: &Goal, readings: &[Reading], days: u32) -> (GoalVerdict, String) {
    let values = readings.iter().filter_map(|reading| match reading {
        Reading::Value(value) => Some(*value),
        Reading::Never | Reading::Nothing => None,
    });
    let values: Vec<f64> = values.collect();
    let never = readings.iter().filter(|reading| **reading == Reading::Never).count();
    if never > 0 {
        return verdict_of_never(goal, &values, never, days);
    }
    if values.len() < readings.len() || values.is_empty() {
        return (GoalVerdict::NotCertain, "nothing to measure".to_owned());
    }
    let estimate = Estimate::of(&values, grain(&goal.of));
    let Some((low, high)) = estimate.interval() else {
        return (GoalVerdict::NotCertain, format!("{} with a single seed", number(estimate.mean)));
    };
    let found = format!("{} ({} to {})", number(estimate.mean), number(low), number(high));
    let (least, most) = (goal.at_least.unwrap_or(f64::MIN), goal.at_most.unwrap_or(f64::MAX));
    let verdict = if high < least || low > most {
        GoalVerdict::Broken
    } else if low >= least && high <= most {
        GoalVerdict::Held
    } else {
        GoalVerdict::NotCertain
    };
    (verdict, found)
}

/// The verdict where something did not happen with some seeds: there it happens later than the last day, if ever.
fn verdict_of_never(goal: &Goal, values: &[f64], never: usize, days: u32) -> (GoalVerdict, String) {
    let seeds = values.len() + never;
    let mut dated: Vec<String> = values.iter().map(|value| number(*value)).collect();
    dated.sort_by_key(|day| (day.len(), day.clone()));
    dated.dedup();
    let found = match values.is_empty() {
        true => format!("never in {days} days"),
        false => format!("never with {never} of {seeds} seeds, else on day {}", dated.join(", ")),
    };
    let (least, days) = (goal.at_least.unwrap_or(f64::MIN), f64::from(days));
    let verdict = match goal.at_most {
        // Later is as wanted, and it is late enough.
        None if least <= days + 1.0 && values.iter().all(|value| *value >= least) => GoalVerdict::Held,
        Some(most) if most <= days && values.is_empty() && seeds > 1 => GoalVerdict::Broken,
        _ => GoalVerdict::NotCertain,
    };
    (verdict, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(of: GoalMeasure, at_least: Option<f64>, at_most: Option<f64>) -> Goal {
        Goal { of, day: None, archetype: None, at_least, at_most }
    }

    fn judged(goal: &Goal, values: &[f64]) -> (GoalVerdict, String) {
        let readings: Vec<Reading> = values.iter().map(|value| Reading::Value(*value)).collect();
        verdict(goal, &readings, 30)
    }

    #[test]
    fn a_goal_is_held_or_broken_only_if_the_whole_interval_says_so() {
        let wanted = goal(GoalMeasure::EnergyWasted, Some(18.0), Some(22.0));
        assert_eq!(judged(&wanted, &[20.0, 20.2, 19.8, 20.0]).0, GoalVerdict::Held);
        assert_eq!(judged(&wanted, &[25.0, 25.2, 24.8, 25.0]).0, GoalVerdict::Broken);
        assert_eq!(judged(&wanted, &[12.0, 12.2, 11.8, 12.0]).0, GoalVerdict::Broken);
        let (verdict, found) = judged(&wanted, &[21.5, 22.4, 21.0, 22.0]);
        assert_eq!((verdict, found.as_str()), (GoalVerdict::NotCertain, "21.73 (20.76 to 22.69)"));
        assert_eq!(judged(&wanted, &[20.0]).0, GoalVerdict::NotCertain, "a single seed says nothing about chance");
    }

    #[test]
    fn medians_that_agree_are_not_sure_to_be_no_level_apart() {
        let wanted = goal(GoalMeasure::Level(Average::Median), None, Some(22.0));
        assert_eq!(judged(&wanted, &[22.0, 22.0]).0, GoalVerdict::NotCertain);
        assert_eq!(judged(&wanted, &[21.0; 8]).0, GoalVerdict::Held);
    }

    #[test]
    fn what_never_happens_is_later_than_any_day() {
        let boss = |at_least, at_most| goal(GoalMeasure::BossDies("x".to_owned()), at_least, at_most);
        let never = [Reading::Never; 4];
        let wanted = boss(Some(9.0), Some(14.0));
        assert_eq!(verdict(&wanted, &never, 30), (GoalVerdict::Broken, "never in 30 days".to_owned()));
        assert_eq!(verdict(&wanted, &never, 12).0, GoalVerdict::NotCertain, "it may be on day 13");
        assert_eq!(verdict(&boss(Some(9.0), None), &never, 8).0, GoalVerdict::Held, "not before day 9");
        assert_eq!(verdict(&boss(Some(9.0), None), &never, 7).0, GoalVerdict::NotCertain, "it may be on day 8");
        let some = [Reading::Value(12.0), Reading::Never, Reading::Value(9.0), Reading::Never];
        let (verdict_of_some, found) = verdict(&wanted, &some, 30);
        assert_eq!(verdict_of_some, GoalVerdict::NotCertain);
        assert_eq!(found, "never with 2 of 4 seeds, else on day 9, 12");
    }
}
