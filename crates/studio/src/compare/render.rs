//! Rendered comparisons: Markdown for a pull request comment, and HTML with both curves.

use crate::compare::{Comparison, Difference};
use crate::report::chart::{Curve, Drawing, escape};
use crate::report::number::short;
use crate::report::page;

/// Maximum rows of a comment; longer ones are not read.
const ROWS_MAX: usize = 25;
/// Maximum charts of a page; more are slow to open.
const CHARTS_MAX: usize = 80;

impl Comparison {
    fn verdict(&self) -> String {
        let Self { base, other, differences, series_count, .. } = self;
        match differences.len() {
            0 => format!("Nothing differs between {base} and {other} ({series_count} series compared)."),
            count => format!("{count} of {series_count} series differ between {base} and {other}, the worst first."),
        }
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut text =
            format!("### {other} against {base}\n\n{}\n", self.verdict(), other = self.other, base = self.base);
        if !self.differences.is_empty() {
            text.push_str(
                "\n| what | unit | before | after | change | curves apart |\n|---|---|---:|---:|---:|---:|\n",
            );
        }
        for difference in self.differences.iter().take(ROWS_MAX) {
            let [what, unit, before, after, change, apart] = difference.cells().map(|cell| cell.replace('|', "\\|"));
            text.push_str(&format!("| {what} | {unit} | {before} | {after} | {change} | {apart} |\n"));
        }
        if let Some(more) = self.differences.len().checked_sub(ROWS_MAX + 1) {
            text.push_str(&format!("\n{} more in the JSON and HTML reports.\n", more + 1));
        }
        if !self.kills.is_empty() {
            text.push_str("\n| boss | dies before on day | after on day |\n|---|---|---|\n");
        }
        for kill in &self.kills {
            text.push_str(&format!("| {} | {} | {} |\n", kill.boss, listed(&kill.days.0), listed(&kill.days.1)));
        }
        text
    }

    /// As a part of an HTML page.
    pub fn html(&self) -> String {
        let rows = self.differences.iter().map(|difference| ("", difference.cells().to_vec()));
        let kills =
            self.kills.iter().map(|kill| ("", vec![kill.boss.clone(), listed(&kill.days.0), listed(&kill.days.1)]));
        let shown = self.differences.iter().take(CHARTS_MAX);
        format!(
            "<h2>{}</h2>\n<p>{}</p>\n{}{}{}",
            escape(&format!("{} against {}", self.other, self.base)),
            escape(&self.verdict()),
            page::charts(shown.map(|difference| difference.drawn(&self.base, &self.other))),
            page::table(&["boss that dies on other days", "before", "after"], kills),
            page::table(&["what", "unit", "before", "after", "change", "curves apart"], rows),
        )
    }
}

impl Difference {
    fn cells(&self) -> [String; 6] {
        let change = self.change_percent().map_or("new".to_owned(), |change| format!("{change:+.1} %"));
        [
            format!("{}: {}", self.title, self.line),
            self.unit.clone(),
            short(self.means.0),
            short(self.means.1),
            change,
            format!("{:.1} %", self.apart_percent),
        ]
    }

    fn drawn(&self, base: &str, other: &str) -> String {
        let title = format!("{}: {}", self.title, self.line);
        let curves = vec![
            Curve { name: base.into(), values: &self.curves.0, colour: 0, is_dashed: false },
            Curve { name: other.into(), values: &self.curves.1, colour: 1, is_dashed: true },
        ];
        Drawing { title: &title, unit: &self.unit, curves }.svg()
    }
}

fn listed(days: &[u32]) -> String {
    let days: Vec<String> = days.iter().map(u32::to_string).collect();
    if days.is_empty() { "never".to_owned() } else { days.join(", ") }
}
