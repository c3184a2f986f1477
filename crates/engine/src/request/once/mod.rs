//! Idempotency keys: a repeated keyed request changes nothing and gets its first reply again
//! (docs/contract/envelope.md#idempotency-keys).
//!
//! [`KeyMemory`] is what is remembered of one holder's keys: the rows of a player ([`OnceLog`]), or a row of the world
//! for the operator ([`OperatorKeys`]).

mod budget;
mod memory;
mod operator;
mod order;
mod portable;
mod rows;

#[cfg(test)]
mod tests;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::request::{Reason, Refusal, status};

pub use budget::ReplyBudget;
pub use memory::KeyMemory;
pub use operator::OperatorKeys;
pub use portable::{PortableKeys, PortableReply};
pub use rows::OnceLog;

/// A client's key, and the request it was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceKey {
    /// As the client chose it.
    pub key: Box<str>,
    /// The fingerprint of function and arguments.
    pub fingerprint: u64,
}

/// The result of looking up a keyed request.
#[derive(Debug, PartialEq, Eq)]
pub enum Repeat {
    /// The key is new.
    New,
    /// The same request, already answered with this body.
    Same(String),
    /// The key was used, and its reply is no longer kept.
    Used,
    /// The key was used for another request.
    Misused,
}

/// The refusal of a key whose reply is no longer kept.
pub const USED: Refusal =
    Refusal::new(status::MALFORMED, "once: used before, its reply is no longer kept").because(Reason::Used);

/// The refusal of a key that was used for another request.
pub const MISUSED: Refusal =
    Refusal::new(status::MALFORMED, "once: this key was used for another request").because(Reason::Mismatch);

/// How much is remembered of keyed requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Resource)]
pub struct OnceSettings {
    /// Replies kept for each player and for the operator.
    pub replies: u64,
    /// Keys before these that are remembered without their replies.
    pub keys: u64,
    /// Series of ordered keys that are remembered.
    pub series: usize,
    /// Bytes of the replies kept for each player and for the operator.
    pub reply_bytes_per_player: usize,
    /// Bytes of the replies of all players in memory.
    pub reply_bytes_per_world: usize,
}

impl Default for OnceSettings {
    fn default() -> Self {
        Self {
            replies: 64,
            keys: 1024,
            series: 16,
            reply_bytes_per_player: 256 << 10,
            reply_bytes_per_world: 256 << 20,
        }
    }
}

impl OnceSettings {
    /// The most replies; a reply has one of so many rows.
    pub const REPLIES_MAX: u64 = memory::BLOCK;
    /// The most keys without replies. They stay in memory with their player, eight bytes each.
    pub const KEYS_MAX: u64 = 1 << 16;
    /// The most series.
    pub const SERIES_MAX: usize = 256;
}

/// How much is remembered of keyed requests, and the replies in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct OncePlugin {
    /// The limits.
    pub settings: OnceSettings,
}

impl Plugin for OncePlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.settings).init_resource::<ReplyBudget>();
    }
}

/// Whose keys they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyHolder {
    /// A player in memory.
    Player(Entity),
    /// The operator.
    Operator,
}

impl KeyHolder {
    /// Looks up this key.
    pub fn look_up(self, world: &World, once: &OnceKey) -> Repeat {
        match self {
            Self::Player(player) => world.get::<OnceLog>(player).map_or(Repeat::New, |log| log.memory().look_up(once)),
            Self::Operator => world.resource::<OperatorKeys>().memory().look_up(once),
        }
    }

    /// Notes that the request was carried out, and keeps the reply. A later reply to the same key replaces it.
    pub fn keep(self, world: &mut World, once: OnceKey, body: &str) {
        let settings = *world.resource::<OnceSettings>();
        match self {
            Self::Player(player) => budget::keep(world, player, once, body, &settings),
            Self::Operator => world.resource_mut::<OperatorKeys>().keep(once, body, &settings),
        }
    }
}
