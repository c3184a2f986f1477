//! One run of one workload, and the cost of idle connections.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use raidkeep::studio::load::script::LoadScript;
use raidkeep::studio::load::{self, Mix};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::{
    Options, Result,
    client::{Connection, ECHO_REQUEST, MEASURING, Requests, STOPPED, Tally, WARMING},
    dialect::Dialect,
    process::Server,
    transfers,
};

/// The request that a connection repeats.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Workload {
    Echo,
    /// get_player_info.
    Read,
    /// enter_stage_general, durable before it is answered.
    Write,
    /// Four of these reads to one of these writes.
    ReadWrite,
    /// Transfers between accounts of the bank, drawn by Zipf's law if they are skewed, else evenly.
    Transfers {
        are_skewed: bool,
    },
    /// The mix that `raidkeep load` calls `mixed`: four reads of many kinds to one write that takes effect.
    Game,
}

impl Workload {
    /// Opens the connection of player `index`, ready to be driven.
    async fn open(self, server: &Server, index: u32) -> Result<(Connection, Requests)> {
        if self == Self::Game {
            let game = Game::open(server, index).await?;
            let requests = Requests::new(Dialect::Json, &game.sequences, game.statuses, index);
            return Ok((Connection::take_over(game.connection), requests));
        }
        let mut connection = Connection::open(server.address, server.dialect).await?;
        let requests = |sequences: &[(u32, Vec<String>)]| Requests::new(server.dialect, sequences, vec![0], index);
        if self == Self::Echo {
            return Ok((connection, requests(&[(1, vec![ECHO_REQUEST.to_owned()])])));
        }
        let token = login(&mut connection, index).await?;
        if let Self::Transfers { are_skewed } = self {
            let texts = transfers::texts(are_skewed, index);
            return Ok((connection, Requests::new(server.dialect, &[(1, texts)], transfers::STATUSES.to_vec(), index)));
        }
        let (reads, writes) = match self {
            Self::Write => (0, 1),
            Self::ReadWrite => (4, 1),
            _ => (1, 0),
        };
        let sequences = [(reads, vec![read_request(&token)]), (writes, vec![write_request(&token)])];
        Ok((connection, requests(&sequences)))
    }
}

/// A player of the mix.
struct Game {
    connection: load::ClientConnection,
    sequences: Vec<(u32, Vec<String>)>,
    statuses: Vec<i32>,
}

impl Game {
    /// Opens the connection of player `index` and sends the start requests of the mix.
    async fn open(server: &Server, index: u32) -> Result<Self> {
        let text = Mix::shipped("mixed").ok_or("the mix `mixed` should be built in")?;
        let mix = Mix::read("mixed", text)?;
        let script = LoadScript::new(&mix, 0);
        let mut values = script.values("bench", index as usize);
        let mut connection =
            load::ClientConnection::open(&load::ServerAddress::plain(server.address.to_string())).await?;
        load::client::start(&mut connection, &script, &mut values).await?;
        let texts = script.sequences.iter().map(|steps| steps.iter().map(|step| step.text(&values)).collect());
        let sequences = mix.sequences.iter().map(|sequence| sequence.weight).zip(texts).collect();
        let statuses = script.sequences.iter().flatten().flat_map(|step| step.statuses.iter().copied()).collect();
        Ok(Self { connection, sequences, statuses })
    }
}

/// The mean length of the replies to the mix, which an echo copies.
pub(crate) async fn game_reply_bytes(server: &Server) -> Result<usize> {
    let mut game = Game::open(server, 0).await?;
    let (mut bytes, mut requests) = (0, 0);
    for (weight, texts) in &game.sequences {
        for text in texts {
            bytes += *weight as usize * game.connection.ask(text).await?.len();
            requests += *weight as usize;
        }
    }
    Ok(bytes / requests)
}

