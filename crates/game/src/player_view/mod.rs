//! `player_view`: everything that operators may know of one player, in one reply.
//!
//! What there is to see comes from the features: each registers its part
//! ([`add_view_part`](raidkeep_engine::views::ViewApp::add_view_part)), and the reply has all of them or the one that is
//! asked for.

pub mod asked;
pub mod past;
pub mod requests;

use bevy_app::{App, Plugin};

/// `player_view`, `player_as_of`, `player_requests` and `player_scenario`.
pub struct PlayerViewPlugin;

impl Plugin for PlayerViewPlugin {
    fn build(&self, app: &mut App) {
        requests::register(app);
        past::register(app);
        asked::register(app);
    }
}
