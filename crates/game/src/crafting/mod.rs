//! Crafting: players spend 龙眼 on skills and 凤羽 on equipment of their own description
//! (docs/contract/role-play.md#crafting).
//!
//! Not here: the effects of skills and equipment; `character` turns them into attributes, `battles` into verdicts.

mod changes;
pub mod model;
pub mod requests;
pub mod rules;
mod trades;

use bevy_app::{App, Plugin};

use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::storage::StorageApp;

pub use model::{Craft, CraftKind, Possessions};
pub use rules::CraftRules;
pub use trades::trades;

/// Players' possessions, `merge`, `bag`, `skill` and `legal`.
pub struct CraftingPlugin;

impl Plugin for CraftingPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<CraftRules>().add_player_rows::<Possessions>();
        requests::register(app);
    }
}
