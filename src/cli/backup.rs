//! `raidkeep backup`: backs up the worlds of a running server, and checks backups.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::cli::call::Failure;
use crate::cli::doors::Doors;
use crate::cli::{parse_world, print_line};
use raidkeep_engine::outside::{REALM, world_label};
use raidkeep_engine::request::status::WORLD_NOT_FOUND;
use raidkeep_engine::storage::folder;
use raidkeep_engine::storage::proof::verify_copy;

/// Exit codes: 0 if every world was copied, or is as it was copied; 1 if any is not.
#[derive(Debug, Args)]
pub(super) struct Backup {
    #[command(flatten)]
    doors: Doors,
    /// Only these worlds, such as 0,2 or realm [default: all, and the realm last].
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = parse_world)]
    world: Vec<u32>,
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

/// How the backup of one world ended.
enum Ended {
    /// With this file.
    Made(String),
    /// With a refusal.
    Refused(String),
    /// There is no such world.
    NoWorld,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), Failure> {
        if let Some(folder) = &self.verify {
            return verify(folder);
        }
        let is_all = self.world.is_empty();
        let worlds: Box<dyn Iterator<Item = u32>> =
            if is_all { Box::new(0..) } else { Box::new(self.world.iter().copied()) };
        let mut failed = Vec::new();
        for world in worlds {
            match self.back_up(world) {
                Ok(Ended::Made(file)) => print_line(&file),
                Ok(Ended::NoWorld) if is_all && world > 0 => break,
                Ok(Ended::NoWorld) => {
                    failed.push(format!("world {}: the server has no such world", world_label(world)))
                }
                Ok(Ended::Refused(why)) => failed.push(format!("world {}: {why}", world_label(world))),
                // Of all worlds, it is not known how many follow.
                Err(error) => {
                    failed.push(format!("world {}: {error}", world_label(world)));
                    if is_all {
                        break;
                    }
                }
            }
        }
        if is_all && failed.is_empty() {
            // What the worlds have taken of the realm by now is in its copy, so the copies fit together.
            match self.back_up(REALM)? {
                Ended::Made(file) => print_line(&file),
                Ended::Refused(why) => failed.push(format!("the realm: {why}")),
                Ended::NoWorld => {}
            }
        }
        if failed.is_empty() { Ok(()) } else { Err(format!("no backup of {}", failed.join("; ")).into()) }
    }

    fn back_up(&self, world: u32) -> Result<Ended, Failure> {
        let mut client = self.doors.operators(world)?;
        let reply = client.ask("backup", json!({"token": self.token, "name": self.name}))?;
        let told = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        Ok(match reply["status"].as_i64() {
            Some(0) => Ended::Made(told(&reply["data"]["file"])),
            Some(status) if status == i64::from(WORLD_NOT_FOUND) => Ended::NoWorld,
            status => Ended::Refused(format!("{} (status {})", told(&reply["message"]), status.unwrap_or_default())),
        })
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
