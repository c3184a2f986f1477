//! World bosses: one roster for the whole world, fought by everybody, whole again each month (semantics, section 9).
//!
//! Not here: entering and leaving a boss stage; that is `stages`, which strikes through [`BossField`].

pub mod field;
pub mod model;
pub mod requests;
pub mod rules;
pub mod systems;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::events::EventApp;
use crate::rules::{Rules, RulesApp};
use crate::storage::StorageApp;
use crate::tick::{Tick, TickSystems};

pub use field::BossField;
pub use model::{BossRecord, Ratios, Roster, Season, SeasonArchive, WorldBoss};
pub use rules::BossRules;

/// Bosses, seasons, and the functions that show them.
pub struct BossPlugin;

impl Plugin for BossPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<BossRules>();
        app.init_resource::<Roster>();
        app.add_event::<field::BossDied>("boss_died").add_event::<systems::SeasonReset>("season_reset");
        app.add_world_entities::<WorldBoss>();
        app.add_world_row::<Season>().add_world_row::<SeasonArchive>();
        app.add_player_rows::<BossRecord>();
        let follow_rules = systems::follow_rules.run_if(resource_changed::<Rules<BossRules>>);
        app.add_systems(Tick, (systems::begin_season, follow_rules).chain().in_set(TickSystems::Calendar));
        requests::register(app);
    }
}
