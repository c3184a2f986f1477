//! The subcommands of the program.

mod backup;
mod call;
mod sandbox;
mod serve;
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
    /// Copies the worlds of a running server.
    Backup(backup::Backup),
    /// Looks over the data folder of a server that does not run: whether everything in it fits together.
    Verify(verify::Verify),
    /// Runs a stand-in for the platforms MCRMB and SUD until SIGINT or SIGTERM.
    Sandbox(sandbox::Sandbox),
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        None => arguments.serve.run(),
        Some(Command::Serve(serve)) => serve.run(),
        Some(Command::Backup(backup)) => backup.run(),
        Some(Command::Call(call)) => call.run(),
        Some(Command::Sandbox(sandbox)) => sandbox.run(),
        // Whether everything fits is told by the exit code too, so that a script can ask.
        Some(Command::Verify(verify)) => return verify.run(),
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
