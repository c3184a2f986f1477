//! Warnings about rewards that cost nothing, and about costs that come back with the rewards.

use crate::drops::{DropRules, Drops};
use crate::items::{Amount, ItemId, ItemRules};
use crate::stages::rules::{ModeRules, StageBlock};
use crate::tickets::TicketRules;
use raidkeep_engine::rules::{Place, Report, Tables};

/// What one round of something takes and, on average, brings.
pub(super) struct Round<'a> {
    pub(super) energy: i64,
    pub(super) cost: &'a [Amount],
    pub(super) brings: Expected<'a>,
}

/// The rewards of one round, of which chance may draw some.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) rewards: &'a [Amount],
    /// How many of the rewards are drawn, with replacement; `None` = all are granted.
    pub(super) draws: Option<u32>,
    pub(super) drops: &'a Drops,
    pub(super) exp: i64,
}

impl<'a> Expected<'a> {
    fn of(block: &'a StageBlock) -> Self {
        Self { rewards: &block.rewards, draws: block.random, drops: &block.drops, exp: block.exp }
    }

    /// How much of an item one round brings on average.
    fn of_item(self, item: ItemId, tables: &Tables) -> f64 {
        let listed: i64 = self.rewards.iter().filter(|reward| reward.item == item).map(|reward| reward.quantity).sum();
        let drawn = self.draws.map_or(1.0, |draws| f64::from(draws) / self.rewards.len().max(1) as f64);
        let rolled = tables.get::<DropRules>().map_or(0.0, |rules| {
            let rolls = self.drops.rolls().iter();
            rolls.filter_map(|roll| Some(f64::from(roll.times) * rules.rates(&roll.table)?.mean_of(item))).sum()
        });
        listed as f64 * drawn + rolled
    }

    fn is_something(self) -> bool {
        self.exp > 0 || !self.drops.is_empty() || self.rewards.iter().any(|reward| reward.quantity > 0)
    }
}

impl Round<'_> {
    /// Reports a round that can be had again and again for nothing, or whose cost comes back. `place` holds `energy` and
    /// `cost`.
    pub(super) fn look(&self, tables: &Tables, place: &Place, report: &mut Report) {
        let is_free = self.energy == 0 && self.cost.iter().all(|cost| cost.quantity == 0);
        if is_free && self.brings.is_something() {
            let message = "is free: it takes neither energy nor items, so that its rewards can be had without end";
            report.warning(place.clone().key("energy"), message).hint("expected energy of 1 or more, or a cost");
        }
        for (index, cost) in self.cost.iter().enumerate().filter(|(_, cost)| cost.quantity > 0) {
            let brought = self.brings.of_item(cost.item, tables);
            if brought >= cost.quantity as f64 {
                let name = name_of(cost.item, tables);
                let message = format!("comes back: it takes {} of {name} and brings {brought}", cost.quantity);
                report.warning(place.clone().key("cost").index(index), message);
            }
        }
    }
}

fn name_of(item: ItemId, tables: &Tables) -> String {
    tables.get::<ItemRules>().map_or_else(|| item.to_string(), |items| format!("{item} ({})", items.name_of(item)))
}

/// Looks at the entries of one stage: the new one and the legacy one.
///
/// What pays once only (a stage that cannot be repeated, or that is open at times) may give more than it takes.
pub(super) fn look(mode: &ModeRules, block: &StageBlock, tables: &Tables, place: &Place, report: &mut Report) {
    if !mode.repeatable || block.is_timed() {
        return;
    }
    look_at_ticket(mode, block, tables, place, report);
    if mode.ticket.is_some() {
        return;
    }
    let brings = Expected::of(block);
    Round { energy: block.energy, cost: &block.cost, brings }.look(tables, place, report);
    if let Some(legacy) = &block.legacy {
        let place = place.clone().key("legacy");
        Round { energy: legacy.energy, cost: &legacy.cost, brings }.look(tables, &place, report);
    }
}

/// Reports a stage that brings what its ticket is sold for.
fn look_at_ticket(mode: &ModeRules, block: &StageBlock, tables: &Tables, place: &Place, report: &mut Report) {
    let purchases = tables.get::<TicketRules>().map_or(&[][..], |tickets| &tickets.purchases);
    let sold = purchases.iter().filter(|purchase| Some(purchase.ticket) == mode.ticket);
    for price in sold.flat_map(|purchase| &purchase.price).filter(|price| price.quantity > 0) {
        let brought = Expected::of(block).of_item(price.item, tables);
        if brought >= price.quantity as f64 {
            let at = block.rewards.iter().position(|reward| reward.item == price.item);
            let place = match at {
                Some(at) => place.clone().key("rewards").index(at),
                None => place.clone().key("drops"),
            };
            let (name, price) = (name_of(price.item, tables), price.quantity);
            let message =
                format!("pays for its own ticket: brings {brought} of {name}, and the ticket is sold for {price}");
            report.warning(place, message).hint("the price is in tickets.ron");
        }
    }
}
