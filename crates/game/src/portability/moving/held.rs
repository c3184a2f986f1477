//! What a world remembers of moves: whom it holds, and what it has made of others until the realm has heard of it.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::portability::moving::{MoveFate, MoveId, MoveOrder};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::storage::{Stored, WorldRow};
use raidkeep_engine::travel::Traveller;

/// How many outcomes are remembered. The realm hears of each within seconds, and has far fewer moves under way; who has come is
/// remembered for longer, in case a world is put back.
const OUTCOMES_MAX: usize = 1000;

const MOVING: Refusal = Refusal::busy("the player is moving to another world, retry later");
const HAS_MOVED: Refusal = Refusal::busy("the player has moved to another world");

/// A player whom nobody can act for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Hold {
    id: MoveId,
    /// Whether it is in the other world already, and could not be dropped here.
    is_gone: bool,
}

/// What this world has made of a move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Outcome {
    Refused(i32, String),
    /// Number and name here.
    Arrived(u64, String),
}

/// The moves of players from and to this world.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub struct MovesHere {
    /// By account.
    held: BTreeMap<AccountId, Hold>,
    outcomes: BTreeMap<MoveId, Outcome>,
}

impl WorldRow for MovesHere {
    const TABLE: &'static str = "player_moves";
}

impl MovesHere {
    /// Whether nobody can act for the player, because it is moving or has moved.
    pub fn holds(&self, account: AccountId) -> bool {
        self.held.contains_key(&account)
    }

    /// Holds a player. An order takes over from a former one, which a lost realm has given.
    pub(super) fn hold(&mut self, account: AccountId, id: MoveId, is_gone: bool) {
        self.held.insert(account, Hold { id, is_gone });
    }

    /// Whom this move holds here.
    pub(super) fn held_by(&self, id: MoveId) -> Option<AccountId> {
        self.held.iter().find(|(_, hold)| hold.id == id).map(|(account, _)| *account)
    }

    /// The account that is to leave: the number in the order, unless the player came by a move that has given it another one.
    pub(super) fn leaving(&self, order: &MoveOrder) -> AccountId {
        let came = order.came_by.and_then(|id| self.arrived(id));
        came.unwrap_or(AccountId(order.player))
    }

    /// Who has come by this move.
    pub(super) fn arrived(&self, id: MoveId) -> Option<AccountId> {
        match self.outcomes.get(&id)? {
            Outcome::Arrived(player, _) => Some(AccountId(*player)),
            Outcome::Refused(..) => None,
        }
    }

    /// What is to be told of a move that is over here.
    pub(super) fn fate(&self, id: MoveId) -> Option<MoveFate> {
        Some(match self.outcomes.get(&id)?.clone() {
            Outcome::Refused(status, message) => MoveFate::Refused { status, message },
            Outcome::Arrived(player, name) => MoveFate::Arrived { player, name },
        })
    }

    pub(super) fn note_refused(&mut self, id: MoveId, refusal: &Refusal) {
        self.note(id, Outcome::Refused(refusal.status, refusal.message.to_string()));
    }

    pub(super) fn note_arrived(&mut self, id: MoveId, account: AccountId, name: &str) {
        self.note(id, Outcome::Arrived(account.0, name.to_owned()));
    }

    fn note(&mut self, id: MoveId, outcome: Outcome) {
        self.outcomes.insert(id, outcome);
        if self.outcomes.len() > OUTCOMES_MAX {
            self.outcomes.pop_first();
        }
    }

    /// Frees whom this move holds.
    pub(super) fn end(&mut self, id: MoveId) {
        self.held.retain(|_, hold| hold.id != id);
    }

    /// Forgets what was made of a move.
    pub(super) fn forget(&mut self, id: MoveId) {
        self.outcomes.remove(&id);
    }
}

/// Keeps a player out who is held.
pub(super) fn barrier(world: &World, player: Entity) -> Option<Refusal> {
    let account = world.get::<Stored>(player)?.account();
    let hold = world.resource::<MovesHere>().held.get(&account)?;
    Some(if hold.is_gone { HAS_MOVED } else { MOVING })
}

/// Whoever is on the way cannot be deleted: nobody would know whether it has left before.
pub(super) fn obstacle(world: &World, account: AccountId) -> Option<String> {
    let hold = world.resource::<MovesHere>().held.get(&account).filter(|hold| !hold.is_gone)?;
    Some(format!("the player is moving to another world, see move {} in player_move_list", hold.id.number))
}

/// A deleted player is no longer held.
pub(super) fn forget(world: &mut World, player: Traveller) {
    if world.resource::<MovesHere>().holds(player.account) {
        world.resource_mut::<MovesHere>().held.remove(&player.account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> MoveId {
        MoveId { number, ..MoveId::default() }
    }

    fn order(player: u64, came_by: Option<MoveId>) -> MoveOrder {
        let (by, role, reason) = (String::new(), String::new(), String::new());
        MoveOrder { id: id(9), from: 0, player, came_by, to: 1, by, role, reason }
    }

    #[test]
    fn a_hold_ends_with_its_move_and_with_no_other() {
        let mut moves = MovesHere::default();
        moves.hold(AccountId(7), id(1), false);
        assert_eq!(moves.held_by(id(1)), Some(AccountId(7)));
        moves.end(id(2));
        assert!(moves.holds(AccountId(7)));
        moves.hold(AccountId(7), id(3), false);
        assert_eq!((moves.held_by(id(1)), moves.held_by(id(3))), (None, Some(AccountId(7))), "one takes over");
        moves.end(id(3));
        assert!(!moves.holds(AccountId(7)));
    }

    #[test]
    fn who_came_by_a_move_is_known_by_the_number_that_it_has_now() {
        let mut moves = MovesHere::default();
        assert_eq!(moves.leaving(&order(5, Some(id(1)))), AccountId(5));
        moves.note_arrived(id(1), AccountId(8), "Ann");
        assert_eq!(moves.leaving(&order(5, Some(id(1)))), AccountId(8));
        assert_eq!(moves.leaving(&order(5, None)), AccountId(5));
    }

    #[test]
    fn so_many_outcomes_are_remembered_and_the_oldest_is_forgotten() {
        let mut moves = MovesHere::default();
        for number in 0..=OUTCOMES_MAX as u64 {
            moves.note_refused(id(number), &Refusal::new(98, "an order"));
        }
        assert_eq!(moves.fate(id(0)), None);
        let refused = MoveFate::Refused { status: 98, message: "an order".to_owned() };
        assert_eq!(moves.fate(id(1)), Some(refused));
        moves.forget(id(1));
        assert_eq!(moves.fate(id(1)), None);
    }
}
