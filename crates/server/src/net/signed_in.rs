//! Who a connection acts for.

use crate::net::limits::Limiter;
use crate::net::way_in::Requester;
use raidkeep_engine::request::SignIn;

/// Who the connection acts for, by world. Nearly always one world.
#[derive(Default)]
pub(super) struct SignedIn {
    pub(super) actors: Vec<Actor>,
    pub(super) operator_token: Option<Box<str>>,
}

pub(super) struct Actor {
    pub(super) world: u32,
    pub(super) sign_in: SignIn,
    /// The token that was checked; `None` after a login on this connection.
    pub(super) token: Option<Box<str>>,
    pub(super) limiter: Limiter,
    /// The life of the world that knows the connection.
    pub(super) life: u64,
}

impl Requester for SignedIn {
    fn signed_in(&self, world: u32, token: Option<&str>) -> Option<SignIn> {
        let actor = self.actors.iter().find(|actor| actor.world == world)?;
        let is_same = token.is_none_or(|token| actor.token.as_deref() == Some(token));
        is_same.then_some(actor.sign_in)
    }

    fn operator_token(&self) -> Option<&str> {
        self.operator_token.as_deref()
    }

    fn check_player_limit(&self, world: u32) -> Result<(), u64> {
        self.actors.iter().find(|actor| actor.world == world).map_or(Ok(()), |actor| actor.limiter.check())
    }
}
