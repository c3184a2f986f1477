//! The scripted narrator: scenes, checks and endings that designers write (docs/contract/role-play.md#narrator).
//!
//! A [`Script`] is what can happen, a [`Story`] how far one player is in it, a [`Beat`] the consequence of one message
//! from the player. The narrator only determines texts and transitions. It grants no rewards and stores nothing: tasks
//! do. Everything here follows from the script, the player's words, the player's abilities and a die that was rolled
//! before.
//!
//! `docs/narrator.md` explains the files to designers.

pub mod abilities;
pub mod cast;
pub mod check;
pub mod colour;
pub mod events;
pub mod game_master;
pub mod rules;
pub mod script;
pub mod story;
pub mod words;

use bevy_app::{App, Plugin};

use raidkeep_engine::rules::RulesApp;

pub use abilities::Abilities;
pub use cast::Cast;
pub use check::check_script;
pub use colour::Colours;
pub use events::{SpecialEvent, SpecialEvents};
pub use game_master::GameMaster;
pub use rules::NarratorRules;
pub use script::{Script, ScriptEnding};
pub use story::{Beat, Said, Story};

/// The narrator's rules: characters, the game master, special events and the parameters of checks.
pub struct NarratorPlugin;

impl Plugin for NarratorPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<colour::ColourRequest>();
        app.add_rules::<NarratorRules>().add_rules::<Cast>().add_rules::<GameMaster>().add_rules::<SpecialEvents>();
    }
}
