//! World bosses: one roster for the whole world, fought by everybody, restored every season
//! (docs/contract/world-boss-and-ranking.md#the-roster).
//!
//! Not here: entering and leaving a boss stage; that is `stages`, which strikes through [`BossField`].

pub mod field;
pub mod model;
pub mod plausible;
pub mod ranking;
pub mod requests;
pub mod rules;
pub mod systems;
mod usage;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use raidkeep_engine::events::EventApp;
use raidkeep_engine::in_force::InForceApp;
use raidkeep_engine::mend::MendApp;
use raidkeep_engine::rules::{Rules, RulesApp};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::start::StartApp;
use raidkeep_engine::storage::{StorageApp, WorldEntity};
use raidkeep_engine::usage::UsageApp;

pub use field::BossField;
pub use model::{BossRecord, Ratios, Roster, Season, SeasonArchive, WorldBoss};
pub use plausible::PlausibleDamage;
pub use requests::ChallengesLeft;
pub use rules::BossRules;
pub use systems::SeasonEnd;

/// When a new season or changed rules take effect on the bosses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SystemSet)]
pub struct SeasonSystems;

/// Bosses, seasons, and the functions that show them.
pub struct BossPlugin;

impl Plugin for BossPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<BossRules>().keep_rules::<BossRules>().count_uses(WorldBoss::TABLE, usage::count);
        app.init_resource::<Roster>().init_resource::<systems::SeasonEnd>();
        app.add_event::<field::BossDied>().add_event::<systems::SeasonReset>();
        app.add_world_entities::<WorldBoss>();
        app.add_start_hook(systems::restore_roster);
        app.add_world_row::<Season>().add_world_row::<SeasonArchive>().add_world_mend(systems::mend_season);
        app.add_player_rows::<BossRecord>();
        let have_changed = resource_changed::<Rules<BossRules>>;
        let follow = (systems::follow_schedule, systems::follow_rules).chain().run_if(have_changed);
        app.configure_sets(Tick, SeasonSystems.in_set(TickSystems::Calendar));
        app.add_systems(Tick, (systems::begin_season, follow, systems::expect_end).chain().in_set(SeasonSystems));
        requests::register(app);
    }
}
