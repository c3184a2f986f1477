//! Items, what a player owns (docs/contract/items-and-levels.md#items), and the ledger of all changes.
//!
//! Not here: what anything costs or yields; that is in the rules of the features.

mod amount;
mod check;
pub mod ledger;
mod legacy;
mod misses;
mod model;
mod portable;
pub mod requests;
mod rules;
mod terms;
pub mod usage;
mod view;

pub use amount::{Amount, CurvedAmount, GROUPS, ItemId};
pub use ledger::Cause;
pub use legacy::LegacyChange;
pub use misses::Misses;
pub use model::Inventory;
pub(crate) use model::OPENING;
pub use rules::{ITEM, Item, ItemRules, POTION};
pub use terms::{ExpiringItem, ItemTerms};

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;

use crate::items::ledger::LedgerSettings;
use raidkeep_engine::rules::RulesApp;
use raidkeep_engine::schedule::{Tick, TickSystems};
use raidkeep_engine::storage::{PlayerRows, StorageApp};
use raidkeep_engine::usage::UsageApp;
use raidkeep_engine::verify::VerifyApp;

/// Items and what players own.
#[derive(Default)]
pub struct ItemsPlugin {
    /// The operator's settings for the ledger.
    pub ledger: LedgerSettings,
}

impl Plugin for ItemsPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.ledger);
        app.add_rules::<ItemRules>().add_player_rows::<Inventory>().add_player_rows::<ItemTerms>();
        app.add_systems(Tick, terms::end_terms.after(TickSystems::Receive).before(TickSystems::Calendar));
        app.add_systems(Tick, terms::begin_terms.after(TickSystems::PutAway).before(TickSystems::Extensions));
        app.add_table(ledger::TABLE_READER).add_check("ledgers", check::check);
        app.count_uses(<Inventory as PlayerRows>::TABLE, usage::count);
        requests::register(app);
        view::register(app);
    }
}
