//! `get_drop_rates`: the chances of drop tables in force for a player, and where they are rolled
//! (docs/contract/drops.md#chances).
//!
//! Not here: the tables and how they are drawn from, see [`crate::drops`].

mod places;
pub mod requests;

use bevy_app::{App, Plugin};

/// `get_drop_rates`.
pub struct DropRatesPlugin;

impl Plugin for DropRatesPlugin {
    fn build(&self, app: &mut App) {
        requests::register(app);
    }
}
