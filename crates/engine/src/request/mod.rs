//! What clients may request, and how features declare it.
//!
//! A feature declares a typed [`Request`] and registers a handler system for it in its plugin, in
//! one line ([`RequestApp::add_request`](crate::dispatch::RequestApp::add_request)). There is no central list. This module reads and writes
//! the JSON; it knows neither sockets nor the rules of the game.

pub mod answer;
pub mod background;
pub mod client;
pub mod code;
pub mod command;
pub mod envelope;
pub mod job;
mod json;
pub mod lenient;
pub mod once;
pub mod parked;
pub mod registry;
pub mod reply;
pub mod route;
pub mod status;
pub mod trial;

use std::sync::Arc;

use bevy_ecs::entity::Entity;
use bevy_ecs::query::{QueryData, QueryFilter, ROQueryItem};
use bevy_ecs::system::Query;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use answer::{Answer, LoggedIn, Meanwhile, Need, Notice, Reason, Refusal, SignIn, Success, Unready, Waits};
pub use background::{BackgroundJobs, JobKey};
pub use code::{Code, CodeKind};
pub use job::{Fact, Finding, Job, JobQueue};
pub use registry::RequestTable;

use crate::account::AccountId;
use crate::operators::{OperatorIdentity, Right};
use crate::request::reply::ConnectionId;

/// One function of the protocol.
///
/// `Serialize` decides whether two requests with the same `once` key are the same request, and is the form kept in a
/// journal; deserializing it must give the same request.
pub trait Request: DeserializeOwned + Serialize + JsonSchema + Send + Sync + 'static {
    /// The function's documented name.
    const FUNCTION: &'static str;
    /// Who may call it: [`Player`], [`Anyone`] or [`Operator`].
    type Caller: Caller;
    /// The reply's `data`.
    type Reply: Serialize + JsonSchema;
    /// What the reply may reveal, and so which writes it has to wait for.
    const READS: Reads = Reads::World;
    /// The fields that must never be written down, such as a password. A journal has a placeholder of the same length
    /// in their place, so a handler may depend on no more than that and leave the rest to a [`Job`] or a platform.
    const SECRETS: &'static [&'static str] = &[];
    /// What an operator needs to call it. Every function of operators names one.
    const RIGHT: Option<Right> = None;
    /// Whether it is the realm's: then the `world` of a request is ignored.
    const IN_REALM: bool = false;
    /// Whether it does something outside the world: its idempotency key counts as used from the moment that it has
    /// started, since nobody may ever learn what became of it.
    const ACTS_OUTSIDE: bool = false;
    /// The function that a request stands for, such as one that is only tried: the operator needs the right of that one too.
    const STANDS_FOR: fn(&Self) -> Option<&str> = |_| None;
    /// Every status it answers with besides 0 and those of [every function](status::EVERY).
    const CODES: &'static [Code] = &[];
}

/// Implements [`Request`] for a type: who may call it, the function's name, the type and the type of its reply.
///
/// It expands to the implementation and nothing else. Its constants may follow; for a generic request, write the
/// implementation by hand.
///
/// ```
/// # use raidkeep_engine::request::{Player, Reads};
/// # #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
/// # struct MarkRead {}
/// # #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
/// # struct ChangePassword {}
/// use raidkeep_engine::request;
///
/// request!(Player, "mark_read", MarkRead => (), READS = Reads::Caller);
/// request!(Player, "change_password", ChangePassword => (), SECRETS = &["password"]);
/// ```
///
/// A function of operators names the right it needs, first of all: `RIGHT = Right::VIEW`.
#[macro_export]
macro_rules! request {
    (
        $caller:ty, $function:expr, $request:ty => $reply:ty
        $(, RIGHT = $right:expr)?
        $(, IN_REALM = $in_realm:expr)?
        $(, READS = $reads:expr)?
        $(, SECRETS = $secrets:expr)?
        $(, ACTS_OUTSIDE = $acts_outside:expr)?
        $(, STANDS_FOR = $stands_for:expr)?
        $(, CODES = $codes:expr)?
        $(,)?
    ) => {
        impl $crate::request::Request for $request {
            const FUNCTION: &'static str = $function;
            type Caller = $caller;
            type Reply = $reply;
            $(const RIGHT: Option<$crate::operators::Right> = Some($right);)?
            $(const IN_REALM: bool = $in_realm;)?
            $(const READS: $crate::request::Reads = $reads;)?
            $(const SECRETS: &'static [&'static str] = $secrets;)?
            $(const ACTS_OUTSIDE: bool = $acts_outside;)?
            $(const STANDS_FOR: fn(&Self) -> Option<&str> = $stands_for;)?
            $(const CODES: &'static [$crate::request::Code] = $codes;)?
        }
    };
}

