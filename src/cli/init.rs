//! `raidkeep init`: makes worlds without starting a server.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::print_line;
use crate::cli::serve::usual_config;
use raidkeep_engine::storage::folder;
use raidkeep_server::config::Config;

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Folder of the databases [default: that of the configuration].
    #[arg(long, value_name = "FOLDER")]
    data: Option<String>,
    /// The configuration file [default: config/server.ron if it exists, else the built-in one].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Makes only the world of this number [default: all of the configuration that are missing].
    #[arg(long, value_name = "N")]
    world: Option<u32>,
}

impl Init {
    pub(super) fn run(self) -> Result<(), Box<dyn std::error::Error>> {
        let overrides: Vec<String> = self.data.iter().map(|data| format!("data={data}")).collect();
        let config = Config::load(usual_config(self.config).as_deref(), &overrides)?;
        let data = Path::new(&config.data);
        let made = folder::init(data, config.worlds, self.world)?;
        if made.is_empty() {
            print_line(&format!("all worlds of the configuration are in {} already", data.display()));
        }
        made.iter().for_each(|name| print_line(&format!("made {name} in {}", data.display())));
        Ok(())
    }
}
