//! Attributes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One of the attributes, for rules that check or roll against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
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

/// The attributes of a player, or of a fighter of the game master.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// 力量: the force of blows.
    #[schemars(range(min = 0, max = 4_294_967_295_i64), extend("unit" = "points"))]
    pub strength: u32,
    /// 敏捷: quickness of hand and foot.
    #[schemars(range(min = 0, max = 4_294_967_295_i64), extend("unit" = "points"))]
    pub agility: u32,
    /// 智力: cleverness, and the force of words and spells.
    #[schemars(range(min = 0, max = 4_294_967_295_i64), extend("unit" = "points"))]
    pub wits: u32,
    /// 体魄: endurance.
    #[schemars(range(min = 0, max = 4_294_967_295_i64), extend("unit" = "points"))]
    pub vigor: u32,
}

impl Attributes {
    /// The value of one attribute.
    pub fn get(&self, attribute: Attribute) -> u32 {
        match attribute {
            Attribute::Strength => self.strength,
            Attribute::Agility => self.agility,
            Attribute::Wits => self.wits,
            Attribute::Vigor => self.vigor,
        }
    }

    /// Each with the name shown to players.
    pub fn named(&self) -> [(&'static str, u32); 4] {
        [("力量", self.strength), ("敏捷", self.agility), ("智力", self.wits), ("体魄", self.vigor)]
    }
}
