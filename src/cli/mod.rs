//! The subcommands of the program.

mod backup;
mod call;
mod check;
mod compare;
mod load;
mod player;
mod replay;
mod sandbox;
mod scenario;
mod schema;
mod serve;
mod simulate;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// Plays the journal of a world again, and shows a player as of any moment.
    Replay(replay::ReplayArguments),
    /// Looks for mistakes in the assets; exit code 1 when there are any.
    Check(check::Check),
    /// Describes assets, configuration or protocol, as JSON Schema, AsyncAPI or for people.
    Schema(schema::Schema),
    /// Copies the worlds of a running server.
    Backup(backup::Backup),
    /// Looks over the data folder of a server that does not run: whether everything in it fits together.
    Verify(verify::Verify),
    /// Writes all that a world keeps of a player as one JSON document.
    Export(player::Export),
    /// Takes a player into a running world from such a document.
    Import(player::Import),
    /// Deletes a player of a running world with everything that is kept of it.
    Delete(player::Delete),
    /// Runs a stand-in for the platforms MCRMB and SUD until SIGINT or SIGTERM.
    Sandbox(sandbox::Sandbox),
    /// Runs designers' tests: given players, when requests and waits, then replies and values.
    Scenario(scenario::Scenario),
    /// Simulates virtual players for some days and writes a report with charts.
    Simulate(simulate::Simulate),
    /// Simulates the same days under several asset folders and reports what differs.
    Compare(compare::Compare),
    /// Asks a running server as many clients would, and reports how it bore that.
    Load(Box<load::Load>),
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        None => done(arguments.serve.run()),
        Some(Command::Serve(serve)) => done(serve.run()),
        Some(Command::Call(call)) => done(call.run()),
        Some(Command::Replay(replay)) => done(replay.run()),
        Some(Command::Check(check)) => check.run(),
        Some(Command::Schema(schema)) => done(schema.run()),
        Some(Command::Sandbox(sandbox)) => done(sandbox.run()),
        Some(Command::Scenario(scenario)) => Ok(scenario.run()),
        Some(Command::Simulate(simulate)) => done(simulate.run()),
        Some(Command::Compare(compare)) => done(compare.run()),
        Some(Command::Load(load)) => load.run(),
        Some(Command::Backup(backup)) => done(backup.run()),
        Some(Command::Export(export)) => done(export.run()),
        Some(Command::Import(import)) => done(import.run()),
        Some(Command::Delete(delete)) => done(delete.run()),
        Some(Command::Verify(verify)) => Ok(verify.run()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// A subcommand that has only one way to end well.
fn done(outcome: Result<(), Box<dyn std::error::Error>>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    outcome.map(|()| ExitCode::SUCCESS)
}

#[expect(clippy::print_stderr, reason = "the last words of a program belong on stderr")]
fn report(error: &dyn std::fmt::Display) {
    eprintln!("raidkeep: {error}");
}

/// Prints a line; a closed pipe is no error of ours.
fn print_line(line: &str) {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}
