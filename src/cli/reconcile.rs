//! `raidkeep reconcile`: what the payment platform knows beside what a world knows.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::call::{Client, Failure};
use crate::cli::doors::Doors;
use crate::cli::print_line;
use raidkeep_engine::clock::wall_ms;

/// Exit code: platform and world differ.
const DIFFERENT: u8 = 2;
/// Orders asked for at a time.
const PAGE: u64 = 500;

/// Exit codes: 0 if platform and world agree, 2 if they differ, 1 if the comparison is not complete.
#[derive(Debug, Args)]
pub(super) struct Reconcile {
    #[command(flatten)]
    doors: Doors,
    /// Number of the world.
    #[arg(long, value_name = "N", default_value_t = 0)]
    world: u32,
    /// The operator's token.
    #[arg(long, env = "RAIDKEEP_OPERATOR_TOKEN", hide_env_values = true)]
    token: String,
    /// Only these players; may be repeated [default: all who have ordered something lately].
    #[arg(long, value_name = "NAME")]
    player: Vec<String>,
    /// How many days back an order is recent.
    #[arg(long, value_name = "COUNT", default_value_t = 30, conflicts_with = "player")]
    days: u32,
}

/// Whom to compare.
enum Whom {
    Account(u64),
    Name(String),
}

impl Reconcile {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let mut client = self.doors.operators(self.world)?;
        let whom = match self.player.is_empty() {
            true => self.recent(&mut client)?.into_iter().map(Whom::Account).collect(),
            false => self.player.iter().cloned().map(Whom::Name).collect::<Vec<_>>(),
        };
        let (mut differences, mut failed) = (0, 0);
        for whom in &whom {
            match self.compare(&mut client, whom)? {
                Ok(lines) => {
                    differences += lines.len();
                    lines.iter().for_each(|line| print_line(line));
                }
                Err(why) => {
                    failed += 1;
                    print_line(&why);
                }
            }
        }
        print_line(&format!(
            "{} players compared, {differences} differences, {failed} not compared",
            whom.len() - failed
        ));
        print_line(
            "SUD cannot be asked which rounds it knows. It drops none of this world's: their numbers differ with every \
             start. Rounds of before the restored copy are settled there, or end there by themselves; query_match asks \
             about one whose match_id is known",
        );
        Ok(match (failed, differences) {
            (0, 0) => ExitCode::SUCCESS,
            (0, _) => ExitCode::from(DIFFERENT),
            _ => ExitCode::FAILURE,
        })
    }

    /// The accounts that have ordered something lately.
    fn recent(&self, client: &mut Client) -> Result<BTreeSet<u64>, Failure> {
        let since = wall_ms() / 1000 - i64::from(self.days) * 86_400;
        let (mut accounts, mut before) = (BTreeSet::new(), Value::Null);
        loop {
            let asked = json!({"token": self.token, "before": before, "limit": PAGE});
            let reply = client.ask("order_list", asked)?;
            if reply["status"] != 0 {
                return Err(
                    format!("the orders are not told: {} (status {})", reply["message"], reply["status"]).into()
                );
            }
            let orders = reply["data"]["orders"].as_array().cloned().unwrap_or_default();
            let recent = orders.iter().filter(|order| order["created_at"].as_i64().is_some_and(|at| at >= since));
            let found: Vec<u64> = recent.filter_map(|order| order["account"].as_u64()).collect();
            let is_last = found.len() < orders.len() || reply["data"]["next"].is_null();
            accounts.extend(found);
            if is_last {
                return Ok(accounts);
            }
            before = reply["data"]["next"].clone();
        }
    }

    /// A line for each difference, or why there is no comparison.
    fn compare(&self, client: &mut Client, whom: &Whom) -> Result<Result<Vec<String>, String>, Failure> {
        let (who, shown) = match whom {
            Whom::Account(account) => (json!({"account": account}), format!("account {account}")),
            Whom::Name(name) => (json!({"name": name}), name.clone()),
        };
        let mut asked = who;
        asked["token"] = self.token.as_str().into();
        let reply = client.ask("order_reconcile", asked)?;
        if reply["status"] != 0 {
            let why = reply["message"].as_str().unwrap_or_default();
            return Ok(Err(format!("{shown}: not compared: {why} (status {})", reply["status"])));
        }
        Ok(Ok(lines(&reply["data"])))
    }
}

fn lines(found: &Value) -> Vec<String> {
    let who = found["wname"].as_str().unwrap_or_default();
    let list = |key: &str| found[key].as_array().cloned().unwrap_or_default();
    let record = |record: &Value| format!("{} points at {} for {}", record["money"], record["date"], record["text"]);
    let order = |order: &Value| {
        let (number, state) =
            (order["order"].as_str().unwrap_or_default(), order["state"].as_str().unwrap_or_default());
        format!("order {number} of {} points, {state}", order["points"])
    };
    let unknown_to_world = list("unknown_to_world");
    let unknown_to_world = unknown_to_world.iter().map(|found| {
        format!("{who}: the world does not know {}: give the goods, or the points back with manual", record(found))
    });
    let unknown_to_platform = list("unknown_to_platform");
    let unknown_to_platform = unknown_to_platform
        .iter()
        .map(|found| format!("{who}: the platform does not know {}: the points were not taken", order(found)));
    let different = list("different");
    let different = different.iter().map(|found| {
        format!("{who}: the platform has {}, the world {}", record(&found["record"]), order(&found["order"]))
    });
    unknown_to_world.chain(unknown_to_platform).chain(different).collect()
}
