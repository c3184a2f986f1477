//! The rule sets of the server: the realm keeps the last ones, and knows which one is pinned.
//!
//! A folder only publishes. Whoever has read and checked it, the [`Reloader`](raidkeep_engine::reload::Reloader), first has the
//! set kept here (`rules_keep`, which only the server itself may call) and then tells the worlds. While a set is pinned, what
//! the folder has is not put into force. At a start the server reads the pinned set ([`set_in_force`]) before any world runs.
//!
//! What a set would do can be studied (`rules_study`): a process beside the server simulates players under it. The realm asks
//! a [`StudyDesk`], which the program brings, and keeps nothing of it.
//!
//! Not here: how rules are read and checked, which is the engine's; how they are compared and simulated, which is the studio's.

pub mod differences;
mod keep;
mod model;
pub mod requests;
mod sides;
pub mod studies;
pub mod study_requests;

use bevy_app::{App, Plugin};
use raidkeep_engine::storage::StorageApp;
use raidkeep_engine::verify::VerifyApp;

pub use differences::{DifferentValue, RuleDiffer, RuleDifference};
pub use keep::{RulesKeep, RulesKept, WrittenFile};
pub use model::{SetInForce, set_in_force};
pub use studies::{StudyDesk, StudyRoom};

use model::{KeptRuleSet, RuleBook};

/// The rule sets as a plugin.
#[derive(Debug, Default)]
pub struct RuleSetsPlugin {
    /// What says how two sets differ; `None` = `rules_diff` is refused.
    pub differ: Option<RuleDiffer>,
    /// Where rule sets are studied.
    pub studies: StudyRoom,
}

impl Plugin for RuleSetsPlugin {
    fn build(&self, app: &mut App) {
        app.add_world_row::<RuleBook>().add_archived_rows::<KeptRuleSet>();
        if let Some(differ) = self.differ {
            app.insert_resource(differ);
        }
        keep::register(app);
        requests::register(app);
        differences::register(app);
        app.insert_resource(self.studies.clone());
        study_requests::register(app);
    }
}
