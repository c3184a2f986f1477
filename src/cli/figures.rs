//! `raidkeep figures`: what a world has counted of each day, as CSV.

use clap::{Args, ValueEnum};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::cli::call::Failure;
use crate::cli::doors::Doors;
use crate::cli::print_line;
use raidkeep_studio::report::csv::CsvTable;

/// Days asked for at a time, which is what the function tells with details.
const CHUNK_DAYS: i64 = 31;

/// Prints a table for spreadsheets: a line for each day, or for each thing that was counted on it.
#[derive(Debug, Args)]
pub(super) struct Figures {
    #[command(flatten)]
    doors: Doors,
    /// Number of the world.
    #[arg(long, value_name = "N", default_value_t = 0)]
    world: u32,
    /// The operator's token.
    #[arg(long, env = "RAIDKEEP_OPERATOR_TOKEN", hide_env_values = true)]
    token: String,
    /// The first day, in the game's zone.
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Date,
    /// The last day; days that have not begun are left out.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Date,
    /// What the lines are.
    #[arg(long, value_enum, default_value_t = Table::Days)]
    table: Table,
}

/// What the lines of the table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Table {
    /// Days, with the counts that are one number each.
    Days,
    /// Stages of each day: entered, won.
    Stages,
    /// Levels of each day: players who reached them.
    Levels,
    /// Items and causes of each day: gained, spent, movements.
    Items,
    /// Causes of each day for which points moved: gained, spent, movements.
    Points,
    /// Bosses that were killed: when, and how long it took.
    Bosses,
}

impl Table {
    /// The name of the list in a day's details; `None` = the day itself.
    fn list(self) -> Option<&'static str> {
        match self {
            Self::Days => None,
            Self::Stages => Some("stages"),
            Self::Levels => Some("levels"),
            Self::Items => Some("items"),
            Self::Points => Some("points"),
            Self::Bosses => Some("bosses"),
        }
    }

    /// The fields that become columns, after the date.
    fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Days => &[
                "active_day",
                "active_week",
                "active_month",
                "new",
                "day_1",
                "day_3",
                "day_7",
                "day_30",
                "online_most",
                "sessions",
                "sessions_ended",
                "session_seconds",
                "stages_entered",
                "stages_won",
                "levels_reached",
                "bosses_killed",
                "energy_wasted",
                "orders",
                "orders_granted",
                "orders_refused",
                "points_gained",
                "points_spent",
                "imported",
                "deleted",
            ],
            Self::Stages => &["mode", "stage", "entered", "won"],
            Self::Levels => &["level", "players"],
            Self::Items => &["item", "why", "gained", "spent", "movements"],
            Self::Points => &["why", "gained", "spent", "movements"],
            Self::Bosses => &["boss", "season", "at", "after_seconds"],
        }
    }
}

impl Figures {
    pub(super) fn run(self) -> Result<(), Failure> {
        let columns: Vec<&str> = std::iter::once("date").chain(self.table.fields().iter().copied()).collect();
        let mut table = CsvTable::new(&columns);
        let mut client = self.doors.operators(self.world)?;
        let mut from = self.from;
        loop {
            let to = from.checked_add((CHUNK_DAYS - 1).days()).map_or(self.to, |last| last.min(self.to));
            let details = self.table.list().is_some();
            let asked = json!({
                "token": self.token, "from": from.to_string(), "to": to.to_string(), "details": details,
            });
            let reply = client.ask("figures", asked)?;
            if reply["status"] != 0 {
                let why = reply["message"].as_str().unwrap_or_default();
                return Err(format!("the figures are not told: {why} (status {})", reply["status"]).into());
            }
            let days = reply["data"]["days"].as_array().cloned().unwrap_or_default();
            days.iter().for_each(|day| self.add(day, &mut table));
            // Days after today are not told.
            if to >= self.to || days.is_empty() {
                break;
            }
            from = to.tomorrow()?;
        }
        print_line(table.text().trim_end());
        Ok(())
    }

    fn add(&self, day: &Value, table: &mut CsvTable) {
        let date = cell(&day["date"]);
        let row = |from: &Value| {
            let cells = self.table.fields().iter().map(|field| {
                let retained = field.starts_with("day_").then(|| &from["retained"][*field]);
                cell(retained.unwrap_or(&from[*field]))
            });
            std::iter::once(date.clone()).chain(cells).collect::<Vec<_>>()
        };
        match self.table.list() {
            None => table.row(row(day)),
            Some(list) => day["details"][list].as_array().into_iter().flatten().for_each(|line| table.row(row(line))),
        }
    }
}

/// A value as a cell: what is not known yet is empty.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
