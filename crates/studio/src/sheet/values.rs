//! The values that formulas stand for, as lines of text.

use crate::sheet::table::{Table, TableRow};

/// Of longer runs, this many values are shown.
const VALUES_SHOWN: usize = 50;

/// A line for each formula of a table: where it is, and its value for each number of its run.
pub(super) fn lines(table: &Table<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in 0..table.entries().len() {
        let Some((from, to)) = table.numbers_of(entry) else { continue };
        let line = table.text[..table.entries()[entry].span.start].matches('\n').count() + 1;
        for column in &table.columns {
            let Some(formula) = table.formula(entry, column) else { continue };
            let values: Vec<String> = (from..=to)
                .take(VALUES_SHOWN)
                .map(|n| table.cell(TableRow { entry, n: Some(n) }, column).0.shown())
                .collect();
            let more = if to - from < u32::try_from(values.len()).unwrap_or(u32::MAX) { "" } else { ", …" };
            lines.push(format!("{}:{line}: {formula}, from {from} to {to}: {}{more}", table.file, values.join(", ")));
        }
    }
    lines
}
