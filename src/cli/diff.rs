//! `raidkeep diff`: what differs between two asset folders, in the game's words.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::cli::print_line;
use raidkeep_studio::diff::{AssetFiles, diff};

/// With --exit-code, whether anything differs.
const DIFFERS: u8 = 2;

/// Exit code 0: both were compared. 1: they cannot be. With --exit-code, 2: something differs.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The assets of before: a folder, or `git:REV` or `git:REV:FOLDER` for a revision of the repository here.
    #[arg(value_name = "BEFORE")]
    before: String,
    /// The assets of after.
    #[arg(value_name = "AFTER")]
    after: String,
    /// How the changes are shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Ends with 2 if anything differs.
    #[arg(long)]
    exit_code: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A heading for each topic, a line for each change.
    Text,
    /// For a pull request.
    Markdown,
    /// One JSON object: `before`, `after` and `changes`.
    Json,
}

impl Diff {
    pub(super) fn run(self) -> Result<ExitCode, Box<dyn std::error::Error>> {
        let found = diff(&AssetFiles::named(&self.before)?, &AssetFiles::named(&self.after)?)?;
        let shown = match self.format {
            Format::Text => found.text(),
            Format::Markdown => found.markdown(),
            Format::Json => serde_json::to_string_pretty(&found)?,
        };
        print_line(shown.trim_end());
        let differs = self.exit_code && !found.is_empty();
        Ok(if differs { ExitCode::from(DIFFERS) } else { ExitCode::SUCCESS })
    }
}
