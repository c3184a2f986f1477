//! Comparisons: the same players, days and seeds under two asset folders, and what differs by more than chance.
//!
//! Runs with the same seed are a pair: the same players visit at the same times, so that the difference within a pair
//! is mostly the effect of the assets. How much the differences of the pairs vary is the noise. Each row is ranked by
//! its effect over its noise; what chance alone could have made is told as such.
//!
//! Not here: the simulation itself ([`crate::simulate`]).

mod page;
pub mod render;

pub use page::page;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::diff::AssetDiff;
use crate::report::facts;
use crate::report::summary;
use crate::simulate::figures::rounded;
use crate::simulate::{Crowd, Measure, Spread, Study};
use crate::statistics::{Estimate, discoveries};

/// Of the rows that are told to differ, about so many are mistaken.
const FALSE_SHARE: f64 = 0.05;

/// No noise counts as less than this share of the value: a tiny difference that is the same with every seed is real, but
/// does not belong above a large one.
const NOISE_LEAST: f64 = 0.01;

/// What differs between two studies.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The assets of the first study.
    pub base: String,
    /// The assets of the other study.
    pub other: String,
    /// How many pairs of runs.
    pub seeds: usize,
    /// The days that are compared.
    pub days: Vec<u32>,
    /// What was edited, in the game's words.
    pub edits: AssetDiff,
    /// RunFigures that are not the same in both, by falling effect over noise.
    pub rows: Vec<ComparedRow>,
    /// How many figures are exactly the same in both.
    pub same: usize,
    /// The bosses that do not first die on the same days.
    pub kills: Vec<KillDifference>,
}

/// A figure in both studies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedRow {
    /// What, as in the series.
    #[serde(serialize_with = "as_text")]
    pub measure: Measure,
    /// Of whom.
    #[serde(skip)]
    pub crowd: Crowd,
    /// Of whom, for readers.
    pub of: String,
    /// What, for readers.
    pub title: String,
    /// The unit of the values.
    pub unit: String,
    /// The values on each day that is compared.
    pub cells: Vec<ComparedCell>,
    /// The effect in units of its noise, on the day on which that is largest; `None` with a single seed.
    pub effect_over_noise: Option<f64>,
    /// Whether it is more than chance.
    pub verdict: RowVerdict,
}

/// Whether a difference is more than chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowVerdict {
    /// It is.
    Differs,
    /// It cannot be told apart from chance.
    CannotBeToldApart,
}

/// A figure on a day in both studies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComparedCell {
    /// The day.
    pub day: u32,
    /// The value in each study, as [`crate::simulate::Run::reading`] has it: the mean over the seeds.
    pub means: (f64, f64),
    /// The spread over the players in each study, the mean over the seeds, for measures that have one.
    pub spreads: Option<(Spread, Spread)>,
    /// The second value minus the first, over the pairs.
    pub change: Estimate,
    /// The interval of the change.
    pub interval: Option<(f64, f64)>,
    /// Both values as tables write them: in full where the short forms are the same.
    pub written: (String, String),
}

/// A boss that does not first die on the same days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KillDifference {
    /// The boss.
    pub boss: String,
    /// When it first died, in each study.
    pub died: (String, String),
}

fn as_text<S: serde::Serializer>(measure: &Measure, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(measure)
}

