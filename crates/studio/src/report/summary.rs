//! The summary table of a run: each series on the first, middle and last day, with mean and sum.

use crate::report::columns::{left, right};
use crate::report::number::short;
use crate::simulate::Run;

/// What was simulated, in a sentence.
pub fn headline(run: &Run) -> String {
    let about = &run.about;
    let refused = about.refused as f64 * 100.0 / about.requests.max(1) as f64;
    format!(
        "{} players, {} days, policy {}, seed {}, assets {}: {} requests, {refused:.1} % refused",
        about.players, about.days, about.policy, about.seed, about.assets, about.requests
    )
}

/// A row of the table.
#[derive(Debug)]
pub struct SummaryRow {
    /// The series' name, or the chart's title.
    pub name: String,
    /// First day, middle, last day, mean, sum; `None` in the row of a chart.
    pub values: Option<[f64; 5]>,
    /// The chart's unit.
    pub unit: String,
}

/// The names of the values.
pub const COLUMNS: [&str; 5] = ["first day", "middle", "last day", "mean", "sum"];

/// All rows.
pub fn rows(run: &Run) -> Vec<SummaryRow> {
    let mut rows = Vec::new();
    for chart in &run.charts {
        rows.push(SummaryRow { name: chart.title.clone(), values: None, unit: chart.unit.clone() });
        for line in &chart.lines {
            let values = &line.values;
            let at = |day: usize| values.get(day).copied().unwrap_or(0.0);
            let sum: f64 = values.iter().sum();
            let mean = sum / values.len().max(1) as f64;
            let figures = [at(0), at(values.len() / 2), at(values.len().saturating_sub(1)), mean, sum];
            rows.push(SummaryRow { name: line.name.clone(), values: Some(figures), unit: chart.unit.clone() });
        }
    }
    rows
}

/// Widths of the name and value columns.
const NAME_COLUMNS: usize = 32;
const VALUE_COLUMNS: usize = 11;

/// The whole summary as text.
pub fn text(run: &Run) -> String {
    let mut text = format!("{}\n\n", headline(run));
    text.push_str(&left("", NAME_COLUMNS + 2));
    COLUMNS.iter().for_each(|column| text.push_str(&right(column, VALUE_COLUMNS)));
    text.push('\n');
    for row in rows(run) {
        match row.values {
            None => text.push_str(&format!("{} [{}]\n", row.name, row.unit)),
            Some(values) => {
                text.push_str("  ");
                text.push_str(&left(&row.name, NAME_COLUMNS));
                values.iter().for_each(|value| text.push_str(&right(&short(*value), VALUE_COLUMNS)));
                text.push('\n');
            }
        }
    }
    text.push_str("\nBosses killed\n");
    if run.kills.is_empty() {
        text.push_str("  none\n");
    }
    for kill in &run.kills {
        text.push_str(&format!("  day {}: {} {}\n", right(&kill.day.to_string(), 3), kill.boss, kill.name));
    }
    text.push_str(&format!("\nFunctions\n{}", run.coverage.text()));
    text
}
