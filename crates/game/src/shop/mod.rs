//! What players buy: items for points (`buy_item`), tickets for diamonds or points (`buy_ticket`).
//!
//! Not here: how points are paid; that is `orders`. A player never names a price.

pub mod requests;
pub mod rules;
pub mod tickets;
mod trades;
mod usage;

use bevy_app::{App, Plugin};

use raidkeep_engine::rules::RulesApp;

use crate::orders::Order;
use raidkeep_engine::storage::WorldEntity;
use raidkeep_engine::usage::UsageApp;

pub use rules::{Offer, ShopRules};
pub use trades::trades;

/// The shop.
pub struct ShopPlugin;

impl Plugin for ShopPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<ShopRules>().count_uses(<Order as WorldEntity>::TABLE, usage::count);
        requests::register(app);
        tickets::register(app);
    }
}
