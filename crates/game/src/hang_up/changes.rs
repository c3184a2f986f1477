//! Hang-up as events change it.

use crate::hang_up::rules::{Chances, HangUpRules, Rate};
use crate::timed_events::{Changeable, EventChange, Numbers};

impl Changeable for HangUpRules {
    fn apply(&mut self, change: &EventChange) -> Option<usize> {
        let (from, to) = change.of.selector().range();
        match change.of {
            Numbers::HangUpRates { .. } => {
                part_at(&mut self.rates, from, to);
                let meant = self.rates.iter_mut().filter(|rate| (from..=to).contains(&rate.stage));
                Some(meant.map(|rate| change.change_amounts(&mut rate.per_minute)).sum())
            }
            Numbers::HangUpChances { .. } => {
                part_at(&mut self.chances, from, to);
                let meant = self.chances.iter_mut().filter(|chances| (from..=to).contains(&chances.stage));
                Some(meant.map(|chances| apply_to_chances(chances, change)).sum())
            }
            _ => None,
        }
    }
}

/// A chance above 1 is certain.
fn apply_to_chances(chances: &mut Chances, change: &EventChange) -> usize {
    let meant = chances.items.iter_mut().filter(|chance| change.has_item(chance.amount.item));
    meant
        .map(|chance| {
            change.change(&mut chance.numerator, u32::MAX);
            chance.numerator = chance.numerator.min(chance.denominator);
        })
        .count()
}

/// What holds from a stage on, up to the next entry.
trait FromStageOn: Clone {
    fn stage(&self) -> u32;
    fn beginning_at(&self, stage: u32) -> Self;
}

impl FromStageOn for Rate {
    fn stage(&self) -> u32 {
        self.stage
    }

    fn beginning_at(&self, stage: u32) -> Self {
        Self { stage, ..self.clone() }
    }
}

impl FromStageOn for Chances {
    fn stage(&self) -> u32 {
        self.stage
    }

    fn beginning_at(&self, stage: u32) -> Self {
        Self { stage, ..self.clone() }
    }
}

/// Makes an entry begin at `from`, and one behind `to`, that say what holds there.
fn part_at<T: FromStageOn>(entries: &mut Vec<T>, from: u32, to: u32) {
    for begin in [Some(from), to.checked_add(1)].into_iter().flatten() {
        let held = entries.iter().filter(|entry| entry.stage() <= begin).max_by_key(|entry| entry.stage());
        if let Some(held) = held.filter(|held| held.stage() < begin) {
            let part = held.beginning_at(begin);
            entries.push(part);
        }
    }
}
