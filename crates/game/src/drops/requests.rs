//! `get_drop_rates` (docs/contract/drops.md#functions).

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::drops::rates::{Rate, TableRates};
use crate::drops::rules::{DropRules, DropTable};
use crate::items::{Amount, Inventory, Misses};
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Success};
use raidkeep_engine::rules::Rules;

const NO_SUCH_TABLE: Refusal = Refusal::new(99, "no such drop table");

pub(super) fn register(app: &mut App) {
    app.add_request::<GetDropRates, _>(get_drop_rates);
}

/// `get_drop_rates {token, table}`: how often what comes from the drop tables.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct GetDropRates {
    /// The id of a table; missing = all tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table: Option<String>,
}

request!(
    Player, "get_drop_rates", GetDropRates => DropRates,
    READS = Reads::Caller,
    CODES = &[Code::of(NO_SUCH_TABLE)],
);

/// The reply of `get_drop_rates`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DropRates {
    /// The tables, in the order of the rules.
    tables: Vec<ShownTable>,
}

/// A drop table and its chances.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownTable {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// How many entries one roll draws.
    draws: u32,
    /// Whether one roll may draw an entry more than once.
    replacement: bool,
    /// What is guaranteed, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    guarantee: Option<ShownGuarantee>,
    /// What may come, with the tables that it names.
    rates: Vec<ShownRate>,
    /// How often a draw brings nothing; absent if each brings something.
    #[serde(skip_serializing_if = "Option::is_none")]
    nothing: Option<ShownChance>,
}

/// When a hit is certain.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownGuarantee {
    /// After so many misses in a row the next draw hits.
    after: u32,
    /// The caller's misses in a row.
    misses: u32,
    /// How many draws from now on the hit comes at the latest.
    within: u32,
    /// What counts as a hit: the items of the guaranteed entries.
    items: Vec<Amount>,
    /// The tables that count as a hit.
    tables: Vec<String>,
}

/// How often an amount comes.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownRate {
    /// How much of which item.
    item: Amount,
    #[serde(flatten)]
    chance: ShownChance,
}

/// How many times one roll brings it on average, with six decimals. Of what comes at most once, this is the chance.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownChance {
    /// By luck alone.
    base: String,
    /// In the long run, with what is guaranteed.
    rate: String,
}

impl From<Rate> for ShownChance {
    fn from(rate: Rate) -> Self {
        Self { base: decimals(rate.by_luck), rate: decimals(rate.in_all) }
    }
}

/// Six decimals. What may come never shows as nothing, and what is uncertain never as certain.
fn decimals(rate: f64) -> String {
    let shown = (rate * 1e6).round() / 1e6;
    let shown = if rate > 0.0 { shown.max(1e-6) } else { shown };
    let is_uncertain = rate < 1.0 - 1e-12;
    format!("{:.6}", if is_uncertain { shown.min(1.0 - 1e-6) } else { shown })
}

impl ShownTable {
    fn of(table: &DropTable, rates: &TableRates, misses: &Misses) -> Self {
        let guaranteed = || table.entries.iter().filter(|entry| entry.guaranteed);
        let guarantee = table.guaranteed_after.map(|after| {
            let misses = misses.of(&table.id).min(after);
            ShownGuarantee {
                after,
                misses,
                within: after - misses + 1,
                items: guaranteed().flat_map(|entry| entry.items.iter().copied()).collect(),
                tables: guaranteed().filter_map(|entry| entry.table.clone()).collect(),
            }
        });
        let lines = rates.lines.iter().map(|line| ShownRate { item: line.amount, chance: line.rate.into() });
        Self {
            id: table.id.clone(),
            name: table.name.clone(),
            draws: table.draws,
            replacement: table.replacement,
            guarantee,
            rates: lines.collect(),
            nothing: (rates.nothing.by_luck > 0.0).then(|| rates.nothing.into()),
        }
    }
}

fn get_drop_rates(
    In(call): In<Call<GetDropRates>>,
    players: Query<&Inventory>,
    rules: Res<Rules<DropRules>>,
) -> Answer<DropRates> {
    let misses = call.caller.get(&players)?.misses();
    let wanted = call.request.table;
    let shown = rules.tables().filter(|table| wanted.as_ref().is_none_or(|id| *id == table.id));
    let tables: Vec<ShownTable> =
        shown.filter_map(|table| Some(ShownTable::of(table, rules.rates(&table.id)?, misses))).collect();
    if tables.is_empty() && wanted.is_some() {
        return Err(NO_SUCH_TABLE);
    }
    Ok(Success::with(DropRates { tables }))
}
