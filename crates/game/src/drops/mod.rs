//! Drop tables: rewards by chance, from `drops/*.ron` (docs/contract/drops.md).
//!
//! A list of rewards names tables in [`Drops`]; [`DropRules::draw`] draws from them, and `rates` says how often what comes.
//! The misses that lead to a guarantee are kept with what the player owns ([`crate::items::Misses`]).

mod chance;
mod check;
mod draw;
mod rates;
mod reference;
mod requests;
mod rules;
#[cfg(test)]
mod tests;
mod trades;

pub use rates::{DropLine, TableRates};
pub use reference::{DROP, DropRoll, Drops};
pub use requests::{DropRates, GetDropRates};
pub use rules::{Chest, DropEntry, DropFile, DropRules, DropTable};
pub use trades::trades;

use bevy_app::{App, Plugin};

use raidkeep_engine::in_force::InForceApp;
use raidkeep_engine::rules::RulesApp;

/// Drop tables, and the function that shows their chances.
pub struct DropsPlugin;

impl Plugin for DropsPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<DropRules>().keep_rules::<DropRules>();
        requests::register(app);
    }
}
