//! What goods are called: names beside ids.

use std::collections::HashMap;

use crate::items::{ItemId, ItemRules};
use crate::tickets::TicketRules;
use crate::trade::{Good, Quantity, TradePart};
use raidkeep_engine::rules::Tables;

pub(super) struct GoodNames<'t> {
    items: HashMap<ItemId, &'t str>,
    tickets: Option<&'t TicketRules>,
}

impl<'t> GoodNames<'t> {
    pub(super) fn of(tables: &'t Tables) -> Self {
        let items = tables.get::<ItemRules>().into_iter().flat_map(|rules| &rules.items);
        Self { items: items.map(|item| (item.id, item.name.as_str())).collect(), tickets: tables.get() }
    }

    /// A good's name, in the game's words.
    pub(super) fn name(&self, good: Good) -> String {
        match good {
            Good::Item(item) => {
                self.items.get(&item).map_or_else(|| item.to_string(), |name| format!("{name} ({item})"))
            }
            Good::Energy => "energy".to_owned(),
            Good::Experience => "experience".to_owned(),
            Good::Ticket(key) => {
                let kind = self.tickets.and_then(|tickets| tickets.kind(key));
                kind.map_or_else(|| format!("ticket {key}"), |kind| format!("ticket {} ({key})", kind.name))
            }
            Good::Points => "points".to_owned(),
        }
    }

    /// Some goods with their quantities, `times` over.
    pub(super) fn list(&self, parts: &[TradePart], times: f64) -> String {
        let mut goods: Vec<(Good, f64)> = Vec::new();
        for part in parts {
            match goods.iter_mut().find(|(known, _)| *known == part.good) {
                Some((_, sum)) => *sum += part.quantity * times,
                None => goods.push((part.good, part.quantity * times)),
            }
        }
        let shown: Vec<String> =
            goods.into_iter().map(|(good, quantity)| format!("{} {}", Quantity(quantity), self.name(good))).collect();
        if shown.is_empty() { "nothing".to_owned() } else { shown.join(" + ") }
    }
}