fn read_request(token: &str) -> String {
    format!(r#"{{"world":0,"function":"get_player_info","data":{{"token":"{token}"}},"id":17}}"#)
}

fn write_request(token: &str) -> String {
    format!(r#"{{"world":0,"function":"enter_stage_general","data":{{"token":"{token}","stage":8}},"id":17}}"#)
}

/// Opens the guest account of player `index` and returns its token.
pub(crate) async fn login(connection: &mut Connection, index: u32) -> Result<String> {
    let request = format!(r#"{{"world":0,"function":"login_unique","data":{{"unique_id":"bench-{index}"}},"id":1}}"#);
    let text = connection.ask(&request).await?;
    let token = connection.dialect.token(&text);
    token.ok_or_else(|| format!("login refused: {}", text.escape_ascii()).into())
}

/// The length of a get_player_info reply, which the second echo copies.
pub(crate) async fn read_reply_bytes(server: &Server) -> Result<usize> {
    let mut connection = Connection::open(server.address, server.dialect).await?;
    let token = login(&mut connection, 0).await?;
    Ok(connection.ask(&read_request(&token)).await?.len())
}

/// The fields, without values, of a server's reply to the first change of a new player, as far as it is JSON.
pub(crate) async fn write_reply_shape(server: &Server) -> Result<Option<Value>> {
    let mut connection = Connection::open(server.address, server.dialect).await?;
    let token = login(&mut connection, 0).await?;
    let reply = connection.ask(&write_request(&token)).await?;
    match server.dialect {
        Dialect::Json => Ok(Some(shape(serde_json::from_slice(&reply)?))),
        Dialect::Colyseus => Ok(None),
    }
}

fn shape(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, shape(value))).collect(),
        _ => Value::Null,
    }
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
pub(crate) async fn run(options: &Options, server: &Server, workload: Workload, depth: usize) -> Result<Sample> {
    let length = Duration::try_from_secs_f64(options.seconds)?;
    let phase = Arc::new(AtomicU8::new(WARMING));
    let mut clients = JoinSet::new();
    for index in 0..options.connections {
        let (connection, requests) = workload.open(server, index).await?;
        clients.spawn(connection.drive(requests, depth, Arc::clone(&phase)));
    }
    sleep(Duration::from_secs(1)).await;

    let (cpu, written, start) = (server.cpu()?, server.written_bytes()?, Instant::now());
    phase.store(MEASURING, Ordering::Relaxed);
    sleep(length).await;
    phase.store(STOPPED, Ordering::Relaxed);
    let seconds = start.elapsed().as_secs_f64();
    let (cpu, written) = (server.cpu()?.since(cpu), server.written_bytes()? - written);

    let mut total = Tally::default();
    while let Some(client) = timeout(Duration::from_secs(30), clients.join_next()).await? {
        total.add(client??);
    }
    Ok(sample(total, seconds, cpu, written))
}

fn sample(mut total: Tally, seconds: f64, cpu_ns: u64, written: u64) -> Sample {
    total.latencies.sort_unstable();
    let percentile = |percent: usize| {
        let index = total.latencies.len() * percent / 100;
        total.latencies.get(index).map_or(f64::NAN, |&us| f64::from(us))
    };
    let replies = total.replies as f64;
    Sample {
        per_second: replies / seconds,
        cpu: cpu_ns as f64 / 1e3 / replies,
        p50: percentile(50),
        p99: percentile(99),
        written: written as f64 / replies,
        refused: total.refused as f64 / replies,
        refusal: total.refusal,
    }
}

/// The share of one core that `server` uses while logged-in connections are silent.
pub(crate) async fn idle_cpu(options: &Options, server: &Server, workload: Workload) -> Result<f64> {
    let mut silent = Vec::new();
    for index in 0..options.connections {
        silent.push(workload.open(server, index).await?);
    }
    sleep(Duration::from_secs(1)).await;
    let (cpu, start) = (server.cpu()?, Instant::now());
    sleep(Duration::from_secs(5)).await;
    Ok(server.cpu()?.since(cpu) as f64 / 1e9 / start.elapsed().as_secs_f64())
}

/// Resident bytes per idle connection of a server that has only just started.
pub(crate) async fn connection_bytes(options: &Options, server: &Server) -> Result<f64> {
    // One-time allocations of the first connection are not the cost of a connection.
    drop(Connection::open(server.address, server.dialect).await?);
    sleep(Duration::from_secs(1)).await;
    let before = server.resident_bytes()?;
    let mut idle = Vec::new();
    for opened in 0..options.idle_connections {
        let connection = Connection::open(server.address, server.dialect).await;
        idle.push(connection.map_err(|error| format!("after {opened} connections: {error}"))?);
    }
    sleep(Duration::from_secs(1)).await;
    let grown = server.resident_bytes()?.saturating_sub(before);
    Ok(grown as f64 / f64::from(options.idle_connections))
}
