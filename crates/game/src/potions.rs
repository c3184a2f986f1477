//! `use_item`: drinking potions and opening chests (docs/contract/items-and-levels.md#using-items).

use std::fmt;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use schemars::{JsonSchema, json_schema};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::drops::DropTables;
use crate::energy::{Energy, EnergyChange, EnergyMoments, EnergyRules};
use crate::identity::Account;
use crate::items::{Amount, Cause, Inventory, ItemId, ItemRules};
use crate::timed_events::{Changeable, EventRules};
use raidkeep_engine::clock::Clock;
use raidkeep_engine::dispatch::RequestApp;
use raidkeep_engine::random::Randomness;
use raidkeep_engine::request;
use raidkeep_engine::request::lenient::{self, Given};
use raidkeep_engine::request::{Answer, Call, Code, Player, Reads, Refusal, Success};
use raidkeep_engine::rules::Rules;
use raidkeep_engine::schema::schema_by_hand;

const NO_SUCH_ITEM: Refusal = Refusal::new(99, "no such item");
const NOT_USABLE: Refusal = Refusal::new(98, "this item cannot be used");
const COUNT: Refusal = Refusal::new(96, "Can only be a positive integer");
const TOO_FEW: Refusal = Refusal::new(95, "materials insufficient");

/// The ledger's cause for items that were used.
const USE: Cause = Cause::new("use_item");

/// `use_item {token, item, count}`: drinks `count` of a potion, or opens as many of a chest.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UseItem {
    /// `group:id`, or the number of an item of group 3.
    item: NamedItem,
    /// Missing = 1.
    #[serde(default, deserialize_with = "lenient::any_integer", skip_serializing_if = "lenient::Given::is_missing")]
    count: Given,
}

request!(
    Player, "use_item", UseItem => ItemUsed,
    READS = Reads::Caller,
    CODES = &[Code::of(NO_SUCH_ITEM), Code::of(NOT_USABLE), Code::of(COUNT), Code::of(TOO_FEW)],
);

/// The reply of `use_item`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ItemUsed {
    /// The energy now, and how much was gained.
    energy: EnergyChange,
    /// What is left of the items in `reward`, in the same order.
    remain: Vec<Amount>,
    /// What was used up, as a negative quantity, and what was in it.
    reward: Vec<Amount>,
    /// The same moments in unix seconds.
    at: EnergyMoments,
}

/// An item as clients name it: `"3:33"`, or an ordinary one by its number alone, `33` or `"33"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
struct NamedItem(ItemId);

schema_by_hand!(NamedItem, "NamedItem", |_| {
    json_schema!({
        "description": "An item, `group:id`; an ordinary one also by its number.",
        "anyOf": [{"type": "string", "pattern": "^([0-9]+:)?[0-9]+$"}, {"type": "integer", "minimum": 0}],
    })
});

impl<'de> Deserialize<'de> for NamedItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NamedItemVisitor)
    }
}

struct NamedItemVisitor;

impl Visitor<'_> for NamedItemVisitor {
    type Value = NamedItem;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item such as \"3:33\"")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<NamedItem, E> {
        let id = u32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))?;
        Ok(NamedItem(ItemId::item(id)))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<NamedItem, E> {
        let id = u32::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))?;
        Ok(NamedItem(ItemId::item(id)))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<NamedItem, E> {
        let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        if is_whole {
            self.visit_u64(number as u64)
        } else {
            Err(E::invalid_value(de::Unexpected::Float(number), &self))
        }
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<NamedItem, E> {
        let item = text.parse().map(ItemId::item).or_else(|_| text.parse());
        item.map(NamedItem).map_err(|_: String| E::custom("expected an item such as \"3:33\""))
    }
}

fn use_item(
    In(call): In<Call<UseItem>>,
    mut players: Query<(&Account, &mut Energy, &mut Inventory)>,
    (items, drops, events): (Res<Rules<ItemRules>>, DropTables, Res<Rules<EventRules>>),
    rules: Res<Rules<EnergyRules>>,
    clock: Res<Clock>,
    mut random: ResMut<Randomness>,
) -> Answer<ItemUsed> {
    let UseItem { item: NamedItem(item), count } = call.request;
    let count = positive(count)?;
    let (account, mut energy, mut inventory) = call.caller.get_mut(&mut players)?;
    let now = clock.now();
    let (items, drops) = (items.under(events.own_changes(account.made_at(), now)), drops.of(account.made_at()));
    let (worth, chest) = (items.item(item).ok_or(NO_SUCH_ITEM)?.energy, drops.chest(item));
    if worth.is_none() && chest.is_none() {
        return Err(NOT_USABLE);
    }
    if inventory.quantity(item) < count {
        return Err(TOO_FEW);
    }
    // Only an operator can give a player so many that this overflows.
    let points = worth.unwrap_or(0).checked_mul(count).ok_or(COUNT)?;
    energy.points(now, &rules).checked_add(points).ok_or(COUNT)?;
    if chest.is_some_and(|chest| !drops.can_draw(chest, count.unsigned_abs())) {
        return Err(COUNT);
    }
    let used = [Amount { item, quantity: count }];
    if !inventory.pay(&used, USE) {
        return Err(TOO_FEW);
    }
    if points > 0 {
        energy.gain(points, now, &rules);
    }
    let mut reward = vec![Amount { item, quantity: -count }];
    if let Some(chest) = chest {
        let won = drops.draw(chest, count.unsigned_abs(), &mut inventory, &mut random);
        inventory.grant(&won, USE);
        reward.extend(won);
    }
    Ok(Success::with(ItemUsed {
        energy: EnergyChange::after(&energy, points, now, &rules),
        remain: inventory.remain_of(&reward),
        reward,
        at: EnergyMoments::of(&energy, now, &rules),
    }))
}

fn positive(count: Given) -> Result<i64, Refusal> {
    match count {
        Given::Missing => Ok(1),
        Given::Number(count) if count > 0 => Ok(count),
        Given::Number(_) | Given::Other => Err(COUNT),
    }
}

/// `use_item`.
pub struct PotionsPlugin;

impl Plugin for PotionsPlugin {
    fn build(&self, app: &mut App) {
        app.add_request::<UseItem, _>(use_item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_named_by_group_and_number_or_by_its_number_alone() {
        let read = |text: &str| serde_json::from_str::<NamedItem>(text).ok();
        for text in [r#""3:33""#, r#""33""#, "33", "33.0"] {
            assert_eq!(read(text), Some(NamedItem(ItemId::item(33))), "{text}");
        }
        for text in ["-1", "1.5", r#""x""#, r#""3:""#, "null", "[]", "4294967296", "1e99"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
