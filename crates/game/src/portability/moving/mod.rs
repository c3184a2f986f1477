//! Players who move to another world of the server: what a world does for the realm's `player_move`.
//!
//! The realm orders each step by a numbered message, so each is taken once, and again by a world that is put back. The world
//! that the player leaves holds it first: nobody can act for it any more, and its document stays true. The other world makes a
//! player of the document or refuses it. Then the hold ends: the player has gone, or is free as before. The realm asks worlds
//! what has become of a move (`move_fate`) until it knows; asking changes nothing.
//!
//! Not here: the moves themselves, which the realm keeps.

mod held;
mod take;

use bevy_app::App;
use bevy_ecs::world::World;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::identity::NO_SUCH_PLAYER;
use crate::portability::Document;
use crate::portability::delete::OBSTACLE;
use raidkeep_engine::account::AccountId;
use raidkeep_engine::audit::AuditEntry;
use raidkeep_engine::barrier::BarrierApp;
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::operators::Right;
use raidkeep_engine::outside::Epoch;
use raidkeep_engine::realm::{Message, RealmMessage};
use raidkeep_engine::request;
use raidkeep_engine::request::{Code, Operator, Refusal};
use raidkeep_engine::storage::StorageApp;
use raidkeep_engine::travel::PortabilityApp;

pub use held::MovesHere;

pub(super) fn register(app: &mut App) {
    app.add_world_row::<MovesHere>().add_barrier(held::barrier);
    app.add_obstacle(held::obstacle).add_farewell(held::forget);
    app.add_waiting_request::<Message<HoldPlayer>, _>(take::take_hold);
    app.add_waiting_request::<Message<TakePlayer>, _>(take::take_player);
    app.add_waiting_request::<Message<EndMove>, _>(take::take_end);
    app.add_waiting_request::<PlayerMayMove, _>(take::player_may_move);
    app.add_waiting_request::<AskMoveFate, _>(take::move_fate);
}

/// Names a move among all that the realm has begun, also if an older realm was accepted since.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct MoveId {
    /// The realm's epoch in which it was ordered.
    pub epoch: Epoch,
    /// The number by which operators name it.
    pub number: u64,
}

/// What an operator has ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MoveOrder {
    /// Which move it is.
    pub id: MoveId,
    /// The world that the player leaves.
    pub from: u32,
    /// The number of its account there.
    pub player: u64,
    /// The move that brought the player there, if one did: a world that is put back and takes the player again may give it
    /// another number.
    pub came_by: Option<MoveId>,
    /// The world that it goes to.
    pub to: u32,
    /// The operator.
    pub by: String,
    /// The operator's role.
    pub role: String,
    /// Why, for operators.
    pub reason: String,
}

impl MoveOrder {
    /// Notes in this world's audit what an operator's order has done here to a player.
    fn note(&self, world: &mut World, player: AccountId, change: String) {
        let Self { id, from, player: left_as, to, by, role, reason, .. } = self;
        let arguments = json!({"move": id.number, "from": from, "player": left_as, "to": to, "reason": reason});
        let entry = AuditEntry {
            at: world.resource::<Clock>().now(),
            operator: by.as_str().into(),
            role: role.as_str().into(),
            address: None,
            function: "player_move".into(),
            arguments: arguments.to_string().into(),
            players: vec![player],
            changes: vec![change.into()],
            reply: Box::default(),
        };
        entry.write(world);
    }
}

/// `player_may_move {player}`, a function of worlds: refuses as `take_hold` would, so that an operator hears at once of what can
/// be known at once.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PlayerMayMove {
    /// The number of the account.
    pub player: u64,
}

request!(
    Operator, "player_may_move", PlayerMayMove => (), RIGHT = Right::WORLDS,
    CODES = &[Code::of(NO_SUCH_PLAYER), Code::refusal(OBSTACLE, "the player has an unsettled order, which the message names")],
);

/// `take_hold`: a player of this world is about to move to another.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct HoldPlayer {
    /// What was ordered.
    pub order: MoveOrder,
}

impl RealmMessage for HoldPlayer {
    const FUNCTION: &'static str = "take_hold";
}

/// `take_player`: a player of another world moves to this one.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TakePlayer {
    /// What was ordered.
    pub order: MoveOrder,
    /// All of the player.
    #[schemars(with = "Document")]
    pub document: Value,
}

impl RealmMessage for TakePlayer {
    const FUNCTION: &'static str = "take_player";
}

/// `take_move_end`: a move is over for this world.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndMove {
    /// What was ordered.
    pub order: MoveOrder,
    /// When the player's account was made, unix seconds. A world that was put back to before that has nobody who leaves.
    pub made_at: i64,
    /// Whether the player is in the other world, and in this one no longer.
    pub is_gone: bool,
}

impl RealmMessage for EndMove {
    const FUNCTION: &'static str = "take_move_end";
}

/// `move_fate {id, message}`, a function of worlds: what has become of a move here. It is busy until the realm's message has
/// come.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AskMoveFate {
    /// Which move.
    pub id: MoveId,
    /// The number of the message whose outcome is asked for; 0 = that of whichever came last.
    pub message: u64,
}

request!(Operator, "move_fate", AskMoveFate => MoveFate, RIGHT = Right::WORLDS);

/// The reply of `move_fate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MoveFate {
    /// The player is here and held.
    Held {
        /// Its name.
        name: String,
        /// When its account was made, unix seconds.
        made_at: i64,
        /// All of it.
        #[schemars(with = "Document")]
        document: Value,
    },
    /// The world does not let the player go, or does not take it.
    Refused {
        /// The status that `player_delete`, `player_export` or `player_import` would have answered with.
        status: i32,
        /// Its message.
        message: String,
    },
    /// The player has come here.
    Arrived {
        /// The number of its account here.
        player: u64,
        /// Its name here.
        name: String,
    },
}

impl From<Refusal> for MoveFate {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { status: refusal.status, message: refusal.message.into_owned() }
    }
}
