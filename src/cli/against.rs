//! `raidkeep check --against`: what players of a running server have of what the new assets change or remove.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::call::Failure;
use crate::cli::doors::Doors;
use raidkeep_engine::rules::AssetSource;
use raidkeep_studio::impact::{Impact, RulesInUse};

/// The server to compare with.
#[derive(Debug, Args)]
pub(super) struct Against {
    /// Also tells who owns, stands in or has ordered what these assets remove or change: asks the running server whose
    /// operators' listener is there. Exit code 2 if something in use is removed.
    #[arg(long, value_name = "ws[s]://HOST:PORT")]
    against: Option<String>,
    /// With --against: number of the world.
    #[arg(long, value_name = "N", default_value_t = 0)]
    world: u32,
    /// With --against: the operator's token.
    #[arg(long, env = "RAIDKEEP_OPERATOR_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// With --against: a PEM file of the roots to trust with wss:// [default: the file in SSL_CERT_FILE, else Mozilla's].
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl Against {
    /// Asks the server, if one is named.
    pub(super) fn ask(&self, assets: &AssetSource) -> Result<Option<Impact>, Failure> {
        let Some(server) = &self.against else {
            return Ok(None);
        };
        let token =
            self.token.as_ref().ok_or("--against asks as an operator: give --token or RAIDKEEP_OPERATOR_TOKEN")?;
        let mut client = Doors::of_operators(server.clone(), self.ca.clone()).operators(self.world)?;
        let mut reply = client.ask("rules_usage", json!({"token": token, "files": true}))?;
        if reply["status"] != 0 {
            let why = reply["message"].as_str().unwrap_or_default();
            return Err(format!("{server} does not say what is in use: {why} (status {})", reply["status"]).into());
        }
        let in_use: RulesInUse = serde_json::from_value(reply["data"].take())?;
        Ok(Some(Impact::of(server, in_use, assets)?))
    }
}
