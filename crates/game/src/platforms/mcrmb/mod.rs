//! The payment platform MCRMB (docs/contract/points-platform.md).
//!
//! Not here: what is paid for, and how it is paid only once; that is `orders`.

pub mod cards;
pub mod gateway;
pub mod requests;
pub mod wire;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::platforms::PlatformSystems;
use crate::platforms::settings::McrmbSettings;
use raidkeep_engine::exchange::lines::{Exchanges, Line};
use raidkeep_engine::schedule::Tick;

pub use gateway::Gateway;
pub use wire::{PlatformData, PlatformReply};

/// The line to the platform.
pub const PAYMENTS: Line = Line("mcrmb");

/// The platform's functions for players. Without a platform they exist and answer that there is none.
#[derive(Default)]
pub struct McrmbPlugin {
    /// The platform's settings.
    pub platform: Option<McrmbSettings>,
}

impl Plugin for McrmbPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<cards::CardTypes>();
        requests::register(app);
        if let Some(platform) = &self.platform {
            app.world_mut().resource_mut::<Exchanges>().add_line(PAYMENTS, platform.line);
            app.add_systems(Tick, cards::learn.in_set(PlatformSystems::Learn));
        }
        app.insert_resource(Gateway::new(self.platform.clone()));
    }
}
