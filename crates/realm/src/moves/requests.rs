//! The functions of operators.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use raidkeep_engine::audit::AuditNotes;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::exchange::CallOutcome;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::Numbering;
use raidkeep_engine::realm::{REALM_LINE, RealmAnswer, to_world};
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Integer};
use raidkeep_engine::request::{Answer, Call, Code, Fact, Need, Operator, Refusal, Request, Success, Waits};
use raidkeep_game::case_file::{REASON_CHARS, author, operator_text};
use raidkeep_game::identity::NO_SUCH_PLAYER;
use raidkeep_game::portability::delete::OBSTACLE;
use raidkeep_game::portability::moving::{HoldPlayer, MoveId, MoveOrder, PlayerMayMove, TakePlayer};

use crate::messages::RealmMessages;
use crate::moves::errands::MoveErrands;
use crate::moves::model::{KeptMove, MOVING_BEFORE, MoveBook, MoveState, TOO_MANY};

/// The most in one reply.
const PAGE: usize = 50;

/// The moves, and what is told of a change to them.
#[derive(SystemParam)]
pub(super) struct MoveRoom<'w> {
    book: ResMut<'w, MoveBook>,
    errands: ResMut<'w, MoveErrands>,
    messages: RealmMessages<'w>,
    notes: ResMut<'w, AuditNotes>,
    clock: Res<'w, Clock>,
    numbering: Res<'w, Numbering>,
}

/// `player_move {from, player, to, reason}`: a player leaves one world and arrives in another.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerMove {
    /// The world that the player is in.
    from: u32,
    /// The account's number there.
    #[serde(deserialize_with = "lenient::integer")]
    #[schemars(with = "Integer")]
    player: i64,
    /// The world that it goes to.
    to: u32,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

request!(
    Operator, "player_move", PlayerMove => PlayerMoveNumber, RIGHT = Right::DATA, IN_REALM = true,
    CODES = &[
        Code::of(NO_SUCH_PLAYER),
        Code::refusal(OBSTACLE, "the player has an unsettled order, which the message names"),
        Code::of(MOVING_BEFORE),
        Code::of(TOO_MANY),
    ],
);

/// The reply of `player_move`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerMoveNumber {
    /// What `player_move_list` names it by.
    number: u64,
}

impl PlayerMove {
    /// The order that this is, without its number.
    fn order(self, by: &Operator, messages: &RealmMessages<'_>) -> Result<MoveOrder, Refusal> {
        let Self { from, player, to, reason } = self;
        let malformed = |field, expected| Err(Refusal::malformed(field, expected));
        if from >= messages.worlds() {
            return malformed("data.from", "the number of a world that there is");
        }
        if to >= messages.worlds() || to == from {
            return malformed("data.to", "the number of another world that there is");
        }
        let Some(player) = u64::try_from(player).ok().filter(|player| *player > 0) else {
            return malformed("data.player", "the number of an account");
        };
        let (by, role) = (author(by), by.identity.role.to_string());
        Ok(MoveOrder { id: MoveId::default(), from, player, came_by: None, to, by, role, reason })
    }
}

/// The answer of a world whether a player may leave it.
fn must_be_let_go(fact: Fact) -> Result<(), Refusal> {
    let outcome = fact.downcast::<CallOutcome>().map_err(|_| Refusal::internal())?;
    match RealmAnswer::<()>::of(&outcome) {
        RealmAnswer::Done(()) => Ok(()),
        RealmAnswer::Refused(status, message) => Err(Refusal::saying(status, message)),
        RealmAnswer::Later | RealmAnswer::Nowhere => {
            Err(Refusal::busy("the world that the player is in cannot say whether it may leave, retry later"))
        }
    }
}

pub(super) fn player_move(In(call): In<Call<PlayerMove>>, mut room: MoveRoom) -> Waits<PlayerMoveNumber> {
    let order = call.request.order(&call.caller, &room.messages)?;
    room.book.must_be_free(&order)?;
    let asked = PlayerMayMove { player: order.player };
    let ask = || Need::Exchange(REALM_LINE, to_world(order.from, <PlayerMayMove as Request>::FUNCTION, &asked));
    must_be_let_go(call.fact.ok_or_else(ask)?)?;
    let order = room.book.begin(order, room.numbering.epoch, room.clock.now())?;
    let number = order.id.number;
    room.notes
        .add(format!("move {number}: player {} is to go from world {} to {}", order.player, order.from, order.to));
    room.messages.send(order.from, &HoldPlayer { order });
    room.errands.0.add(number);
    Ok(Success::with(PlayerMoveNumber { number }))
}

/// `player_move_again {number, reason}`: sends the player once more to a world that was put back, and has refused it then.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerMoveAgain {
    /// As `player_move` has replied.
    number: u64,
    /// Why, for operators.
    #[serde(deserialize_with = "operator_text::<REASON_CHARS, _>")]
    #[schemars(length(min = 1, max = 200))]
    reason: String,
}

