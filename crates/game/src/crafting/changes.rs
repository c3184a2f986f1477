//! Crafting as events change it.

use crate::crafting::rules::CraftRules;
use crate::timed_events::{Changeable, EventChange, Numbers};

impl Changeable for CraftRules {
    fn has(of: &Numbers) -> bool {
        matches!(
            of,
            Numbers::CraftSpend { .. }
                | Numbers::CraftStrengthBase { .. }
                | Numbers::CraftStrengthPerUnit { .. }
                | Numbers::CraftStrengthMax { .. }
                | Numbers::CraftOwned { .. }
        )
    }

    fn names(&self) -> Vec<&str> {
        vec!["skill", "equipment"]
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let selector = change.of.selector();
        let recipes = [("skill", &mut self.skill), ("equipment", &mut self.equipment)];
        let meant = recipes.into_iter().filter(|(name, _)| selector.is_of(name));
        meant
            .map(|(_, recipe)| match change.of {
                Numbers::CraftSpend { .. } => change.change(&mut recipe.spend_max, i64::MAX),
                Numbers::CraftStrengthBase { .. } => change.change(&mut recipe.strength_base, u32::MAX),
                Numbers::CraftStrengthPerUnit { .. } => change.change(&mut recipe.strength_per_unit, u32::MAX),
                Numbers::CraftStrengthMax { .. } => change.change(&mut recipe.strength_max, u32::MAX),
                _ => change.change(&mut recipe.owned_max, usize::MAX),
            })
            .count()
    }
}
