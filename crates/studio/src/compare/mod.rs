//! Comparisons: the same players, days and seed under two asset folders, and the differences, largest first.
//!
//! Not here: the simulation itself ([`crate::simulate`]).

pub mod render;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::simulate::series::rounded;
use crate::simulate::{Chart, Kill, Run, Series};

/// What differs between two runs.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// Name of the first run.
    pub base: String,
    /// Name of the other run.
    pub other: String,
    /// Number of series in either run.
    pub series_count: usize,
    /// The series that differ, largest difference first.
    pub differences: Vec<Difference>,
    /// The bosses that die on different days.
    pub kills: Vec<KillDifference>,
}

/// A series that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The chart it is in.
    pub title: String,
    /// The line in the chart.
    pub line: String,
    /// Unit of the values.
    pub unit: String,
    /// The distance of the curves: the sum of the daily differences, in % of the larger curve's sum. 100 means that one
    /// of the curves is all zeros.
    pub apart_percent: f64,
    /// The mean of each curve.
    pub means: (f64, f64),
    /// The curves; empty if a run does not have it.
    pub curves: (Vec<f64>, Vec<f64>),
}

/// A boss that dies on different days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KillDifference {
    /// The boss.
    pub boss: String,
    /// The days on which it died, in each run.
    pub days: (Vec<u32>, Vec<u32>),
}

