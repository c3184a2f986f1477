//! The stage that hangs, since when, and what it has earned.

use bevy_ecs::prelude::*;
use rand::Rng;
use rand_distr::{Binomial, Distribution};
use serde::{Deserialize, Serialize};

use crate::hang_up::rates::{Rates, under};
use crate::hang_up::rules::HangUpRules;
use crate::items::Amount;
use crate::timed_events::Change;
use raidkeep_engine::history::{History, Piece};
use raidkeep_engine::storage::{Arrival, PlayerRow, Unfit};

mod mending;

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
    /// The results of those rolls: how many of each item, in the order of the chances.
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

    /// Whether the stage has a rate now, or had one for a minute that is not settled yet; `None` when no stage is hung up.
    pub fn is_configured(&self, now: i64, history: &History<HangUpRules>) -> Option<bool> {
        let hanging = self.hanging.as_ref()?;
        let has_rate = |rules: &HangUpRules| rules.rate(hanging.stage).is_some();
        let shares = hanging.shares(hanging.elapsed(now) / SECONDS_PER_MINUTE, &Rates::from(history));
        let has_earned = shares.iter().any(|share| share.minutes > 0 && has_rate(share.rules));
        Some(has_earned || history.in_force().is_some_and(has_rate))
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

    /// What a settlement would pay now, each minute by the rules under which it began. The chances of the minutes so far
    /// are rolled and remembered, so looking often neither changes them nor helps. `None` when no stage is hung up.
    pub fn look<'r>(&mut self, now: i64, rates: impl Into<Rates<'r>>, random: &mut impl Rng) -> Option<Earnings> {
        let (hanging, rates) = (self.hanging.as_mut()?, rates.into());
        let minutes = hanging.elapsed(now) / SECONDS_PER_MINUTE;
        let mut amounts = Vec::new();
        for share in hanging.shares(minutes, &rates) {
            // The present rates are shown from the first second on.
            if share.minutes == 0 && rates.history.in_force() != Some(share.rules) {
                continue;
            }
            let rules = under(share.rules, &share.own);
            for amount in rules.rate(hanging.stage).unwrap_or_default() {
                add(&mut amounts, *amount, share.minutes);
            }
            hanging.roll(&rules, share.unrolled, random);
        }
        hanging.rolled_minutes = hanging.rolled_minutes.max(minutes);
        amounts.extend(hanging.rolled.iter().filter(|amount| amount.quantity > 0));
        Some(Earnings { stage: hanging.stage, seconds: hanging.elapsed(now), amounts })
    }

    /// Settles: takes out the earnings; the seconds of the minute in progress stay on the timer.
    pub fn settle<'r>(&mut self, now: i64, rates: impl Into<Rates<'r>>, random: &mut impl Rng) -> Option<Earnings> {
        let earnings = self.look(now, rates, random)?;
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

    /// The minutes since the last settlement, grouped by the rules that pay them.
    fn shares<'h>(&self, minutes: i64, rates: &Rates<'h>) -> Vec<Share<'h>> {
        let begun =
            |moment: i64| moment.saturating_sub(self.since).saturating_add(SECONDS_PER_MINUTE - 1) / SECONDS_PER_MINUTE;
        let until = self.since.saturating_add(minutes * SECONDS_PER_MINUTE);
        let mut shares: Vec<Share<'h>> = Vec::new();
        for Piece { terms: rules, number, mut from, until } in rates.history.pieces(self.since, until) {
            for until in rates.cuts(from, until).into_iter().chain([until]) {
                let (first, last) = (begun(from), begun(until).min(rules.minutes_max()));
                let (minutes, unrolled) = ((last - first).max(0), (last - first.max(self.rolled_minutes)).max(0));
                let own = rates.own_changes(from);
                match shares.iter_mut().find(|share| share.number == number && share.own == own) {
                    Some(share) => {
                        share.minutes += minutes;
                        share.unrolled += unrolled;
                    }
                    None => shares.push(Share { rules, number, own, minutes, unrolled }),
                }
                from = until;
            }
        }
        shares
    }

    fn roll(&mut self, rules: &HangUpRules, minutes: i64, random: &mut impl Rng) {
        if minutes == 0 {
            return;
        }
        for chance in rules.chances(self.stage) {
            let hits = successes(minutes.cast_unsigned(), chance.probability(), random);
            add(&mut self.rolled, chance.amount, hits);
        }
    }
}

