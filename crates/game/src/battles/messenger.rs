//! How both players learn of a verdict.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use crate::battles::model::Battle;
use crate::battles::told::{BattleVerdict, Told};
use crate::battles::verdict::{Pair, Seat};
use raidkeep_engine::events::Events;
use raidkeep_engine::players::Players;
use raidkeep_engine::request::Notice;
use raidkeep_engine::request::parked::Parked;

/// Tells both players of a verdict: a waiting request by its reply, all connections by the event.
#[derive(SystemParam)]
pub struct Messenger<'w> {
    /// For other events.
    pub events: ResMut<'w, Events>,
    parked: ResMut<'w, Parked>,
}

impl Messenger<'_> {
    /// Answers the requests of one player that wait for the verdict.
    pub fn answer(&mut self, battle: u64, seat: Seat, told: &Told) {
        self.parked.tell(verdict_for(battle, seat), told);
    }

    /// Announces a verdict to both players.
    pub fn tell(&mut self, battle: &Battle, told: &Pair<Told>, players: &Players) {
        for seat in Seat::BOTH {
            let told = told.get(seat);
            self.answer(battle.id(), seat, told);
            let account = battle.side(seat).account();
            if let Some(player) = account.and_then(|account| players.entity(account)) {
                let event = BattleVerdict { id: battle.number().to_string(), round: battle.rounds_played(), told };
                self.events.tell(player, &event);
            }
        }
    }
}

/// What a waiting request of one player waits for.
pub fn verdict_for(battle: u64, seat: Seat) -> Notice {
    let kind = match seat {
        Seat::Challenger => "verdict for the challenger",
        Seat::Challenged => "verdict for the challenged",
    };
    Notice { kind, number: battle }
}
