//! The moves as they are kept, and what follows from what worlds tell of them.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use raidkeep_engine::outside::Epoch;
use raidkeep_engine::request::Refusal;
use raidkeep_engine::storage::WorldRow;
use raidkeep_game::portability::moving::{MoveFate, MoveId, MoveOrder};

/// How many players may be on their way at the same time.
const UNDER_WAY_MAX: usize = 100;
/// How many moves are kept in all. Beyond that the oldest that is over is forgotten.
const KEPT_MAX: usize = 1000;

pub(super) const MOVING_BEFORE: Refusal = Refusal::new(97, "this player is moving already, see player_move_list");
pub(super) const TOO_MANY: Refusal = Refusal::new(96, "too many players are on their way, retry later");

/// How far a move has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum MoveState {
    /// The world that the player is to leave was asked to hold it.
    Asked,
    /// The other world was sent the player's document, by the message of this number.
    Left {
        message: u64,
        /// Whether the player had arrived before, in a world that was put back since.
        is_again: bool,
    },
    /// It is in the other world.
    Arrived { message: u64, player: u64, name: String },
    /// A world has refused it, and the player is where it was.
    Refused { world: u32, status: i32, message: String },
    /// The other world was put back to before the arrival, and refuses what it had taken. The document is in the message of
    /// this number.
    Stranded { message: u64, status: i32, why: String },
}

/// A move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptMove {
    pub(super) order: MoveOrder,
    /// When it was ordered, unix seconds.
    pub(super) at: i64,
    /// The player's name in the world that it leaves; empty until that world has told it.
    pub(super) name: String,
    /// When the player's account was made, unix seconds.
    pub(super) made_at: i64,
    pub(super) state: MoveState,
}

/// What the realm does when it has heard of a move.
#[derive(Debug, PartialEq)]
pub(super) enum NextStep {
    Nothing,
    /// Sends the other world this document.
    Send(Value),
    /// Has the first world drop the player.
    Drop,
    /// Has the first world let the player free, and the other one drop what it might take after it was put back.
    Free,
}

impl KeptMove {
    /// The world that has to tell something now, and of which message; 0 = it gets only one.
    pub(super) fn asks(&self) -> Option<(u32, u64)> {
        match self.state {
            MoveState::Asked => Some((self.order.from, 0)),
            MoveState::Left { message, .. } => Some((self.order.to, message)),
            MoveState::Arrived { .. } | MoveState::Refused { .. } | MoveState::Stranded { .. } => None,
        }
    }

    /// Takes what the asked world has told. The one who sends a document notes by which message ([`KeptMove::note_sent`]).
    pub(super) fn hear(&mut self, fate: MoveFate) -> NextStep {
        match (&self.state, fate) {
            (MoveState::Asked, MoveFate::Held { name, made_at, document }) => {
                (self.name, self.made_at) = (name, made_at);
                NextStep::Send(document)
            }
            (MoveState::Asked, MoveFate::Refused { status, message }) => {
                self.state = MoveState::Refused { world: self.order.from, status, message };
                NextStep::Free
            }
            (MoveState::Left { message, is_again }, MoveFate::Arrived { player, name }) => {
                let next = if *is_again { NextStep::Nothing } else { NextStep::Drop };
                self.state = MoveState::Arrived { message: *message, player, name };
                next
            }
            (MoveState::Left { message, is_again: true }, MoveFate::Refused { status, message: why }) => {
                self.state = MoveState::Stranded { message: *message, status, why };
                NextStep::Nothing
            }
            (MoveState::Left { .. }, MoveFate::Refused { status, message }) => {
                self.state = MoveState::Refused { world: self.order.to, status, message };
                NextStep::Free
            }
            _ => NextStep::Nothing,
        }
    }

    /// Notes by which message the document was sent.
    pub(super) fn note_sent(&mut self, message: u64, is_again: bool) {
        self.state = MoveState::Left { message, is_again };
    }

    fn has_left(&self) -> bool {
        !matches!(self.state, MoveState::Asked | MoveState::Refused { .. })
    }

