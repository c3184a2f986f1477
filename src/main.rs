//! The `raidkeep` program: arguments lead to a subcommand, nothing else.

use std::process::ExitCode;

/// Requests are many small allocations; see docs/performance.md for what this is worth.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    raidkeep::cli::run()
}
