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
mod terms;
mod trades;
mod usage;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::drops::DropRules;
use crate::timed_events::EventRules;
use raidkeep_engine::history::History;
use raidkeep_engine::in_force::{ForceChange, InForceApp};
use raidkeep_engine::mend::MendApp;
use raidkeep_engine::rules::{Rules, RulesApp};
use raidkeep_engine::storage::{PlayerRow, StorageApp};
use raidkeep_engine::usage::UsageApp;

pub use model::HangUp;
pub use rules::HangUpRules;
pub use terms::HangUpTerms;
pub use trades::trades;

/// Records changed rates, and what they depend on, as in force from then on.
fn follow_rates(world: &mut World, change: &ForceChange) {
    let (rates, events) = (world.resource::<Rules<HangUpRules>>(), world.resource::<Rules<EventRules>>());
    let terms = HangUpTerms::of(rates, events, world.resource::<Rules<DropRules>>());
    if world.resource::<History<HangUpTerms>>().in_force() != Some(&terms) {
        world.resource_mut::<History<HangUpTerms>>().begin(terms, change.at);
    }
}

/// `start_hang_up`, `get_hang_up_reward`, `get_hang_up_info`.
pub struct HangUpPlugin;

impl Plugin for HangUpPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<HangUpRules>().add_player_rows::<HangUp>().add_world_row::<History<HangUpTerms>>();
        app.add_moments::<HangUp>();
        app.add_world_mend(|world, mend| world.resource_mut::<History<HangUpTerms>>().bring_back(mend.at));
        app.add_force_hook(follow_rates).count_uses(<HangUp as PlayerRow>::TABLE, usage::count);
        requests::register(app);
    }
}
