//! Where battles are, who is in one, and what is due in them. In memory only: it is rebuilt from the battles.

use std::collections::{BTreeSet, HashMap};

use bevy_ecs::prelude::*;

use crate::battles::model::Battle;
use crate::battles::verdict::Seat;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::due::{Agenda, Occasion};

/// When a round is closed or an ended battle forgotten, by battle number.
pub const TURN_ENDS: Occasion = Occasion("battle turn ends");

/// All battles, running and ended.
#[derive(Debug, Default, Resource)]
pub struct BattleIndex {
    by_id: HashMap<u64, Entity>,
    /// The running battle of each player; at most one.
    running: HashMap<AccountId, Entity>,
    /// Ended battles with a player still to be paid.
    unpaid: BTreeSet<u64>,
    /// Players whose battles were added in this tick; presence expects them.
    arrived: Vec<AccountId>,
}

impl BattleIndex {
    /// Takes in a battle. The caller enters its moment in the agenda.
    pub fn enlist(&mut self, entity: Entity, battle: &Battle) {
        self.by_id.insert(battle.id(), entity);
        for seat in Seat::BOTH {
            match battle.side(seat).account() {
                Some(account) if battle.ending().is_none() => {
                    self.running.insert(account, entity);
                    self.arrived.push(account);
                }
                _ if battle.is_owed(seat) => drop(self.unpaid.insert(battle.id())),
                _ => {}
            }
        }
    }

    /// The battle of that number.
    pub fn find(&self, id: u64) -> Option<Entity> {
        self.by_id.get(&id).copied()
    }

    /// The running battle of a player.
    pub fn of(&self, account: AccountId) -> Option<Entity> {
        self.running.get(&account).copied()
    }

    /// Schedules a battle at its new time, and frees its players once it is over.
    pub fn follow(&mut self, battle: &Battle, agenda: &mut Agenda) {
        agenda.set(TURN_ENDS, battle.id(), battle.due_at());
        if battle.ending().is_some() {
            for account in Seat::BOTH.into_iter().filter_map(|seat| battle.side(seat).account()) {
                // A player may be in another battle by now.
                if self.of(account) == self.find(battle.id()) {
                    self.running.remove(&account);
                }
            }
        }
        if Seat::BOTH.into_iter().any(|seat| battle.is_owed(seat)) {
            self.unpaid.insert(battle.id());
        } else {
            self.unpaid.remove(&battle.id());
        }
    }

    /// Forgets a battle.
    pub fn forget(&mut self, battle: &Battle, agenda: &mut Agenda) {
        self.by_id.remove(&battle.id());
        agenda.cancel(TURN_ENDS, battle.id());
        self.unpaid.remove(&battle.id());
    }

    /// Battles with a player still to be paid, in order of battle number.
    pub fn unpaid(&self) -> Vec<Entity> {
        self.unpaid.iter().filter_map(|id| self.find(*id)).collect()
    }

    /// The players whose battle was added since the last call.
    pub fn take_arrived(&mut self) -> Vec<AccountId> {
        std::mem::take(&mut self.arrived)
    }

    /// How many battles there are, running and ended.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::battles::BattleRules;
    use crate::battles::sides::{Beginning, Fighter};
    use crate::battles::verdict::Pair;
    use crate::platforms::sud::PassedThrough;
    use crate::shipped_rules;
    use raidkeep_engine::outside::Number;

    #[test]
    fn who_is_in_a_new_battle_is_not_freed_by_an_old_one() {
        let (rules, mut world, mut index) = (shipped_rules::<BattleRules>(), World::new(), BattleIndex::default());
        let mut agenda = Agenda::default();
        let battle = |id, challenged| {
            let fighters = Pair { challenger: Fighter::example(1), challenged: Fighter::example(challenged) };
            let passed = PassedThrough::default();
            Battle::begin(
                Beginning {
                    number: Number::bare(id),
                    seed: 0,
                    fighters,
                    stake: None,
                    rewarded: Pair::of(|_| true),
                    passed,
                },
                0,
                &rules,
            )
        };
        let (mut old, new) = (battle(7, 2), battle(8, 3));
        let entities = [world.spawn_empty().id(), world.spawn_empty().id()];
        index.enlist(entities[0], &old);
        old.desert(Pair { challenger: true, challenged: false }, 30, &rules);
        index.follow(&old, &mut agenda);
        assert_eq!((index.of(AccountId(1)), index.unpaid()), (None, vec![entities[0]]), "the winner is to be paid");
        index.enlist(entities[1], &new);
        agenda.set(TURN_ENDS, new.id(), new.due_at());
        old.take_payout(Seat::Challenged);
        index.follow(&old, &mut agenda);
        assert_eq!((index.of(AccountId(1)), index.unpaid()), (Some(entities[1]), Vec::new()));
        let due = agenda.pop(TURN_ENDS, 60).and_then(|due| index.find(due.key));
        assert_eq!((due, agenda.next_at()), (Some(entities[1]), Some(30 + rules.kept_seconds)));
    }
}
