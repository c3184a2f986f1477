//! `narrator.ron`: the parameters of checks.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::narrator::abilities::Abilities;
use crate::narrator::script::AttributeCheck;
use crate::platforms::chat::wire::ChatManner;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// The parameters of a check: die + attribute / `attribute_per_point` + help, against the difficulty.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NarratorRules {
    /// Faces of the die. The highest always passes, a 1 always fails.
    #[schemars(range(min = 4, max = 1000), extend("unit" = "faces"))]
    pub die_sides: u32,
    /// This much of an attribute counts as one point.
    #[schemars(range(min = 1, max = 1_000_000), extend("unit" = "points of the attribute"))]
    pub attribute_per_point: u32,
    /// This much strength of a used skill or equipment counts as one point.
    #[schemars(range(min = 1, max = 1_000_000), extend("unit" = "points of strength"))]
    pub strength_per_point: u32,
    /// The most points from all used skills and equipment together.
    #[schemars(range(min = 0, max = 1000), extend("unit" = "points"))]
    pub help_max: u32,
    /// The most characters of any text of a script.
    #[schemars(range(min = 1, max = 2000))]
    pub text_max_chars: usize,
    /// The most turns that a script may allow.
    #[schemars(range(min = 1, max = 1000), extend("unit" = "messages"))]
    pub turns_max: u32,
    /// How a chat endpoint is to rephrase texts, if the operator has configured one.
    pub chat: ChatManner,
}

impl NarratorRules {
    /// Whether a check is passed with this throw. Any number will do; only its remainder counts.
    pub fn passes(&self, check: &AttributeCheck, abilities: &Abilities, throw: u64) -> bool {
        let sides = u64::from(self.die_sides.max(2));
        let face = throw % sides + 1;
        if face == 1 || face == sides {
            return face == sides;
        }
        let attribute = check.attribute.map_or(0, |attribute| abilities.attributes.get(attribute));
        let points = face + u64::from(attribute / self.attribute_per_point.max(1)) + self.help(abilities);
        points >= u64::from(check.difficulty)
    }

    fn help(&self, abilities: &Abilities) -> u64 {
        let strengths = abilities.used.iter().map(|craft| u64::from(craft.strength / self.strength_per_point.max(1)));
        strengths.sum::<u64>().min(u64::from(self.help_max))
    }
}

impl SingleFile for NarratorRules {
    const PATH: &'static str = "narrator.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH).key("chat");
        if self.chat.instructions.trim().is_empty() {
            report.error(place.clone().key("instructions"), "is empty, expected what the endpoint is to do");
        }
        if let Some(index) = self.chat.forbidden.iter().position(|word| word.trim().is_empty()) {
            report.error(place.clone().key("forbidden").index(index), "is empty and would forbid every text");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::character::{Attribute, Attributes};
    use crate::crafting::Craft;
    use crate::shipped_rules;
    use proptest::prelude::*;

    static RULES: LazyLock<NarratorRules> = LazyLock::new(|| NarratorRules {
        die_sides: 20,
        attribute_per_point: 5,
        strength_per_point: 10,
        help_max: 4,
        ..shipped_rules::<NarratorRules>()
    });

    fn check(difficulty: u32) -> AttributeCheck {
        AttributeCheck { attribute: Some(Attribute::Agility), difficulty }
    }

    fn abilities(agility: u32, strengths: &[u32]) -> Abilities {
        let craft = |strength: &u32| Craft { name: String::new(), description: String::new(), strength: *strength };
        let attributes = Attributes { agility, ..Attributes::default() };
        Abilities { attributes, used: strengths.iter().map(craft).collect() }
    }

    #[test]
    fn die_attribute_and_help_are_added_up() {
        assert!(RULES.passes(&check(12), &abilities(10, &[]), 9), "10 on the die and 2 points of agility");
        assert!(!RULES.passes(&check(12), &abilities(9, &[]), 9), "9 agility is only one point");
        assert!(RULES.passes(&check(12), &abilities(9, &[10]), 9), "a used skill helps");
        assert!(!RULES.passes(&check(16), &abilities(9, &[900, 900]), 9), "help is limited to 4 points");
    }

    proptest! {
        #[test]
        fn every_check_can_be_passed_and_failed(difficulty in 1_u32..1000, agility in 0_u32..100_000) {
            let abilities = abilities(agility, &[]);
            prop_assert!(!RULES.passes(&check(difficulty), &abilities, 0), "a 1 always fails");
            prop_assert!(RULES.passes(&check(difficulty), &abilities, 19), "a 20 always passes");
        }

        #[test]
        fn more_of_anything_never_makes_it_worse(
            difficulty in 1_u32..40, agility in 0_u32..200, more in 0_u32..200, strength in 0_u32..100, throw: u64,
        ) {
            let before = RULES.passes(&check(difficulty), &abilities(agility, &[]), throw);
            let after = RULES.passes(&check(difficulty), &abilities(agility + more, &[strength]), throw);
            prop_assert!(after || !before);
        }
    }
}
