//! What a player can bring to bear in a check.

use crate::character::Attributes;
use crate::crafting::{Craft, CraftKind, Possessions};

/// A player's attributes, and the possessions used in this turn.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Abilities {
    /// 力量, 敏捷, 智力, 体魄.
    pub attributes: Attributes,
    /// The named skills and equipment that the player owns, each once.
    pub used: Vec<Craft>,
}

impl Abilities {
    /// The attributes, and those of the named skills and equipment that the player owns.
    pub fn new(attributes: Attributes, owned: &Possessions, skills: &[String], items: &[String]) -> Self {
        let named = [(CraftKind::Skill, skills), (CraftKind::Equipment, items)];
        let is_named = |names: &[String], craft: &Craft| names.contains(&craft.name);
        let used = named
            .into_iter()
            .flat_map(|(kind, names)| owned.all(kind).iter().filter(move |craft| is_named(names, craft)).cloned());
        Self { attributes, used: used.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_owned_counts_and_naming_it_twice_counts_once() {
        let mut owned = Possessions::default();
        let craft = |name: &str| Craft { name: name.to_owned(), description: String::new(), strength: 5 };
        owned.add(CraftKind::Skill, craft("火球"));
        owned.add(CraftKind::Equipment, craft("铁剑"));
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let used = |skills: &[&str], items: &[&str]| {
            let abilities = Abilities::new(Attributes::default(), &owned, &names(skills), &names(items));
            abilities.used.into_iter().map(|craft| craft.name).collect::<Vec<_>>()
        };
        assert_eq!(used(&["火球", "火球", "神剑"], &["铁剑"]), ["火球", "铁剑"]);
        assert_eq!(used(&["铁剑"], &["火球"]), Vec::<String>::new(), "an equipment is no skill");
    }
}
