//! Hang-up: rewards for time spent away (docs/contract/hang-up.md#settlement).
//!
//! Nothing ticks; a settlement computes what the elapsed whole minutes are worth, at the same cost for a minute as for
//! a year. Minutes under earlier rules count by those rules.

mod changes;
pub mod model;
mod rates;
pub mod requests;
pub mod rules;
mod shares;
mod trades;
mod usage;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use raidkeep_engine::history::History;
use raidkeep_engine::in_force::{ForceChange, InForceApp};
use raidkeep_engine::mend::MendApp;
use raidkeep_engine::rules::{Rules, RulesApp};
use raidkeep_engine::storage::{PlayerRow, StorageApp};
use raidkeep_engine::usage::UsageApp;

pub use model::HangUp;
pub use rules::HangUpRules;
pub use trades::trades;

/// Records changed rates as in force from then on.
fn follow_rates(world: &mut World, change: &ForceChange) {
    let rates = HangUpRules::clone(world.resource::<Rules<HangUpRules>>());
    if world.resource::<History<HangUpRules>>().in_force() != Some(&rates) {
        world.resource_mut::<History<HangUpRules>>().begin(rates, change.at);
    }
}

/// `start_hang_up`, `get_hang_up_reward`, `get_hang_up_info`.
pub struct HangUpPlugin;

impl Plugin for HangUpPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<HangUpRules>().add_player_rows::<HangUp>().add_world_row::<History<HangUpRules>>();
        app.add_moments::<HangUp>();
        app.add_world_mend(|world, mend| world.resource_mut::<History<HangUpRules>>().bring_back(mend.at));
        app.add_force_hook(follow_rates).count_uses(<HangUp as PlayerRow>::TABLE, usage::count);
        requests::register(app);
    }
}
