//! Stages and sweeps as events change them.

use std::borrow::Cow;

use crate::items::Amount;
use crate::stages::rules::{ModeRules, StageBlock, StageRules};
use crate::stages::sweep::{SweepBlock, SweepRules};
use crate::timed_events::{Changeable, EventChange, EventRules, Numbers, changed_by};
use raidkeep_engine::rules::{Report, Tables};

impl Changeable for StageRules {
    fn has(of: &Numbers) -> bool {
        matches!(
            of,
            Numbers::StageRewards { .. }
                | Numbers::StageExp { .. }
                | Numbers::StageEnergy { .. }
                | Numbers::StageCost { .. }
                | Numbers::StageLevel { .. }
        )
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let (from, to) = change.of.selector().range();
        self.modes_mut().map(|mode| mode.change(from, to, |block| block.apply(change))).sum()
    }
}

impl StageRules {
    /// Opens the activity stages that an event opens in its windows too.
    pub fn open_by_event(&mut self, id: &str, events: &EventRules) {
        let Some(event) = events.event(id) else {
            return;
        };
        for stage in &event.opens {
            let named = event.windows.iter().enumerate().map(|(place, window)| window.named_after(id, place));
            let windows: Vec<_> = named.collect();
            for mode in self.modes_mut() {
                mode.change(*stage, *stage, |block| {
                    block.windows.extend(windows.iter().cloned());
                    1
                });
            }
        }
    }

    /// Reports what events open that is not theirs to open, and stages that wait for an event that never comes.
    pub(super) fn check_openings(&self, tables: &Tables, report: &mut Report) {
        let Some(events) = tables.get::<EventRules>() else {
            return;
        };
        for (id, event) in events.all() {
            for (index, stage) in event.opens.iter().enumerate() {
                let place = EventRules::place_of(id).key("opens").index(index);
                let block = self.mode_of((*stage).into()).and_then(|mode| mode.stage(*stage));
                match block {
                    None => {
                        report.error(place, format!("there is no stage {stage}, expected one of stages/"));
                    }
                    Some(block) if !block.is_timed() => {
                        let hint = "give it windows, or by_events: true if it is to be open during events alone";
                        report.error(place, format!("stage {stage} is open at all times")).hint(hint);
                    }
                    Some(_) => {}
                }
            }
        }
        for (place, block) in self.placed_blocks().filter(|(_, block)| block.by_events && block.windows.is_empty()) {
            let is_opened = |stage: u32| events.all().any(|(_, event)| event.opens.contains(&stage));
            if !(block.from..=block.last()).any(is_opened) {
                report.warning(place.key("by_events"), "no event opens this stage, so nobody can ever enter it");
            }
        }
    }
}

impl ModeRules {
    /// Changes the configuration of some stages; a run that goes beyond them is parted.
    fn change(&mut self, from: u32, to: u32, mut change: impl FnMut(&mut StageBlock) -> usize) -> usize {
        let mut changed = 0;
        for block in std::mem::take(&mut self.stages) {
            let inside = block.from.max(from)..=block.last().min(to);
            if inside.is_empty() {
                self.stages.push(block);
                continue;
            }
            let (first, last) = (*inside.start(), *inside.end());
            let (before, after) = (block.from..first, last.saturating_add(1)..block.last().saturating_add(1));
            if !before.is_empty() {
                self.stages.push(block.part(before.start, before.end - 1));
            }
            let mut part = block.part(first, last);
            changed += change(&mut part);
            self.stages.push(part);
            if !after.is_empty() {
                self.stages.push(block.part(after.start, after.end - 1));
            }
        }
        changed
    }
}

impl StageBlock {
    fn part(&self, from: u32, to: u32) -> Self {
        Self { from, to: (to != from).then_some(to), ..self.clone() }
    }

