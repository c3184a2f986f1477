//! The `raidkeep` program: arguments lead to a subcommand, nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    raidkeep::cli::run()
}
