//! A chat endpoint in the manner of OpenAI's `/v1/chat/completions`, such as any local model server
//! (docs/contract/role-play.md#narrator). It is optional, and what it answers is text and nothing else.

pub mod wire;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::platforms::settings::ChatSettings;
use raidkeep_engine::exchange::lines::{Exchanges, Line};

/// What leads to the endpoint.
pub const CHAT: Line = Line("narrator");

/// Where the endpoint is, if there is one.
#[derive(Debug, Clone, Default, Resource)]
pub struct ChatEndpoint(pub Option<ChatSettings>);

/// The line to the endpoint.
#[derive(Default)]
pub struct ChatPlugin {
    /// Where it is.
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
