//! External platforms: MCRMB payments (docs/contract/points-platform.md), SUD reports (docs/contract/game-reports.md)
//! and the narrator's chat endpoint.

pub mod chat;
pub mod mcrmb;
pub mod secret;
pub mod settings;
pub mod signature;
pub mod sud;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use raidkeep_engine::schedule::{Tick, TickSystems};

/// The systems that talk to the platforms in a tick, in this order, so that the results of one reach the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, SystemSet)]
pub enum PlatformSystems {
    /// Learns what a platform offers.
    Learn,
    /// Advances orders.
    Orders,
    /// Sends reports.
    Reports,
    /// Notifies old clients at their address.
    Push,
}

/// The order in which features talk to the platforms.
pub struct PlatformsPlugin;

impl Plugin for PlatformsPlugin {
    fn build(&self, app: &mut App) {
        let order =
            (PlatformSystems::Learn, PlatformSystems::Orders, PlatformSystems::Reports, PlatformSystems::Push).chain();
        app.configure_sets(Tick, order.in_set(TickSystems::Platforms));
    }
}
