//! What keeps a player out whose token would be valid, such as a ban.
//!
//! It costs an honest request nothing: whatever raises a barrier ends the player's token as well, so barriers are looked at
//! only where a token is refused and where a player logs in.

use bevy_app::App;
use bevy_ecs::prelude::*;

use crate::closing::Closure;
use crate::request::Refusal;
use crate::storage::Stored;

/// Why this player may not act or log in now; `None` = it may. It reads rows and the clock only.
pub type Barrier = fn(&World, Entity) -> Option<Refusal>;

/// All that features have registered.
#[derive(Debug, Default, Resource)]
struct Barriers(Vec<Barrier>);

/// How a feature keeps players out.
pub trait BarrierApp {
    /// Registers a barrier. Whoever raises it ends the player's token ([`Login::end`](crate::login::Login::end)).
    fn add_barrier(&mut self, barrier: Barrier) -> &mut Self;
}

impl BarrierApp for App {
    fn add_barrier(&mut self, barrier: Barrier) -> &mut Self {
        self.world_mut().get_resource_or_init::<Barriers>().0.push(barrier);
        self
    }
}

/// Why this player may neither act nor log in, if something keeps it out: a closed game, or a barrier.
pub fn barred(world: &World, player: Entity) -> Option<Refusal> {
    let account = world.get::<Stored>(player).map(Stored::account);
    let closed = account.and_then(|account| world.get_resource::<Closure>()?.refusal(account));
    closed.or_else(|| world.get_resource::<Barriers>()?.0.iter().find_map(|barrier| barrier(world, player)))
}
