//! Battles as events change them.

use crate::battles::fighters::FighterRules;
use crate::battles::rules::{BattleRules, Rewards};
use crate::timed_events::{Changeable, EventChange, Numbers};

impl Changeable for BattleRules {
    fn has(of: &Numbers) -> bool {
        matches!(
            of,
            Numbers::BattleRewards { .. }
                | Numbers::BattleExp {}
                | Numbers::BattleStake {}
                | Numbers::BattlesRewarded {}
        )
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        match change.of {
            Numbers::BattleRewards { .. } => self.rewards.change_items(change),
            Numbers::BattleExp {} => self.rewards.change_exp(change),
            Numbers::BattleStake {} => {
                let stake = self.stake.as_mut();
                stake.map(|stake| change.change(&mut stake.each.quantity, i64::MAX)).into_iter().count()
            }
            Numbers::BattlesRewarded {} => {
                let limits = [&mut self.rewarded_per_day.player, &mut self.rewarded_per_day.pair];
                limits.map(|limit| change.change(limit, u32::MAX)).len()
            }
            _ => 0,
        }
    }
}

impl Changeable for FighterRules {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::FighterRewards { .. } | Numbers::FighterExp { .. })
    }

    fn names(&self) -> Vec<&str> {
        self.fighters.iter().map(|fighter| fighter.name.as_str()).collect()
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let selector = change.of.selector();
        let meant = self.fighters.iter_mut().filter(|fighter| selector.is_of(&fighter.name));
        let changed = |rewards: &mut Rewards| match change.of {
            Numbers::FighterRewards { .. } => rewards.change_items(change),
            _ => rewards.change_exp(change),
        };
        meant.map(|fighter| changed(&mut fighter.rewards)).sum()
    }
}

impl Rewards {
    fn change_items(&mut self, change: &EventChange) -> usize {
        self.each_mut().map(|spoils| change.change_amounts(&mut spoils.items)).sum()
    }

    fn change_exp(&mut self, change: &EventChange) -> usize {
        self.each_mut().map(|spoils| change.change(&mut spoils.exp, i64::MAX)).count()
    }
}
