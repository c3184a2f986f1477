//! What a player brings to a check.

use serde::Deserialize;

/// A battle attribute that a check may be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// 力量.
    Strength,
    /// 敏捷.
    Agility,
    /// 智力.
    Wits,
    /// 体魄.
    Vigor,
}

/// A player's attributes, and what it uses in this turn of what it owns.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Abilities {
    /// 力量.
    pub strength: i64,
    /// 敏捷.
    pub agility: i64,
    /// 智力.
    pub wits: i64,
    /// 体魄.
    pub vigor: i64,
    /// The owned skills and equipments that the player has named.
    pub used: Vec<Thing>,
}

/// A skill or an equipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// As the player knows it.
    pub name: String,
    /// What it is.
    pub description: String,
    /// How strong it is.
    pub strength: i64,
}

impl Abilities {
    /// The value of an attribute.
    pub fn value(&self, attribute: Attribute) -> i64 {
        match attribute {
            Attribute::Strength => self.strength,
            Attribute::Agility => self.agility,
            Attribute::Wits => self.wits,
            Attribute::Vigor => self.vigor,
        }
    }
}
