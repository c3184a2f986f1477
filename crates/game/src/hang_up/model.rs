//! The stage that hangs, since when, and what it has earned.

use bevy_ecs::prelude::*;
use rand::Rng;
use rand_distr::{Binomial, Distribution};
use serde::{Deserialize, Serialize};

use crate::hang_up::rules::HangUpRules;
use crate::items::Amount;
use raidkeep_engine::storage::{Arrival, PlayerRow, Unfit};

const SECONDS_PER_MINUTE: i64 = 60;

/// A player's hang-up.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct HangUp {
    hanging: Option<Hanging>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Hanging {
    stage: u32,
    /// Unix seconds: the start or last settlement, less the seconds left over from that settlement.
    since: i64,
    /// Minutes since then whose chances were already rolled when the player looked.
    rolled_minutes: i64,
    /// The results of those rolls: how many of each item in the stage's chances, in their order.
    rolled: Vec<Amount>,
}

/// The rewards of a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earnings {
    /// The stage that hung.
    pub stage: u32,
    /// Whole seconds since the last settlement.
    pub seconds: i64,
    /// Guaranteed items first, then those by chance.
    pub amounts: Vec<Amount>,
}

impl HangUp {
    /// The stage that hangs.
    pub fn stage(&self) -> Option<u32> {
        self.hanging.as_ref().map(|hanging| hanging.stage)
    }

    /// Whole seconds since the start or the last settlement; 0 when nothing hangs.
    pub fn elapsed(&self, now: i64) -> i64 {
        self.hanging.as_ref().map_or(0, |hanging| hanging.elapsed(now))
    }

    /// Hangs a stage from now on, keeping the seconds left over from the one before.
    pub fn start(&mut self, stage: u32, now: i64) {
        // Seconds left over from the settlement of another stage stay on the timer; minutes that were paid before the
        // clock jumped back are not paid again.
        let since = self.hanging.as_ref().map_or(now, |before| {
            let leftover = before.elapsed(now) % SECONDS_PER_MINUTE;
            now.max(before.since) - leftover
        });
        self.hanging = Some(Hanging { stage, since, rolled_minutes: 0, rolled: Vec::new() });
    }

    /// What a settlement would pay now. The chances of the minutes so far are rolled and remembered, so looking often
    /// neither changes them nor helps. `None` when nothing hangs or nothing is configured for the stage.
    pub fn look(&mut self, now: i64, rules: &HangUpRules, random: &mut impl Rng) -> Option<Earnings> {
        let hanging = self.hanging.as_mut()?;
        let minutes = hanging.payable_minutes(now, rules);
        let rate = rules.rate(hanging.stage)?;
        let mut amounts: Vec<Amount> =
            rate.iter().map(|amount| Amount { quantity: amount.quantity.saturating_mul(minutes), ..*amount }).collect();
        hanging.roll_until(minutes, rules, random);
        amounts.extend(hanging.rolled.iter().filter(|amount| amount.quantity > 0));
        Some(Earnings { stage: hanging.stage, seconds: hanging.elapsed(now), amounts })
    }

    /// Settles: takes out the earnings; the seconds of the minute in progress stay on the timer.
    pub fn settle(&mut self, now: i64, rules: &HangUpRules, random: &mut impl Rng) -> Option<Earnings> {
        let earnings = self.look(now, rules, random)?;
        let hanging = self.hanging.as_mut()?;
        let leftover = earnings.seconds % SECONDS_PER_MINUTE;
        hanging.since = now.max(hanging.since) - leftover;
        hanging.rolled_minutes = 0;
        hanging.rolled.clear();
        Some(earnings)
    }
}

impl Hanging {
    fn elapsed(&self, now: i64) -> i64 {
        now.saturating_sub(self.since).max(0)
    }

    fn payable_minutes(&self, now: i64, rules: &HangUpRules) -> i64 {
        let minutes = self.elapsed(now) / SECONDS_PER_MINUTE;
        rules.cap_hours.map_or(minutes, |hours| minutes.min(hours.saturating_mul(60)))
    }

    fn roll_until(&mut self, minutes: i64, rules: &HangUpRules, random: &mut impl Rng) {
        let new_minutes = minutes - self.rolled_minutes;
        if new_minutes <= 0 {
            return;
        }
        self.rolled_minutes = minutes;
        for chance in rules.chances(self.stage) {
            let hits = successes(new_minutes.cast_unsigned(), chance.probability(), random);
            let quantity = chance.amount.quantity.saturating_mul(hits);
            match self.rolled.iter_mut().find(|rolled| rolled.item == chance.amount.item) {
                Some(rolled) => rolled.quantity = rolled.quantity.saturating_add(quantity),
                None => self.rolled.push(Amount { quantity, ..chance.amount }),
            }
        }
    }
}

