//! `raidkeep verify`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::{print_line, report};
use raidkeep_engine::storage::folder;
use raidkeep_engine::storage::store::Store;
use raidkeep_engine::verify::{Breach, verify};
use raidkeep_server::config::Config;

/// Exit code: breaches were found.
const BREACHES: u8 = 2;

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Folder of the databases.
    #[arg(long, value_name = "FOLDER", default_value = "data")]
    data: PathBuf,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// One line per breach, for humans.
    Text,
    /// One JSON object, for programs.
    Json,
}

#[derive(Debug, Serialize)]
struct WorldVerified {
    world: String,
    breaches: Vec<Breach>,
}

impl Verify {
    /// 0: consistent; 1: the data cannot be read; 2: breaches were found.
    pub(super) fn run(self) -> ExitCode {
        match verify_folder(&self.data) {
            Ok(worlds) => {
                self.print(&worlds);
                let is_whole = worlds.iter().all(|world| world.breaches.is_empty());
                if is_whole { ExitCode::SUCCESS } else { ExitCode::from(BREACHES) }
            }
            Err(error) => {
                report(&error);
                ExitCode::FAILURE
            }
        }
    }

    fn print(&self, worlds: &[WorldVerified]) {
        match self.format {
            Format::Json => print_line(&serde_json::json!({"worlds": worlds}).to_string()),
            Format::Text => worlds.iter().flat_map(lines).for_each(|line| print_line(&line)),
        }
    }
}

fn lines(verified: &WorldVerified) -> Vec<String> {
    let WorldVerified { world, breaches } = verified;
    let told = breaches.iter().map(|breach| {
        let player = breach.player.as_deref().map(|player| format!(" of {player}")).unwrap_or_default();
        let Breach { check, table, key, what, .. } = breach;
        format!("{world}: {check}: table {table}, row {key}{player}: {what}")
    });
    let sum = match breaches.len() {
        0 => format!("{world}: consistent"),
        count => format!("{world}: {count} breaches; docs/operating.md says what to do"),
    };
    told.chain([sum]).collect()
}

/// The unfolded tail of the log that a crash left is folded first, as on a server's start.
fn verify_folder(data: &Path) -> Result<Vec<WorldVerified>, Box<dyn std::error::Error>> {
    let worlds = folder::worlds(data)?;
    if worlds.is_empty() {
        return Err(format!("there is no world in {}; --data names the folder of a server", data.display()).into());
    }
    let _lock = folder::lock(data)?;
    let app = raidkeep_game::build_app(&Config::load(None, &[])?.game()?);
    let mut verified = Vec::with_capacity(worlds.len());
    for world in worlds {
        let store = Store::open_folder(data, &world)?;
        verified.push(WorldVerified { breaches: verify(&app, &store.rows)?, world });
    }
    Ok(verified)
}