    fn is_over(&self) -> bool {
        matches!(self.state, MoveState::Arrived { .. } | MoveState::Refused { .. })
    }
}

/// The moves, by number.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
pub(super) struct MoveBook {
    /// The number of the last one.
    last: u64,
    pub(super) kept: BTreeMap<u64, KeptMove>,
}

impl WorldRow for MoveBook {
    const TABLE: &'static str = "realm_moves";
}

impl MoveBook {
    /// Notes a new move; `order` lacks its number, and the move by which the player had come.
    ///
    /// # Errors
    /// When the player is moving already, or too many are.
    pub(super) fn begin(&mut self, order: MoveOrder, epoch: Epoch, at: i64) -> Result<MoveOrder, Refusal> {
        self.must_be_free(&order)?;
        self.last += 1;
        let order = MoveOrder {
            id: MoveId { epoch, number: self.last },
            came_by: self.brought(order.from, order.player),
            ..order
        };
        if self.kept.len() >= KEPT_MAX {
            let over = self.kept.iter().find(|(_, kept)| kept.is_over()).map(|(number, _)| *number);
            over.and_then(|number| self.kept.remove(&number));
        }
        let kept = KeptMove { order: order.clone(), at, name: String::new(), made_at: 0, state: MoveState::Asked };
        self.kept.insert(self.last, kept);
        Ok(order)
    }

    /// Whether another move may begin with this order.
    pub(super) fn must_be_free(&self, order: &MoveOrder) -> Result<(), Refusal> {
        let under_way = || self.kept.values().filter(|kept| kept.asks().is_some());
        if under_way().any(|kept| (kept.order.from, kept.order.player) == (order.from, order.player)) {
            return Err(MOVING_BEFORE);
        }
        if under_way().count() >= UNDER_WAY_MAX { Err(TOO_MANY) } else { Ok(()) }
    }

    /// The move that has brought this player to this world.
    fn brought(&self, world: u32, account: u64) -> Option<MoveId> {
        let came = |kept: &&KeptMove| {
            kept.order.to == world && matches!(kept.state, MoveState::Arrived { player, .. } if player == account)
        };
        self.kept.values().rev().find(came).map(|kept| kept.order.id)
    }

    /// Those of which a world has to tell something.
    pub(super) fn under_way(&self) -> impl Iterator<Item = u64> {
        self.kept.iter().filter(|(_, kept)| kept.asks().is_some()).map(|(number, _)| *number)
    }

    /// Those of which a world has to tell again that has taken the messages up to this one only: it gets the player again, maybe
    /// with another number. Not those who have moved on since.
    pub(super) fn forgotten_by(&self, world: u32, taken: u64) -> Vec<u64> {
        let moved_on = |id| self.kept.values().any(|later| later.order.came_by == Some(id) && later.has_left());
        let is_forgotten = |kept: &KeptMove| {
            kept.order.to == world
                && matches!(kept.state, MoveState::Arrived { message, .. } if message > taken)
                && !moved_on(kept.order.id)
        };
        self.kept.iter().filter(|(_, kept)| is_forgotten(kept)).map(|(number, _)| *number).collect()
    }

