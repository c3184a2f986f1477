//! What a player has without doing anything: energy that comes back, what items turn into, and what a new one owns.

use crate::energy::EnergyRules;
use crate::items::ItemRules;
use crate::trade::{Frequency, Good, Trade, TradeKind};
use raidkeep_engine::rules::{Place, SingleFile, Tables};

/// A point of energy, the potions, then what a new player owns.
pub(super) fn trades(tables: &Tables) -> Vec<Trade> {
    let Some(rules) = tables.get::<ItemRules>() else {
        return Vec::new();
    };
    let file = Place::file(<ItemRules as SingleFile>::PATH);
    let potions = rules.items.iter().enumerate().filter_map(|(index, item)| {
        let place = file.clone().key("items").index(index);
        let potion = Trade::new(TradeKind::Use, format!("drinking {} ({})", item.name, item.id), place, "energy");
        Some(potion.taking(Good::Item(item.id), 1.0, "energy").giving(Good::Energy, item.energy? as f64, "energy"))
    });
    let newcomer = Trade::new(TradeKind::Gift, "what a new player owns", file.clone(), "newcomer")
        .giving_items(&rules.newcomer, 1.0, "newcomer")
        .with_frequency(Frequency::Seldom);
    tables.get().map(energy).into_iter().chain(potions).chain([newcomer]).collect()
}

fn energy(rules: &EnergyRules) -> Trade {
    let place = Place::file(<EnergyRules as SingleFile>::PATH);
    Trade::new(TradeKind::Time, "a point of energy", place, "seconds_per_point")
        .giving(Good::Energy, 1.0, "seconds_per_point")
        .with_frequency(Frequency::EverySeconds(rules.seconds_per_point.max(1)))
}
