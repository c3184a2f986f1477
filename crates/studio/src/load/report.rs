//! The figures of a run; `words.rs` formats them as text.

use hdrhistogram::Histogram;
use serde::Serialize;

use crate::load::run::{LoadOutcome, LoadPlan};
use crate::load::server::Figures;
use crate::load::tally::{KindTally, Unexpected};

/// The statuses of rate-limited requests and of those a busy server rejects.
const TOO_MANY: i32 = 15;
const BUSY: i32 = 16;

/// The figures of a run.
#[derive(Debug, Serialize)]
pub struct LoadReport {
    /// How the run was set up.
    pub setup: Setup,
    /// Length of the measurement, in seconds.
    pub seconds: f64,
    /// Requests that were counted and answered.
    pub requests: u64,
    /// The same, per second.
    pub requests_per_second: f64,
    /// Requests of the open loop that were due and never sent, because the maximum was in flight.
    pub unsent: u64,
    /// Requests in flight on connections that broke.
    pub unanswered: u64,
    /// Sequences that ended early because a reply lacked a value that the next request needed.
    pub cut_short: u64,
    /// Events the server pushed.
    pub events: u64,
    /// Of all requests, including those never sent.
    pub latency_us: Latency,
    /// Connection set-up, in mixes that connect for each sequence.
    pub connecting: Option<Counted>,
    /// By function.
    pub functions: Vec<FunctionReport>,
    /// Statuses that the mix does not expect, including those of the warm-up.
    pub unexpected: Vec<UnexpectedReport>,
    /// Connections that broke.
    pub broken: BrokenConnections,
    /// The server process; `null` if it exposes no metrics.
    pub server: Option<ServerReport>,
    /// What to do about the problems found.
    pub advice: Vec<String>,
}

/// How a run was set up.
#[derive(Debug, Clone, Serialize)]
pub struct Setup {
    /// The mix, as named on the command line.
    pub mix: String,
    /// `closed` or `open`.
    #[serde(rename = "loop")]
    pub kind: &'static str,
    /// Requests a second of an open loop.
    pub rate: Option<f64>,
    /// Clients.
    pub clients: usize,
    /// Maximum requests in flight per client.
    pub in_flight: usize,
    /// Connections in addition to the clients.
    pub idle_connections: usize,
    /// Threads of the load generator.
    pub threads: usize,
    /// The label that keeps this run's accounts apart from others.
    pub run: String,
}

impl Setup {
    /// From the plan.
    #[must_use]
    pub fn of(plan: &LoadPlan, mix: &str) -> Self {
        Self {
            mix: mix.to_owned(),
            kind: if plan.rate.is_some() { "open" } else { "closed" },
            rate: plan.rate,
            clients: plan.clients,
            in_flight: plan.under_way_max(),
            idle_connections: plan.idle_connections(),
            threads: plan.threads,
            run: plan.run.clone(),
        }
    }
}

/// Latencies in microseconds, to three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// The median.
    pub p50: u64,
    /// One in a hundred is slower.
    pub p99: u64,
    /// One in a thousand is slower.
    pub p999: u64,
    /// The slowest.
    pub max: u64,
}

impl Latency {
    fn of(latencies: &Histogram<u64>) -> Self {
        let at = |quantile| latencies.value_at_quantile(quantile);
        Self { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: latencies.max() }
    }
}

/// How many, and how long they took.
#[derive(Debug, Serialize)]
pub struct Counted {
    /// How many.
    pub count: u64,
    /// How long they took.
    pub latency_us: Latency,
}

/// The requests for one function.
#[derive(Debug, Serialize)]
pub struct FunctionReport {
    /// The function.
    pub function: String,
    /// Requests that were counted and answered.
    pub requests: u64,
    /// How long they took.
    pub latency_us: Latency,
    /// How often each status occurred.
    pub statuses: Vec<StatusCount>,
}

/// How often a status occurred.
#[derive(Debug, Serialize)]
pub struct StatusCount {
    /// The status.
    pub status: i32,
    /// How often.
    pub count: u64,
}

/// A status that the mix does not expect.
#[derive(Debug, Serialize)]
pub struct UnexpectedReport {
    /// The function called.
    pub function: String,
    /// The status.
    pub status: i32,
    /// How often it occurred.
    pub count: u64,
    /// The first such reply.
    pub first: String,
}

/// Connections that broke.
#[derive(Debug, Serialize)]
pub struct BrokenConnections {
    /// How many.
    pub connections: u64,
    /// How the first of them broke.
    pub first: Option<String>,
}

/// What the server process used during the measurement.
#[derive(Debug, Serialize)]
pub struct ServerReport {
    /// CPU time per request, in microseconds.
    pub cpu_us_per_request: Option<f64>,
    /// CPU cores in use on average.
    pub cpu_cores: f64,
    /// Memory at the end, in bytes.
    pub resident_bytes: f64,
    /// Memory growth per idle connection while they were opened, in bytes.
    pub bytes_per_idle_connection: Option<f64>,
    /// Bytes that the process caused to be written to disk; `null` if the system does not report it.
    pub written_bytes: Option<f64>,
    /// The same, per request.
    pub written_bytes_per_request: Option<f64>,
    /// Bytes of log records.
    pub log_bytes: Option<f64>,
}

/// The server's figures at the milestones of a run.
#[derive(Debug, Default, Clone, Copy)]
pub struct Looks {
    /// Before anything was connected.
    pub before: Option<Figures>,
    /// With all idle connections open.
    pub idle_open: Option<Figures>,
    /// When the measurement began.
    pub begins: Option<Figures>,
    /// When it ended.
    pub ends: Option<Figures>,
}

