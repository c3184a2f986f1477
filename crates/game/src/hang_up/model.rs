//! The stage that hangs, since when, and what it has earned.

use bevy_ecs::prelude::*;
use rand::Rng;
use rand_distr::{Binomial, Distribution};
use serde::{Deserialize, Serialize};

use crate::hang_up::rates::Rates;
use crate::hang_up::rules::HangUpRules;
use crate::hang_up::shares::Share;
use crate::items::{Amount, Misses};
use crate::timed_events::Changeable;
use raidkeep_engine::storage::{Arrival, PlayerRow, Unfit};

mod mending;

pub(super) const SECONDS_PER_MINUTE: i64 = 60;

/// A player's hang-up.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
pub struct HangUp {
    hanging: Option<Hanging>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hanging {
    stage: u32,
    /// Unix seconds: the start or last settlement, less the seconds left over from that settlement.
    pub(super) since: i64,
    /// Minutes since then whose chances were already rolled when the player looked.
    pub(super) rolled_minutes: i64,
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
    pub fn is_configured(&self, now: i64, rates: &Rates<'_>) -> Option<bool> {
        let hanging = self.hanging.as_ref()?;
        let has_rate = |rules: &HangUpRules| rules.rate(hanging.stage).is_some();
        let shares = hanging.shares(hanging.elapsed(now) / SECONDS_PER_MINUTE, rates);
        let has_earned = shares.iter().any(|share| share.minutes > 0 && has_rate(&share.terms.rules));
        Some(has_earned || rates.history.in_force().is_some_and(|terms| has_rate(&terms.rules)))
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
    pub fn look(
        &mut self,
        now: i64,
        rates: &Rates<'_>,
        misses: &mut Misses,
        random: &mut impl Rng,
    ) -> Option<Earnings> {
        let hanging = self.hanging.as_mut()?;
        let minutes = hanging.elapsed(now) / SECONDS_PER_MINUTE;
        let mut amounts = Vec::new();
        for share in hanging.shares(minutes, rates) {
            // The present rates are shown from the first second on.
            if share.minutes == 0 && rates.history.in_force() != Some(share.terms) {
                continue;
            }
            let rules = share.terms.rules.under(share.own.iter().copied());
            for amount in rules.rate(hanging.stage).unwrap_or_default() {
                add(&mut amounts, *amount, share.minutes);
            }
            hanging.roll(&rules, share.unrolled, random);
            hanging.roll_drops(&rules, &share, rates, misses, random);
        }
        hanging.rolled_minutes = hanging.rolled_minutes.max(minutes);
        amounts.extend(hanging.rolled.iter().filter(|amount| amount.quantity > 0));
        Some(Earnings { stage: hanging.stage, seconds: hanging.elapsed(now), amounts })
    }

    /// Settles: takes out the earnings; the seconds of the minute in progress stay on the timer.
    pub fn settle(
        &mut self,
        now: i64,
        rates: &Rates<'_>,
        misses: &mut Misses,
        random: &mut impl Rng,
    ) -> Option<Earnings> {
        let earnings = self.look(now, rates, misses, random)?;
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

    fn roll(&mut self, rules: &HangUpRules, minutes: i64, random: &mut impl Rng) {
        if minutes == 0 {
            return;
        }
        for chance in rules.chances(self.stage).into_iter().flat_map(|chances| &chances.items) {
            let hits = successes(minutes.cast_unsigned(), chance.probability(), random);
            add(&mut self.rolled, chance.amount, hits);
        }
    }

    /// Each minute rolls drop tables or does not, whatever the minutes before it did: so it makes no difference how often
    /// somebody looks or settles.
    fn roll_drops(
        &mut self,
        rules: &HangUpRules,
        share: &Share<'_>,
        rates: &Rates<'_>,
        misses: &mut Misses,
        random: &mut impl Rng,
    ) {
        let chances = rules.chances(self.stage).filter(|chances| share.unrolled > 0 && !chances.drops.is_empty());
        let Some(chances) = chances else {
            return;
        };
        let tables = rates.tables(share.terms, &share.own);
        for chance in &chances.drops {
            let mut hits = successes(share.unrolled.cast_unsigned(), chance.probability(), random).unsigned_abs();
            while hits > 0 {
                // A year of large rolls is more than one drawing may make.
                let most =
                    (0..u64::BITS).map(|halved| hits >> halved).find(|times| tables.can_draw(&chance.drops, *times));
                let times = most.unwrap_or(0).max(1);
                let won = tables.draw_from(&chance.drops, times, misses, random);
                won.into_iter().for_each(|amount| add(&mut self.rolled, amount, 1));
                hits -= times;
            }
        }
    }
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

    fn is_blank(&self) -> bool {
        *self == Self::default()
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
mod tests;
