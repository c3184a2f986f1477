//! Raidkeep against a bare JSON echo on the same WebSocket library, side by side on the same machine.
//!
//! The echo does all the network and JSON work of a request and nothing else; the difference is the cost of the game.
//! Absolute figures depend on the machine, the ratios do not. Run with `cargo bench --profile dist --bench
//! versus_echo`.
//!
//! With `--peer NAME=COMMAND` the yardstick is Raidkeep, and other servers that know `login_unique` and
//! `enter_stage_general` are measured against it; `benches/peers/run.sh` does that. A peer's first line on stdout is
//! `listening on ADDRESS`, followed by `, colyseus` if it speaks that protocol instead of JSON.
//!
//! With `--transfers PROGRAM`, the built example `transfers`, the work is that of SpacetimeDB's published benchmark: money
//! moves between 100,000 accounts, durable before the reply. Then the program is killed under that load, and every balance
//! is compared with what was answered. Peers keep a bank too.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its result and its progress")]

mod client;
mod dialect;
mod echo;
mod measure;
mod process;
mod report;
mod transfers;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::{measure::Workload, process::Server};

/// Anything that goes wrong ends the benchmark with a message.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Requests in flight per connection.
const DEPTHS: [usize; 2] = [1, 16];

/// Compares Raidkeep with a bare JSON echo over WebSocket
#[derive(Parser)]
struct Options {
    /// Raidkeep's program
    #[arg(long, value_name = "PATH", default_value = env!("CARGO_BIN_EXE_raidkeep"))]
    server: PathBuf,
    /// Raidkeep's assets, instead of those that `raidkeep load --write-assets` makes
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// More settings for Raidkeep
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Where Raidkeep's fresh data goes; the disk of this directory is measured too
    #[arg(long, value_name = "DIR", default_value = env!("CARGO_TARGET_TMPDIR"))]
    scratch: PathBuf,
    /// Connections, each of one player
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
    /// Length of each measurement
    #[arg(long, value_name = "S", default_value_t = 4.0)]
    seconds: f64,
    /// Rounds, of which the median counts
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Connections opened to measure the memory of one
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    idle_connections: u32,
    /// Length of the first echo's replies
    #[arg(long, value_name = "N", default_value_t = 250)]
    reply_bytes: usize,
    /// Measure only workloads whose name holds this text, and the first echo
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Requests in flight per connection; may be repeated
    #[arg(long, value_name = "D", default_values_t = DEPTHS)]
    depth: Vec<usize>,
    /// Measure Raidkeep's changes against this server instead of the echo; words of COMMAND are separated by spaces,
    /// and it may be repeated
    #[arg(long, value_name = "NAME=COMMAND", conflicts_with = "echo_only")]
    peer: Vec<String>,
    /// Measure transfers between accounts, with this program of examples/transfers
    #[arg(long, value_name = "PROGRAM", conflicts_with = "echo_only")]
    transfers: Option<PathBuf>,
    /// Measure the echo alone
    #[arg(long)]
    echo_only: bool,
    /// Be the echo server, for the benchmark's own use
    #[arg(long, hide = true)]
    echo: bool,
    /// Cargo adds this
    #[arg(long, hide = true)]
    bench: bool,
}

/// One row of the comparison.
struct Target<'a> {
    name: String,
    server: &'a Server,
    workload: Workload,
    /// Whether all others are compared with it; such targets are listed first.
    is_yardstick: bool,
}

