//! The economy as designers read it: what each trade takes and gives, for each point of energy and for each hour, and where
//! items come from and go to.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::economy::flows::flows;
use crate::economy::names::GoodNames;
use crate::economy::trades;
use crate::event_calendar::derive;
use crate::items::ItemRules;
use crate::timed_events::EventRules;
use crate::trade::{Frequency, Good, Trade, TradeKind, TradePart};
use raidkeep_engine::rules::{AsOf, Tables};

/// The economy of some rules.
#[derive(Debug, Serialize)]
pub struct EconomyListing {
    /// Every trade of the game.
    pub trades: Vec<TradeListing>,
    /// Every item.
    pub items: Vec<ItemListing>,
}

/// A trade with its rates.
#[derive(Debug, Serialize)]
pub struct TradeListing {
    /// Which kind.
    pub kind: TradeKind,
    /// Which one.
    pub name: String,
    /// How often it can be made.
    pub frequency: Frequency,
    /// The lowest level of a player who can make it.
    pub level: u32,
    /// What it takes.
    pub takes: Vec<GoodListing>,
    /// What it gives, on average.
    pub gives: Vec<GoodListing>,
}

/// A quantity of a good.
#[derive(Debug, PartialEq, Serialize)]
pub struct GoodListing {
    /// Its name, with its id beside it.
    pub name: String,
    /// Each time.
    pub quantity: f64,
    /// For each point of energy; absent where none is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_energy: Option<f64>,
    /// In an hour of a player who does nothing else with what comes back by itself; absent where nothing limits it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_hour: Option<f64>,
}

/// An item, with what gives and takes it.
#[derive(Debug, Serialize)]
pub struct ItemListing {
    /// `group:id`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The trades that give it.
    pub sources: Vec<String>,
    /// The trades that take it, and how it goes otherwise.
    pub sinks: Vec<String>,
}

const HOUR_SECONDS: f64 = 3600.0;

impl EconomyListing {
    /// That of some tables, with the events that run for everybody at a moment.
    pub fn at(tables: &Tables, as_of: AsOf<'_>) -> Self {
        let events = tables.get::<EventRules>();
        let running = events.into_iter().flat_map(|events| events.running(as_of.moment, as_of.zone));
        Self::of(&derive(tables, &running.map(str::to_owned).collect::<Vec<_>>()))
    }

    fn of(tables: &Tables) -> Self {
        let (trades, names) = (trades(tables), GoodNames::of(tables));
        let pace = by_themselves(&trades);
        let listed = trades.iter().map(|trade| TradeListing::of(trade, &pace, &names)).collect();
        let flows = flows(&trades, tables);
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let items = tables.get::<ItemRules>().into_iter().flat_map(|rules| &rules.items).map(|item| {
            let flow = flows.get(&item.id);
            ItemListing {
                id: item.id.to_string(),
                name: item.name.clone(),
                sources: flow.map(|flow| owned(&flow.sources)).unwrap_or_default(),
                sinks: flow.map(|flow| owned(&flow.sinks)).unwrap_or_default(),
            }
        });
        Self { items: items.collect(), trades: listed }
    }
}

impl TradeListing {
    /// Whether it is the same as another, but for its name.
    pub fn is_like(&self, other: &Self) -> bool {
        let rest = |of: &Self| (of.kind, of.frequency, of.level);
        rest(self) == rest(other) && self.takes == other.takes && self.gives == other.gives
    }

    fn of(trade: &Trade, pace: &BTreeMap<Good, f64>, names: &GoodNames<'_>) -> Self {
        let energy = trade.taken(Good::Energy);
        let times = times_per_hour(trade, pace);
        let list = |parts: &[TradePart]| {
            let mut goods: Vec<Good> = parts.iter().map(|part| part.good).collect();
            let mut seen = BTreeSet::new();
            goods.retain(|good| seen.insert(*good));
            let listed = goods.into_iter().map(|good| {
                let quantity: f64 = parts.iter().filter(|part| part.good == good).map(|part| part.quantity).sum();
                GoodListing {
                    name: names.name(good),
                    quantity,
                    per_energy: (energy > 0.0 && good != Good::Energy).then(|| quantity / energy),
                    per_hour: times.map(|times| quantity * times),
                }
            });
            listed.collect()
        };
        Self {
            kind: trade.kind,
            name: trade.name.clone(),
            frequency: trade.frequency,
            level: trade.level,
            takes: list(&trade.takes),
            gives: list(&trade.gives),
        }
    }
}

/// How much comes by itself in an hour.
fn by_themselves(trades: &[Trade]) -> BTreeMap<Good, f64> {
    let mut pace = BTreeMap::new();
    for trade in trades.iter().filter(|trade| trade.kind == TradeKind::Time) {
        let times = by_time(trade.frequency).unwrap_or(0.0);
        trade.gives.iter().for_each(|part| *pace.entry(part.good).or_default() += part.quantity * times);
    }
    pace
}

fn by_time(frequency: Frequency) -> Option<f64> {
    match frequency {
        Frequency::PerDay(times) => Some(f64::from(times) / 24.0),
        Frequency::EverySeconds(seconds) => Some(HOUR_SECONDS / seconds.max(1) as f64),
        Frequency::Always | Frequency::Seldom => None,
    }
}

/// How often it can be made in an hour: by time, and by what comes back of what it takes.
fn times_per_hour(trade: &Trade, pace: &BTreeMap<Good, f64>) -> Option<f64> {
    if trade.frequency == Frequency::Seldom {
        return None;
    }
    let by_costs = trade.takes.iter().filter_map(|part| Some(pace.get(&part.good)? / trade.taken(part.good)));
    by_costs.chain(by_time(trade.frequency)).min_by(f64::total_cmp)
}
