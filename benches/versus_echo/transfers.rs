//! The transfer test of SpacetimeDB on the example `transfers`: 100,000 accounts, drawn evenly or by Zipf's law, each
//! transfer durable before its reply.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    path::Path,
    time::Duration,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Zipf};
use serde::Deserialize;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::{
    Options, Result, Target,
    client::Connection,
    measure::{Workload, login},
    process::Server,
};

/// The accounts of the bank.
const ACCOUNTS: u32 = 100_000;
/// How unlike the skewed draws are, as in the published benchmark.
const ZIPF_EXPONENT: f64 = 1.5;
/// Transfers that a connection repeats.
const TEXTS: usize = 4096;
/// Requests in flight on the connection that opens and reads accounts.
const ASIDE: usize = 64;
/// A transfer succeeds, or its balance does not cover it.
pub(crate) const STATUSES: [i32; 2] = [0, 97];

/// Money that moves.
#[derive(Debug, Clone, Copy)]
struct Transfer {
    from: u32,
    to: u32,
    amount: u64,
}

/// Draws transfers.
struct Draw {
    random: ChaCha8Rng,
    zipf: Option<Zipf<f64>>,
}

impl Draw {
    fn new(are_skewed: bool, seed: u32) -> Self {
        let zipf = Zipf::new(f64::from(ACCOUNTS), ZIPF_EXPONENT).ok().filter(|_| are_skewed);
        Self { random: ChaCha8Rng::seed_from_u64(u64::from(seed)), zipf }
    }

    fn account(&mut self) -> u32 {
        match &self.zipf {
            // Ranks begin with 1 and are whole.
            Some(zipf) => (zipf.sample(&mut self.random) as u32).saturating_sub(1).min(ACCOUNTS - 1),
            None => self.random.random_range(0..ACCOUNTS),
        }
    }

    fn next(&mut self) -> Transfer {
        let from = self.account();
        let to = loop {
            let to = self.account();
            if to != from {
                break to;
            }
        };
        Transfer { from, to, amount: self.random.random_range(1..=10) }
    }
}

impl Transfer {
    fn text(self) -> String {
        let Self { from, to, amount } = self;
        format!(
            r#"{{"world":0,"function":"account_transfer","data":{{"from":{from},"to":{to},"amount":{amount}}},"id":17}}"#
        )
    }
}

/// The transfers of a connection.
pub(crate) fn texts(are_skewed: bool, seed: u32) -> Vec<String> {
    let mut draw = Draw::new(are_skewed, seed);
    (0..TEXTS).map(|_| draw.next().text()).collect()
}

/// Measures transfers against the echo, kills the bank under them, and checks its books.
pub(crate) async fn compare(options: &Options, program: &Path) -> Result<()> {
    let echo = Server::echo(options, options.reply_bytes).await?;
    let bank = Server::bank(options, program).await?;
    open_accounts(&bank).await?;
    let peers = crate::peers(options).await?;
    let name = format!("echo {} B", options.reply_bytes);
    let mut targets = vec![Target { name, server: &echo, workload: Workload::Echo, is_yardstick: true }];
    let banks = peers.iter().map(|(name, peer)| (*name, peer));
    for (name, server) in std::iter::once(("Raidkeep", &bank)).chain(banks) {
        for are_skewed in [false, true] {
            let drawn = if are_skewed { format!("Zipf {ZIPF_EXPONENT}") } else { "drawn evenly".to_owned() };
            let workload = Workload::Transfers { are_skewed };
            targets.push(Target { name: format!("{name}, {drawn}"), server, workload, is_yardstick: false });
        }
    }
    crate::measure_all(options, &targets).await?;
    drop((echo, peers));
    check_after_kill(options, bank, program).await
}

async fn open_accounts(bank: &Server) -> Result<()> {
    let request = r#"{"world":0,"function":"account_open","data":{},"id":1}"#;
    let requests = (0..ACCOUNTS).map(|_| request.to_owned());
    let opened = ask_all(bank, requests).await?;
    let last = opened.last().map(|told| told.account);
    if last == Some(ACCOUNTS - 1) { Ok(()) } else { Err(format!("the last account is {last:?}").into()) }
}

/// What the bank tells of an account.
#[derive(Debug, Deserialize)]
struct Told {
    account: u32,
    balance: u64,
}