impl Target<'_> {
    async fn run(&self, options: &Options, depth: usize) -> Result<measure::Sample> {
        let sample = measure::run(options, self.server, self.workload, depth).await;
        sample.map_err(|error| {
            let (name, log) = (&self.name, self.server.log());
            format!("{name}, D={depth}: {error}\n{log}").into()
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = if options.echo {
        echo::serve(options.reply_bytes).await
    } else {
        // Dropping the benchmark's future is what stops the servers.
        tokio::select! {
            outcome = compare(&options) => outcome,
            outcome = interrupted() => outcome,
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("versus_echo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn interrupted() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        outcome = tokio::signal::ctrl_c() => outcome?,
        _ = terminate.recv() => {}
    }
    Err("interrupted".into())
}

async fn compare(options: &Options) -> Result<()> {
    let Options { connections, seconds, rounds, .. } = options;
    println!("{connections} connections, D requests in flight on each; medians of {rounds} rounds of {seconds} s.\n");
    match &options.transfers {
        Some(program) => transfers::compare(options, program).await,
        None if options.peer.is_empty() => compare_with_echo(options).await,
        None => compare_with_peers(options).await,
    }
}

async fn compare_with_echo(options: &Options) -> Result<()> {
    let reply_bytes = options.reply_bytes;
    let echo = Server::echo(options, reply_bytes).await?;
    let target = |name: &str, server, workload| Target {
        name: name.into(),
        server,
        workload,
        is_yardstick: workload == Workload::Echo,
    };
    let first = target(&format!("echo {reply_bytes} B"), &echo, Workload::Echo);
    if options.echo_only {
        measure_all(options, &[first]).await?;
        return print_idle_echo(options, &echo).await;
    }
    let raidkeep = Server::raidkeep(options).await?;
    let read_bytes = measure::read_reply_bytes(&raidkeep).await?;
    let game_bytes = measure::game_reply_bytes(&raidkeep).await?;
    let size_of_read = Server::echo(options, read_bytes).await?;
    let size_of_game = Server::echo(options, game_bytes).await?;
    let mut targets = vec![
        first,
        target(&format!("echo {read_bytes} B (size of the read)"), &size_of_read, Workload::Echo),
        target(&format!("echo {game_bytes} B (size of the game's)"), &size_of_game, Workload::Echo),
        target("read (get_player_info)", &raidkeep, Workload::Read),
        target("write (enter_stage_general)", &raidkeep, Workload::Write),
        target("80 % of that read, 20 % of that write", &raidkeep, Workload::ReadWrite),
        target("game (mixes/mixed.ron, 80 % reads)", &raidkeep, Workload::Game),
    ];
    let mut at = 0..;
    targets.retain(|target| at.next() == Some(0) || target.name.contains(&options.only));
    measure_all(options, &targets).await?;
    print_idle_echo(options, &echo).await?;
    let idle = Server::raidkeep(options).await?;
    print_idle(options, "Raidkeep", &raidkeep, &idle, Workload::Read).await
}

/// The servers of `--peer`, with their names.
async fn peers(options: &Options) -> Result<Vec<(&str, Server)>> {
    let mut servers = Vec::new();
    for peer in &options.peer {
        let (name, command) = peer.split_once('=').ok_or_else(|| format!("--peer {peer}: expected NAME=COMMAND"))?;
        servers.push((name, Server::peer(options, command).await?));
    }
    Ok(servers)
}

/// Raidkeep's changes, which are on disk before the reply, and those of servers that persist nothing.
async fn compare_with_peers(options: &Options) -> Result<()> {
    let mut servers = vec![("Raidkeep", Server::raidkeep(options).await?)];
    servers.extend(peers(options).await?);
    let expected = measure::write_reply_shape(&servers[0].1).await?;
    for (name, server) in &servers {
        let answered = measure::write_reply_shape(server).await?;
        if answered.is_some() && answered != expected {
            return Err(format!("{name} answers {answered:?} where Raidkeep answers {expected:?}").into());
        }
    }
    let targets: Vec<_> = servers
        .iter()
        .enumerate()
        .map(|(at, (name, server))| {
            let name = (*name).to_owned();
            Target { name, server, workload: Workload::Write, is_yardstick: at == 0 }
        })
        .collect();
    measure_all(options, &targets).await
}

/// All targets take turns in every round, so that the neighbours' noise falls on all of them.
async fn measure_all(options: &Options, targets: &[Target<'_>]) -> Result<()> {
    let empty = || targets.iter().map(|_| Vec::new()).collect();
    let mut samples: report::Samples = options.depth.iter().map(|_| empty()).collect();
    for round in 1..=options.rounds {
        for (depth, by_target) in options.depth.iter().zip(&mut samples) {
            for (target, rounds) in targets.iter().zip(by_target) {
                let sample = target.run(options, *depth).await?;
                eprintln!(
                    "round {round}, D={depth}, {}: {:.0} req/s, {:.2} us CPU",
                    target.name, sample.per_second, sample.cpu
                );
                rounds.push(sample);
            }
        }
    }
    report::print(&options.depth, targets, &samples);
    Ok(())
}

async fn print_idle_echo(options: &Options, echo: &Server) -> Result<()> {
    let fresh = Server::echo(options, options.reply_bytes).await?;
    print_idle(options, "echo", echo, &fresh, Workload::Echo).await
}

/// The cost of idle connections: CPU on the measured server, memory on a fresh one.
async fn print_idle(options: &Options, name: &str, used: &Server, fresh: &Server, workload: Workload) -> Result<()> {
    let cpu = 100.0 * measure::idle_cpu(options, used, workload).await?;
    let (silent, many) = (options.connections, options.idle_connections);
    println!("- idle, {name}: {cpu:.2} % of a core with {silent} silent connections");
    let bytes = measure::connection_bytes(options, fresh).await?;
    println!("- idle, {name}: {bytes:.0} bytes of memory per connection, over {many} connections");
    Ok(())
}
