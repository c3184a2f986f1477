//! Limited-time items: when those of a player end.
//!
//! Code that grants or takes items need not know about terms: they follow the inventory at the end of a tick, and in
//! the second in which a term ends its items are removed before any request sees them.

use bevy_ecs::lifecycle::HookContext;
use bevy_ecs::prelude::*;
use bevy_ecs::world::DeferredWorld;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::items::ledger::{Cause, as_numbers};
use crate::items::{Amount, Inventory, Item, ItemId, ItemRules};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::due::{Agenda, Occasion};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Arrival, Edit, PlayerRow, Touched, Unfit};

/// The ledger's cause for expired items.
const EXPIRED: Cause = Cause::new("expired");

/// The next end of a player's items, by entity.
const ITEM_ENDS: Occasion = Occasion("item ends");

/// The most lots of one item. Beyond this, new items join the latest lot.
const LOTS_MAX: usize = 64;

/// A quantity of a limited item that the player got at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Lot {
    #[serde(with = "as_numbers")]
    item: ItemId,
    /// 1 or more.
    quantity: i64,
    /// When the first of them ends, unix seconds.
    ends_at: i64,
    /// How much later each of the others ends; 0 = all end together.
    each_seconds: i64,
}

impl Lot {
    /// When the last of them ends.
    fn last_ends_at(&self) -> i64 {
        self.ends_at.saturating_add(self.each_seconds.saturating_mul(self.quantity - 1))
    }

    /// Removes what has ended; returns how many.
    fn expire(&mut self, now: i64) -> i64 {
        let late = now.saturating_sub(self.ends_at);
        if late < 0 {
            return 0;
        }
        let ended =
            late.checked_div(self.each_seconds).map_or(self.quantity, |more| self.quantity.min(more.saturating_add(1)));
        self.quantity -= ended;
        self.ends_at = self.ends_at.saturating_add(self.each_seconds.saturating_mul(ended));
        ended
    }
}

/// When a player's limited items end.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component, Serialize, Deserialize)]
#[component(on_add = expect_end, on_remove = forget_end)]
pub struct ItemTerms {
    lots: Vec<Lot>,
}

/// A limited item, as its owner sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExpiringItem {
    /// Which.
    item: ItemId,
    /// How many end next.
    quantity: i64,
    /// Seconds until they do.
    cd: i64,
    /// The same as a moment, unix seconds.
    expires_at: i64,
    /// When the last of this item ends, unix seconds.
    last_expires_at: i64,
}

impl ItemTerms {
    /// The same, matched to the inventory: new items get their time, and spent ones lose it.
    #[must_use]
    pub fn followed(&self, inventory: &Inventory, rules: &ItemRules, now: i64) -> Self {
        let mut terms = self.clone();
        terms.lots.retain(|lot| rules.item(lot.item).is_some_and(|item| item.expires_after.is_some()));
        for item in &rules.items {
            let Some(span) = item.expires_after else {
                continue;
            };
            let own = self.lots.iter().filter(|lot| lot.item == item.id);
            let known = own.fold(0_i64, |known, lot| known.saturating_add(lot.quantity));
            let change = inventory.quantity(item.id).saturating_sub(known);
            if change > 0 {
                terms.add(item, change, span.seconds, rules, now);
            } else if change < 0 {
                terms.take(item.id, -change);
            }
        }
        terms
    }

