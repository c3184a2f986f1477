//! What mails of events give.

use crate::timed_events::rules::EventRules;
use crate::trade::{Frequency, Trade, TradeKind};
use raidkeep_engine::rules::Tables;

/// The mails.
pub fn trades(tables: &Tables) -> Vec<Trade> {
    let events = tables.get::<EventRules>().into_iter().flat_map(EventRules::all);
    let mails = events.filter_map(|(id, event)| {
        let mail = event.mail.as_ref()?;
        let trade = Trade::new(
            TradeKind::Gift,
            format!("mail of event {} ({id})", event.name.zh),
            EventRules::place_of(id),
            "mail",
        );
        Some(trade.giving_items(&mail.items, 1.0, "mail.items").with_frequency(Frequency::Seldom))
    });
    mails.collect()
}
