//! Finding players, for operators: `player_find` by whatever a player can tell about itself, and `player_list`, which pages
//! through all.
//!
//! The names in order are kept by `identity`; everything else that finds a player is looked up where it is kept.

pub mod find;
pub mod list;

use bevy_app::{App, Plugin};

/// `player_find` and `player_list`.
pub struct PlayerSearchPlugin;

impl Plugin for PlayerSearchPlugin {
    fn build(&self, app: &mut App) {
        find::register(app);
        list::register(app);
    }
}
