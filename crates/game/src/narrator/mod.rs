//! The scripted narrator: scenes, checks and endings that designers write (docs/contract/role-play.md#narrator).
//!
//! A [`Script`] is what can happen, a [`Story`] how far one player is in it, a [`Beat`] what one message of the player
//! leads to. The narrator works out words and ways only. It gives no rewards and keeps nothing: tasks do. Everything
//! here follows from the script, the player's words, its abilities and a die that was rolled before.
//!
//! `docs/narrator.md` explains the files to designers.

pub mod abilities;
pub mod cast;
pub mod check;
pub mod colour;
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
pub use game_master::GameMaster;
pub use rules::NarratorRules;
pub use script::{Script, ScriptEnding};
pub use story::{Beat, Said, Story};

/// The narrator's rules: characters, the game master and what a check counts.
pub struct NarratorPlugin;

impl Plugin for NarratorPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<colour::ColourRequest>();
        app.add_rules::<NarratorRules>().add_rules::<Cast>().add_rules::<GameMaster>();
    }
}