    fn add(&mut self, item: &Item, quantity: i64, seconds: i64, rules: &ItemRules, now: i64) {
        let (begins_at, each_seconds) = match &item.in_turn {
            None => (now, 0),
            Some(turn) => {
                let is_before =
                    |lot: &&Lot| rules.item(lot.item).is_some_and(|item| item.in_turn.as_ref() == Some(turn));
                let before = self.lots.iter().filter(is_before).map(Lot::last_ends_at).max();
                (before.map_or(now, |before| before.max(now)), seconds)
            }
        };
        let ends_at = begins_at.saturating_add(seconds);
        let lots = self.lots.iter().filter(|lot| lot.item == item.id).count();
        let latest = self.lots.iter_mut().filter(|lot| lot.item == item.id).max_by_key(|lot| lot.last_ends_at());
        if let Some(latest) = latest {
            let follows_on = latest.last_ends_at().saturating_add(each_seconds) == ends_at;
            if latest.each_seconds == each_seconds && follows_on {
                latest.quantity = latest.quantity.saturating_add(quantity);
                return;
            }
            if lots >= LOTS_MAX {
                let joined = Lot { item: item.id, quantity, ends_at, each_seconds };
                let (quantity, ends_at) = (latest.quantity.saturating_add(quantity), joined.last_ends_at());
                *latest = Lot { quantity, ends_at, each_seconds: 0, ..joined };
                return;
            }
        }
        self.lots.push(Lot { item: item.id, quantity, ends_at, each_seconds });
    }

    /// Removes what the player has spent: the first of those that end together, the last of those in turn, so that the
    /// time of the current one continues.
    fn take(&mut self, item: ItemId, mut quantity: i64) {
        let mut order: Vec<usize> = (0..self.lots.len()).filter(|at| self.lots[*at].item == item).collect();
        order.sort_by_key(|at| {
            let lot = &self.lots[*at];
            if lot.each_seconds == 0 { (0, lot.ends_at) } else { (1, -lot.last_ends_at()) }
        });
        for at in order {
            let taken = quantity.min(self.lots[at].quantity);
            self.lots[at].quantity -= taken;
            quantity -= taken;
        }
        self.lots.retain(|lot| lot.quantity > 0);
    }

    /// Removes what has ended; returns it.
    fn expire(&mut self, now: i64) -> Vec<Amount> {
        let ended = self.lots.iter_mut().map(|lot| Amount { item: lot.item, quantity: lot.expire(now) });
        let ended = ended.filter(|amount| amount.quantity > 0).collect();
        self.lots.retain(|lot| lot.quantity > 0);
        ended
    }

    fn next_end(&self) -> Option<i64> {
        self.lots.iter().map(|lot| lot.ends_at).min()
    }

    /// What its owner sees, in the order of the items.
    pub fn expiring(&self, now: i64) -> Vec<ExpiringItem> {
        let mut lots = self.lots.clone();
        lots.sort_unstable_by_key(|lot| (lot.item, lot.ends_at));
        let of_item = lots.chunk_by(|one, other| one.item == other.item);
        of_item
            .filter_map(|lots| {
                let first = lots.first()?;
                let together = lots.iter().filter(|lot| lot.ends_at == first.ends_at);
                let ending = together.map(|lot| if lot.each_seconds == 0 { lot.quantity } else { 1 });
                Some(ExpiringItem {
                    item: first.item,
                    quantity: ending.fold(0, i64::saturating_add),
                    cd: first.ends_at.saturating_sub(now),
                    expires_at: first.ends_at,
                    last_expires_at: lots.iter().map(Lot::last_ends_at).max()?,
                })
            })
            .collect()
    }
}

impl PlayerRow for ItemTerms {
    const TABLE: &'static str = "item_terms";

    /// The time of items from before there were terms begins when the player is next loaded.
    fn newcomer(_: &World) -> Self {
        Self::default()
    }

    fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    fn arrive(&mut self, _: Arrival<'_>) -> Result<(), Unfit> {
        let is_wrong = |lot: &Lot| lot.quantity < 1 || lot.each_seconds < 0;
        match self.lots.iter().position(is_wrong) {
            Some(at) => {
                Err(Unfit::at(format!("lots[{at}]"), "expected 1 or more of an item, ending one after the other"))
            }
            None => Ok(()),
        }
    }
}

/// Schedules the end of the items of a player who is loaded.
fn expect_end(mut world: DeferredWorld<'_>, context: HookContext) {
    let next = world.get::<ItemTerms>(context.entity).and_then(ItemTerms::next_end);
    if let Some(at) = next {
        world.resource_mut::<Agenda>().set(ITEM_ENDS, context.entity.to_bits(), at);
    }
}