/// Compares two runs of the same players and days.
pub fn compare(base: (&str, &Run), other: (&str, &Run)) -> Comparison {
    let (base_lines, other_lines) = (lines_of(base.1), lines_of(other.1));
    let mut keys: Vec<_> = base_lines.iter().chain(&other_lines).map(|(key, _)| *key).collect();
    let mut seen = std::collections::HashSet::new();
    keys.retain(|key| seen.insert((key.id, key.line)));
    let values = |lines: &[(Key<'_>, &Series)], key: &Key<'_>| {
        let found = lines.iter().find(|(known, _)| (known.id, known.line) == (key.id, key.line));
        found.map(|(_, line)| line.values.clone()).unwrap_or_default()
    };
    let mut differences: Vec<Difference> = keys
        .iter()
        .filter_map(|key| Difference::between(key, values(&base_lines, key), values(&other_lines, key)))
        .collect();
    // The sort is stable: equal differences stay in the order of the charts.
    differences.sort_by(|a, b| b.apart_percent.total_cmp(&a.apart_percent));
    Comparison {
        base: base.0.to_owned(),
        other: other.0.to_owned(),
        series_count: keys.len(),
        differences,
        kills: kill_differences(&base.1.kills, &other.1.kills),
    }
}

/// A line of a chart by name.
#[derive(Debug, Clone, Copy)]
struct Key<'r> {
    id: &'r str,
    title: &'r str,
    unit: &'r str,
    line: &'r str,
}

fn lines_of(run: &Run) -> Vec<(Key<'_>, &Series)> {
    fn keyed(chart: &Chart) -> impl Iterator<Item = (Key<'_>, &Series)> {
        let Chart { id, title, unit, lines } = chart;
        lines.iter().map(move |line| (Key { id, title, unit, line: &line.name }, line))
    }
    run.charts.iter().flat_map(keyed).collect()
}

impl Difference {
    /// `None` when the curves are the same.
    fn between(key: &Key<'_>, base: Vec<f64>, other: Vec<f64>) -> Option<Self> {
        let days = base.len().max(other.len());
        let at = |curve: &[f64], day: usize| curve.get(day).copied().unwrap_or(0.0);
        let apart: f64 = (0..days).map(|day| (at(&base, day) - at(&other, day)).abs()).sum();
        let sum = |curve: &[f64]| curve.iter().map(|value| value.abs()).sum::<f64>();
        let larger = sum(&base).max(sum(&other));
        let mean = |curve: &[f64]| rounded(curve.iter().sum::<f64>() / days.max(1) as f64);
        (apart > 0.0 && larger > 0.0).then(|| Self {
            title: key.title.to_owned(),
            line: key.line.to_owned(),
            unit: key.unit.to_owned(),
            apart_percent: rounded(apart * 100.0 / larger),
            means: (mean(&base), mean(&other)),
            curves: (base, other),
        })
    }

    /// By how many % the mean has changed; `None` when it was 0.
    pub fn change_percent(&self) -> Option<f64> {
        let (base, other) = self.means;
        (base != 0.0).then(|| (other - base) * 100.0 / base)
    }
}

fn kill_differences(base: &[Kill], other: &[Kill]) -> Vec<KillDifference> {
    let mut days: BTreeMap<(u32, &str), (Vec<u32>, Vec<u32>)> = BTreeMap::new();
    base.iter().for_each(|kill| days.entry((kill.boss, &kill.name)).or_default().0.push(kill.day));
    other.iter().for_each(|kill| days.entry((kill.boss, &kill.name)).or_default().1.push(kill.day));
    let differing = days.into_iter().filter(|(_, (base, other))| base != other);
    differing.map(|((boss, name), days)| KillDifference { boss: format!("{boss} {name}"), days }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::Coverage;
    use crate::simulate::series::RunSummary;

    fn run(lines: &[(&str, &[f64])], kills: &[(u32, u32)]) -> Run {
        let about = RunSummary {
            players: 1,
            days: 2,
            seed: 0,
            policy: String::new(),
            assets: String::new(),
            requests: 0,
            refused: 0,
        };
        let lines = lines.iter().map(|(name, values)| Series { name: (*name).to_owned(), values: values.to_vec() });
        let chart = Chart { id: "c".into(), title: "C".into(), unit: "u".into(), lines: lines.collect() };
        let kills = kills.iter().map(|&(day, boss)| Kill { day, boss, name: "slime".to_owned() });
        Run { about, charts: vec![chart], kills: kills.collect(), coverage: Coverage::default() }
    }

    #[test]
    fn runs_that_are_the_same_do_not_differ() {
        let same = run(&[("a", &[1.0, 2.0])], &[(1, 0)]);
        let comparison = compare(("A", &same), ("B", &same));
        assert_eq!((comparison.differences.len(), comparison.kills.len(), comparison.series_count), (0, 0, 1));
    }

    #[test]
    fn what_differs_most_comes_first_and_a_missing_curve_differs_fully() {
        let base = run(&[("little", &[10.0, 10.0]), ("gone", &[1.0, 0.0]), ("same", &[1.0, 1.0])], &[]);
        let other = run(&[("little", &[10.0, 9.0]), ("same", &[1.0, 1.0]), ("half", &[0.0, 0.0])], &[]);
        let comparison = compare(("A", &base), ("B", &other));
        let found: Vec<_> =
            comparison.differences.iter().map(|found| (found.line.as_str(), found.apart_percent)).collect();
        assert_eq!(found, [("gone", 100.0), ("little", 5.0)]);
        assert_eq!(comparison.series_count, 4);
        assert_eq!(comparison.differences[1].change_percent(), Some(-5.0));
    }

    #[test]
    fn curves_that_cross_differ_although_their_means_are_the_same() {
        let comparison = compare(("A", &run(&[("x", &[0.0, 4.0])], &[])), ("B", &run(&[("x", &[4.0, 0.0])], &[])));
        assert_eq!(comparison.differences[0].apart_percent, 200.0);
        assert_eq!(comparison.differences[0].change_percent(), Some(0.0));
    }

    #[test]
    fn bosses_that_die_on_other_days_are_told() {
        let comparison = compare(("A", &run(&[], &[(1, 0), (5, 1)])), ("B", &run(&[], &[(1, 0)])));
        let expected = KillDifference { boss: "1 slime".to_owned(), days: (vec![5], vec![]) };
        assert_eq!(comparison.kills, [expected]);
    }
}