    /// This configuration of a stage as changes make it, in their order.
    pub(super) fn under<'c>(&self, stage: u32, changes: impl Iterator<Item = &'c EventChange>) -> Cow<'_, Self> {
        let is_own = |change: &&EventChange| StageRules::has(&change.of) && change.of.selector().has(stage);
        changed_by(self, changes.filter(is_own), Self::apply)
    }

    /// Applies a change to the numbers of these stages; returns how many there are.
    fn apply(&mut self, change: &EventChange) -> usize {
        let legacy = self.legacy.as_mut();
        match change.of {
            Numbers::StageRewards { .. } => change_and_tidy(&mut self.rewards, change),
            Numbers::StageCost { .. } => {
                let of_legacy = legacy.map_or(0, |legacy| change_and_tidy(&mut legacy.cost, change));
                of_legacy + change_and_tidy(&mut self.cost, change)
            }
            Numbers::StageExp { .. } => change_number(&mut self.exp, i64::MAX, change),
            Numbers::StageEnergy { .. } => {
                let of_legacy = legacy.map_or(0, |legacy| change_number(&mut legacy.energy, i64::MAX, change));
                of_legacy + change_number(&mut self.energy, i64::MAX, change)
            }
            Numbers::StageLevel { .. } => change_number(&mut self.level, u32::MAX, change),
            _ => 0,
        }
    }
}

/// Changes quantities; what becomes nothing is left out.
fn change_and_tidy(amounts: &mut Vec<Amount>, change: &EventChange) -> usize {
    let changed = change.change_amounts(amounts);
    amounts.retain(|amount| amount.quantity != 0 || !change.has_item(amount.item));
    changed
}

/// Changes a number; returns whether it is another one.
fn change_number<N: Copy + PartialEq + TryFrom<i64> + TryInto<i64>>(
    number: &mut N,
    most: N,
    change: &EventChange,
) -> usize {
    let before = *number;
    change.change(number, most);
    usize::from(*number != before)
}

impl Changeable for SweepRules {
    fn has(of: &Numbers) -> bool {
        matches!(
            of,
            Numbers::SweepRewards { .. }
                | Numbers::SweepExp { .. }
                | Numbers::SweepEnergy { .. }
                | Numbers::SweepCost { .. }
        )
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let (from, to) = change.of.selector().range();
        let mut changed = 0;
        for block in std::mem::take(&mut self.stages) {
            if block.to < from || block.from > to {
                self.stages.push(block);
                continue;
            }
            // What grows along a run is rounded for each stage, not for the first one and the growth.
            for stage in block.from..=block.to {
                let mut part = block.only(stage);
                if (from..=to).contains(&stage) {
                    changed += part.apply(change);
                }
                self.stages.push(part);
            }
        }
        changed
    }
}

impl SweepBlock {
    /// The configuration of one stage of the run.
    fn only(&self, stage: u32) -> Self {
        let rewards = self.rewards(stage, 1).unwrap_or_else(|| self.rewards.clone());
        Self { from: stage, to: stage, rewards, growth: Vec::new(), ..self.clone() }
    }

    /// This configuration of a stage as changes make it, in their order.
    pub(super) fn under<'c>(&self, stage: u32, changes: impl Iterator<Item = &'c EventChange>) -> Cow<'_, Self> {
        let mut block = Cow::Borrowed(self);
        for change in changes {
            if SweepRules::has(&change.of) && change.of.selector().has(stage) {
                let mut only = block.only(stage);
                only.apply(change);
                block = Cow::Owned(only);
            }
        }
        block
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        match change.of {
            Numbers::SweepRewards { .. } => change_and_tidy(&mut self.rewards, change),
            Numbers::SweepCost { .. } => change_and_tidy(&mut self.cost, change),
            Numbers::SweepExp { .. } => change_number(&mut self.exp, i64::MAX, change),
            Numbers::SweepEnergy { .. } => change_number(&mut self.energy, i64::MAX, change),
            _ => 0,
        }
    }
}
