//! `raidkeep backup`: backs up the worlds of a running server, and checks backups.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::call::{Client, Failure};
use crate::cli::print_line;
use raidkeep_engine::storage::copy::verify_copy;
use raidkeep_engine::storage::folder;

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Where the server listens.
    #[arg(long, default_value = "ws://127.0.0.1:7350")]
    url: String,
    /// How many worlds the server has.
    #[arg(long, default_value_t = 1)]
    worlds: u32,
    /// The operator's token.
    #[arg(long, env = "RAIDKEEP_OPERATOR_TOKEN", hide_env_values = true, required_unless_present = "verify")]
    token: Option<String>,
    /// Name of the backup: a folder of this name is created in the folder of the setting `backups`.
    #[arg(long, required_unless_present = "verify")]
    name: Option<String>,
    /// Checks the backup in this folder instead: its pages, and every row against what the worlds had when it was made.
    #[arg(long, value_name = "FOLDER", conflicts_with = "name")]
    verify: Option<PathBuf>,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), Failure> {
        if let Some(folder) = &self.verify {
            return verify(folder);
        }
        for world in 0..self.worlds {
            let mut client = Client::connect(&self.url, world)?;
            let reply = client.ask("backup", json!({"token": self.token, "name": self.name}))?;
            if reply["status"] != 0 {
                return Err(format!("no backup of world {world}: {}", reply["message"]).into());
            }
            print_line(reply["data"]["file"].as_str().unwrap_or_default());
        }
        Ok(())
    }
}

fn verify(folder: &Path) -> Result<(), Failure> {
    let worlds = folder::worlds(folder)?;
    if worlds.is_empty() {
        return Err(format!("there is no backup in {}", folder.display()).into());
    }
    for world in worlds {
        let rows = verify_copy(folder, &world)?;
        print_line(&format!("{world}: as it was copied ({rows} rows)"));
    }
    Ok(())
}
