//! Hang-up: rewards for time spent away (docs/contract/hang-up.md#settlement).
//!
//! Nothing ticks; a settlement computes what the elapsed whole minutes are worth, at the same cost for a minute as for
//! a year. Minutes under earlier rules count by those rules.

mod changes;
pub mod model;
pub mod requests;
pub mod rules;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use raidkeep_engine::clock::Clock;
use raidkeep_engine::history::History;
use raidkeep_engine::mend::MendApp;
use raidkeep_engine::rules::{Rules, RulesApp};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::StorageApp;

pub use model::HangUp;
pub use rules::HangUpRules;

/// Records changed rules as in force from now on.
fn follow_rules(rules: Res<Rules<HangUpRules>>, clock: Res<Clock>, mut history: ResMut<History<HangUpRules>>) {
    if history.in_force() != Some(&**rules) {
        history.begin(HangUpRules::clone(&rules), clock.now());
    }
}

/// `start_hang_up`, `get_hang_up_reward`, `get_hang_up_info`.
pub struct HangUpPlugin;

impl Plugin for HangUpPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<HangUpRules>().add_player_rows::<HangUp>().add_world_row::<History<HangUpRules>>();
        app.add_moments::<HangUp>();
        app.add_world_mend(|world, mend| world.resource_mut::<History<HangUpRules>>().bring_back(mend.at));
        let follow_rules = follow_rules.run_if(resource_changed::<Rules<HangUpRules>>);
        app.add_systems(Tick, follow_rules.in_set(TickSystems::Receive));
        requests::register(app);
    }
}
