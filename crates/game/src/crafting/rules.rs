//! `crafting.ron`: what crafting costs and how strong the results are.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::crafting::model::CraftKind;
use crate::items::{Amount, ItemId, ItemRules};
use crate::timed_events::check_changes;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};
use raidkeep_engine::template::Template;

const SPEND: RangeInclusive<i64> = 1..=1_000_000;
const STRENGTH: RangeInclusive<u32> = 0..=10_000;
const STRENGTH_MAX: RangeInclusive<u32> = 1..=10_000;
const OWNED: RangeInclusive<usize> = 1..=1000;

/// What crafting costs and how strong the results are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CraftRules {
    /// Mode 0.
    pub skill: Recipe,
    /// Mode 1.
    pub equipment: Recipe,
    /// A name that is not given is the start of the description, up to the first of these characters.
    pub name_ends: String,
    /// The most characters of such a name.
    #[schemars(range(min = 1, max = 64), extend("unit" = "characters"))]
    pub name_longest: usize,
}

/// How one kind is crafted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The material.
    pub material: ItemId,
    /// The most that may be spent at once.
    #[schemars(range(min = *SPEND.start(), max = *SPEND.end()), extend("unit" = "items"))]
    pub spend_max: i64,
    /// Strength before any material is counted.
    #[schemars(range(min = *STRENGTH.start(), max = *STRENGTH.end()), extend("unit" = "points"))]
    pub strength_base: u32,
    /// Strength added per unit of material.
    #[schemars(range(min = *STRENGTH.start(), max = *STRENGTH.end()), extend("unit" = "points"))]
    pub strength_per_unit: u32,
    /// The maximum strength.
    #[schemars(range(min = *STRENGTH_MAX.start(), max = *STRENGTH_MAX.end()), extend("unit" = "points"))]
    pub strength_max: u32,
    /// How many a player may own.
    #[schemars(range(min = *OWNED.start(), max = *OWNED.end()), extend("unit" = "pieces"))]
    pub owned_max: usize,
    /// The texts that players read.
    pub texts: RecipeTexts,
}

/// The texts of a craft for the player; the places are those of [`RecipeTexts::PLACES`].
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeTexts {
    /// It was made.
    pub made: Template,
    /// There is too little material.
    pub short: Template,
    /// The name or description is not legal.
    pub illegal: Template,
    /// The player can own no more.
    pub full: Template,
}

impl RecipeTexts {
    /// The places that texts may have: `num` is the amount requested, `left` the amount in stock, `material` its name.
    pub const PLACES: [&'static str; 6] = ["name", "description", "strength", "num", "left", "material"];
}

impl Recipe {
    /// The strength of what is made from this many units.
    pub fn strength(&self, units: i64) -> u32 {
        let units = u32::try_from(units.max(0)).unwrap_or(u32::MAX);
        let strength = self.strength_base.saturating_add(self.strength_per_unit.saturating_mul(units));
        strength.min(self.strength_max)
    }

    fn check(&self, place: &Place, tables: &Tables, report: &mut Report) {
        if let Some(items) = tables.get::<ItemRules>() {
            items.check(&Amount { item: self.material, quantity: 1 }, 0, place.clone().key("material"), report);
        }
        if self.strength_base > self.strength_max {
            let message = format!("expected {} or less, which is strength_max", self.strength_max);
            report.error(place.clone().key("strength_base"), message);
        }
        let texts = [
            ("made", &self.texts.made),
            ("short", &self.texts.short),
            ("illegal", &self.texts.illegal),
            ("full", &self.texts.full),
        ];
        for (key, text) in texts {
            text.check(&RecipeTexts::PLACES, &place.clone().key("texts").key(key), report);
        }
    }
}

impl CraftRules {
    /// The recipe of a kind.
    pub fn recipe(&self, kind: CraftKind) -> &Recipe {
        match kind {
            CraftKind::Skill => &self.skill,
            CraftKind::Equipment => &self.equipment,
        }
    }

    /// The name that follows from a description.
    pub fn name_of(&self, description: &str) -> String {
        let start = description.trim().split(|c| self.name_ends.contains(c)).next().unwrap_or_default();
        start.trim().chars().take(self.name_longest).collect()
    }
}

impl SingleFile for CraftRules {
    const PATH: &'static str = "crafting.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        check_changes(self, tables, report, Self::check_changed);
    }
}

impl CraftRules {
    fn check(&self, tables: &Tables, report: &mut Report) {
        for (key, recipe) in [("skill", &self.skill), ("equipment", &self.equipment)] {
            recipe.check(&Place::file(<Self as SingleFile>::PATH).key(key), tables, report);
        }
    }

    fn check_changed(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        for (key, recipe) in [("skill", &self.skill), ("equipment", &self.equipment)] {
            let place_of = |field: &str| Place::file(<Self as SingleFile>::PATH).key(key).key(field);
            report.check_range(place_of("spend_max"), recipe.spend_max, &SPEND);
            report.check_range(place_of("strength_base"), recipe.strength_base, &STRENGTH);
            report.check_range(place_of("strength_per_unit"), recipe.strength_per_unit, &STRENGTH);
            report.check_range(place_of("strength_max"), recipe.strength_max, &STRENGTH_MAX);
            report.check_range(place_of("owned_max"), recipe.owned_max, &OWNED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_rules;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_the_start_of_the_description() {
        let rules = shipped_rules::<CraftRules>();
        assert_eq!(rules.name_of("火球术：向敌人投出火焰"), "火球术");
        assert_eq!(rules.name_of("  御风步, 快如风"), "御风步");
        assert_eq!(rules.name_of("一二三四五六七八九十").chars().count(), rules.name_longest);
        assert_eq!(rules.name_of("：没有名字"), "");
    }

    proptest! {
        #[test]
        fn strength_grows_with_what_is_spent_and_stays_within_bounds(fewer in any::<i64>(), more in any::<i64>()) {
            let rules = shipped_rules::<CraftRules>();
            let (fewer, more) = (fewer.min(more), fewer.max(more));
            for kind in [CraftKind::Skill, CraftKind::Equipment] {
                let recipe = rules.recipe(kind);
                prop_assert!(recipe.strength(fewer) <= recipe.strength(more));
                prop_assert!((recipe.strength_base..=recipe.strength_max).contains(&recipe.strength(more)));
            }
        }
    }
}