/// The number of successes in `trials` rolls, drawn from the distribution instead of roll by roll.
fn successes(trials: u64, probability: f64, random: &mut impl Rng) -> i64 {
    let distribution = Binomial::new(trials, probability.clamp(0.0, 1.0));
    distribution.map_or(0, |distribution| i64::try_from(distribution.sample(random)).unwrap_or(i64::MAX))
}

impl PlayerRow for HangUp {
    const TABLE: &'static str = "hang_up";

    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        let Some(hanging) = &self.hanging else {
            return Ok(());
        };
        if hanging.rolled_minutes < 0 {
            return Err(Unfit::at("hanging.rolled_minutes", "expected 0 or more"));
        }
        match hanging.rolled.iter().position(|amount| amount.quantity < 0) {
            Some(at) => Err(Unfit::at(format!("hanging.rolled[{at}]"), "expected 0 or more of an item")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::ItemId;
    use crate::shipped_rules;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn random(seed: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(seed)
    }

    fn hanging(stage: u32) -> HangUp {
        let mut hang_up = HangUp::default();
        hang_up.start(stage, 0);
        hang_up
    }

    fn earned(earnings: &Earnings, id: u32) -> i64 {
        let of_item = earnings.amounts.iter().filter(|amount| amount.item == ItemId::item(id));
        of_item.map(|amount| amount.quantity).sum()
    }

    #[test]
    fn the_documented_settlement_of_1893_seconds() {
        let rules = shipped_rules::<HangUpRules>();
        let mut hang_up = hanging(2);
        let earnings = hang_up.settle(1893, &rules, &mut random(1)).expect("something hangs");
        assert_eq!((earned(&earnings, 1), earned(&earnings, 2), earnings.seconds), (1860, 620, 1893));
        assert_eq!(hang_up.elapsed(1893), 33, "the seconds of the minute under way stay on the timer");
    }

    #[test]
    fn looking_often_neither_changes_nor_improves_the_chances() {
        let rules = shipped_rules::<HangUpRules>();
        let mut hang_up = hanging(1);
        let mut random = random(7);
        let mut last = 0;
        for minute in 0..500 {
            let looked = hang_up.look(minute * 60, &rules, &mut random).expect("something hangs");
            let again = hang_up.look(minute * 60, &rules, &mut random).expect("something hangs");
            assert_eq!(looked, again, "a second look shows the same");
            assert!(earned(&looked, 11) >= last, "what was shown is not taken back");
            last = earned(&looked, 11);
        }
        let settled = hang_up.settle(499 * 60, &rules, &mut random).expect("something hangs");
        assert_eq!(earned(&settled, 11), last, "the settlement pays what was shown");
        assert!((20..120).contains(&last), "about 12 in 100: {last} of 499");
    }

    #[test]
    fn a_cap_ends_the_earning_but_not_the_hanging() {
        let mut rules = shipped_rules::<HangUpRules>();
        rules.cap_hours = Some(8);
        let mut hang_up = hanging(1);
        let earnings = hang_up.settle(100 * 3600, &rules, &mut random(1)).expect("something hangs");
        assert_eq!(earned(&earnings, 1), 8 * 60 * 30);
        assert_eq!(hang_up.elapsed(100 * 3600), 0, "what was above the cap is gone");
    }

    #[test]
    fn a_clock_that_jumps_back_pays_nothing_twice() {
        let rules = shipped_rules::<HangUpRules>();
        let mut hang_up = hanging(1);
        let mut random = random(1);
        hang_up.settle(6000, &rules, &mut random);
        let back = hang_up.settle(60, &rules, &mut random).expect("something hangs");
        assert_eq!(earned(&back, 1), 0);
        let again = hang_up.settle(6000, &rules, &mut random).expect("something hangs");
        assert_eq!(earned(&again, 1), 0, "the same minutes are paid once");
    }

    proptest! {
        #[test]
        fn a_year_settled_in_pieces_brings_what_it_brings_at_once(
            cuts in proptest::collection::vec(0_i64..31_536_000, 0..50),
            stage in 1_u32..30,
        ) {
            let rules = shipped_rules::<HangUpRules>();
            let year = 31_536_000;
            let whole = hanging(stage).settle(year, &rules, &mut random(1)).expect("something hangs");
            let mut pieces = hanging(stage);
            let mut cuts = cuts;
            cuts.push(year);
            cuts.sort_unstable();
            let mut sums = (0, 0);
            for cut in cuts {
                let earnings = pieces.settle(cut, &rules, &mut random(2)).expect("something hangs");
                sums = (sums.0 + earned(&earnings, 1), sums.1 + earned(&earnings, 2));
            }
            prop_assert_eq!(sums, (earned(&whole, 1), earned(&whole, 2)));
        }
    }
}
