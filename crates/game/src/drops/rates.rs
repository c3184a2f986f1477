//! How often what comes from a table, exactly.

use std::collections::BTreeMap;

use crate::drops::chance::{Guarantee, has};
use crate::drops::rules::{DropRules, DropTable};
use crate::items::{Amount, ItemId};

/// What one roll of a table brings on average.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableRates {
    /// Each amount that may come, also from the tables that it names, by item and quantity.
    pub lines: Vec<DropLine>,
    /// How often a draw brings nothing.
    pub nothing: DropRate,
}

/// An amount that may come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DropLine {
    /// How much of what.
    pub amount: Amount,
    /// How often.
    pub rate: DropRate,
}

/// How many times one roll brings something on average. Below 1, and if it comes at most once a roll, this is its chance.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DropRate {
    /// By luck alone.
    pub by_luck: f64,
    /// In the long run, with what is guaranteed.
    pub in_all: f64,
}

impl DropRate {
    fn times(self, of: Self) -> Self {
        Self { by_luck: self.by_luck * of.by_luck, in_all: self.in_all * of.in_all }
    }

    fn add(&mut self, other: Self) {
        self.by_luck += other.by_luck;
        self.in_all += other.in_all;
    }
}

impl TableRates {
    /// Of all tables, in their order.
    pub(super) fn of_all(rules: &DropRules) -> Vec<Self> {
        let mut all = vec![Self::default(); rules.tables().len()];
        for index in rules.order().iter().copied().rev() {
            let table = rules.at(index);
            let (mut lines, mut nothing) = (BTreeMap::<(ItemId, i64), DropRate>::new(), DropRate::default());
            for (at, rate) in entry_rates(table).into_iter().enumerate() {
                let entry = &table.entries[at];
                for amount in &entry.items {
                    lines.entry((amount.item, amount.quantity)).or_default().add(rate);
                }
                if let Some(named) = rules.named(index, at) {
                    for line in &all[named].lines {
                        let key = (line.amount.item, line.amount.quantity);
                        lines.entry(key).or_default().add(rate.times(line.rate));
                    }
                    nothing.add(rate.times(all[named].nothing));
                } else if entry.items.is_empty() {
                    nothing.add(rate);
                }
            }
            let line = |((item, quantity), rate)| DropLine { amount: Amount { item, quantity }, rate };
            all[index] = Self { lines: lines.into_iter().map(line).collect(), nothing };
        }
        all
    }

    /// How many of an item one roll brings in the long run.
    pub fn mean_of(&self, item: ItemId) -> f64 {
        let lines = self.lines.iter().filter(|line| line.amount.item == item);
        lines.map(|line| line.amount.quantity as f64 * line.rate.in_all).sum()
    }
}

/// How often one roll draws each entry.
fn entry_rates(table: &DropTable) -> Vec<DropRate> {
    let weights = table.weights();
    if !table.replacement {
        let inclusion = inclusion(table.draws, &weights);
        return inclusion.into_iter().map(|chance| DropRate { by_luck: chance, in_all: chance }).collect();
    }
    let (draws, sum) = (f64::from(table.draws), weights.iter().sum::<u64>().max(1) as f64);
    let luck = table.luck();
    // Of a round's draws, on average as many as this, one hits.
    let hit = table.guaranteed_after.map(|after| 1.0 / Guarantee { luck, after }.mean()).filter(|hit| hit.is_finite());
    let rate = |(weight, is_hit): (&u64, bool)| {
        let chance = *weight as f64 / sum;
        let in_all = match hit {
            None => chance,
            Some(hit) if is_hit => chance / luck * hit,
            Some(hit) => chance / (1.0 - luck) * (1.0 - hit),
        };
        DropRate { by_luck: draws * chance, in_all: draws * in_all }
    };
    weights.iter().zip(table.entries.iter().map(|entry| entry.guaranteed)).map(rate).collect()
}

/// The chance of each weight to be among `draws` different ones.
fn inclusion(draws: u32, weights: &[u64]) -> Vec<f64> {
    let mut chances = vec![0.0; weights.len()];
    if u32::try_from(weights.len()).is_ok_and(|count| count > u32::BITS) {
        return chances;
    }
    let mut drawn = BTreeMap::from([(0_u32, 1.0)]);
    for _ in 0..draws {
        if drawn.is_empty() {
            break;
        }
        let mut next = BTreeMap::new();
        for (set, chance) in drawn {
            let left = |at: &u32| !has(set, *at);
            let sum: u64 = (0..).zip(weights).filter(|(at, _)| left(at)).map(|(_, weight)| *weight).sum();
            for (at, weight) in (0..).zip(weights).filter(|(at, weight)| left(at) && **weight > 0) {
                let with_it = chance * *weight as f64 / sum as f64;
                *next.entry(set | 1 << at).or_insert(0.0) += with_it;
                chances[at as usize] += with_it;
            }
        }
        drawn = next;
    }
    chances
}