/// Asks these on one connection, and tells the answers in their order.
async fn ask_all(bank: &Server, requests: impl Iterator<Item = String>) -> Result<Vec<Told>> {
    #[derive(Deserialize)]
    struct Answered {
        data: Told,
    }
    let mut connection = Connection::open(bank.address, bank.dialect).await?;
    login(&mut connection, u32::MAX).await?;
    let (mut requests, mut told) = (requests.peekable(), Vec::new());
    while requests.peek().is_some() {
        let batch: Vec<_> = requests.by_ref().take(ASIDE).collect();
        let wanted = told.len() + batch.len();
        connection.send(&batch).await?;
        let mut failure = None;
        while told.len() < wanted && failure.is_none() {
            let each = |payload: &[u8]| match serde_json::from_slice(payload) {
                Ok(Answered { data }) => told.push(data),
                Err(error) => failure = Some(format!("{error}: {}", payload.escape_ascii())),
            };
            timeout(Duration::from_secs(30), connection.receive(each)).await??;
        }
        failure.map_or(Ok(()), Err)?;
    }
    Ok(told)
}

async fn balances(bank: &Server) -> Result<Vec<u64>> {
    let request =
        |account| format!(r#"{{"world":0,"function":"account_balance","data":{{"account":{account}}},"id":1}}"#);
    Ok(ask_all(bank, (0..ACCOUNTS).map(request)).await?.into_iter().map(|told| told.balance).collect())
}

/// What a client knows when its server has been killed.
#[derive(Default)]
struct Known {
    /// What the balances have gained by transfers that were answered.
    gained: HashMap<u32, i128>,
    answered: usize,
    in_doubt: Vec<Transfer>,
}

/// Kills the bank while transfers are in flight. After its restart each balance is what was answered, but for transfers
/// that were not; and the sum is what it was.
async fn check_after_kill(options: &Options, bank: Server, program: &Path) -> Result<()> {
    let before = balances(&bank).await?;
    let depth = options.depth.iter().copied().max().unwrap_or(1);
    let mut clients = JoinSet::new();
    for index in 0..options.connections {
        let mut connection = Connection::open(bank.address, bank.dialect).await?;
        login(&mut connection, index).await?;
        clients.spawn(transfer_until_killed(connection, Draw::new(index % 2 == 1, index), depth));
    }
    sleep(Duration::try_from_secs_f64(options.seconds)?).await;
    let bank = bank.killed_and_restarted(program).await?;
    let mut all = Known::default();
    while let Some(known) = clients.join_next().await {
        let Known { gained, answered, in_doubt } = known??;
        gained.into_iter().for_each(|(account, gain)| *all.gained.entry(account).or_default() += gain);
        all.answered += answered;
        all.in_doubt.extend(in_doubt);
    }
    let after = balances(&bank).await?;
    let (sum_before, sum_after) = (before.iter().sum::<u64>(), after.iter().sum::<u64>());
    if sum_before != sum_after {
        return Err(format!("the balances were {sum_before} and are {sum_after} after the kill").into());
    }
    let doubtful: HashSet<u32> = all.in_doubt.iter().flat_map(|transfer| [transfer.from, transfer.to]).collect();
    for (account, (before, after)) in (0..).zip(before.iter().zip(&after)) {
        let expected = i128::from(*before) + all.gained.get(&account).copied().unwrap_or_default();
        if !doubtful.contains(&account) && i128::from(*after) != expected {
            return Err(format!("account {account} has {after} after the kill; answered were {expected}").into());
        }
    }
    println!(
        "\n- Killed with {} transfers in flight after {} answered ones: the sum is the same, and {} of {ACCOUNTS} balances are \
         exactly what was answered; the others are those of the transfers in flight.",
        all.in_doubt.len(),
        all.answered,
        ACCOUNTS as usize - doubtful.len(),
    );
    Ok(())
}

/// Keeps `depth` transfers in flight until the connection ends.
async fn transfer_until_killed(mut connection: Connection, mut draw: Draw, depth: usize) -> Result<Known> {
    let dialect = connection.dialect;
    let (mut known, mut flight) = (Known::default(), VecDeque::new());
    loop {
        let departing: Vec<_> = (flight.len()..depth).map(|_| draw.next()).collect();
        flight.extend(&departing);
        let texts: Vec<_> = departing.into_iter().map(Transfer::text).collect();
        let mut refusal = None;
        let each = |payload: &[u8]| match (dialect.status(payload), flight.pop_front()) {
            (Some(0), Some(Transfer { from, to, amount })) => {
                *known.gained.entry(from).or_default() -= i128::from(amount);
                *known.gained.entry(to).or_default() += i128::from(amount);
                known.answered += 1;
            }
            (Some(status), Some(_)) if STATUSES.contains(&status) => known.answered += 1,
            _ => refusal = Some(payload.escape_ascii().to_string()),
        };
        let sent = connection.send(&texts).await;
        if sent.is_err() || connection.receive(each).await.is_err() {
            known.in_doubt.extend(flight);
            return Ok(known);
        }
        if let Some(refusal) = refusal {
            return Err(format!("a transfer was answered with {refusal}").into());
        }
    }
}
