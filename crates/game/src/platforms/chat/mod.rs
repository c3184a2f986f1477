//! A chat endpoint compatible with OpenAI's `/v1/chat/completions`, such as any local model server
//! (docs/contract/role-play.md#narrator). It is optional, and its answers are only ever used as text.

mod content;
pub mod wire;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::platforms::settings::ChatSettings;
use raidkeep_engine::exchange::lines::{Exchanges, Line};

/// The line to the endpoint.
pub const CHAT: Line = Line("narrator");

/// The endpoint's settings, if there is one.
#[derive(Debug, Clone, Default, Resource)]
pub struct ChatEndpoint(pub Option<ChatSettings>);

/// Connects the endpoint.
#[derive(Default)]
pub struct ChatPlugin {
    /// The endpoint's settings.
    pub endpoint: Option<ChatSettings>,
}

impl Plugin for ChatPlugin {
    fn build(&self, app: &mut App) {
        if let Some(endpoint) = &self.endpoint {
            app.world_mut().resource_mut::<Exchanges>().add_line(CHAT, endpoint.line);
        }
        app.insert_resource(ChatEndpoint(self.endpoint.clone()));
    }
}
