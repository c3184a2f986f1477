//! What players do in a round: what they asked for, and what it amounts to.

use serde::{Deserialize, Serialize};

use crate::battles::verdict::Move;
use crate::crafting::{CraftKind, Possessions};

/// A skill or item that a player names in an action and owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its name, as its owner knows it.
    pub name: String,
    /// Its strength.
    pub strength: u32,
}

/// What a player does in a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// In the player's own words.
    pub text: String,
    /// The skills it names and owns.
    pub skills: Vec<Named>,
    /// The items it names and owns.
    pub items: Vec<Named>,
}

impl Action {
    /// The part that counts; a player without an action guards.
    pub fn as_move(action: Option<&Self>) -> Move {
        let strengths = |named: &[Named]| named.iter().map(|named| named.strength).collect();
        match action {
            None => Move { guards: true, ..Move::default() },
            Some(action) => Move { guards: false, skills: strengths(&action.skills), items: strengths(&action.items) },
        }
    }
}

/// What a player wants to do, in its own words.
#[derive(Debug)]
pub struct ActionWish {
    /// The player's text.
    pub text: String,
    /// Names of skills, owned or not.
    pub skills: Vec<String>,
    /// Names of items, owned or not.
    pub items: Vec<String>,
}

impl ActionWish {
    /// The resulting action: items not owned count as nothing, and an item named twice counts once.
    pub fn into_action(self, owned: &Possessions) -> Action {
        let named = |kind, names: Vec<String>| {
            let mut named: Vec<Named> = Vec::new();
            for craft in names.iter().filter_map(|name| owned.find(kind, name)) {
                if !named.iter().any(|known| known.name == craft.name) {
                    named.push(Named { name: craft.name.clone(), strength: craft.strength });
                }
            }
            named
        };
        let skills = named(CraftKind::Skill, self.skills);
        Action { text: self.text, skills, items: named(CraftKind::Equipment, self.items) }
    }
}
