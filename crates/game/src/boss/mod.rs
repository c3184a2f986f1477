//! World bosses: one roster for the whole world, fought by everybody, restored every season
//! (docs/contract/world-boss-and-ranking.md#the-roster).
//!
//! Not here: entering and leaving a boss stage; that is `stages`, which strikes through [`BossField`].

mod changes;
pub mod field;
mod immortal;
pub mod model;
pub mod past;
pub mod plausible;
pub mod ranking;
pub mod requests;
pub mod rules;
pub mod systems;
mod trades;
mod usage;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use raidkeep_engine::events::EventApp;
use raidkeep_engine::in_force::InForceApp;
use raidkeep_engine::mend::MendApp;
use raidkeep_engine::rules::{Rules, RulesApp};
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::{StorageApp, WorldEntity};
use raidkeep_engine::usage::UsageApp;
use raidkeep_engine::verify::VerifyApp;

pub use field::{BossField, BossKill, BossKills};
pub use model::{BossNumbers, BossRecord, Ratios, Roster, Season, WorldBoss};
pub use past::SeasonArchive;
pub use plausible::PlausibleDamage;
pub use requests::ChallengesLeft;
pub use rules::{BOSS, BossRules};
pub use systems::SeasonEnd;
pub use trades::trades;

/// When a new season or changed rules take effect on the bosses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SystemSet)]
pub struct SeasonSystems;

/// Bosses, seasons, and the functions that show them.
pub struct BossPlugin;

impl Plugin for BossPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<BossRules>().keep_rules::<BossRules>().count_uses(WorldBoss::TABLE, usage::count);
        app.init_resource::<BossKills>().init_resource::<Roster>().init_resource::<systems::SeasonEnd>();
        app.add_event::<field::BossDied>().add_event::<systems::SeasonReset>();
        app.add_world_entities::<WorldBoss>().add_world_row::<BossNumbers>();
        app.add_world_row::<Season>().add_world_row::<SeasonArchive>().add_world_mend(systems::mend_season);
        app.add_player_rows::<BossRecord>().add_archived_rows::<past::RankedRow>();
        app.add_check("past seasons", past::check);
        // The first tick counts as a change of the rules: they may be others than before the restart.
        let follow_rules = systems::follow_rules.run_if(resource_changed::<Rules<BossRules>>);
        let follow_schedule = systems::follow_schedule.run_if(resource_changed::<Rules<BossRules>>);
        app.configure_sets(Tick, SeasonSystems.in_set(TickSystems::Calendar));
        let seasons = (follow_rules, systems::begin_season, follow_schedule, systems::expect_end);
        app.add_systems(Tick, seasons.chain().in_set(SeasonSystems));
        requests::register(app);
    }
}