/// Minutes under the same rules.
struct Share<'h> {
    rules: &'h HangUpRules,
    /// Equal rules have the same number.
    number: usize,
    /// What the player's own days change of them.
    own: Vec<&'h Change>,
    /// How many are paid.
    minutes: i64,
    /// How many of them have not been rolled yet.
    unrolled: i64,
}

/// Adds an amount `times` times.
fn add(amounts: &mut Vec<Amount>, amount: Amount, times: i64) {
    let quantity = amount.quantity.saturating_mul(times);
    match amounts.iter_mut().find(|known| known.item == amount.item) {
        Some(known) => known.quantity = known.quantity.saturating_add(quantity),
        None => amounts.push(Amount { quantity, ..amount }),
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
    use crate::hang_up::rules::{Chance, Chances, Rate};
    use crate::items::ItemId;
    use crate::shipped_rules;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn random(seed: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(seed)
    }

    /// The same rules at all times.
    fn always(rules: HangUpRules) -> History<HangUpRules> {
        let mut history = History::default();
        history.begin(rules, 0);
        history
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
        let rules = always(shipped_rules());
        let mut hang_up = hanging(2);
        let earnings = hang_up.settle(1893, &rules, &mut random(1)).expect("something hangs");
        assert_eq!((earned(&earnings, 1), earned(&earnings, 2), earnings.seconds), (1860, 620, 1893));
        assert_eq!(hang_up.elapsed(1893), 33, "the seconds of the minute under way stay on the timer");
    }

    #[test]
    fn looking_often_neither_changes_nor_improves_the_chances() {
        let rules = always(shipped_rules());
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
        let rules = always(HangUpRules { cap_hours: Some(8), ..shipped_rules() });
        let mut hang_up = hanging(1);
        let earnings = hang_up.settle(100 * 3600, &rules, &mut random(1)).expect("something hangs");
        assert_eq!(earned(&earnings, 1), 8 * 60 * 30);
        assert_eq!(hang_up.elapsed(100 * 3600), 0, "what was above the cap is gone");
    }

    #[test]
    fn a_clock_that_jumps_back_pays_nothing_twice() {
        let rules = always(shipped_rules());
        let mut hang_up = hanging(1);
        let mut random = random(1);
        hang_up.settle(6000, &rules, &mut random);
        let back = hang_up.settle(60, &rules, &mut random).expect("something hangs");
        assert_eq!(earned(&back, 1), 0);
        let again = hang_up.settle(6000, &rules, &mut random).expect("something hangs");
        assert_eq!(earned(&again, 1), 0, "the same minutes are paid once");
    }

    /// This many coins a minute on stage 1, and a chance of `hits` in 1 of item 11.
    fn rules_with(coins: i64, hits: u32, cap_hours: Option<i64>) -> HangUpRules {
        let per_minute = vec![Amount { item: ItemId::item(1), quantity: coins }];
        let item = Amount { item: ItemId::item(11), quantity: 1 };
        let items = vec![Chance { amount: item, numerator: hits, denominator: 1 }];
        HangUpRules {
            cap_hours,
            rates: vec![Rate { stage: 1, per_minute }],
            chances: vec![Chances { stage: 1, items }],
        }
    }

    /// Rules, each in force from a moment on.
    fn changing(changes: Vec<(i64, HangUpRules)>) -> History<HangUpRules> {
        let mut history = History::default();
        changes.into_iter().for_each(|(at, rules)| history.begin(rules, at));
        history
    }

    #[test]
    fn what_was_earned_before_the_rates_changed_is_paid_by_the_rates_of_then() {
        let history = changing(vec![(0, rules_with(30, 0, None)), (3600, rules_with(3000, 1, None))]);
        let earnings = hanging(1).settle(3720, &history, &mut random(1)).expect("something hangs");
        assert_eq!(earned(&earnings, 1), 60 * 30 + 2 * 3000, "an hour at 30, two minutes at 3000");
        assert_eq!(earned(&earnings, 11), 2, "and the new chance in these two alone");
        let mut late = HangUp::default();
        late.start(1, 30);
        let earnings = late.settle(3690, &history, &mut random(1)).expect("something hangs");
        assert_eq!(
            earned(&earnings, 1),
            60 * 30 + 3000,
            "the minute under way at the change began under the old rates"
        );
    }

    #[test]
    fn a_cap_takes_nothing_back_that_was_earned_before_it_and_gives_nothing_that_was_lost_to_one() {
        let days = 2 * 86_400;
        let capped = changing(vec![(0, rules_with(30, 1, None)), (days, rules_with(30, 1, Some(1)))]);
        let earnings = hanging(1).settle(days + 3600, &capped, &mut random(1)).expect("something hangs");
        assert_eq!((earned(&earnings, 1), earned(&earnings, 11)), (30 * 2880, 2880), "two days, and no minute beyond");
        let freed = changing(vec![(0, rules_with(30, 1, Some(1))), (days, rules_with(30, 1, None))]);
        let earnings = hanging(1).settle(days + 3600, &freed, &mut random(1)).expect("something hangs");
        assert_eq!((earned(&earnings, 1), earned(&earnings, 11)), (30 * 120, 120), "an hour of old rules, one of new");
    }

    #[test]
    fn a_look_at_the_chances_before_a_change_is_remembered_after_it() {
        let (old, new) = (rules_with(30, 1, None), rules_with(30, 0, None));
        let mut hang_up = hanging(1);
        let looked = hang_up.look(1800, &always(old.clone()), &mut random(1)).expect("something hangs");
        assert_eq!(earned(&looked, 11), 30);
        let history = changing(vec![(0, old), (3600, new)]);
        let earnings = hang_up.settle(7200, &history, &mut random(1)).expect("something hangs");
        assert_eq!(earned(&earnings, 11), 60, "one a minute for an hour, whether somebody looked or not");
    }

    #[test]
    fn rates_that_change_every_hour_of_a_year_are_rolled_once_for_each_that_there_were() {
        let hours = 365 * 24;
        let history = changing((0..hours).map(|hour| (hour * 3600, rules_with(1 + hour % 2, 1, None))).collect());
        let mut hang_up = hanging(1);
        let shares = hang_up.hanging.as_ref().expect("something hangs").shares(hours * 60, &Rates::from(&history));
        assert_eq!(shares.len(), 2, "a settlement draws for different rules, not for each interval");
        let earnings = hang_up.settle(hours * 3600, &history, &mut random(1)).expect("something hangs");
        assert_eq!(earned(&earnings, 1), hours / 2 * 60 * 3);
    }

    #[test]
    fn a_row_of_the_history_keeps_its_form() {
        let amount = Amount { item: ItemId::item(1), quantity: 30 };
        let chance = Chance { amount, numerator: 12, denominator: 100 };
        let rules = HangUpRules {
            cap_hours: Some(8),
            rates: vec![Rate { stage: 1, per_minute: vec![amount] }],
            chances: vec![Chances { stage: 1, items: vec![chance] }],
        };
        let row = postcard::to_stdvec(&always(rules.clone())).expect("plain data");
        let pinned = b"\x01\x01\x10\x01\x01\x01\x063:1:30\x01\x01\x01\x063:1:30\x0c\x64\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00";
        assert_eq!(row, pinned, "a change of the format needs a new version and an upgrade from this one");
        let read: History<HangUpRules> = postcard::from_bytes(pinned).expect("the row should be readable");
        assert_eq!(read.in_force(), Some(&rules));
    }

    proptest! {
        #[test]
        fn each_minute_is_paid_by_the_rules_it_began_under(
            changes in proptest::collection::vec((1_i64..4000, 0_i64..5, prop::option::of(1_i64..3)), 1..8),
            start in 0_i64..4000,
            looks in proptest::collection::vec(1_i64..4000, 1..8),
        ) {
            let (mut at, mut begun) = (0, Vec::new());
            for (wait, coins, cap) in changes {
                begun.push((at, rules_with(coins, u32::from(coins % 2 == 0), cap)));
                at += wait;
            }
            let history = changing(begun.clone());
            let mut hang_up = HangUp::default();
            hang_up.start(1, start);
            let mut now = start;
            for wait in looks {
                now += wait;
                let (mut coins, mut hits) = (0, 0);
                for minute in 0..(now - start) / 60 {
                    let (_, rules) = begun.iter().rfind(|(at, _)| *at <= start + minute * 60).unwrap_or(&begun[0]);
                    if minute < rules.minutes_max() {
                        coins += rules.rates[0].per_minute[0].quantity;
                        hits += i64::from(rules.chances[0].items[0].numerator);
                    }
                }
                let looked = hang_up.look(now, &history, &mut random(1)).expect("something hangs");
                prop_assert_eq!((earned(&looked, 1), earned(&looked, 11)), (coins, hits), "at {}", now);
            }
        }

        #[test]
        fn a_year_settled_in_pieces_brings_what_it_brings_at_once(
            cuts in proptest::collection::vec(0_i64..31_536_000, 0..50),
            stage in 1_u32..30,
        ) {
            let rules = always(shipped_rules());
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
