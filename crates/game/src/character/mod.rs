//! Attributes of a player, which follow from the level and from what the player has crafted
//! (docs/contract/role-play.md#attributes).
//!
//! Nothing here is kept: attributes are computed on demand. What decides by them is in `battles` and in
//! the narrator's checks.

pub mod model;
pub mod requests;
pub mod rules;

use bevy_app::{App, Plugin};

use raidkeep_engine::rules::RulesApp;

pub use model::{Attribute, Attributes};
pub use rules::CharacterRules;

/// Attributes, `status` and `time`.
pub struct CharacterPlugin;

impl Plugin for CharacterPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<CharacterRules>();
        requests::register(app);
    }
}
