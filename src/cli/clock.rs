//! `raidkeep clock`.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::call::Failure;
use crate::cli::doors::Doors;
use crate::cli::print_line;

#[derive(Debug, Args)]
pub(super) struct Clock {
    #[command(subcommand)]
    command: ClockCommand,
}

#[derive(Debug, Subcommand)]
enum ClockCommand {
    /// Brings back to now what a clock that was ahead has stored in a running world.
    Mend(Mend),
}

#[derive(Debug, Args)]
struct Mend {
    #[command(flatten)]
    doors: Doors,
    /// Number of the world.
    #[arg(long, value_name = "N")]
    world: u32,
    /// The operator's token.
    #[arg(long, env = "RAIDKEEP_OPERATOR_TOKEN", hide_env_values = true)]
    token: String,
}

impl Clock {
    pub(super) fn run(self) -> Result<(), Failure> {
        let ClockCommand::Mend(mend) = self.command;
        let mut client = mend.doors.operators(mend.world)?;
        let reply = client.ask("clock_mend", json!({"token": mend.token}))?;
        if reply["status"] != 0 {
            let why = reply["message"].as_str().unwrap_or_default();
            return Err(format!("nothing was mended: {why} (status {})", reply["status"]).into());
        }
        let data = &reply["data"];
        print_line(&format!(
            "world {} is mended to {}: {} players at once, the others when they come back",
            mend.world,
            data["time"].as_str().unwrap_or_default(),
            data["players_in_memory"]
        ));
        Ok(())
    }
}
