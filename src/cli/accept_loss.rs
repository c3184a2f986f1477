//! `raidkeep accept-loss`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::{parse_world, print_line, report};
use raidkeep_engine::clock::shown_utc;
use raidkeep_engine::outside::world_name;
use raidkeep_engine::storage::folder;
use raidkeep_engine::storage::store::{AcceptedLoss, Store};

#[derive(Debug, Args)]
pub(super) struct AcceptLoss {
    /// Folder of the databases, relative to where the command runs.
    #[arg(long, value_name = "FOLDER", default_value = "data")]
    data: PathBuf,
    /// Number of the world, or realm.
    #[arg(long, value_name = "N", value_parser = parse_world)]
    world: u32,
}

impl AcceptLoss {
    /// 0: the world can be started again; 1: it could not be made usable, or nothing was wrong with it.
    pub(super) fn run(self) -> ExitCode {
        match self.accept() {
            Ok(accepted) => {
                told(self.world, &accepted).iter().for_each(|line| print_line(line));
                ExitCode::SUCCESS
            }
            Err(error) => {
                report(&error);
                ExitCode::FAILURE
            }
        }
    }

    fn accept(&self) -> Result<AcceptedLoss, Box<dyn std::error::Error>> {
        let name = world_name(self.world);
        if !folder::worlds(&self.data)?.contains(&name) {
            return Err(format!("there is no {name} in {}", self.data.display()).into());
        }
        let _lock = folder::lock(&self.data)?;
        Ok(Store::accept_loss(&self.data, &name)?)
    }
}

fn told(world: u32, accepted: &AcceptedLoss) -> [String; 4] {
    let AcceptedLoss { refused, last_batch, moment_ms, kept } = accepted;
    let moment = shown_utc(*moment_ms);
    [
        format!("world {world} was refused because {refused}"),
        format!("it goes on from batch {} of {moment}; what it answered after that is lost", last_batch.0),
        format!("the log and the mark of before are kept as {} and {}", kept[0].display(), kept[1].display()),
        "when it runs, `raidkeep reconcile` tells what the payment platform knows of what is lost".to_owned(),
    ]
}
