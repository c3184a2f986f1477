//! Comparisons as Markdown, for a comment on a pull request.

use crate::compare::{ComparedCell, ComparedRow, Comparison};
use crate::report::number::short;

/// Maximum rows of a comment; longer ones are not read.
const ROWS_MAX: usize = 25;

impl Comparison {
    /// What was found, in a sentence or two.
    pub fn verdict(&self) -> String {
        let Self { base, other, rows, same, seeds, .. } = self;
        if rows.is_empty() {
            return format!("Nothing differs between {base} and {other} ({same} figures compared).");
        }
        if *seeds < 2 {
            let count = rows.len();
            return format!(
                "{count} of {} figures differ between {base} and {other}, but one seed says nothing about chance: \
                 compare more with --seeds.",
                count + same
            );
        }
        let (differing, uncertain) = (self.differing().count(), self.uncertain().count());
        format!(
            "Of {} figures {differing} differ between {base} and {other} by more than chance, {uncertain} cannot be told \
             apart with {seeds} seeds, and {same} are the same.",
            rows.len() + same
        )
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut text = format!("### {} against {}\n\n", self.other, self.base);
        text.push_str(&self.edits.markdown());
        text.push_str(&format!("\n### What changed\n\n{}", self.verdict()));
        text.push('\n');
        let leading = self.leading();
        if !leading.is_empty() {
            let days: Vec<String> = self.days.iter().map(|day| format!(" day {day} |")).collect();
            let rule: String = self.days.iter().map(|_| "---:|").collect();
            text.push_str(&format!(
                "\n| what | of | change | effect / noise |{}\n|---|---|---:|---:|{rule}\n",
                days.concat()
            ));
        }
        for row in leading.iter().take(ROWS_MAX) {
            let cells: Vec<String> = row.cells().into_iter().map(|cell| cell.replace('|', "\\|")).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        if let Some(more) = leading.len().checked_sub(ROWS_MAX + 1) {
            text.push_str(&format!("\n{} more in the JSON and HTML reports.\n", more + 1));
        }
        if !self.kills.is_empty() {
            text.push_str("\n| boss | first died before | after |\n|---|---|---|\n");
        }
        for kill in &self.kills {
            text.push_str(&format!("| {} | {} | {} |\n", kill.boss, kill.died.0, kill.died.1));
        }
        text
    }
}

impl ComparedRow {
    /// What with its unit, of whom, the clearest change, effect over noise, and both values on each day.
    pub fn cells(&self) -> Vec<String> {
        let mut cells = vec![format!("{} [{}]", self.title, self.unit), self.of.clone()];
        cells.push(self.clearest().map_or(String::new(), |cell| {
            let day = if self.cells.len() > 1 { format!("day {}: ", cell.day) } else { String::new() };
            format!("{day}{}", cell.change_told())
        }));
        cells.push(self.effect_over_noise.map_or("?".to_owned(), short));
        cells.extend(self.cells.iter().map(ComparedCell::told));
        cells
    }
}

impl ComparedCell {
    /// `22 → 25`, or once if both are written alike.
    pub fn told(&self) -> String {
        let (before, after) = &self.written;
        if before == after { before.clone() } else { format!("{before} → {after}") }
    }

    /// `+12.3 % (+10.1 to +14.5)`, or in the unit of the value if it was 0.
    pub fn change_told(&self) -> String {
        let signed = |value: f64| if value > 0.0 { format!("+{}", short(value)) } else { short(value) };
        match self.change_percent() {
            Some((percent, None)) => format!("{} %", signed(percent)),
            Some((percent, Some((low, high)))) if signed(low) == signed(high) => format!("{} %", signed(percent)),
            Some((percent, Some((low, high)))) => {
                format!("{} % ({} to {})", signed(percent), signed(low), signed(high))
            }
            None => format!("{} (was 0)", signed(self.change.mean)),
        }
    }
}
