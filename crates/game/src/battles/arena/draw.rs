//! What players win by chance at the end of a battle.

use bevy_ecs::prelude::*;

use super::Arena;
use crate::battles::model::Battle;
use crate::battles::verdict::Seat;
use crate::drops::Drops;
use crate::items::Amount;

impl Battle {
    /// The drop tables that a player who is owed something has still to roll.
    fn undrawn(&self, seat: Seat) -> Option<&Drops> {
        let ending = self.ending.as_ref().filter(|ending| *ending.unpaid.get(seat))?;
        Some(&ending.spoils.get(seat).drops).filter(|drops| !drops.is_empty())
    }

    /// Notes what a player's rolls have brought, among the items of the reward.
    fn note_drawn(&mut self, seat: Seat, won: Vec<Amount>) {
        if let Some(ending) = &mut self.ending {
            let spoils = ending.spoils.get_mut(seat);
            spoils.drops = Drops::default();
            spoils.items.extend(won);
        }
    }
}

impl Arena<'_, '_> {
    /// Rolls the drop tables of an ended battle for the players who are in memory; for the others that waits until they are
    /// paid. It comes before the end is told, so that what was won is told with it.
    pub(super) fn draw(&mut self, entity: Entity) {
        for seat in Seat::BOTH {
            let Ok(battle) = self.battles.get(entity) else {
                return;
            };
            let Some(drops) = battle.undrawn(seat).cloned() else {
                continue;
            };
            let player = battle.side(seat).account().and_then(|account| self.players.entity(account));
            let Some(player) = player else {
                continue;
            };
            let Ok(mut person) = self.people.get_mut(player) else {
                continue;
            };
            let tables = self.drops.of(person.account.made_at());
            let won = tables.draw(&drops, 1, &mut person.inventory, &mut self.randomness);
            if let Ok(mut battle) = self.battles.get_mut(entity) {
                battle.note_drawn(seat, won);
            }
        }
    }
}
