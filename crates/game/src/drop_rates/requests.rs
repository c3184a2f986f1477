//! `get_drop_rates` (docs/contract/drops.md#functions).

use bevy_app::App;
use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::drop_rates::places::{RolledBy, RollingRules, rollers_of};
use crate::drops::{DropRate, DropTable, DropTables, TableRates};
use crate::identity::Account;
use crate::items::{Amount, Inventory, Misses};
use crate::timed_events::Changeable;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::request;
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Success};

const NO_SUCH_TABLE: Refusal = Refusal::new(99, "no such drop table");

pub(super) fn register(app: &mut App) {
    app.add_request::<GetDropRates, _>(get_drop_rates);
}

/// `get_drop_rates {token, table}`: how often what comes from the drop tables, as events that run make it for the caller.
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
    /// Where it is rolled.
    rolled_by: Vec<RolledBy>,
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

impl From<DropRate> for ShownChance {
    fn from(rate: DropRate) -> Self {
        Self { base: decimals(rate.by_luck), rate: decimals(rate.in_all) }
    }
}

/// Six decimals. What may come never shows as nothing, and what is uncertain never as certain.
pub(super) fn decimals(rate: f64) -> String {
    let shown = (rate * 1e6).round() / 1e6;
    let shown = if rate > 0.0 { shown.max(1e-6) } else { shown };
    let is_uncertain = rate < 1.0 - 1e-12;
    format!("{:.6}", if is_uncertain { shown.min(1.0 - 1e-6) } else { shown })
}

impl ShownTable {
    fn of(table: &DropTable, rates: &TableRates, misses: &Misses, rolled_by: Vec<RolledBy>) -> Self {
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
            rolled_by,
        }
    }
}

fn get_drop_rates(
    In(call): In<Call<GetDropRates>>,
    players: Query<(&Account, &Inventory)>,
    tables: DropTables,
    rolling: RollingRules,
) -> Answer<DropRates> {
    let (account, inventory) = call.caller.get(&players)?;
    let rules = tables.of(account.made_at());
    let hang_up = rolling.hang_up.under(tables.own_changes(account.made_at()));
    let (wanted, places) = (call.request.table, rolling.all(&rules, &hang_up));
    let shown = rules.tables().filter(|table| wanted.as_ref().is_none_or(|id| *id == table.id));
    let shown = shown.filter_map(|table| {
        let rolled_by = rollers_of(&table.id, &places, &rules);
        Some(ShownTable::of(table, rules.rates(&table.id)?, inventory.misses(), rolled_by))
    });
    let tables: Vec<ShownTable> = shown.collect();
    if tables.is_empty() && wanted.is_some() {
        return Err(NO_SUCH_TABLE);
    }
    Ok(Success::with(DropRates { tables }))
}
