//! Stages: entering, winning, sweeping (docs/contract/stages.md#sessions).
//!
//! Modes differ in data, not in code: one session, one way in and one way out serve all of them,
//! in the new functions and in the legacy ones.

pub mod attempts;
pub mod boss_room;
mod changes;
mod codes;
pub mod layouts;
pub mod legacy;
pub mod model;
pub mod modes;
pub mod requests;
pub mod rounds;
pub mod rules;
mod runs;
pub mod session;
pub mod suspects;
mod suspicion;
pub mod sweep;
mod tally;
mod terms;
mod trades;
mod usage;
mod winnings;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use raidkeep_engine::in_force::InForceApp;
use raidkeep_engine::mend::MendApp;
use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::{PlayerEntity, StorageApp};
use raidkeep_engine::travel::PortabilityApp;
use raidkeep_engine::usage::UsageApp;

pub use layouts::{LayoutRules, MonsterRules};
pub use model::{HighestStages, Mode, Progress};
pub use rules::StageRules;
pub use session::{CurrentSession, OpenSession, SessionOf, StageCounts, StageSession};
pub use sweep::SweepRules;
pub use tally::StageTally;
pub use trades::trades;

/// Stages of every mode, and sweeping.
pub struct StagesPlugin;

impl Plugin for StagesPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<StageRules>().add_rules::<SweepRules>().add_rules::<MonsterRules>().add_rules::<LayoutRules>();
        app.add_moments::<Progress>();
        app.add_player_rows::<Progress>().add_player_rows::<StageCounts>().add_player_entities::<StageSession>();
        app.init_resource::<StageTally>();
        app.keep_rules::<StageRules>().add_start_reader(StageSession::TABLE, session::count_followers);
        app.count_uses(StageSession::TABLE, usage::count);
        requests::register(app);
        attempts::register(app);
        legacy::register(app);
        sweep::register(app);
        suspects::register(app);
        app.add_farewell(rounds::part);
        app.add_systems(Tick, rounds::report_boss_sessions.after(TickSystems::Handle).before(TickSystems::Simulate));
    }
}
