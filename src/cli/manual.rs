//! `raidkeep completions` and `raidkeep man`: what a shell and the manual know of the arguments, made from them.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

use crate::cli::print_line;

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, mut program: Command) -> Result<(), Box<dyn std::error::Error>> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "raidkeep", &mut script);
        print_line(String::from_utf8(script)?.trim_end());
        Ok(())
    }
}

#[derive(Debug, Args)]
pub(super) struct Manual {
    /// The folder, which is made if it is missing.
    folder: PathBuf,
}

impl Manual {
    pub(super) fn run(self, program: Command) -> Result<(), Box<dyn std::error::Error>> {
        let failed = |error| format!("cannot write manual pages to {}: {error}", self.folder.display());
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        clap_mangen::generate_to(program, &self.folder).map_err(failed)?;
        Ok(())
    }
}
