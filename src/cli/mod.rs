//! The subcommands of the program.

mod call;
mod replay;
mod sandbox;
mod serve;

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
    /// Runs a stand-in for the platforms MCRMB and SUD until SIGINT or SIGTERM.
    Sandbox(sandbox::Sandbox),
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        None => arguments.serve.run(),
        Some(Command::Serve(serve)) => serve.run(),
        Some(Command::Call(call)) => call.run(),
        Some(Command::Replay(replay)) => replay.run(),
        Some(Command::Sandbox(sandbox)) => sandbox.run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
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
