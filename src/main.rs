//! The `raidkeep` program: dispatches to a subcommand.

use std::process::ExitCode;

/// Requests make many small allocations; docs/performance.md shows the gain.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    raidkeep::cli::run()
}
