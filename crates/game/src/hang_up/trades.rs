//! What hanging up gives.

use crate::drops::DropRules;
use crate::hang_up::rules::HangUpRules;
use crate::trade::{Frequency, Trade, TradeKind};
use raidkeep_engine::rules::{Place, SingleFile, Tables};

/// A minute on each stage that has rates or chances of its own.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let Some(rules) = tables.get::<HangUpRules>() else {
        return Vec::new();
    };
    let file = Place::file(<HangUpRules as SingleFile>::PATH);
    let sure = rules.rates.iter().enumerate().map(|(index, rate)| {
        minute(rate.stage, file.clone().key("rates").index(index)).giving_items(&rate.per_minute, 1.0, "per_minute")
    });
    let by_chance = rules.chances.iter().enumerate().map(|(index, chances)| {
        let minute = minute(chances.stage, file.clone().key("chances").index(index));
        let minute = chances.items.iter().enumerate().fold(minute, |minute, (index, chance)| {
            let mean = chance.amount.quantity as f64 * chance.probability();
            minute.giving_at(chance.amount.item, mean, "items", index)
        });
        let drops = tables.get::<DropRules>();
        let rolls = chances.drops.iter().enumerate().flat_map(|(index, roll)| {
            let means = drops.map(|drops| drops.means(&roll.drops)).unwrap_or_default();
            means.into_iter().map(move |(_, item, mean)| (index, item, mean * roll.probability()))
        });
        rolls.fold(minute, |minute, (index, item, mean)| minute.giving_at(item, mean, "drops", index))
    });
    sure.chain(by_chance).collect()
}

fn minute(stage: u32, place: Place) -> Trade {
    let name = format!("a minute on stage {stage} and above");
    Trade::new(TradeKind::HangUp, name, place, "stage").with_frequency(Frequency::EverySeconds(60))
}
