//! What players win by chance at the end of a battle.

use bevy_ecs::prelude::*;

use super::Arena;
use crate::battles::verdict::Seat;

impl Arena<'_, '_> {
    /// Rolls the drop tables of an ended battle for the players who are in memory; for the others that waits until they are
    /// paid. It comes before the end is told, so that what was won is told with it.
    pub(super) fn draw(&mut self, entity: Entity) {
        for seat in Seat::BOTH {
            let Ok(battle) = self.battles.get(entity) else {
                return;
            };
            let player = battle.side(seat).account().and_then(|account| self.players.entity(account));
            let (Some(drops), Some(player)) = (battle.undrawn(seat).cloned(), player) else {
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