/// Compares two studies of the same players, days and seeds; `edits` are what their assets say differently.
pub fn compare(base: &Study, other: &Study, edits: AssetDiff) -> Comparison {
    let measures: BTreeSet<&Measure> = base.measures().into_iter().chain(other.measures()).collect();
    let mut rows = Vec::new();
    let mut same = 0;
    for measure in measures {
        for crowd in base.crowds() {
            match ComparedRow::of(base, other, measure, crowd) {
                Some(row) => rows.push(row),
                None => same += 1,
            }
        }
    }
    let p_values: Vec<f64> = rows.iter().map(ComparedRow::p_value).collect();
    for (row, is_found) in rows.iter_mut().zip(discoveries(&p_values, FALSE_SHARE)) {
        row.verdict = if is_found { RowVerdict::Differs } else { RowVerdict::CannotBeToldApart };
    }
    // The sort is stable: equal rows stay in the order of reports.
    let key = |row: &ComparedRow| (row.verdict == RowVerdict::Differs, row.effect_over_noise.unwrap_or(0.0));
    rows.sort_by(|a, b| {
        let (a, b) = (key(a), key(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    Comparison {
        base: base.about.assets.clone(),
        other: other.about.assets.clone(),
        seeds: base.runs.len().min(other.runs.len()),
        days: base.checkpoints(),
        edits,
        rows,
        same,
        kills: kill_differences(base, other),
    }
}

impl Comparison {
    /// The rows that differ by more than chance.
    pub fn differing(&self) -> impl Iterator<Item = &ComparedRow> {
        self.rows.iter().filter(|row| row.verdict == RowVerdict::Differs)
    }

    /// The rows that cannot be told apart from chance.
    pub fn uncertain(&self) -> impl Iterator<Item = &ComparedRow> {
        self.rows.iter().filter(|row| row.verdict == RowVerdict::CannotBeToldApart)
    }

    /// Of each measure that differs, the row to read first: of the crowd with the largest effect over noise, but of all
    /// players if those are nearly as clear.
    pub fn leading(&self) -> Vec<&ComparedRow> {
        let mut leading: Vec<&ComparedRow> = Vec::new();
        for row in self.differing() {
            match leading.iter_mut().find(|known| known.measure == row.measure) {
                None => leading.push(row),
                Some(known) => {
                    let is_clear = row.ratio() * 2.0 >= known.ratio();
                    if row.crowd == Crowd::Everybody && is_clear {
                        *known = row;
                    }
                }
            }
        }
        leading.sort_by(|a, b| b.ratio().total_cmp(&a.ratio()));
        leading
    }
}

impl ComparedRow {
    /// `None` if the figure is the same in every pair on every compared day.
    fn of(base: &Study, other: &Study, measure: &Measure, crowd: Crowd) -> Option<Self> {
        let cells: Vec<ComparedCell> =
            base.checkpoints().into_iter().map(|day| ComparedCell::of(base, other, measure, crowd, day)).collect();
        if cells.iter().all(|cell| cell.change.mean == 0.0 && cell.change.error.is_none_or(|error| error == 0.0)) {
            return None;
        }
        let ratio = cells.iter().filter_map(ComparedCell::effect_over_noise).reduce(f64::max);
        let named = if base.measures().contains(&measure) { base } else { other };
        Some(Self {
            measure: measure.clone(),
            crowd,
            of: base.crowd_name(crowd).to_owned(),
            title: named.words.title(measure),
            unit: facts::unit_of(measure),
            cells,
            effect_over_noise: ratio.map(rounded),
            verdict: RowVerdict::CannotBeToldApart,
        })
    }

    fn ratio(&self) -> f64 {
        self.effect_over_noise.unwrap_or(0.0)
    }

    /// The chance that no day differs although the clearest one looks so.
    fn p_value(&self) -> f64 {
        let least = self.cells.iter().filter_map(|cell| cell.change.p_value()).reduce(f64::min).unwrap_or(1.0);
        (least * self.cells.len() as f64).min(1.0)
    }

    /// The cell of the day with the clearest effect.
    pub fn clearest(&self) -> Option<&ComparedCell> {
        let ratio = |cell: &ComparedCell| cell.effect_over_noise().unwrap_or(0.0);
        self.cells.iter().reduce(|best, cell| if ratio(cell) > ratio(best) { cell } else { best })
    }
}

impl ComparedCell {
    fn of(base: &Study, other: &Study, measure: &Measure, crowd: Crowd, day: u32) -> Self {
        let reading =
            |study: &Study| -> Vec<f64> { study.runs.iter().map(|run| run.reading(measure, crowd, day)).collect() };
        let (before, after) = (reading(base), reading(other));
        let mean = |values: &[f64]| rounded(values.iter().sum::<f64>() / values.len().max(1) as f64);
        let means = (mean(&before), mean(&after));
        let changes: Vec<f64> = before.iter().zip(&after).map(|(before, after)| after - before).collect();
        let is_same = changes.iter().all(|change| *change == 0.0);
        let change = Estimate::of(&changes, if is_same { 0.0 } else { grain(base, measure, crowd, day) });
        let spreads = base.spread(measure, crowd, day).zip(other.spread(measure, crowd, day));
        let brief = [base, other].map(|study| facts::written_briefly(study, measure, crowd, day));
        let written = match brief[0] == brief[1] {
            true => [base, other].map(|study| facts::written(study, measure, crowd, day)),
            false => brief,
        };
        Self { day, means, spreads, change, interval: change.interval(), written: written.into() }
    }

    /// The change in units of its noise.
    pub fn effect_over_noise(&self) -> Option<f64> {
        let noise = self.change.error?.max(self.means.0.abs().max(self.means.1.abs()) * NOISE_LEAST);
        Some(if noise > 0.0 { self.change.mean.abs() / noise } else { 0.0 })
    }

    /// By how many % the value changes, and the interval of that; `None` when it was 0.
    pub fn change_percent(&self) -> Option<(f64, Option<(f64, f64)>)> {
        let percent = |change: f64| change * 100.0 / self.means.0.abs();
        let interval = self.interval.map(|(low, high)| (percent(low), percent(high)));
        (self.means.0 != 0.0).then(|| (percent(self.change.mean), interval))
    }
}

/// The step in which a reading comes: what one player more or less makes of it.
fn grain(study: &Study, measure: &Measure, crowd: Crowd, day: u32) -> f64 {
    let players = study.runs.first().map_or(1.0, |run| run.figures.joined_by(crowd, day).max(1.0));
    match measure {
        Measure::FinishedMode(_) | Measure::FinishedAll => 100.0 / players,
        Measure::BossesDead | Measure::Stayed => 1.0,
        _ => 1.0 / players,
    }
}

fn kill_differences(base: &Study, other: &Study) -> Vec<KillDifference> {
    let (before, after) = (summary::kills(base), summary::kills(other));
    let mut bosses: Vec<&str> = before.iter().chain(&after).map(|kill| kill.boss.as_str()).collect();
    let mut seen = BTreeSet::new();
    bosses.retain(|boss| seen.insert(*boss));
    let told = |kills: &[summary::FirstKill], boss: &str| {
        kills.iter().find(|kill| kill.boss == boss).map_or("never".to_owned(), summary::FirstKill::told)
    };
    let differences = bosses
        .into_iter()
        .map(|boss| KillDifference { boss: boss.to_owned(), died: (told(&before, boss), told(&after, boss)) });
    differences.filter(|difference| difference.died.0 != difference.died.1).collect()
}
