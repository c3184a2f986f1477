//! What offers cost and give.

use crate::shop::rules::ShopRules;
use crate::trade::{Good, Trade, TradeKind};
use raidkeep_engine::rules::{Place, SingleFile, Tables};

/// The offers.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let offers = tables.get::<ShopRules>().into_iter().flat_map(|rules| &rules.offers).enumerate();
    let trade = |(index, offer): (usize, &crate::shop::Offer)| {
        let place = Place::file(<ShopRules as SingleFile>::PATH).key("offers").index(index);
        Trade::new(TradeKind::Offer, format!("offer {} ({})", offer.name, offer.id), place, "price")
            .taking(Good::Points, offer.price.into(), "price")
            .giving_items(&offer.items, 1.0, "items")
    };
    offers.map(trade).collect()
}