    /// Has the world asked again that was put back to before this player came.
    pub(super) fn ask_again(&mut self, number: u64) {
        if let Some(kept) = self.kept.get_mut(&number)
            && let MoveState::Arrived { message, .. } = kept.state
        {
            kept.note_sent(message, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(from: u32, player: u64, to: u32) -> MoveOrder {
        let (by, role, reason) = ("ann".to_owned(), "admin".to_owned(), "asked for it".to_owned());
        MoveOrder { id: MoveId::default(), from, player, came_by: None, to, by, role, reason }
    }

    fn held() -> MoveFate {
        MoveFate::Held { name: "Bob".to_owned(), made_at: 5, document: Value::Bool(true) }
    }

    fn refused() -> MoveFate {
        MoveFate::Refused { status: 98, message: "taken".to_owned() }
    }

    fn arrived(player: u64) -> MoveFate {
        MoveFate::Arrived { player, name: "Bob".to_owned() }
    }

    /// A book with player 7 of world 0 on the way to world 1, by message 4.
    fn left() -> MoveBook {
        let mut book = MoveBook::default();
        book.begin(order(0, 7, 1), Epoch::BEFORE, 0).expect("nobody else moves");
        let kept = book.kept.get_mut(&1).expect("it was begun");
        assert_eq!((kept.asks(), kept.hear(held())), (Some((0, 0)), NextStep::Send(Value::Bool(true))));
        kept.note_sent(4, false);
        assert_eq!(kept.asks(), Some((1, 4)));
        book
    }

    fn hear(book: &mut MoveBook, fate: MoveFate) -> NextStep {
        book.kept.get_mut(&1).expect("it was begun").hear(fate)
    }

    #[test]
    fn a_player_is_dropped_once_it_has_arrived_and_freed_if_it_has_not() {
        let mut book = left();
        assert_eq!(book.under_way().collect::<Vec<_>>(), [1]);
        assert_eq!(hear(&mut book, arrived(9)), NextStep::Drop);
        assert_eq!(hear(&mut book, arrived(9)), NextStep::Nothing, "told again");
        assert_eq!(hear(&mut book, held()), NextStep::Nothing, "no second document leaves");
        assert_eq!(book.under_way().count(), 0);
        let mut book = left();
        assert_eq!(hear(&mut book, refused()), NextStep::Free);
        let message = "taken".to_owned();
        assert_eq!(book.kept[&1].state, MoveState::Refused { world: 1, status: 98, message });
    }

    #[test]
    fn a_player_moves_once_at_a_time() {
        let mut book = left();
        assert_eq!(book.begin(order(0, 7, 2), Epoch::BEFORE, 0), Err(MOVING_BEFORE));
        assert!(book.begin(order(1, 7, 2), Epoch::BEFORE, 0).is_ok(), "another player");
        hear(&mut book, refused());
        assert!(book.begin(order(0, 7, 2), Epoch::BEFORE, 0).is_ok());
        (2..UNDER_WAY_MAX as u64).for_each(|player| drop(book.begin(order(3, player, 2), Epoch::BEFORE, 0)));
        assert_eq!(book.begin(order(3, 1, 2), Epoch::BEFORE, 0), Err(TOO_MANY));
    }

    #[test]
    fn a_world_that_was_put_back_is_asked_again_who_has_come() {
        let mut book = left();
        assert_eq!(book.forgotten_by(1, 0), Vec::<u64>::new(), "it has not told of the player yet");
        hear(&mut book, arrived(9));
        assert_eq!(book.forgotten_by(1, 4), Vec::<u64>::new());
        assert_eq!(book.forgotten_by(0, 3), Vec::<u64>::new(), "the other one gets its messages again");
        assert_eq!(book.forgotten_by(1, 3), [1]);
        book.ask_again(1);
        assert_eq!(hear(&mut book, arrived(8)), NextStep::Nothing, "it was dropped before");
        book.ask_again(1);
        assert_eq!(hear(&mut book, refused()), NextStep::Nothing);
        assert!(matches!(book.kept[&1].state, MoveState::Stranded { message: 4, status: 98, .. }));
        assert!(!book.kept[&1].is_over(), "it is not forgotten");
    }

    #[test]
    fn who_has_moved_on_is_not_expected_where_it_was_between() {
        let mut book = left();
        hear(&mut book, arrived(9));
        let on = book.begin(order(1, 9, 2), Epoch::BEFORE, 0).expect("nobody else moves");
        assert_eq!(on.came_by, Some(MoveId { epoch: Epoch::BEFORE, number: 1 }));
        assert_eq!(book.forgotten_by(1, 3), [1], "it is still there");
        book.kept.get_mut(&2).expect("it was begun").note_sent(1, false);
        assert_eq!(book.forgotten_by(1, 3), Vec::<u64>::new());
    }
}
