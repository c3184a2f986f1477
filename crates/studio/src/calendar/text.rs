//! The calendar in a terminal: a row for each event, a column for each day.

use unicode_width::UnicodeWidthStr;

use super::{Calendar, Month, Row};
use crate::report::columns::{left, right};

const WHOLE_DAY: &str = "██";
const PART_OF_DAY: &str = "▒▒";
const NO_PART: &str = " ·";

impl Calendar<'_> {
    /// The calendar as text, and what its events do.
    pub fn text(&self) -> String {
        let name = |row: &Row<'_>| format!("{} {}", row.id, row.event.name.zh);
        let width = self.events.iter().map(|row| name(row).width()).max().unwrap_or(0);
        let mut lines = Vec::new();
        for month in &self.months {
            lines.push(left(&month.title(), width) + &month.heads());
            let rows = self.events.iter().filter(|row| row.event.player_days.is_none());
            lines.extend(rows.map(|row| left(&name(row), width) + &row.cells(month)));
            lines.push(String::new());
        }
        lines.push(format!("{WHOLE_DAY} the whole day   {PART_OF_DAY} a part of it"));
        for row in &self.events {
            lines.extend([String::new(), format!("{}: {}", row.id, row.event.name.together(" / "))]);
            lines.extend(row.words().into_iter().map(|words| format!("  {words}")));
        }
        lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

impl Month {
    /// The days of the month, with a mark before each Monday.
    fn heads(&self) -> String {
        self.days().map(|(date, ..)| format!("{}{}", mark(date), right(&date.day().to_string(), 2))).collect()
    }
}

fn mark(date: jiff::civil::Date) -> &'static str {
    if date.weekday() == jiff::civil::Weekday::Monday { "|" } else { " " }
}

impl Row<'_> {
    fn cells(&self, month: &Month) -> String {
        let cell = |(date, begins, ends): (jiff::civil::Date, i64, i64)| {
            let seconds: i64 =
                self.times.iter().map(|(from, until)| (ends.min(*until) - (*from).max(begins)).max(0)).sum();
            let cell = match seconds {
                0 => NO_PART,
                seconds if seconds == ends - begins => WHOLE_DAY,
                _ => PART_OF_DAY,
            };
            format!("{}{cell}", mark(date))
        };
        month.days().map(cell).collect()
    }
}
