//! Studies that a server has done beside itself: a simulation of one rule set or a comparison of two, with a report in parts
//! that a console can show.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

use crate::compare::{Comparison, compare, page as comparison_page};
use crate::diff::{DiffError, between};
use crate::goals::{judge, open_of};
use crate::report::chart::Curve;
use crate::report::facts::{headline_measures, is_nothing, unit_of, written};
use crate::report::goals::GoalOutcome;
use crate::report::simulation::{curve, page as simulation_page};
use crate::report::summary::{LEGEND, headline, kills};
use crate::simulate::study::{load, study_on};
use crate::simulate::{Crowd, Measure, Policy, Study, StudyPlan, Troubles};
use raidkeep_engine::rules::{AssetSource, Single};
use raidkeep_game::goals::Goals;
use raidkeep_realm::rule_sets::studies::{StudyChart, StudyLine, StudyOrder, StudyReport, StudySide, StudyTable};

/// Rows of the table of what changed; more are in the page.
const ROWS_MAX: usize = 25;
/// Charts of a report; more are in the page.
const CHARTS_MAX: usize = 6;

/// Why a study comes to nothing.
#[derive(Debug, Error)]
pub enum StudyFailure {
    /// A set cannot be used, or the simulation is in trouble.
    #[error(transparent)]
    Troubles(#[from] Troubles),
    /// The sets cannot be compared.
    #[error(transparent)]
    Diff(#[from] DiffError),
}

/// Does what was ordered on so many cores: simulates the only side, or compares the second with the first. `progress` is told
/// how many per cent are done, each time that number has changed.
///
/// # Errors
/// When a set has mistakes, the policy does not fit it, or a simulation is in trouble.
pub fn conduct(
    order: &StudyOrder,
    (policy, policy_name): (&Single<Policy>, &str),
    cores: usize,
    progress: impl Fn(u32) + Sync,
) -> Result<StudyReport, StudyFailure> {
    let sources: Vec<AssetSource> = order.sides.iter().map(source).collect();
    let named = order.sides.iter().zip(&sources);
    let sets =
        named.map(|(side, source)| Ok((side.name.clone(), load(source)?))).collect::<Result<Vec<_>, Troubles>>()?;
    let goals = sources.last().map_or(Ok(None), open_of)?;
    let StudyOrder { players, days, seeds, seed, .. } = *order;
    let plan = StudyPlan { players, days, first_seed: seed, seeds, policy, policy_name };
    let all = u64::from(days) * u64::from(seeds) * sets.len() as u64;
    let done = AtomicU64::new(0);
    let studies = study_on(cores, &plan, &sets, || {
        let before = done.fetch_add(1, Ordering::Relaxed);
        let percent = |days: u64| u32::try_from(days * 100 / all.max(1)).unwrap_or(100);
        if percent(before + 1) > percent(before) {
            progress(percent(before + 1));
        }
    })?;
    match (studies.as_slice(), sources.as_slice()) {
        ([base, other], [before, after]) => {
            let comparison = compare(base, other, between(before, after)?);
            Ok(of_two(&studies, comparison, goals.as_ref()))
        }
        _ => Ok(studies.first().map(|study| of_one(study, goals.as_ref())).unwrap_or_default()),
    }
}

fn source(side: &StudySide) -> AssetSource {
    AssetSource::Kept(side.name.clone(), Arc::new(side.files.clone()))
}

fn of_one(study: &Study, goals: Option<&Single<Goals>>) -> StudyReport {
    let outcomes = goals.map(|goals| judge(goals, study));
    let stocks = study.measures().into_iter().filter(|measure| matches!(measure, Measure::Stock(_))).cloned();
    let measures: Vec<Measure> =
        headline_measures(study).into_iter().chain(stocks).filter(|measure| !is_nothing(study, measure)).collect();
    let days = study.checkpoints();
    let row = |measure: &Measure, crowd: Crowd| -> Vec<String> {
        let name = format!("{} [{}]", study.words.title(measure), unit_of(measure));
        let values = days.iter().map(|day| written(study, measure, crowd, *day));
        [name, study.crowd_name(crowd).to_owned()].into_iter().chain(values).collect()
    };
    let rows = measures.iter().flat_map(|measure| study.crowds().map(move |crowd| row(measure, crowd))).collect();
    let deaths = kills(study)
        .into_iter()
        .map(|kill| {
            let died = kill.told();
            vec![kill.boss, died]
        })
        .collect();
    let mut tables = vec![
        StudyTable { title: "Where the players are".to_owned(), columns: columns(&["what", "of"], &days), rows },
        StudyTable { title: "Bosses killed".to_owned(), columns: columns(&["boss", "first died"], &[]), rows: deaths },
    ];
    let judged = outcomes.iter().flatten().map(|outcome| goal_row(&study.about.assets, outcome)).collect();
    tables.push(goal_table(judged));
    let drawn = measures.iter().filter(|measure| !matches!(measure, Measure::Stock(_))).take(CHARTS_MAX);
    let chart = |measure: &Measure| {
        let archetypes = study.crowds().filter(|crowd| *crowd != Crowd::Everybody);
        let lines = archetypes.map(|crowd| line(curve(study, measure, crowd, study.crowd_name(crowd), 0))).collect();
        StudyChart { title: study.words.title(measure), unit: unit_of(measure), lines }
    };
    StudyReport {
        verdict: headline(study),
        notes: vec![LEGEND.to_owned()],
        tables: filled(tables),
        charts: drawn.map(chart).collect(),
        page: simulation_page(study, outcomes.as_deref()).html(),
    }
}

fn of_two(studies: &[Study], comparison: Comparison, goals: Option<&Single<Goals>>) -> StudyReport {
    let edited = comparison.edits.topics().into_iter().flat_map(|(topic, changes)| {
        changes.into_iter().map(move |change| vec![topic.to_owned(), change.subject.clone(), change.words()])
    });
    let edited = edited.collect();
    let leading = comparison.leading();
    let changed = leading.iter().take(ROWS_MAX).map(|row| row.cells()).collect();
    let killed = comparison.kills.iter();
    let killed = killed.map(|kill| vec![kill.boss.clone(), kill.died.0.clone(), kill.died.1.clone()]).collect();
    let judged: Vec<Vec<GoalOutcome>> =
        studies.iter().map(|study| goals.map(|goals| judge(goals, study)).unwrap_or_default()).collect();
    let goal_rows = studies.iter().zip(&judged).flat_map(|(study, outcomes)| {
        outcomes.iter().map(|outcome| goal_row(&study.about.assets, outcome)).collect::<Vec<_>>()
    });
    let tables = vec![
        StudyTable {
            title: "What was edited".to_owned(),
            columns: columns(&["topic", "subject", "change"], &[]),
            rows: edited,
        },
        StudyTable {
            title: "What changed most".to_owned(),
            columns: columns(&["what", "of", "change", "effect / noise"], &comparison.days),
            rows: changed,
        },
        StudyTable {
            title: "Bosses that die on other days".to_owned(),
            columns: columns(&["boss", "before", "after"], &[]),
            rows: killed,
        },
        goal_table(goal_rows.collect()),
    ];
    let charts = leading.iter().take(CHARTS_MAX).map(|row| {
        let lines =
            studies.iter().map(|study| line(curve(study, &row.measure, row.crowd, &study.about.assets, 0))).collect();
        StudyChart { title: format!("{}, {}", row.title, row.of), unit: row.unit.clone(), lines }
    });
    let charts = charts.collect();
    let verdict = comparison.verdict();
    let named = goals.is_some().then(|| named_outcomes(studies, &judged));
    StudyReport {
        verdict,
        notes: vec![LEGEND.to_owned()],
        tables: filled(tables),
        charts,
        page: comparison_page(studies, &[comparison], named.as_deref()).html(),
    }
}

/// All outcomes in one list, each with the assets that it is about.
pub fn named_outcomes(studies: &[Study], judged: &[Vec<GoalOutcome>]) -> Vec<GoalOutcome> {
    let named = |(study, outcomes): (&Study, &Vec<GoalOutcome>)| {
        let assets = study.about.assets.clone();
        let name =
            move |outcome: &GoalOutcome| GoalOutcome { goal: format!("{assets}: {}", outcome.goal), ..outcome.clone() };
        outcomes.iter().map(name).collect::<Vec<_>>()
    };
    studies.iter().zip(judged).flat_map(named).collect()
}

fn columns(first: &[&str], days: &[u32]) -> Vec<String> {
    first.iter().map(|name| (*name).to_owned()).chain(days.iter().map(|day| format!("day {day}"))).collect()
}

fn goal_row(set: &str, GoalOutcome { goal, found, verdict, .. }: &GoalOutcome) -> Vec<String> {
    vec![set.to_owned(), goal.clone(), found.clone(), verdict.word().to_owned()]
}

fn goal_table(rows: Vec<Vec<String>>) -> StudyTable {
    StudyTable { title: "Goals".to_owned(), columns: columns(&["rules", "goal", "found", "verdict"], &[]), rows }
}

/// The tables that have rows.
fn filled(tables: Vec<StudyTable>) -> Vec<StudyTable> {
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn line(curve: Curve) -> StudyLine {
    StudyLine { name: curve.name, values: curve.values }
}
