//! Drawing from drop tables.

use bevy_ecs::prelude::*;
use rand::Rng;

use crate::drops::chance::{Guarantee, multinomial, without_replacement};
use crate::drops::reference::Drops;
use crate::drops::rules::{DropRules, DropTable};
use crate::items::{Amount, Inventory, Misses};
use raidkeep_engine::random::Randomness;

/// More draws than this are not made for one request.
const DRAWS_MAX: u64 = 1_000_000_000_000;

impl DropRules {
    /// Whether so many times of these rolls are few enough to be drawn.
    pub fn can_draw(&self, drops: &Drops, times: u64) -> bool {
        let draws = drops.rolls().iter().map(|roll| {
            let most = self.index(&roll.table).map_or(0, |index| self.draws_at_most(index));
            most.saturating_mul(roll.times.into()).saturating_mul(times)
        });
        draws.fold(0, u64::saturating_add) <= DRAWS_MAX
    }

    /// What so many times of these rolls bring a player, each item once; the misses are noted. Nothing if
    /// [`can_draw`](Self::can_draw) says no. The time that it takes does not grow with `times`.
    pub fn draw(
        &self,
        drops: &Drops,
        times: u64,
        inventory: &mut Mut<Inventory>,
        random: &mut Randomness,
    ) -> Vec<Amount> {
        if drops.is_empty() {
            return Vec::new();
        }
        self.draw_from(drops, times, inventory.misses_mut(), random.source())
    }

    /// The same with any source of chance.
    pub fn draw_from(&self, drops: &Drops, times: u64, misses: &mut Misses, random: &mut impl Rng) -> Vec<Amount> {
        let mut won = Vec::new();
        if !self.can_draw(drops, times) {
            return won;
        }
        let mut rolls = vec![0; self.tables().len()];
        for roll in drops.rolls() {
            if let Some(index) = self.index(&roll.table) {
                rolls[index] += times * u64::from(roll.times);
            }
        }
        for index in self.order().iter().copied() {
            let table = self.at(index);
            let rolled = std::mem::take(&mut rolls[index]);
            if rolled == 0 {
                continue;
            }
            for (at, count) in
                table.counts(rolled, misses, random).into_iter().enumerate().filter(|(_, count)| *count > 0)
            {
                table.entries[at].items.iter().for_each(|amount| add(&mut won, *amount, count));
                if let Some(named) = self.named(index, at) {
                    rolls[named] += count;
                }
            }
        }
        won
    }
}

impl DropTable {
    /// How often each entry comes in so many rolls.
    fn counts(&self, rolls: u64, misses: &mut Misses, random: &mut impl Rng) -> Vec<u64> {
        let weights = self.weights();
        if !self.replacement {
            return without_replacement(rolls, self.draws, &weights, random);
        }
        let draws = rolls * u64::from(self.draws);
        let Some(after) = self.guaranteed_after else {
            return multinomial(draws, &weights, random);
        };
        let guarantee = Guarantee { luck: self.luck(), after };
        let (hits, missed) = guarantee.draw(draws, misses.of(&self.id), random);
        misses.set(&self.id, missed);
        let of = |is_hit: bool| -> Vec<u64> {
            let entries = self.entries.iter().zip(&weights);
            entries.map(|(entry, weight)| if entry.guaranteed == is_hit { *weight } else { 0 }).collect()
        };
        let (hit, missed) = (multinomial(hits, &of(true), random), multinomial(draws - hits, &of(false), random));
        hit.into_iter().zip(missed).map(|(hit, missed)| hit + missed).collect()
    }
}

/// Adds an amount `times` times. Sums saturate.
fn add(won: &mut Vec<Amount>, amount: Amount, times: u64) {
    let quantity = amount.quantity.saturating_mul(i64::try_from(times).unwrap_or(i64::MAX));
    match won.iter_mut().find(|known| known.item == amount.item) {
        Some(known) => known.quantity = known.quantity.saturating_add(quantity),
        None => won.push(Amount { quantity, ..amount }),
    }
}
