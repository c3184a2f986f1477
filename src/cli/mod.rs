//! The subcommands of the program.

mod accept_loss;
mod against;
mod archive;
mod backup;
mod beside;
mod calendar;
mod call;
mod check;
mod clock;
mod cluster;
mod compare;
mod diff;
mod doors;
mod environment;
mod figures;
mod goals;
mod incident_layer;
mod init;
mod load;
mod log;
mod lsp;
mod manual;
mod metrics;
mod moment;
mod operator;
mod past;
mod player;
mod reconcile;
mod replay;
mod restore;
mod sandbox;
mod scenario;
mod schema;
mod serve;
mod sheet;
mod simulate;
mod studies;
mod trial;
mod verify;
mod version;

use std::process::ExitCode;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use raidkeep_engine::outside::{REALM, REALM_NAME};
use raidkeep_engine::storage::store::reports_panics;

/// A headless game simulation server.
///
/// Without a subcommand it runs the server, with the default configuration and assets.
#[derive(Debug, Parser)]
#[command(name = "raidkeep", version = version::VERSION, args_conflicts_with_subcommands = true)]
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
    /// Makes worlds in a data folder without starting a server.
    Init(init::Init),
    /// Sends one request, or a file of requests, and prints the replies; exit code 2 if the server refuses any.
    Call(call::Call),
    /// Adds, lists and removes the operators of a running server, and sets their roles and passwords.
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Replays a world's journal, and shows a player at any moment.
    Replay(replay::ReplayArguments),
    /// Checks configuration file, environment and arguments of serve without starting it; exit code 1 if there are mistakes.
    CheckConfig(serve::Serve),
    /// Checks the assets for mistakes; exit code 1 if there are any.
    Check(check::Check),
    /// Tells editors what is wrong with assets, what may be typed and what it means (Language Server Protocol).
    Lsp(lsp::LanguageServer),
    /// Prints and draws when the events of the assets run.
    Calendar(calendar::CalendarArguments),
    /// Describes assets, configuration or protocol as JSON Schema, AsyncAPI or Markdown.
    Schema(schema::Schema),
    /// Backs up the worlds of a running server; exit code 1 if any was not copied.
    Backup(backup::Backup),
    /// Restores worlds from the continuous archive to any moment, or from a backup, into an empty folder.
    Restore(restore::Restore),
    /// Checks the continuous archive, or shows a player as of any moment.
    #[command(subcommand)]
    Archive(archive::Archive),
    /// Runs a fork of a world for a running server, which describes it on stdin.
    #[command(hide = true)]
    Fork,
    /// Looks at the nodes of a cluster.
    #[command(subcommand)]
    Cluster(cluster::ClusterCommand),
    /// Moves the worlds of a stopped server into the database of a cluster, or back into files.
    Migrate(cluster::Migrate),
    /// Checks the consistency of a stopped server's data folder.
    Verify(verify::Verify),
    /// Makes a world usable whose log is damaged or missing, without what that held.
    AcceptLoss(accept_loss::AcceptLoss),
    /// Mends what a wrong clock has left behind.
    Clock(clock::Clock),
    /// Compares the payment platform's records with a world's orders, after a backup was put back; changes nothing.
    Reconcile(reconcile::Reconcile),
    /// Prints what a running world has counted of each day, as CSV.
    Figures(figures::Figures),
    /// Exports a player with all its data as one JSON document.
    Export(player::Export),
    /// Imports a player from such a document into a running world.
    Import(player::Import),
    /// Deletes a player with all its data from a running world.
    Delete(player::Delete),
    /// Runs a simulation of the platforms MCRMB and SUD until SIGINT or SIGTERM.
    Sandbox(sandbox::Sandbox),
    /// Runs designers' tests: given players, when requests and waits, then replies and values.
    Scenario(scenario::Scenario),
    /// Simulates virtual players for some days and writes a report with charts.
    Simulate(simulate::Simulate),
    /// Runs the same simulation under several asset folders and reports the differences.
    Compare(compare::Compare),
    /// Studies rule sets for a running server, which asks on stdin.
    #[command(hide = true)]
    Study,
    /// Tells what differs between two asset folders or revisions, in the game's words.
    Diff(diff::Diff),
    /// Writes the tables of the assets as sheets (CSV or XLSX), and takes over what was edited there.
    #[command(subcommand)]
    Sheet(sheet::Sheet),
    /// Load-tests a running server with many clients, and reports throughput and latencies.
    Load(Box<load::Load>),
    /// Prints the script with which a shell completes commands and options.
    Completions(manual::Completions),
    /// Writes a page of the manual for each command.
    Man(manual::Manual),
}

