//! What a player has crafted.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use raidkeep_engine::storage::PlayerRow;

/// What can be crafted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CraftKind {
    /// Mode 0 of `merge`.
    Skill,
    /// Mode 1 of `merge`.
    Equipment,
}

impl CraftKind {
    /// The kind that a client means by `mode`.
    pub fn of_mode(mode: i64) -> Option<Self> {
        match mode {
            0 => Some(Self::Skill),
            1 => Some(Self::Equipment),
            _ => None,
        }
    }
}

/// A skill or a piece of equipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Craft {
    /// Its owner's name for it; unique among the owner's things of its kind.
    pub name: String,
    /// Its owner's description.
    pub description: String,
    /// Its strength, within the bounds of `crafting.ron`.
    pub strength: u32,
}

/// A player's skills and equipment, each in order of first crafting.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct Possessions {
    skills: Vec<Craft>,
    equipments: Vec<Craft>,
}

impl Possessions {
    /// All of one kind.
    pub fn all(&self, kind: CraftKind) -> &[Craft] {
        match kind {
            CraftKind::Skill => &self.skills,
            CraftKind::Equipment => &self.equipments,
        }
    }

    /// The one with that name, if the player owns it.
    pub fn find(&self, kind: CraftKind, name: &str) -> Option<&Craft> {
        self.all(kind).iter().find(|craft| craft.name == name)
    }

    /// The strength of the strongest, 0 if there is none.
    pub fn strongest(&self, kind: CraftKind) -> u32 {
        self.all(kind).iter().map(|craft| craft.strength).max().unwrap_or(0)
    }

    /// Whether one with that name can be made: it is already owned, or fewer than `owned_max` are.
    pub fn has_room(&self, kind: CraftKind, name: &str, owned_max: usize) -> bool {
        self.find(kind, name).is_some() || self.all(kind).len() < owned_max
    }

    /// Adds what was made. One of the same name is replaced: it takes the new description and the higher strength.
    /// Returns what is owned now.
    pub fn add(&mut self, kind: CraftKind, craft: Craft) -> &Craft {
        let owned = match kind {
            CraftKind::Skill => &mut self.skills,
            CraftKind::Equipment => &mut self.equipments,
        };
        let at = owned.iter().position(|known| known.name == craft.name).unwrap_or_else(|| {
            owned.push(Craft { strength: 0, ..craft.clone() });
            owned.len() - 1
        });
        let strength = owned[at].strength.max(craft.strength);
        owned[at] = Craft { strength, ..craft };
        &owned[at]
    }
}

impl PlayerRow for Possessions {
    const TABLE: &'static str = "possessions";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn is_blank(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn craft(name: &str, strength: u32) -> Craft {
        Craft { name: name.to_owned(), description: format!("{name} {strength}"), strength }
    }

    #[test]
    fn names_are_unique_within_a_kind_and_strength_never_falls() {
        let mut owned = Possessions::default();
        owned.add(CraftKind::Skill, craft("火球", 8));
        owned.add(CraftKind::Equipment, craft("火球", 3));
        assert_eq!(owned.add(CraftKind::Skill, craft("火球", 5)).strength, 8, "the higher strength stays");
        assert_eq!(owned.all(CraftKind::Skill).len(), 1);
        assert_eq!(owned.find(CraftKind::Skill, "火球").map(|craft| craft.description.as_str()), Some("火球 5"));
        assert_eq!((owned.strongest(CraftKind::Skill), owned.strongest(CraftKind::Equipment)), (8, 3));
    }

    #[test]
    fn what_is_owned_can_be_made_anew_when_nothing_else_can() {
        let mut owned = Possessions::default();
        owned.add(CraftKind::Skill, craft("a", 1));
        assert!(owned.has_room(CraftKind::Skill, "a", 1) && !owned.has_room(CraftKind::Skill, "b", 1));
        assert!(owned.has_room(CraftKind::Equipment, "b", 1), "kinds are counted apart");
    }
}
