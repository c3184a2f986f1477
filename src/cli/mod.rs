//! The subcommands of the program.

mod call;
mod compare;
mod sandbox;
mod scenario;
mod serve;
mod simulate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::game;
use crate::rules::AssetSource;

/// Where the assets are looked for when the command line does not say.
const DEFAULT_ASSETS: &str = "assets";

/// A headless game simulation server.
///
/// Without a subcommand it serves, with the shipped configuration and assets.
#[derive(Debug, Parser)]
#[command(name = "raidkeep", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server until SIGINT or SIGTERM.
    Serve(serve::Serve),
    /// Sends one request, or a file of requests, as a client and prints the replies.
    Call(call::Call),
    /// Runs a stand-in for the platforms MCRMB and SUD until SIGINT or SIGTERM.
    Sandbox(sandbox::Sandbox),
    /// Runs designers' tests: given players, when requests and waits, then replies and values.
    Scenario(scenario::Scenario),
    /// Simulates virtual players for some days and writes a report with charts.
    Simulate(simulate::Simulate),
    /// Simulates the same days under several asset folders and reports what differs.
    Compare(compare::Compare),
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        None => arguments.serve.run(),
        Some(Command::Serve(serve)) => serve.run(),
        Some(Command::Call(call)) => call.run(),
        Some(Command::Sandbox(sandbox)) => sandbox.run(),
        Some(Command::Scenario(scenario)) => return scenario.run(),
        Some(Command::Simulate(simulate)) => simulate.run(),
        Some(Command::Compare(compare)) => compare.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "the last words of a program belong on stderr")]
fn report(error: &dyn std::fmt::Display) {
    eprintln!("raidkeep: {error}");
}

/// The folder that was given, else the usual one where there is one, else what is part of the program.
fn asset_source(given: Option<&Path>) -> AssetSource {
    let usual = PathBuf::from(DEFAULT_ASSETS);
    let folder = given.map(Path::to_owned).or_else(|| usual.is_dir().then_some(usual));
    folder.map_or_else(game::shipped_assets, AssetSource::Folder)
}

/// Prints a line; a closed pipe is no error of ours.
fn print_line(line: &str) {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
