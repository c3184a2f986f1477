//! The setting of the game page.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::config::address::is_reachable;
use crate::config::{Config, Mistake};

/// Who is shown the game page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GamePage {
    /// Browsers on this machine, if no other machine can reach the server.
    Loopback,
    /// Everybody.
    Always,
    /// Nobody.
    Never,
}

impl Config {
    /// Who is shown the game page, now that it is known who can reach the server.
    pub fn game_page(&self) -> GamePage {
        match self.play {
            // What is behind a proxy is reached from everywhere.
            GamePage::Loopback if !self.trusted_proxies.is_empty() || is_reachable(&self.listen) => GamePage::Never,
            chosen => chosen,
        }
    }
}

/// What is wrong with the setting, if it is none of these.
pub(super) fn mistake(settings: &Value) -> Option<Mistake> {
    let chosen = &settings["play"];
    GamePage::deserialize(chosen)
        .is_err()
        .then(|| ("play", format!("found {chosen}, expected loopback, always or never")))
}
