//! `raidkeep load`: load-tests a running server with many clients, and reports throughput and latencies.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::doors::Doors;
use crate::cli::print_line;
use crate::cli::tell;
use raidkeep_engine::rules::Problems;
use raidkeep_studio::load::report::{LoadReport, Looks, Setup};
use raidkeep_studio::load::server::Figures;
use raidkeep_studio::load::{self, Length, LoadPlan, Milestone, Mix, assets};

type Failure = Box<dyn std::error::Error>;

/// Exit codes: 0 if everything was as the mix expects, 1 if a status was unexpected, a connection broke, or the run
/// could not start.
#[derive(Debug, Args)]
pub(super) struct Load {
    #[command(flatten)]
    doors: Doors,
    /// The mix: a file, or the name of a built-in mix; an unknown name lists them.
    #[arg(long, value_name = "FILE", default_value = "mixed")]
    mix: PathBuf,
    /// Number of clients, each with its own connection and player.
    #[arg(long, value_name = "N", default_value = "64", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    clients: u32,
    /// Length of the measurement in seconds.
    #[arg(long, value_name = "S", default_value = "10", value_parser = seconds)]
    duration: Duration,
    /// Warm-up in seconds, which is not counted.
    #[arg(long, value_name = "S", default_value = "2", value_parser = seconds)]
    warm_up: Duration,
    /// Sends this many requests and counts them all, instead of running for a duration.
    #[arg(long, value_name = "N", conflicts_with_all = ["duration", "warm_up"], value_parser = clap::value_parser!(u64).range(1..))]
    requests: Option<u64>,
    /// Requests a second of all clients together, independent of replies (an open loop); latencies count from when a
    /// request was due. max: a closed loop, in which a client sends its next request when one is answered; the server
    /// must not limit requests then [default: 20 for each client, which the default limits allow].
    #[arg(long, value_name = "R|max", value_parser = rate)]
    rate: Option<Rate>,
    /// Maximum requests in flight per client [default: 64; with --rate max as the mix says].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    in_flight: Option<u32>,
    /// Idle connections in addition to the clients [default: as the mix says].
    #[arg(long, value_name = "N")]
    idle: Option<u32>,
    /// Threads of the load generator.
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=256))]
    threads: u32,
    /// Which world.
    #[arg(long, default_value_t = 0)]
    world: u32,
    /// Label of the accounts: the same label reuses the same players [default: a new one].
    #[arg(long, value_name = "TEXT", value_parser = label)]
    run: Option<String>,
    /// Seed for choosing requests.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Format of the report on stdout.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Writes assets in which energy and tickets never run out to this folder, and exits.
    #[arg(long, value_name = "DIR")]
    write_assets: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For humans.
    Text,
    /// For scripts.
    Json,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let duration = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "expected seconds such as 10 or 0.5".to_owned())
}

/// Requests a second of each client that the default limits of a server allow, also when a stall is made up for.
const USUAL_RATE: f64 = 20.0;

/// How fast requests are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rate {
    /// As fast as they are answered.
    Max,
    /// So many a second, of all clients together.
    PerSecond(f64),
}

fn rate(text: &str) -> Result<Rate, String> {
    if text == "max" {
        return Ok(Rate::Max);
    }
    let rate = text.parse().ok().filter(|rate| (0.001..=1e9).contains(rate));
    rate.map(Rate::PerSecond).ok_or_else(|| "expected max, or requests a second such as 1000, from 0.001".to_owned())
}

fn label(text: &str) -> Result<String, String> {
    let is_plain = text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_');
    let label = (is_plain && (1..=32).contains(&text.len())).then(|| text.to_owned());
    label.ok_or_else(|| "expected 1 to 32 letters, digits, - or _".to_owned())
}

impl Load {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        if let Some(folder) = &self.write_assets {
            write_assets(folder)?;
            return Ok(ExitCode::SUCCESS);
        }
        let plan = self.plan()?;
        let setup = Setup::of(&plan, &self.mix.display().to_string());
        let server = self.doors.operators_address()?;
        let (mut looks, mut meter) = (Looks::default(), Meter::new());
        let outcome = load::run(plan, |moment| match moment {
            Milestone::Before => looks.before = Figures::ask(&server),
            Milestone::IdleOpen => looks.idle_open = Figures::ask(&server),
            Milestone::Begins => looks.begins = Figures::ask(&server),
            Milestone::Ends => looks.ends = Figures::ask(&server),
            Milestone::Second { replies, broken } => meter.show(replies, broken),
        })?;
        meter.end();
        let report = LoadReport::new(setup, &outcome, looks);
        match self.format {
            Format::Text => print_line(report.to_string().trim_end()),
            Format::Json => print_line(&serde_json::to_string_pretty(&report)?),
        }
        Ok(if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn plan(&self) -> Result<LoadPlan, Failure> {
        let length = match self.requests {
            Some(requests) => Length::Requests(requests),
            None => Length::Time { warm_up: self.warm_up, measured: self.duration },
        };
        Ok(LoadPlan {
            mix: read_mix(&self.mix)?,
            server: self.doors.players_address()?,
            world: self.world,
            run: self.run.clone().unwrap_or_else(|| format!("{:08x}", rand::random::<u32>())),
            clients: self.clients as usize,
            in_flight: self.in_flight.map(|count| count as usize),
            idle: self.idle.map(|count| count as usize),
            // A thread without a client would be idle.
            threads: self.threads.min(self.clients) as usize,
            rate: match self.rate {
                None => Some(USUAL_RATE * f64::from(self.clients)),
                Some(Rate::PerSecond(rate)) => Some(rate),
                Some(Rate::Max) => None,
            },
            length,
            seed: self.seed,
        })
    }
}

/// Reads a file or, if there is none, the built-in mix of this name.
fn read_mix(path: &Path) -> Result<Mix, Failure> {
    let name = path.display().to_string();
    let text = match (std::fs::read_to_string(path), Mix::shipped(&name)) {
        (Ok(text), _) => text,
        (Err(_), Some(shipped)) => shipped.to_owned(),
        (Err(error), None) => {
            let known = Mix::shipped_names().join(", ");
            return Err(format!("cannot read {name}: {error}; built-in mixes: {known}").into());
        }
    };
    Ok(Mix::read(&name, &text)?)
}

/// Writes the shipped assets with the changes for load tests.
fn write_assets(folder: &Path) -> Result<(), Failure> {
    let source = raidkeep_game::shipped_assets();
    for (path, text) in assets::for_load(&source)? {
        write_asset(folder, &path, text.as_bytes())?;
    }
    for (path, bytes) in source.pictures().map_err(Problems::new)? {
        write_asset(folder, &path, &bytes)?;
    }
    tell(&format!("start the server with --assets {} and an empty data folder", folder.display()));
    Ok(())
}

fn write_asset(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), Failure> {
    let path = folder.join(path);
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let written = made.and_then(|()| std::fs::write(&path, bytes));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}

/// A status line updated every second, on stderr if that is a terminal.
struct Meter {
    line: ProgressBar,
    replies: u64,
}

impl Meter {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{elapsed}: {msg}").expect("the template should be valid");
        Self { line: ProgressBar::no_length().with_style(style), replies: 0 }
    }

    fn show(&mut self, replies: u64, broken: u64) {
        let of_this_second = replies - self.replies;
        self.replies = replies;
        self.line.set_message(format!("{of_this_second} req/s, {replies} replies, {broken} broken connections"));
    }

    fn end(&self) {
        self.line.finish_and_clear();
    }
}
