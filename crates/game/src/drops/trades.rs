//! What opening chests takes and gives.

use crate::drops::reference::Drops;
use crate::drops::rules::DropRules;
use crate::items::{ItemId, ItemRules};
use crate::trade::{Good, Trade, TradeKind};
use raidkeep_engine::rules::Tables;

impl DropRules {
    /// How many of which items a list of rolls brings in the long run; each roll's index in the list comes first.
    pub fn means(&self, drops: &Drops) -> Vec<(usize, ItemId, f64)> {
        let rolls = drops.rolls().iter().enumerate();
        let lines = rolls.filter_map(|(index, roll)| Some((index, f64::from(roll.times), self.rates(&roll.table)?)));
        lines
            .flat_map(|(index, times, rates)| {
                let mean = move |line: &super::DropLine| line.amount.quantity as f64 * line.rate.in_all * times;
                rates.lines.iter().map(move |line| (index, line.amount.item, mean(line)))
            })
            .collect()
    }
}

/// A trade that also gives what these rolls bring, made so many times on average; `key` is that of their list.
pub fn rolling(trade: Trade, drops: &Drops, times: f64, key: &'static str, tables: &Tables) -> Trade {
    let means = tables.get::<DropRules>().map(|rules| rules.means(drops)).unwrap_or_default();
    means.into_iter().fold(trade, |trade, (index, item, mean)| trade.giving_at(item, mean * times, key, index))
}

/// The chests.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let Some((rules, items)) = tables.get::<DropRules>().zip(tables.get::<ItemRules>()) else {
        return Vec::new();
    };
    let chests = rules.chests().iter().map(|(chest, place)| {
        let name = format!("opening {} ({})", items.name_of(chest.item), chest.item);
        let opened =
            Trade::new(TradeKind::Use, name, place.clone(), "item").taking(Good::Item(chest.item), 1.0, "item");
        rolling(opened, &chest.drops, 1.0, "drops", tables)
    });
    chests.collect()
}
