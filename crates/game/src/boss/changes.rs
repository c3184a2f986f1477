//! Bosses as events change them.

use crate::boss::rules::BossRules;
use crate::timed_events::{Change, Changeable, Numbers};

impl Changeable for BossRules {
    fn apply(&mut self, change: &Change) -> Option<usize> {
        let selector = change.of.selector();
        match change.of {
            Numbers::BossLife { .. } => {
                let bosses = self.bosses.iter_mut().enumerate();
                let meant = bosses.filter(|(at, _)| selector.is_of(&id_at(*at)));
                Some(meant.map(|(_, boss)| change.change(&mut boss.life_value, u64::MAX)).count())
            }
            Numbers::BossGift { .. } => {
                let bosses = self.bosses.iter_mut().enumerate();
                let meant = bosses.filter(|(at, _)| selector.is_of(&id_at(*at)));
                Some(meant.map(|(_, boss)| change.change_amounts(&mut boss.gift.items)).sum())
            }
            Numbers::SeasonRewards { .. } => {
                let is_meant = |rank: usize| u32::try_from(rank).is_ok_and(|rank| selector.has(rank));
                let meant =
                    self.season_rewards.iter_mut().filter(|bracket| is_meant(bracket.from) && is_meant(bracket.to));
                Some(meant.map(|bracket| change.change_amounts(&mut bracket.items)).sum())
            }
            _ => None,
        }
    }
}

/// What a boss without an id is called: `boss_1` and so on.
fn id_at(place: usize) -> String {
    format!("boss_{}", place + 1)
}