/// The last lines of every `--help`.
const PATHS: &str = "Relative paths are relative to the working directory, also those in the configuration file.";

/// How help is coloured where that is possible: not in a file, and not where `NO_COLOR` is set.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// The arguments of the program.
fn program() -> clap::Command {
    let program = Arguments::command().styles(STYLES).after_help(PATHS);
    program.mut_subcommands(|command| command.after_help(PATHS))
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    tell_no_panic_twice();
    let arguments = Arguments::from_arg_matches(&program().get_matches()).unwrap_or_else(|error| error.exit());
    let outcome = match arguments.command {
        None => done(arguments.serve.run()),
        Some(Command::Serve(serve)) => done(serve.run()),
        Some(Command::Init(init)) => done(init.run()),
        Some(Command::CheckConfig(serve)) => serve.check(),
        Some(Command::Call(call)) => call.run(),
        Some(Command::Operator(operator)) => done(operator.run()),
        Some(Command::Replay(replay)) => done(replay.run()),
        Some(Command::Check(check)) => check.run(),
        Some(Command::Lsp(server)) => server.run(),
        Some(Command::Calendar(calendar)) => done(calendar.run()),
        Some(Command::Schema(schema)) => done(schema.run()),
        Some(Command::Sandbox(sandbox)) => done(sandbox.run()),
        Some(Command::Scenario(scenario)) => Ok(scenario.run()),
        Some(Command::Simulate(simulate)) => simulate.run(),
        Some(Command::Compare(compare)) => compare.run(),
        Some(Command::Study) => done(studies::answer()),
        Some(Command::Diff(diff)) => diff.run(),
        Some(Command::Sheet(sheet)) => sheet.run(),
        Some(Command::Load(load)) => load.run(),
        Some(Command::Completions(completions)) => done(completions.run(program())),
        Some(Command::Man(manual)) => done(manual.run(program())),
        Some(Command::Backup(backup)) => done(backup.run()),
        Some(Command::Restore(restore)) => restore.run(),
        Some(Command::Archive(archive)) => archive.run(),
        Some(Command::Fork) => done(trial::answer()),
        Some(Command::Export(export)) => done(export.run()),
        Some(Command::Import(import)) => done(import.run()),
        Some(Command::Delete(delete)) => done(delete.run()),
        Some(Command::Clock(clock)) => done(clock.run()),
        Some(Command::Figures(figures)) => done(figures.run()),
        Some(Command::Reconcile(reconcile)) => reconcile.run(),
        Some(Command::Cluster(cluster)) => done(cluster.run()),
        Some(Command::Migrate(migrate)) => done(migrate.run()),
        Some(Command::Verify(verify)) => Ok(verify.run()),
        Some(Command::AcceptLoss(accept)) => Ok(accept.run()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// A panic that damaged files cause is reported as an error of theirs, with what to do.
fn tell_no_panic_twice() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !reports_panics() {
            usual(panic);
        }
    }));
}

/// Runs a subcommand with a single success exit code.
fn done(outcome: Result<(), Box<dyn std::error::Error>>) -> Result<ExitCode, Box<dyn std::error::Error>> {
    outcome.map(|()| ExitCode::SUCCESS)
}

#[expect(clippy::print_stderr, reason = "the last words of a program belong on stderr")]
fn report(error: &dyn std::fmt::Display) {
    eprintln!("raidkeep: {error}");
}

/// Prints a line to stderr, apart from the output itself.
#[expect(clippy::print_stderr, reason = "times and warnings stay out of the output")]
fn tell(line: &str) {
    eprintln!("{line}");
}

/// Prints a line, ignoring a closed pipe.
fn print_line(line: &str) {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
}

/// Reads the number of a world, or the name of the realm.
fn parse_world(text: &str) -> Result<u32, String> {
    let read = if text == REALM_NAME { Some(REALM) } else { text.parse().ok() };
    read.ok_or_else(|| "expected the number of a world, such as 0, or realm".to_owned())
}
