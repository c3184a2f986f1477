//! The result of a simulation, as series by day.

use serde::Serialize;

use crate::simulate::coverage::Coverage;

/// The result of a simulation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// What was simulated.
    pub about: RunSummary,
    /// The series.
    pub charts: Vec<Chart>,
    /// Bosses that died, in order.
    pub kills: Vec<Kill>,
    /// The functions that were called.
    pub coverage: Coverage,
}

/// What was simulated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunSummary {
    /// How many players.
    pub players: u32,
    /// How many days.
    pub days: u32,
    /// The random seed.
    pub seed: u64,
    /// The policy's file name without its folder.
    pub policy: String,
    /// The fingerprint of the assets, in hexadecimal.
    pub assets: String,
    /// How many requests were answered.
    pub requests: u64,
    /// How many of them were refused.
    pub refused: u64,
}

/// Series drawn together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// For CSV and JSON; the same in every run.
    pub id: String,
    /// For readers.
    pub title: String,
    /// Unit of the values.
    pub unit: String,
    /// In the order of the legend.
    pub lines: Vec<Series>,
}

/// One value a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// For the legend.
    pub name: String,
    /// By day, the first day first.
    pub values: Vec<f64>,
}

/// A boss that died.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kill {
    /// The day, from 1.
    pub day: u32,
    /// The boss's index in the roster, from 0.
    pub boss: u32,
    /// For readers.
    pub name: String,
}

impl Run {
    /// All series as a table of `day,chart,line,unit,value`.
    pub fn to_csv(&self) -> String {
        let mut csv = String::from("day,chart,line,unit,value\n");
        for chart in &self.charts {
            for line in &chart.lines {
                for (day, value) in (1_u32..).zip(&line.values) {
                    let fields = [&chart.id, &line.name, &chart.unit].map(|field| quoted(field));
                    csv.push_str(&format!("{day},{},{value}\n", fields.join(",")));
                }
            }
        }
        csv
    }

    /// Everything as JSON.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}

/// A field quoted for CSV if necessary.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}

/// Rounds to thousandths, so that files are short and identical on every machine.
pub fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// `sum` divided by `count`, rounded; 0 if `count` is 0.
pub fn mean(sum: i64, count: usize) -> f64 {
    if count == 0 { 0.0 } else { rounded(sum as f64 / count as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_has_a_row_for_each_value_and_quotes_what_needs_it() {
        let line = Series { name: "a,\"b\"".to_owned(), values: vec![1.0, 2.5] };
        let chart = Chart { id: "c".to_owned(), title: "C".to_owned(), unit: "u".to_owned(), lines: vec![line] };
        let about = RunSummary {
            players: 1,
            days: 2,
            seed: 3,
            policy: "p".to_owned(),
            assets: "0".to_owned(),
            requests: 0,
            refused: 0,
        };
        let run = Run { about, charts: vec![chart], kills: Vec::new(), coverage: Coverage::default() };
        assert_eq!(run.to_csv(), "day,chart,line,unit,value\n1,c,\"a,\"\"b\"\"\",u,1\n2,c,\"a,\"\"b\"\"\",u,2.5\n");
    }

    #[test]
    fn means_of_nobody_are_zero() {
        assert_eq!((mean(5, 0), mean(10, 3), rounded(0.123_449)), (0.0, 3.333, 0.123));
    }
}
