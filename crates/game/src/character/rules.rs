//! `character.ron`: how attributes follow from level, skills and equipment, and what `status` shows.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::character::model::Attributes;
use crate::crafting::{CraftKind, Possessions};
use crate::items::{Amount, ItemId, ItemRules};
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// How attributes are computed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CharacterRules {
    /// 力量.
    pub strength: Growth,
    /// 敏捷.
    pub agility: Growth,
    /// 智力.
    pub wits: Growth,
    /// 体魄.
    pub vigor: Growth,
    /// Items whose quantities `status` shows, under their names.
    pub shown_items: Vec<ItemId>,
}

/// How one attribute is computed: `base`, more with each level, and shares of the strongest skill and equipment owned.
/// Only the strongest counts, so crafting something new never weakens a player and hoarding gains nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// The value at level 0.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "points"))]
    pub base: u32,
    /// Hundredths of a point per level.
    #[schemars(range(min = 0, max = 10_000), extend("unit" = "hundredths of a point"))]
    pub hundredths_per_level: u32,
    /// Percentage of the strength of the strongest skill.
    #[schemars(range(min = 0, max = 1000))]
    pub skill_percent: u32,
    /// Percentage of the strength of the strongest equipment.
    #[schemars(range(min = 0, max = 1000))]
    pub equipment_percent: u32,
}

impl Growth {
    fn at(&self, level: u32, skill: u32, equipment: u32) -> u32 {
        let share = |of: u32, hundredths: u32| u64::from(of) * u64::from(hundredths) / 100;
        let grown = share(level, self.hundredths_per_level)
            + share(skill, self.skill_percent)
            + share(equipment, self.equipment_percent);
        u32::try_from(u64::from(self.base) + grown).unwrap_or(u32::MAX)
    }
}

impl CharacterRules {
    /// The attributes of a player with this level and these possessions.
    pub fn attributes(&self, level: u32, owned: &Possessions) -> Attributes {
        let (skill, equipment) = (owned.strongest(CraftKind::Skill), owned.strongest(CraftKind::Equipment));
        Attributes {
            strength: self.strength.at(level, skill, equipment),
            agility: self.agility.at(level, skill, equipment),
            wits: self.wits.at(level, skill, equipment),
            vigor: self.vigor.at(level, skill, equipment),
        }
    }
}

impl SingleFile for CharacterRules {
    const PATH: &'static str = "character.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        if let Some(items) = tables.get::<ItemRules>() {
            for (index, item) in self.shown_items.iter().enumerate() {
                let place = place.clone().key("shown_items").index(index);
                items.check(&Amount { item: *item, quantity: 0 }, 0, place, report);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crafting::Craft;
    use crate::shipped_rules;

    #[test]
    fn attributes_grow_with_the_level_and_with_what_is_owned() {
        let rules = shipped_rules::<CharacterRules>();
        let mut owned = Possessions::default();
        let newcomer = rules.attributes(2, &owned);
        let veteran = rules.attributes(100, &owned);
        owned.add(CraftKind::Equipment, Craft { name: "剑".into(), description: "剑".into(), strength: 60 });
        let armed = rules.attributes(2, &owned);
        assert!(veteran.strength > newcomer.strength && veteran.wits > newcomer.wits);
        assert!(armed.strength > newcomer.strength && armed.vigor >= newcomer.vigor);
        assert_eq!(rules.attributes(2, &Possessions::default()), newcomer, "the same gives the same");
    }

    #[test]
    fn no_level_overflows() {
        let growth = Growth { base: 1, hundredths_per_level: 10_000, skill_percent: 1000, equipment_percent: 1000 };
        assert_eq!(growth.at(u32::MAX, u32::MAX, u32::MAX), u32::MAX);
    }
}
