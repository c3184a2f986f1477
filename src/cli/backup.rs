//! `raidkeep backup`: backs up the worlds of a running server.

use clap::Args;
use serde_json::json;

use crate::cli::call::Failure;
use crate::cli::doors::Doors;
use crate::cli::print_line;

#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    doors: Doors,
    /// How many worlds the server has.
    #[arg(long, default_value_t = 1)]
    worlds: u32,
    /// The operator's token.
    #[arg(long, env = "RAIDKEEP_OPERATOR_TOKEN", hide_env_values = true)]
    token: String,
    /// Name of the backup: a folder of this name is created in the folder of the setting `backups`.
    #[arg(long)]
    name: String,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), Failure> {
        for world in 0..self.worlds {
            let mut client = self.doors.operators(world)?;
            let reply = client.ask("backup", json!({"token": self.token, "name": self.name}))?;
            if reply["status"] != 0 {
                return Err(format!("no backup of world {world}: {}", reply["message"]).into());
            }
            print_line(reply["data"]["file"].as_str().unwrap_or_default());
        }
        Ok(())
    }
}
