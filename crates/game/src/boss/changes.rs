//! Bosses as events change them.

use crate::boss::rules::BossRules;
use crate::timed_events::{Changeable, EventChange, Numbers};

impl Changeable for BossRules {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::BossLife { .. } | Numbers::BossGift { .. } | Numbers::SeasonRewards { .. })
    }

    fn names(&self) -> Vec<&str> {
        self.bosses.iter().map(|boss| boss.id()).collect()
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        let selector = change.of.selector();
        match change.of {
            Numbers::BossLife { .. } => {
                let meant = self.bosses.iter_mut().filter(|boss| selector.is_of(boss.id()));
                meant.map(|boss| change.change(&mut boss.life_value, u64::MAX)).count()
            }
            Numbers::BossGift { .. } => {
                let meant = self.bosses.iter_mut().filter(|boss| selector.is_of(boss.id()));
                meant.map(|boss| change.change_amounts(&mut boss.gift.items)).sum()
            }
            Numbers::SeasonRewards { .. } => {
                let is_meant = |rank: usize| u32::try_from(rank).is_ok_and(|rank| selector.has(rank));
                let meant =
                    self.season_rewards.iter_mut().filter(|bracket| is_meant(bracket.from) && is_meant(bracket.to));
                meant.map(|bracket| change.change_amounts(&mut bracket.items)).sum()
            }
            _ => 0,
        }
    }
}
