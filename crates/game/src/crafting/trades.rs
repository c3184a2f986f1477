//! What crafting takes.

use crate::crafting::rules::{CraftRules, Recipe};
use crate::trade::{Good, Trade, TradeKind};
use raidkeep_engine::rules::{Place, SingleFile, Tables};

/// The cheapest craft of each kind; what is made is no item.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let craft = |key: &str, name: &str, recipe: &Recipe| {
        let place = Place::file(<CraftRules as SingleFile>::PATH).key(key);
        Trade::new(TradeKind::Craft, name, place, "material").taking(Good::Item(recipe.material), 1.0, "material")
    };
    tables.get::<CraftRules>().map_or_else(Vec::new, |rules| {
        vec![
            craft("skill", "crafting a skill", &rules.skill),
            craft("equipment", "crafting equipment", &rules.equipment),
        ]
    })
}
