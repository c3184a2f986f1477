//! What happens to battles over time: players go offline, rounds end, battles are forgotten, absent players are paid.

use std::collections::BTreeSet;

use bevy_ecs::prelude::*;

use crate::battles::arena::Arena;
use crate::presence::PresenceRules;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::request::reply::Outbox;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::travel::Traveller;

/// Ends the battles of players who went offline, closes rounds whose time is up, and pays winners who were not in memory.
pub fn run_battles(
    mut arena: Arena,
    presence: Res<Rules<PresenceRules>>,
    mut outbox: ResMut<Outbox>,
    mut awaited: Local<BTreeSet<AccountId>>,
) {
    arena.expect_arrived(presence.silent_seconds);
    let left = arena.online.presence.left().to_vec();
    for (battle, escaped) in arena.seats_of(&left) {
        arena.desert(battle, escaped);
    }
    while let Some(battle) = arena.pop_due() {
        arena.do_due(battle);
    }
    let absent = arena.pay_all();
    awaited.retain(|account| absent.contains(account));
    for account in absent {
        if awaited.insert(account) {
            outbox.players.push(account);
        }
    }
}

/// Ends the battle of a player who is being deleted.
pub fn part(In(player): In<Traveller>, mut arena: Arena) {
    arena.part(player.account);
}
