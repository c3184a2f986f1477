//! `raidkeep calendar`: when the events of the assets run.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use crate::cli::moment::settings_of;
use crate::cli::print_line;
use raidkeep_engine::clock;
use raidkeep_game::timed_events::EventRules;
use raidkeep_studio::calendar::Calendar;

/// Prints three months of events; --svg and --html draw them.
#[derive(Debug, Args)]
pub(super) struct CalendarArguments {
    /// Folder of the assets [default: assets if it exists, else the built-in ones].
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// A date in the first month, such as 2026-12-01 [default: today].
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// How many months.
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=24))]
    months: u8,
    /// Configuration file, for the zone [default: as serve].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Draws the calendar into this file, as SVG.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Draws the calendar into this file, as a page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

impl CalendarArguments {
    pub(super) fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let settings = settings_of(self.config.as_deref())?;
        let rules = raidkeep_game::load_rules(&settings, &raidkeep_game::usual_assets(self.assets.as_deref()))?;
        let events = rules.tables.get::<EventRules>().cloned().unwrap_or_default();
        let today = || {
            jiff::Timestamp::from_millisecond(clock::wall_ms()).map(|now| now.to_zoned(settings.zone.clone()).date())
        };
        let from = self.from.map_or_else(today, Ok)?;
        let calendar = Calendar::new(&events, from, usize::from(self.months), &settings.zone);
        print_line(calendar.text().trim_end());
        if let Some(file) = self.svg {
            fs::write(file, calendar.svg(&settings.zone))?;
        }
        if let Some(file) = self.html {
            fs::write(file, calendar.html(&settings.zone))?;
        }
        Ok(())
    }
}
