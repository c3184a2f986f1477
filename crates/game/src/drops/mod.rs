//! Drop tables: rewards by chance, from `drops/*.ron` (docs/contract/drops.md).
//!
//! A list of rewards names tables in [`Drops`]; [`DropRules::draw`] draws from them, and `rates` says how often what comes.
//! [`DropTables`] has the tables as a player's own events change them.
//! The misses that lead to a guarantee are kept with what the player owns ([`crate::items::Misses`]).
//!
//! Not here: where tables are rolled, and what players are told of that; see [`crate::drop_rates`].

mod chance;
mod changes;
mod check;
mod draw;
mod own;
mod rates;
mod reference;
mod rules;
#[cfg(test)]
mod tests;
mod trades;

pub use own::DropTables;
pub use rates::{DropLine, DropRate, TableRates};
pub use reference::{DROP, DropRoll, Drops};
pub use rules::{Chest, DropEntry, DropFile, DropRules, DropTable};
pub use trades::{rolling, trades};

use bevy_app::{App, Plugin};

use raidkeep_engine::in_force::InForceApp;
use raidkeep_engine::rules::RulesApp;

/// Drop tables.
pub struct DropsPlugin;

impl Plugin for DropsPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<DropRules>().keep_rules::<DropRules>();
    }
}
