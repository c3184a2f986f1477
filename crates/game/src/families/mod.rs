//! Families: players found one, join it and leave it, and the ranking shows its name as `fid`
//! (docs/contract/world-boss-and-ranking.md#families).
//!
//! A family is an entity that is kept until its last member leaves. It belongs to its world: the document of an
//! exported player only mentions it.

mod check;
pub mod index;
pub mod model;
pub mod operator;
pub mod requests;
pub mod rules;

use bevy_app::{App, Plugin};

use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::storage::StorageApp;
use raidkeep_engine::travel::PortabilityApp;
use raidkeep_engine::verify::VerifyApp;

pub use index::{Families, FamilyIndex, rename_member};
pub use model::Family;
pub use rules::FamilyRules;

/// Families and their functions.
pub struct FamiliesPlugin;

impl Plugin for FamiliesPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<FamilyRules>().add_world_entities::<Family>();
        app.add_world_row::<model::LastFamily>().init_resource::<FamilyIndex>();
        app.add_check("families", check::check);
        app.add_farewell_system(requests::part).add_mentions::<Family>();
        requests::register(app);
        operator::register(app);
    }
}
