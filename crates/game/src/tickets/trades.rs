//! Tickets that come by themselves, and those that are bought.

use crate::tickets::TicketRules;
use crate::trade::{Frequency, Good, Trade, TradeKind};
use raidkeep_engine::rules::{Place, SingleFile, Tables};

/// The tickets of a day, then what sells tickets.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let Some(rules) = tables.get::<TicketRules>() else {
        return Vec::new();
    };
    let file = Place::file(<TicketRules as SingleFile>::PATH);
    let daily = rules.kinds.iter().enumerate().map(|(index, kind)| {
        let place = file.clone().key("kinds").index(index);
        Trade::new(TradeKind::Time, format!("a day's tickets {} ({})", kind.name, kind.key), place, "daily")
            .giving(Good::Ticket(kind.key), kind.daily.into(), "daily")
            .with_frequency(Frequency::PerDay(1))
    });
    let bought = rules.purchases.iter().enumerate().flat_map(|(index, purchase)| {
        let place = file.clone().key("purchases").index(index);
        let name = rules.kind(purchase.ticket).map_or("", |kind| kind.name.as_str());
        let allowed = rules.kind(purchase.allowance).map_or(0, |kind| kind.daily.max(kind.daily_of(true)));
        let one = |key, words: &str| {
            let name = format!("buying a ticket {name} ({}){words}", purchase.ticket);
            Trade::new(TradeKind::Ticket, name, place.clone(), key)
                .giving(Good::Ticket(purchase.ticket), 1.0, "ticket")
                .with_frequency(Frequency::PerDay(allowed))
        };
        // One that costs nothing is told by the table itself.
        let for_items = (!purchase.price.is_empty()).then(|| one("price", "").taking_items(&purchase.price, "price"));
        let for_points = purchase
            .price_points
            .map(|points| one("price_points", " for points").taking(Good::Points, points.into(), "price_points"));
        for_items.into_iter().chain(for_points)
    });
    daily.chain(bought).collect()
}