/// A player is evicted or deleted.
fn forget_end(mut world: DeferredWorld<'_>, context: HookContext) {
    world.resource_mut::<Agenda>().cancel(ITEM_ENDS, context.entity.to_bits());
}

/// Removes what has ended, also from players who were just loaded.
pub(super) fn end_terms(
    mut players: Edit<(&mut Inventory, &mut ItemTerms)>,
    clock: Res<Clock>,
    mut agenda: ResMut<Agenda>,
) {
    let now = clock.now();
    while let Some(due) = agenda.pop(ITEM_ENDS, now) {
        let player = Entity::from_bits(due.key);
        if let Ok((mut inventory, mut terms)) = players.get_mut(player) {
            inventory.lose(&terms.expire(now), EXPIRED);
            if let Some(at) = terms.next_end() {
                agenda.set(ITEM_ENDS, due.key, at);
            }
        }
    }
}

/// Starts the time of items that players got in this tick.
pub(super) fn begin_terms(
    touched: Res<Touched>,
    mut players: Query<(&Inventory, &mut ItemTerms)>,
    rules: Res<Rules<ItemRules>>,
    clock: Res<Clock>,
    mut agenda: ResMut<Agenda>,
) {
    for player in touched.entities() {
        let Ok((inventory, mut terms)) = players.get_mut(*player) else {
            continue;
        };
        let followed = terms.followed(inventory, &rules, clock.now());
        if !terms.set_if_neq(followed) {
            continue;
        }
        match terms.next_end() {
            Some(at) => agenda.set(ITEM_ENDS, player.to_bits(), at),
            None => agenda.cancel(ITEM_ENDS, player.to_bits()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped_rules;

    const TEST: Cause = Cause::new("test");

    fn amount(text: &str) -> Amount {
        text.parse().expect("an amount")
    }

    #[test]
    fn lots_are_bounded_and_what_joins_the_latest_ends_no_earlier() {
        let mut rules = shipped_rules::<ItemRules>();
        for item in &mut rules.items {
            item.in_turn = None;
        }
        let (mut inventory, mut terms) = (Inventory::default(), ItemTerms::default());
        let count = LOTS_MAX as i64 + 10;
        for now in 0..count {
            inventory.grant(&[amount("3:26:1")], TEST);
            terms = terms.followed(&inventory, &rules, now);
        }
        assert_eq!(terms.lots.len(), LOTS_MAX);
        let month = 30 * 86_400;
        let ended: i64 = terms.expire(month).iter().map(|amount| amount.quantity).sum();
        assert_eq!(ended, 1, "the first ends at its second");
        assert!(
            terms.expire(month + count - 2).iter().all(|amount| amount.quantity < count - 1),
            "the last do not end yet"
        );
        assert_eq!(terms.expire(month + count - 1).len(), 1);
        assert_eq!(terms, ItemTerms::default());
    }

    #[test]
    fn no_quantity_and_no_moment_overflows() {
        let rules = shipped_rules::<ItemRules>();
        let mut inventory = Inventory::default();
        inventory.grant(&[Amount { quantity: i64::MAX, ..amount("3:28:1") }, amount("3:26:1")], TEST);
        let mut terms = ItemTerms::default().followed(&inventory, &rules, i64::MAX - 5);
        assert_eq!(terms.expiring(0).len(), 2);
        assert!(!terms.expire(i64::MAX).is_empty());
    }

    #[test]
    fn an_item_that_lasts_forever_again_has_no_terms() {
        let mut rules = shipped_rules::<ItemRules>();
        let mut inventory = Inventory::default();
        inventory.grant(&[amount("3:26:1")], TEST);
        let terms = ItemTerms::default().followed(&inventory, &rules, 100);
        assert_eq!(terms.next_end(), Some(100 + 30 * 86_400));
        assert_eq!(terms.followed(&inventory, &rules, 500), terms, "nothing new, nothing changes");
        for item in &mut rules.items {
            (item.expires_after, item.in_turn) = (None, None);
        }
        assert_eq!(terms.followed(&inventory, &rules, 500), ItemTerms::default());
    }
}
