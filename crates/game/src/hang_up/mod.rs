//! Hang-up: rewards for time spent away (docs/contract/hang-up.md#settlement).
//!
//! Nothing ticks; a settlement computes what the elapsed whole minutes are worth, at the same cost for a minute as for
//! a year.

pub mod model;
pub mod requests;
pub mod rules;

use bevy_app::{App, Plugin};

use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::storage::StorageApp;

pub use model::HangUp;
pub use rules::HangUpRules;

/// `start_hang_up`, `get_hang_up_reward`, `get_hang_up_info`.
pub struct HangUpPlugin;

impl Plugin for HangUpPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<HangUpRules>().add_player_rows::<HangUp>();
        requests::register(app);
    }
}
