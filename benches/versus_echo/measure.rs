//! One run of one workload, and what idle connections cost.

use std::time::{Duration, Instant};

use raidkeep::load::client::start;
use raidkeep::load::script::Script;
use raidkeep::load::{self, Connection, Length, Mix, Moment, Outcome, Plan};
use tokio::time::sleep;

use crate::process::{Cpu, Server};
use crate::{Options, Result};

/// What the echo is asked; its token is as long as a real one.
const ECHO: &str = r#"(about: "an echo", in_flight: 1, sequences: [
    (weight: 1, steps: [(function: "echo", data: {"token": "0123456789012345678901234567890123456789012", "stage": 8})]),
])"#;

/// What a connection asks for, over and over.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Workload {
    Echo,
    /// get_player_info.
    Read,
    /// enter_stage_general, durable before it is answered.
    Write,
    /// Four reads to one write.
    Mixed,
}

impl Workload {
    /// The same as a mix; players say their token with every request.
    fn mix(self) -> Result<Mix> {
        let (read, write) = match self {
            Self::Echo => return Ok(Mix::read("echo", ECHO)?),
            Self::Read => (1, 0),
            Self::Write => (0, 1),
            Self::Mixed => (4, 1),
        };
        let text = format!(
            r#"(about: "reads and writes", in_flight: 1,
                start: [(
                    function: "login_unique", data: {{"unique_id": "{{run}}-{{client}}"}},
                    statuses: [0, 1], take: {{"token": "/data/token"}},
                )],
                sequences: [
                    (weight: {read}, steps: [(function: "get_player_info", data: {{"token": "{{token}}"}})]),
                    (weight: {write}, steps: [(function: "enter_stage_general", data: {{"token": "{{token}}", "stage": 8}})]),
                ])"#
        );
        Ok(Mix::read("workload", &text)?)
    }

    /// Opens the connection of player `index`, which has logged in; tells what it would ask first.
    async fn open(self, server: &Server, index: usize) -> Result<(Connection, String)> {
        let mut connection = Connection::open(&server.address.to_string()).await?;
        let script = Script::new(&self.mix()?, 0);
        let mut values = script.values(RUN, index);
        start(&mut connection, &script, &mut values).await?;
        let first = script.sequences[0][0].text(&values);
        Ok((connection, first))
    }
}

/// The label of the accounts, which are the same in every round.
const RUN: &str = "bench";

/// What the echo is asked.
pub(crate) fn echo_request() -> Result<String> {
    let script = Script::new(&Workload::Echo.mix()?, 0);
    Ok(script.sequences[0][0].text(&script.values(RUN, 0)))
}

/// The length of a get_player_info reply, which the second echo copies.
pub(crate) async fn read_reply_bytes(server: &Server) -> Result<usize> {
    let (mut connection, request) = Workload::Read.open(server, 0).await?;
    Ok(connection.ask(&request).await?.len())
}

/// The figures of one run.
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    /// Server CPU per request, in microseconds.
    pub(crate) cpu: f64,
    /// Latencies in microseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Bytes written to disk per request.
    pub(crate) written: f64,
    /// The share of requests answered with a status other than zero.
    pub(crate) refused: f64,
    pub(crate) refusal: Option<String>,
}

/// Loads `server` with `depth` requests in flight on each connection.
pub(crate) fn run(options: &Options, server: &Server, workload: Workload, depth: usize) -> Result<Sample> {
    let measured = Duration::try_from_secs_f64(options.seconds)?;
    let plan = Plan {
        mix: workload.mix()?,
        address: server.address.to_string(),
        world: 0,
        run: RUN.to_owned(),
        clients: options.connections as usize,
        in_flight: Some(depth),
        idle: None,
        threads: 1,
        rate: None,
        length: Length::Time { warm_up: Duration::from_secs(1), measured },
        seed: 0,
    };
    let (mut begins, mut ends) = (None, None);
    let outcome = load::run(plan, |moment| match moment {
        Moment::Begins => begins = Some(Used::by(server)),
        Moment::Ends => ends = Some(Used::by(server)),
        _ => {}
    })?;
    let (begins, ends) = begins.zip(ends).ok_or("the run told no beginning and end")?;
    let used = ends?.since(begins?);
    if let Some(why) = &outcome.tally.first_broken {
        return Err(why.clone().into());
    }
    Ok(sample(&outcome, used))
}

/// What a server has used so far.
struct Used {
    cpu: Cpu,
    written: u64,
}

impl Used {
    fn by(server: &Server) -> Result<Self> {
        Ok(Self { cpu: server.cpu()?, written: server.written_bytes()? })
    }

    /// Nanoseconds and bytes.
    fn since(self, earlier: Self) -> (u64, u64) {
        (self.cpu.since(earlier.cpu), self.written - earlier.written)
    }
}

fn sample(outcome: &Outcome, (cpu_ns, written): (u64, u64)) -> Sample {
    let tally = &outcome.tally;
    let replies = tally.answered() as f64;
    let statuses = tally.kinds.iter().flat_map(|kind| &kind.statuses);
    let refused: u64 = statuses.filter(|(status, _)| *status != 0).map(|(_, count)| count).sum();
    let latencies = tally.all();
    Sample {
        per_second: replies / outcome.seconds,
        cpu: cpu_ns as f64 / 1e3 / replies,
        p50: latencies.value_at_quantile(0.5) as f64,
        p99: latencies.value_at_quantile(0.99) as f64,
        written: written as f64 / replies,
        refused: refused as f64 / replies,
        refusal: tally.unexpected.first().map(|found| found.example.clone()),
    }
}

/// The share of one core that `server` uses while logged-in connections are silent.
pub(crate) async fn idle_cpu(options: &Options, server: &Server, workload: Workload) -> Result<f64> {
    let mut silent = Vec::new();
    for index in 0..options.connections as usize {
        silent.push(workload.open(server, index).await?);
    }
    sleep(Duration::from_secs(1)).await;
    let (cpu, start) = (server.cpu()?, Instant::now());
    sleep(Duration::from_secs(5)).await;
    Ok(server.cpu()?.since(cpu) as f64 / 1e9 / start.elapsed().as_secs_f64())
}

/// Resident bytes per idle connection of a server that has only just started.
pub(crate) async fn connection_bytes(options: &Options, server: &Server) -> Result<f64> {
    // What the first connection allocates once is not the price of a connection.
    let address = server.address.to_string();
    drop(Connection::open(&address).await?);
    sleep(Duration::from_secs(1)).await;
    let before = server.resident_bytes()?;
    let mut idle = Vec::new();
    for opened in 0..options.idle_connections {
        let connection = Connection::open(&address).await;
        idle.push(connection.map_err(|error| format!("after {opened} connections: {error}"))?);
    }
    sleep(Duration::from_secs(1)).await;
    let grown = server.resident_bytes()?.saturating_sub(before);
    Ok(grown as f64 / f64::from(options.idle_connections))
}
