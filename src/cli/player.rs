//! `raidkeep export`, `raidkeep import` and `raidkeep delete`: one player as a document.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cli::call::{Client, Failure};
use crate::cli::doors::Doors;
use crate::cli::print_line;
use raidkeep_engine::clock::wall_ms;
use raidkeep_engine::outside::world_name;
use raidkeep_engine::private;
use raidkeep_engine::start::Start;
use raidkeep_engine::storage::folder;
use raidkeep_engine::storage::store::Store;
use raidkeep_game::portability::export::export_at_rest;
use raidkeep_server::config::Config;

/// Maximum piece of a document, in bytes. Even escaped as JSON it fits into a frame of the shipped size.
const PIECE_BYTES: usize = 16_384;

/// The running server.
#[derive(Debug, Args)]
struct Server {
    #[command(flatten)]
    doors: Doors,
    /// Which world.
    #[arg(long, default_value_t = 0)]
    world: u32,
    /// The operator's token.
    #[arg(long, env = "RAIDKEEP_OPERATOR_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl Server {
    fn connect(&self) -> Result<Operator, Failure> {
        Operator::connect(&self.doors, self.world, self.token.clone())
    }
}

/// A connection to the operators' listener with a token.
pub(super) struct Operator {
    client: Client,
    token: String,
}

impl Operator {
    /// Connects; without a token nothing is asked.
    pub(super) fn connect(doors: &Doors, world: u32, token: Option<String>) -> Result<Self, Failure> {
        let token = token.ok_or("the operator's token is missing: RAIDKEEP_OPERATOR_TOKEN or --token")?;
        Ok(Self { client: doors.operators(world)?, token })
    }

    /// The reply's `data`, or the refusal as an error that starts with `what`.
    pub(super) fn ask(&mut self, function: &str, mut data: Value, what: &str) -> Result<Value, Failure> {
        data["token"] = self.token.clone().into();
        let mut reply = self.client.ask(function, data)?;
        if reply["status"] != 0 {
            let message = reply["message"].as_str().unwrap_or_default();
            return Err(format!("{what}: {message} (status {})", reply["status"]).into());
        }
        Ok(reply["data"].take())
    }
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The player's name.
    player: String,
    /// Output file; the document contains the hash of the player's password [default: stdout].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Reads the data folder of a stopped server instead of asking a running one.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["url", "admin_url"])]
    data: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

impl Export {
    pub(super) fn run(self) -> Result<(), Failure> {
        let document = match &self.data {
            Some(data) => read_at_rest(data, self.server.world, &self.player)?,
            None => {
                let asked = json!({"name": self.player});
                self.server.connect()?.ask("player_export", asked, "nothing was exported")?["document"].take()
            }
        };
        let text = serde_json::to_string_pretty(&document)?;
        match &self.out {
            None => print_line(&text),
            Some(path) => write_private(path, &text)?,
        }
        Ok(())
    }
}

/// Starts the world without ticking it, on files of which nothing changes.
fn read_at_rest(data: &Path, world: u32, player: &str) -> Result<Value, Failure> {
    let name = world_name(world);
    if !folder::worlds(data)?.contains(&name) {
        return Err(format!("there is no {name} in {}; --data names the folder of a server", data.display()).into());
    }
    let _lock = folder::lock_for_reading(data)?;
    let settings = Config::load(None, &[])?.game()?;
    let rules = raidkeep_game::load_rules(&settings, &raidkeep_game::usual_assets(None))
        .map_err(|problems| format!("the assets have mistakes:\n{problems}"))?;
    let store = Store::read_folder(data, &name)?.into();
    let mut simulation = raidkeep_game::start_world(&settings, &rules, &store, Start::alone(wall_ms(), 0))?;
    let document = export_at_rest(simulation.world_mut(), player)?;
    let document = document.ok_or_else(|| format!("there is no player {player} in {name}"))?;
    Ok(document.shown())
}

/// Fails if the file exists already.
fn write_private(path: &Path, text: &str) -> Result<(), Failure> {
    let written = private::write_new(
        path,
        format!(
            "{text}
"
        )
        .as_bytes(),
    );
    written.map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}

#[derive(Debug, Args)]
pub(super) struct Import {
    /// The document.
    file: PathBuf,
    /// Replaces the player who has the document's e-mail address, unique_id or name, in one step: unless the import
    /// succeeds, that player stays as it is.
    #[arg(long)]
    replace: bool,
    /// Only says what would happen.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: Server,
}

impl Import {
    pub(super) fn run(self) -> Result<(), Failure> {
        let place = self.file.display();
        let text = std::fs::read_to_string(&self.file).map_err(|error| format!("cannot read {place}: {error}"))?;
        let document: Value = serde_json::from_str(&text).map_err(|error| format!("{place} is not JSON: {error}"))?;
        let mut operator = self.server.connect()?;
        let what = "nothing was imported";
        let text = document.to_string();
        let hash: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        for (piece, text) in pieces(&text).into_iter().enumerate() {
            operator.ask("player_import_piece", json!({"piece": piece, "text": text, "hash": hash}), what)?;
        }
        let asked = json!({"hash": hash, "replace": self.replace, "dry_run": self.dry_run});
        let imported = operator.ask("player_import", asked, what)?;
        let name = imported["name"].as_str().unwrap_or_default();
        let (would, account) = (if self.dry_run { "would have " } else { "" }, &imported["account"]);
        print_line(&match &imported["replaced"] {
            Value::Null => format!("{would}imported {name} as account {account}"),
            replaced => format!("{would}replaced account {replaced} by {name}, account {account}"),
        });
        Ok(())
    }
}

/// Splits a text into pieces at character boundaries.
fn pieces(mut text: &str) -> Vec<&str> {
    let mut pieces = Vec::with_capacity(text.len() / PIECE_BYTES + 1);
    while !text.is_empty() {
        let (piece, rest) = text.split_at(text.floor_char_boundary(PIECE_BYTES));
        pieces.push(piece);
        text = rest;
    }
    pieces
}

#[derive(Debug, Args)]
pub(super) struct Delete {
    /// The player's name.
    player: String,
    /// Confirms the deletion, which only a previously exported document can undo.
    #[arg(long, required_unless_present = "dry_run")]
    yes: bool,
    /// Only says what would happen.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: Server,
}

impl Delete {
    pub(super) fn run(self) -> Result<(), Failure> {
        let asked = json!({"name": self.player, "dry_run": self.dry_run});
        let deleted = self.server.connect()?.ask("player_delete", asked, "nothing was deleted")?;
        let would = if self.dry_run { "would have " } else { "" };
        print_line(&format!("{would}deleted {}, account {}", self.player, deleted["account"]));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_cut_between_characters_and_nothing_of_it_is_lost() {
        let text = format!("a{}", "玩".repeat(PIECE_BYTES));
        let pieces = pieces(&text);
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE_BYTES), "each fits into a frame");
        assert_eq!(pieces.concat(), text);
    }
}
