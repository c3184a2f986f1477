//! How an event changes numbers.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::items::{Amount, ItemId};
use crate::timed_events::numbers::Numbers;
use raidkeep_engine::rules::Table;
use raidkeep_engine::schema::schema_by_hand;

/// A change of numbers while an event runs: `multiply`, `add` or `set`, one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventChange {
    /// Which numbers.
    pub of: Numbers,
    /// Each is multiplied by this, and rounded to the nearest whole number (halves up).
    #[serde(default)]
    pub multiply: Option<Factor>,
    /// This is added to each; may be negative.
    #[serde(default)]
    #[schemars(range(min = -1_000_000_000_000_000_i64, max = 1_000_000_000_000_000_i64), extend("unit" = "what is changed"))]
    pub add: Option<i64>,
    /// Each becomes this.
    #[serde(default)]
    #[schemars(range(min = -1_000_000_000_000_000_i64, max = 1_000_000_000_000_000_i64), extend("unit" = "what is changed"))]
    pub set: Option<i64>,
}

impl EventChange {
    /// The number in force for one of the rules.
    pub fn changed(&self, number: i64) -> i64 {
        let number = self.multiply.map_or(number, |factor| factor.times(number));
        self.set.unwrap_or_else(|| number.saturating_add(self.add.unwrap_or(0)))
    }

    /// Changes a number. What its type cannot hold becomes the nearest that it can: 0, or `most`.
    pub fn change<N: Copy + TryFrom<i64> + TryInto<i64>>(&self, number: &mut N, most: N) {
        let before = (*number).try_into().unwrap_or(i64::MAX);
        let after = self.changed(before);
        *number = N::try_from(after).or_else(|_| N::try_from(after.max(0))).unwrap_or(most);
    }

    /// Changes the quantities that are meant; returns how many they are.
    pub fn change_amounts(&self, amounts: &mut [Amount]) -> usize {
        let selector = self.of.selector();
        let meant = amounts.iter_mut().filter(|amount| selector.has_item(amount.item));
        meant.map(|amount| amount.quantity = self.changed(amount.quantity)).count()
    }

    /// Whether an item is meant.
    pub fn has_item(&self, item: ItemId) -> bool {
        self.of.selector().has_item(item)
    }
}

/// One thing of a table as changes make it, in their order; these are the ones that are about it.
pub fn changed_by<'t, 'c, T: Clone>(
    thing: &'t T,
    changes: impl Iterator<Item = &'c EventChange>,
    apply: fn(&mut T, &EventChange) -> usize,
) -> Cow<'t, T> {
    let mut changed = Cow::Borrowed(thing);
    for change in changes {
        apply(changed.to_mut(), change);
    }
    changed
}

/// A factor of at most three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factor {
    thousandths: i64,
}

impl Factor {
    const MOST: f64 = 1000.0;

    fn times(self, number: i64) -> i64 {
        let thousandths = i128::from(number) * i128::from(self.thousandths) + 500;
        i64::try_from(thousandths.div_euclid(1000)).unwrap_or(i64::MAX)
    }

    /// Whether it changes nothing.
    pub fn is_one(self) -> bool {
        self.thousandths == 1000
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, thousandths) = (self.thousandths / 1000, self.thousandths % 1000);
        let decimals = format!("{thousandths:03}");
        match decimals.trim_end_matches('0') {
            "" => write!(out, "{whole}"),
            decimals => write!(out, "{whole}.{decimals}"),
        }
    }
}

impl<'de> Deserialize<'de> for Factor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let factor = f64::deserialize(deserializer)?;
        let thousandths = (factor * 1000.0).round();
        if !(0.0..=Self::MOST).contains(&factor) || (factor * 1000.0 - thousandths).abs() > 1e-6 {
            let expected = "expected a factor of 0 to 1000 with at most three decimals, such as 2 or 0.75";
            return Err(de::Error::custom(format!("{factor} cannot be used, {expected}")));
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most a million")]
        Ok(Self { thousandths: thousandths as i64 })
    }
}

impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.thousandths as f64 / 1000.0)
    }
}

schema_by_hand!(Factor, "Factor", |_| schemars::json_schema!({
    "type": "number", "minimum": 0, "maximum": 1000, "multipleOf": 0.001,
    "description": "A factor of 0 to 1000 with at most three decimals, such as 2 or 0.75.",
}));

/// A table of which events may change numbers.
pub trait Changeable: Table + Clone {
    /// Whether these are numbers of this table.
    fn has(of: &Numbers) -> bool;

    /// Applies a change of such numbers; returns how many it is about.
    fn apply(&mut self, change: &EventChange) -> usize;

    /// The names by which changes choose among its entries, for who mistypes one.
    fn names(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The table as those changes make it that are about it, in their order. Without one nothing is copied.
    fn under<'c>(&self, changes: impl Iterator<Item = &'c EventChange>) -> Cow<'_, Self> {
        changed_by(self, changes.filter(|change| Self::has(&change.of)), Self::apply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(text: &str) -> EventChange {
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        options.from_str(text).expect("a change")
    }

    #[test]
    fn numbers_are_multiplied_added_to_or_set_and_rounded_to_the_nearest() {
        let double = change("(of: stage_rewards(from: 8), multiply: 2)");
        assert_eq!((double.changed(125), double.changed(i64::MAX)), (250, i64::MAX), "without overflow");
        let cheaper = change("(of: offer_price(offer: \"a\"), multiply: 0.75)");
        assert_eq!((cheaper.changed(6), cheaper.changed(2), cheaper.changed(0)), (5, 2, 0), "4.5 becomes 5");
        assert_eq!(change("(of: stage_energy(), add: -2)").changed(6), 4);
        assert_eq!(change("(of: stage_energy(), set: 3)").changed(6), 3);
    }

    #[test]
    fn a_factor_that_cannot_be_exact_is_refused() {
        let read = |text: &str| ron::from_str::<Factor>(text).map_err(|error| error.to_string());
        assert!(read("1.5").is_ok() && read("0").is_ok());
        for wrong in ["-1", "1000.5", "0.3333", "NaN"] {
            assert!(read(wrong).is_err_and(|error| error.contains("three decimals")), "{wrong}");
        }
    }

    #[test]
    fn two_changes_meet_where_both_are_about_the_same_number() {
        let of = |text: &str| change(&format!("(of: {text}, multiply: 2)")).of;
        let meets = |one, other| of(one).meets(&of(other)) && of(other).meets(&of(one));
        assert!(meets("stage_rewards(from: 8, to: 12)", "stage_rewards(from: 12, to: 20)"));
        assert!(!meets("stage_rewards(from: 8, to: 11)", "stage_rewards(from: 12)"));
        assert!(!meets("stage_rewards(from: 8)", "stage_exp(from: 8)"), "other numbers of the same stage");
        assert!(!meets("stage_rewards(item: \"3:1\")", "stage_rewards(item: \"3:2\")"));
        assert!(meets("stage_rewards(item: \"3:1\")", "stage_rewards(from: 8)"));
        assert!(meets("boss_life()", "boss_life(boss: \"lava_fiend\")"));
        assert!(!meets("offer_price(offer: \"a\")", "offer_price(offer: \"b\")"));
    }
}