/// Which pending writes a reply must wait for, so that no client sees what a crash may take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Only the calling player's own state.
    Caller,
    /// Anything in the world.
    World,
}

/// A request on its way into a handler.
#[derive(Debug)]
pub struct Call<R: Request> {
    /// The caller.
    pub caller: R::Caller,
    /// The arguments.
    pub request: R,
    /// The fact that this call waited for, from a job or a query; `None` at the first run.
    pub fact: Option<Fact>,
}

/// Who may call a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A request with a player's valid token.
    Player,
    /// Everyone.
    Anyone,
    /// A request of an operator.
    Operator,
}

/// A kind of caller, which decides who may reach the handler.
pub trait Caller: Send + 'static {
    /// The access it requires.
    const ACCESS: Access;
    /// Takes what was established about the caller on the way in.
    fn from_origin(origin: &Origin<'_>) -> Self;
}

/// All that is known of a caller when its request reaches the world.
#[derive(Debug)]
pub struct Origin<'a> {
    /// The signed-in player, with [`Access::Player`].
    pub player: Option<Player>,
    /// The caller, with [`Access::Anyone`].
    pub stranger: Option<&'a command::Stranger>,
    /// The operator, with [`Access::Operator`].
    pub operator: Option<&'a Arc<OperatorIdentity>>,
    /// The connection that the request came on; `None` when it was opened for this request only.
    pub connection: Option<ConnectionId>,
    /// The fact that this call waited for.
    pub fact: Option<Fact>,
}

/// A caller whose token was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Player {
    /// The player's entity, in memory.
    pub entity: Entity,
    /// The account.
    pub account: AccountId,
}

impl Player {
    /// What a query yields for the caller. A caller is in memory and has every stored component; a missing one is a
    /// bug, and an internal error to the client.
    pub fn get<'q, 's, D: QueryData, F: QueryFilter>(
        self,
        query: &'q Query<'_, 's, D, F>,
    ) -> Result<ROQueryItem<'q, 's, D>, Refusal> {
        query.get(self.entity).map_err(|_| Refusal::internal())
    }

    /// The same, mutably.
    pub fn get_mut<'q, 's, D: QueryData, F: QueryFilter>(
        self,
        query: &'q mut Query<'_, 's, D, F>,
    ) -> Result<D::Item<'q, 's>, Refusal> {
        query.get_mut(self.entity).map_err(|_| Refusal::internal())
    }
}

impl Caller for Player {
    const ACCESS: Access = Access::Player;

    fn from_origin(origin: &Origin<'_>) -> Self {
        origin.player.expect("the dispatcher should let only signed-in players through")
    }
}

/// A caller who needs no token.
#[derive(Debug)]
pub struct Anyone {
    /// The caller's address, for limits on attempts.
    pub address: Option<std::net::IpAddr>,
    /// What a token for this caller is made from.
    pub token: crate::login::TokenSource,
}

impl Caller for Anyone {
    const ACCESS: Access = Access::Anyone;

    fn from_origin(origin: &Origin<'_>) -> Self {
        let stranger = origin.stranger.expect("the way in should say who a caller without a token is");
        Self { address: stranger.address, token: stranger.token }
    }
}

/// An operator.
#[derive(Debug, Clone)]
pub struct Operator {
    /// Who it is.
    pub identity: Arc<OperatorIdentity>,
    /// The connection that the request came on; `None` when it was opened for this request only.
    pub connection: Option<ConnectionId>,
}

impl Caller for Operator {
    const ACCESS: Access = Access::Operator;

    fn from_origin(origin: &Origin<'_>) -> Self {
        let identity = origin.operator.expect("the dispatcher should let only operators through");
        Self { identity: identity.clone(), connection: origin.connection }
    }
}
