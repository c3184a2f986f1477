//! Hang-up as events change it.

use crate::hang_up::rules::{Chances, HangUpRules, nearest_lower};
use crate::timed_events::{Changeable, EventChange, Numbers};

impl Changeable for HangUpRules {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::HangUpRates { .. } | Numbers::HangUpChances { .. })
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let (from, to) = change.of.selector().range();
        match change.of {
            Numbers::HangUpRates { .. } => {
                part_at(&mut self.rates, from, to, |rate| rate.stage, |rate, stage| rate.stage = stage);
                let meant = self.rates.iter_mut().filter(|rate| (from..=to).contains(&rate.stage));
                meant.map(|rate| change.change_amounts(&mut rate.per_minute)).sum()
            }
            Numbers::HangUpChances { .. } => {
                part_at(&mut self.chances, from, to, |chances| chances.stage, |chances, stage| chances.stage = stage);
                let meant = self.chances.iter_mut().filter(|chances| (from..=to).contains(&chances.stage));
                meant.map(|chances| apply_to_chances(chances, change)).sum()
            }
            _ => 0,
        }
    }
}

/// A chance above 1 is certain. Those of drop tables are none of an item.
fn apply_to_chances(chances: &mut Chances, change: &EventChange) -> usize {
    let items = chances.items.iter_mut().filter(|chance| change.has_item(chance.amount.item));
    let items = items.map(|chance| (&mut chance.numerator, chance.denominator));
    let is_of_all = change.of.selector().item().is_none();
    let drops = chances.drops.iter_mut().filter(|_| is_of_all);
    let drops = drops.map(|roll| (&mut roll.numerator, roll.denominator));
    let each = items.chain(drops).map(|(numerator, denominator)| {
        change.change(numerator, u32::MAX);
        *numerator = denominator.min(*numerator);
    });
    each.count()
}

/// Makes an entry begin at `from`, and one behind `to`, that say what holds there.
fn part_at<T: Clone>(entries: &mut Vec<T>, from: u32, to: u32, stage_of: fn(&T) -> u32, begin_at: fn(&mut T, u32)) {
    for begin in [Some(from), to.checked_add(1)].into_iter().flatten() {
        let held = nearest_lower(entries, begin, stage_of).filter(|held| stage_of(held) < begin);
        if let Some(mut part) = held.cloned() {
            begin_at(&mut part, begin);
            entries.push(part);
        }
    }
}
