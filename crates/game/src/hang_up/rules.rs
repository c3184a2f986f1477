//! `hang_up.ron`: the rewards of a minute on a stage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::drops::Drops;
use crate::items::{Amount, ItemRules};
use crate::timed_events::check_changes;
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// The rewards of a minute on a stage.
// The whole table is stored for a year: a change of its fields needs a new version of that row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HangUpRules {
    /// Time beyond this many hours earns nothing; absent = no limit.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub cap_hours: Option<i64>,
    /// Guaranteed items. A stage without an entry uses the nearest lower one.
    pub rates: Vec<Rate>,
    /// Items by chance. A stage without an entry uses the nearest lower one.
    pub chances: Vec<Chances>,
}

/// Guaranteed items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Applies from this stage on.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "stage number"))]
    pub stage: u32,
    /// Per whole minute.
    pub per_minute: Vec<Amount>,
}

/// Items by chance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chances {
    /// Applies from this stage on.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "stage number"))]
    pub stage: u32,
    /// Each is rolled once per whole minute.
    pub items: Vec<Chance>,
    /// Drop tables that a whole minute may roll, each with its chance.
    #[serde(default)]
    pub drops: Vec<DropChance>,
}

/// Drop tables that a minute may roll.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DropChance {
    /// The tables from `drops/`, each rolled once on success, or `["scrolls:2"]` for two times.
    pub drops: Drops,
    /// The chance is `numerator` in `denominator`: 1 in 60 is one roll an hour on average.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "minutes"))]
    pub numerator: u32,
    /// See `numerator`.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "minutes"))]
    pub denominator: u32,
}

impl DropChance {
    /// A number from 0 to 1.
    pub fn probability(&self) -> f64 {
        share(self.numerator, self.denominator)
    }
}

/// An item that a minute may bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chance {
    /// The amount on success.
    pub amount: Amount,
    /// The chance is `numerator` in `denominator`.
    #[schemars(range(min = 0, max = 1_000_000_000), extend("unit" = "minutes"))]
    pub numerator: u32,
    /// See `numerator`.
    #[schemars(range(min = 1, max = 1_000_000_000), extend("unit" = "minutes"))]
    pub denominator: u32,
}

impl Chance {
    /// A number from 0 to 1.
    pub fn probability(&self) -> f64 {
        share(self.numerator, self.denominator)
    }
}

fn share(numerator: u32, denominator: u32) -> f64 {
    f64::from(numerator) / f64::from(denominator.max(1))
}

impl HangUpRules {
    /// How many minutes since the last settlement may earn something.
    pub fn minutes_max(&self) -> i64 {
        self.cap_hours.map_or(i64::MAX, |hours| hours.saturating_mul(60))
    }

    /// The guaranteed items of a stage; `None` when no stage that low is configured.
    pub fn rate(&self, stage: u32) -> Option<&[Amount]> {
        nearest_lower(&self.rates, stage, |rate| rate.stage).map(|rate| rate.per_minute.as_slice())
    }

    /// The stage whose rates a stage has.
    pub(super) fn rate_stage(&self, stage: u32) -> Option<u32> {
        nearest_lower(&self.rates, stage, |rate| rate.stage).map(|rate| rate.stage)
    }

    /// The stage whose chances a stage has.
    pub(super) fn chances_stage(&self, stage: u32) -> Option<u32> {
        nearest_lower(&self.chances, stage, |chances| chances.stage).map(|chances| chances.stage)
    }

    /// What comes by chance on a stage.
    pub fn chances(&self, stage: u32) -> Option<&Chances> {
        nearest_lower(&self.chances, stage, |chances| chances.stage)
    }

    /// The drop tables, with the first and the last stage on which they are rolled; `None` = on all from the first on.
    pub fn drops(&self) -> impl Iterator<Item = (u32, Option<u32>, &DropChance)> {
        self.chances.iter().flat_map(|chances| {
            let later = self.chances.iter().map(|other| other.stage).filter(|stage| *stage > chances.stage);
            let last = later.min().map(|next| next - 1);
            chances.drops.iter().map(move |roll| (chances.stage, last, roll))
        })
    }
}

pub(super) fn nearest_lower<T>(entries: &[T], stage: u32, stage_of: impl Fn(&T) -> u32) -> Option<&T> {
    entries.iter().filter(|entry| stage_of(entry) <= stage).max_by_key(|entry| stage_of(entry))
}

impl SingleFile for HangUpRules {
    const PATH: &'static str = "hang_up.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        check_changes(self, tables, report, Self::check);
    }
}

impl HangUpRules {
    fn check(&self, tables: &Tables, report: &mut Report) {
        let place = Place::file(<Self as SingleFile>::PATH);
        if self.rates.is_empty() {
            report.error(place.clone().key("rates"), "is empty, expected the rates of at least one stage");
        }
        report_repeats(&self.rates, |rate| rate.stage, &place.clone().key("rates"), report);
        report_repeats(&self.chances, |chances| chances.stage, &place.clone().key("chances"), report);
        let Some(items) = tables.get::<ItemRules>() else {
            return;
        };
        for (index, rate) in self.rates.iter().enumerate() {
            let place = place.clone().key("rates").index(index).key("per_minute");
            items.check_all(&rate.per_minute, 0, &place, report);
        }
        for (at, chances) in self.chances.iter().enumerate() {
            for (index, chance) in chances.items.iter().enumerate() {
                let place = place.clone().key("chances").index(at).key("items").index(index);
                items.check(&chance.amount, 1, place.clone().key("amount"), report);
                check_chance(chance.numerator, chance.denominator, "this item never comes", &place, report);
            }
            for (index, roll) in chances.drops.iter().enumerate() {
                let place = place.clone().key("chances").index(at).key("drops").index(index);
                roll.drops.check(&place.clone().key("drops"), report);
                check_chance(roll.numerator, roll.denominator, "these tables are never rolled", &place, report);
            }
        }
    }
}

fn check_chance(numerator: u32, denominator: u32, never: &str, place: &Place, report: &mut Report) {
    let place = place.clone().key("numerator");
    if numerator > denominator {
        report.error(place, "expected a chance between 0 and 1: numerator <= denominator");
    } else if numerator == 0 {
        report.warning(place, never);
    }
}

fn report_repeats<T>(entries: &[T], stage_of: impl Fn(&T) -> u32, place: &Place, report: &mut Report) {
    for (index, entry) in entries.iter().enumerate() {
        if entries[..index].iter().any(|earlier| stage_of(earlier) == stage_of(entry)) {
            let place = place.clone().index(index).key("stage");
            report.error(place, format!("stage {} is listed twice", stage_of(entry)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_rules;

    #[test]
    fn a_stage_without_an_entry_uses_the_nearest_lower_one() {
        let rules = shipped_rules::<HangUpRules>();
        let text = |stage| rules.rate(stage).map(|rate| rate.iter().map(Amount::to_string).collect::<Vec<_>>());
        assert_eq!(text(2), Some(vec!["3:2:20".to_owned(), "3:1:60".to_owned()]));
        assert_eq!(text(8), text(500), "above 8 the rates stay");
        assert_eq!(text(0), None);
        assert_eq!(
            rules.chances(7).expect("a chance").items[0].denominator,
            1000,
            "stage 7 takes the chance of stage 2"
        );
        assert!(rules.chances(0).is_none());
    }
}