impl LoadReport {
    /// Computes the figures.
    #[must_use]
    pub fn new(setup: Setup, outcome: &LoadOutcome, looks: Looks) -> Self {
        let LoadOutcome { tally, seconds, .. } = outcome;
        let requests = tally.answered();
        let connects = &tally.connects;
        let mut report = Self {
            seconds: *seconds,
            requests,
            requests_per_second: if *seconds > 0.0 { requests as f64 / seconds } else { 0.0 },
            unsent: tally.unsent.len(),
            unanswered: tally.unanswered,
            cut_short: tally.cut_short,
            events: tally.events,
            latency_us: Latency::of(&tally.all()),
            connecting: (!connects.is_empty())
                .then(|| Counted { count: connects.len(), latency_us: Latency::of(connects) }),
            functions: functions_of(outcome),
            unexpected: unexpected_of(outcome),
            broken: BrokenConnections { connections: tally.broken, first: tally.first_broken.clone() },
            server: ServerReport::new(looks, requests, *seconds, setup.idle_connections),
            advice: Vec::new(),
            setup,
        };
        report.advice = report.advise();
        report
    }

    /// Whether everything was as the mix expects.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.unexpected.is_empty() && self.broken.connections == 0
    }

    fn advise(&self) -> Vec<String> {
        let came = |status| self.unexpected.iter().any(|found| found.status == status);
        let mut advice = Vec::new();
        if came(TOO_MANY) {
            advice.push(
                "status 15: the server limits requests; ask for fewer with --rate, or start it with \
                 --set limits.requests_per_second_per_connection=0 --set limits.requests_per_second_per_player=0 \
                 --set limits.frames_per_second_per_connection=0 --set identity.new_accounts.per_address=0 (docs/load.md)"
                    .to_owned(),
            );
        }
        if came(BUSY) {
            advice.push(
                "status 16: a world has more requests waiting than limits.waiting_requests_per_world, or is stopping"
                    .to_owned(),
            );
        }
        let of_writes = self.functions.iter().flat_map(|function| &function.statuses);
        let ran_out = of_writes.filter(|found| matches!(found.status, 92 | 97)).map(|found| found.count).sum::<u64>();
        if ran_out > 0 || self.unexpected.iter().any(|found| matches!(found.status, 92 | 97)) {
            advice.push(
                "energy or tickets ran out, so fewer requests changed something: write assets in which they do not with `raidkeep load --write-assets DIR`, and \
                 start the server with --assets DIR and an empty data folder"
                    .to_owned(),
            );
        }
        if self.unsent > 0 {
            advice.push(format!(
                "{} requests were never sent: the server is slower than the rate, or allows fewer requests in flight on a \
                 connection than {} clients need",
                self.unsent, self.setup.clients
            ));
        }
        if self.broken.first.as_ref().is_some_and(|first| first.contains("connections_per_address")) {
            advice.push(
                "503: all clients come from one address; start the server with --set limits.connections_per_address=0"
                    .to_owned(),
            );
        }
        if self.broken.first.as_ref().is_some_and(|first| first.contains("with code 1008")) {
            advice.push(
                "code 1008: a silent connection did not log in; give the mix's `idle` `start: true`, or the server a \
                 longer limits.login_seconds"
                    .to_owned(),
            );
        }
        advice
    }
}

fn functions_of(LoadOutcome { tally, kinds, .. }: &LoadOutcome) -> Vec<FunctionReport> {
    let heard = kinds.iter().zip(&tally.kinds).filter(|(_, kind)| !kind.latencies.is_empty());
    let report = |(function, kind): (&String, &KindTally)| FunctionReport {
        function: function.clone(),
        requests: kind.latencies.len(),
        latency_us: Latency::of(&kind.latencies),
        statuses: kind.statuses.iter().map(|(status, count)| StatusCount { status: *status, count: *count }).collect(),
    };
    heard.map(report).collect()
}

fn unexpected_of(LoadOutcome { tally, kinds, .. }: &LoadOutcome) -> Vec<UnexpectedReport> {
    let report = |found: &Unexpected| UnexpectedReport {
        function: kinds[found.kind].clone(),
        status: found.status,
        count: found.count,
        first: found.example.clone(),
    };
    tally.unexpected.iter().map(report).collect()
}

impl ServerReport {
    fn new(looks: Looks, requests: u64, seconds: f64, idle: usize) -> Option<Self> {
        let (begins, ends) = (looks.begins?, looks.ends?);
        let by_request = |figure: f64| (requests > 0).then(|| figure / requests as f64);
        let difference = |of: fn(&Figures) -> Option<f64>| Some(of(&ends)? - of(&begins).unwrap_or(0.0));
        let cpu_seconds = ends.cpu_seconds - begins.cpu_seconds;
        let written_bytes = difference(|figures| figures.written_bytes);
        let grown =
            looks.idle_open.zip(looks.before).map(|(after, before)| after.resident_bytes - before.resident_bytes);
        Some(Self {
            cpu_us_per_request: by_request(cpu_seconds * 1e6),
            cpu_cores: if seconds > 0.0 { cpu_seconds / seconds } else { 0.0 },
            resident_bytes: ends.resident_bytes,
            bytes_per_idle_connection: grown.filter(|_| idle > 0).map(|grown| grown / idle as f64),
            written_bytes,
            written_bytes_per_request: written_bytes.and_then(by_request),
            log_bytes: difference(|figures| figures.log_bytes),
        })
    }
}