const NO_SUCH_MOVE: Refusal = Refusal::new(99, "no such move");
const NOT_STRANDED: Refusal = Refusal::new(98, "the player is not stranded");
const NOT_KEPT: Refusal = Refusal::new(97, "the player's document is no longer kept");

request!(
    Operator, "player_move_again", PlayerMoveAgain => (), RIGHT = Right::DATA, IN_REALM = true,
    CODES = &[Code::of(NO_SUCH_MOVE), Code::of(NOT_STRANDED), Code::of(NOT_KEPT)],
);

pub(super) fn player_move_again(In(call): In<Call<PlayerMoveAgain>>, mut room: MoveRoom) -> Waits<()> {
    let number = call.request.number;
    let kept = room.book.kept.get(&number).ok_or(NO_SUCH_MOVE)?;
    let MoveState::Stranded { message, .. } = kept.state else { return Err(NOT_STRANDED.into()) };
    let to = kept.order.to;
    let sent: TakePlayer = room.messages.sent(to, message, call.fact)?.ok_or(NOT_KEPT)?;
    let message = room.messages.send(to, &sent);
    if let Some(kept) = room.book.kept.get_mut(&number) {
        kept.note_sent(message, true);
    }
    room.notes.add(format!("move {number}: the player is sent to world {to} again"));
    room.errands.0.add(number);
    Ok(Success::empty())
}

/// `player_move_list {before?}`: the moves, newest first, at most 50.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerMoveList {
    /// Only moves before this one.
    before: Option<u64>,
}

request!(Operator, "player_move_list", PlayerMoveList => PlayerMoves, RIGHT = Right::VIEW, IN_REALM = true);

/// The reply of `player_move_list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlayerMoves {
    /// Newest first.
    moves: Vec<PlayerMoveEntry>,
    /// The `before` of the next page.
    next: Option<u64>,
}

/// How far a move of a player has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ShownMoveState {
    /// The world that the player is in was asked to let it go.
    Asked,
    /// It is on its way.
    Left,
    /// It is in the other world.
    Arrived,
    /// It is where it was.
    Refused,
    /// The other world was put back, and refuses what it had taken.
    Stranded,
}

/// A move as operators see it.
#[derive(Debug, Serialize, JsonSchema)]
struct PlayerMoveEntry {
    /// What to name it by.
    number: u64,
    /// When it was ordered, unix seconds.
    at: i64,
    /// Who ordered it.
    by: String,
    /// Why, for operators.
    reason: String,
    /// The world that the player leaves.
    from: u32,
    /// The number of its account there.
    player: u64,
    /// The world that it goes to.
    to: u32,
    /// How far it has come.
    state: ShownMoveState,
    /// The player's name; null until it is known.
    name: Option<String>,
    /// The number of its account in the other world, once it has arrived.
    arrived_as: Option<u64>,
    /// The world that has refused it.
    refused_by: Option<u32>,
    /// The status of that, as of `player_delete`, `player_export` or `player_import`.
    status: Option<i32>,
    /// Its message.
    message: Option<String>,
}

impl PlayerMoveEntry {
    fn of(number: u64, kept: &KeptMove) -> Self {
        let KeptMove { order, at, name, state, .. } = kept.clone();
        let MoveOrder { from, player, to, by, reason, .. } = order;
        let name = Some(name).filter(|name| !name.is_empty());
        let entry = |state| Self {
            number,
            at,
            by,
            reason,
            from,
            player,
            to,
            state,
            name,
            arrived_as: None,
            refused_by: None,
            status: None,
            message: None,
        };
        let refused = |entry: Self, world, status, message| Self {
            refused_by: Some(world),
            status: Some(status),
            message: Some(message),
            ..entry
        };
        match state {
            MoveState::Asked => entry(ShownMoveState::Asked),
            MoveState::Left { .. } => entry(ShownMoveState::Left),
            MoveState::Arrived { player, name, .. } => {
                Self { arrived_as: Some(player), name: Some(name), ..entry(ShownMoveState::Arrived) }
            }
            MoveState::Refused { world, status, message } => {
                refused(entry(ShownMoveState::Refused), world, status, message)
            }
            MoveState::Stranded { status, why, .. } => refused(entry(ShownMoveState::Stranded), to, status, why),
        }
    }
}

pub(super) fn player_move_list(In(call): In<Call<PlayerMoveList>>, book: Res<MoveBook>) -> Answer<PlayerMoves> {
    let before = call.request.before.unwrap_or(u64::MAX);
    let shown = book.kept.range(..before).rev().take(PAGE);
    let moves: Vec<_> = shown.map(|(number, kept)| PlayerMoveEntry::of(*number, kept)).collect();
    let next = moves.last().map(|last| last.number).filter(|_| moves.len() == PAGE);
    Ok(Success::with(PlayerMoves { moves, next }))
}
