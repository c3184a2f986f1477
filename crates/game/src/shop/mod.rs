//! What players buy: items for points (`buy_item`), tickets for diamonds or points (`buy_ticket`).
//!
//! Not here: how points are paid; that is `orders`. A player never names a price.

pub mod requests;
pub mod rules;
pub mod tickets;

use bevy_app::{App, Plugin};

use raidkeep_engine::rules::RulesApp;

pub use rules::{Offer, ShopRules};

/// The shop.
pub struct ShopPlugin;

impl Plugin for ShopPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<ShopRules>();
        requests::register(app);
        tickets::register(app);
    }
}
