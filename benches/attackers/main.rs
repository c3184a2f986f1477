//! What an honest client notices of hostile ones.
//!
//! Each kind of attackers sends as fast as it can, once to the server of the honest client, and once to a second server
//! beside it: since all share the machine's cores, that is what quiet means. The ratio of both says what the server's
//! limits are worth. Run with `cargo bench --profile dist --bench attackers`.
#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

mod attack;
mod encrypted;
mod honest;
mod process;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::attack::{Attack, KINDS};
use crate::encrypted::Certificate;
use crate::honest::Latencies;
use crate::process::Server;

/// Anything that goes wrong ends the benchmark with a message.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures what an honest client notices of hostile ones
#[derive(Parser)]
struct Options {
    /// Raidkeep's program
    #[arg(long, value_name = "PATH", default_value = env!("CARGO_BIN_EXE_raidkeep"))]
    server: PathBuf,
    /// Settings of both servers; such as limits.frames_per_second_per_connection=0
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Length of each measurement
    #[arg(long, value_name = "S", default_value_t = 5.0)]
    seconds: f64,
    /// Measure only attackers whose name holds this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Cargo adds this
    #[arg(long, hide = true)]
    bench: bool,
}

/// The server of the honest client, and the one beside it.
struct ServerPair {
    server: Server,
    beside: Server,
}

impl ServerPair {
    fn start(options: &Options, certificate: Option<&Certificate>) -> Outcome<Self> {
        Ok(Self { server: Server::start(options, certificate)?, beside: Server::start(options, certificate)? })
    }
}

fn main() -> Outcome<()> {
    let options = Options::parse();
    let length = Duration::from_secs_f64(options.seconds);
    let certificate = Certificate::make()?;
    let (plain, secure) = (ServerPair::start(&options, None)?, ServerPair::start(&options, Some(&certificate))?);
    let alone = honest::measure(&plain.server.honest, length)?;
    println!("An honest client alone: p50 {:.2} ms, p95 {:.2} ms.\n", alone.ms(0.5), alone.ms(0.95));
    println!(
        "| attackers | requests written/s | p50 / p95 ms, attackers beside | p50 / p95 ms, attacked | ratio of p95 |"
    );
    println!("|---|---:|---:|---:|---:|");
    for kind in KINDS.iter().filter(|kind| kind.name.contains(&options.only)) {
        let ServerPair { server, beside } = if kind.needs_tls() { &secure } else { &plain };
        let attacked = |target: &Server| -> Outcome<(Latencies, f64)> {
            let attack = Attack::begin(kind, target.address, &certificate.hello()?)?;
            let latencies = honest::measure(&server.honest, length)?;
            Ok((latencies, attack.end()))
        };
        let (quiet, _) = attacked(beside)?;
        let (hurt, sent) = attacked(server)?;
        println!(
            "| {} | {sent:.0} | {:.2} / {:.2} | {:.2} / {:.2} | {:.1} |",
            kind.name,
            quiet.ms(0.5),
            quiet.ms(0.95),
            hurt.ms(0.5),
            hurt.ms(0.95),
            hurt.ms(0.95) / quiet.ms(0.95),
        );
    }
    Ok(())
}
