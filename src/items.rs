//! Item amounts and what a player owns (semantics, section 4).
//!
//! Not here: what anything costs or yields; that is in the rules of the features.

use std::fmt;
use std::str::FromStr;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::rules::{Place, Report, Rules, RulesApp, Table, Tables, only};
use crate::storage::{PlayerRow, StorageApp};

/// Which item: its group (0 weapon, 1 skill, 2 role, 3 item, 4 armor) and its number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    /// The group.
    pub group: u8,
    /// The number.
    pub id: u32,
}

impl ItemId {
    /// Item `id` of group 3, the ordinary items.
    pub const fn item(id: u32) -> Self {
        Self { group: 3, id }
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.group, self.id)
    }
}

impl FromStr for ItemId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').and_then(|(group, id)| Some((group.parse().ok()?, id.parse().ok()?)));
        let (group, id) =
            parts.ok_or_else(|| format!("\"{text}\" is no item; expected \"group:id\" such as \"3:1\""))?;
        Ok(Self { group, id })
    }
}

/// A quantity of an item, written `group:id:quantity`. In changes the quantity may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Which item.
    pub item: ItemId,
    /// How many.
    pub quantity: i64,
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.item, self.quantity)
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no amount; expected \"group:id:quantity\" such as \"3:1:500\"");
        let (item, quantity) = text.rsplit_once(':').ok_or_else(wrong)?;
        Ok(Self { item: item.parse().map_err(|_| wrong())?, quantity: quantity.parse().map_err(|_| wrong())? })
    }
}

/// Numbers separated by colons, put together on the stack: replies are full of them, and the
/// formatting of the standard library would be the dearest part of many.
struct Colons {
    bytes: [u8; 40],
    length: usize,
}

impl Colons {
    fn new() -> Self {
        Self { bytes: [0; 40], length: 0 }
    }

    fn with(mut self, number: impl itoa::Integer) -> Self {
        if self.length > 0 {
            self.append(b":");
        }
        self.append(itoa::Buffer::new().format(number).as_bytes());
        self
    }

    fn append(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        self.bytes[self.length..end].copy_from_slice(bytes);
        self.length = end;
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl Serialize for ItemId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Colons::new().with(self.group).with(self.id).as_str())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = Colons::new().with(self.item.group).with(self.item.id).with(self.quantity);
        serializer.serialize_str(text.as_str())
    }
}

macro_rules! read_from_text {
    ($type:ty) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

read_from_text!(ItemId);
read_from_text!(Amount);

/// What a player owns. Quantities are never negative.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component)]
pub struct Inventory {
    /// Sorted by item.
    owned: Vec<(ItemId, i64)>,
}

impl Inventory {
    /// How many of an item.
    pub fn quantity(&self, item: ItemId) -> i64 {
        self.position(item).map_or(0, |at| self.owned[at].1)
    }

    /// Whether all of the costs can be paid together.
    pub fn covers(&self, costs: &[Amount]) -> bool {
        costs.iter().all(|cost| {
            let needed = costs.iter().filter(|other| other.item == cost.item).map(|other| i128::from(other.quantity));
            i128::from(self.quantity(cost.item)) >= needed.sum::<i128>()
        })
    }

    /// Takes all of the costs, or, when they are not covered, nothing.
    pub fn pay(&mut self, costs: &[Amount]) -> bool {
        if !self.covers(costs) {
            return false;
        }
        for cost in costs {
            self.add(Amount { item: cost.item, quantity: -cost.quantity });
        }
        true
    }

    /// Adds each amount. A sum that no number holds stays at the largest one.
    pub fn grant(&mut self, amounts: &[Amount]) {
        for amount in amounts {
            self.add(*amount);
        }
    }

    fn add(&mut self, amount: Amount) {
        match self.position(amount.item) {
            Ok(at) => {
                let quantity = &mut self.owned[at].1;
                *quantity = quantity.saturating_add(amount.quantity).max(0);
            }
            Err(at) => self.owned.insert(at, (amount.item, amount.quantity.max(0))),
        }
    }

    fn position(&self, item: ItemId) -> Result<usize, usize> {
        self.owned.binary_search_by_key(&item, |(owned, _)| *owned)
    }

    /// What is left of the items of these amounts, in their order: `remain` beside `reward`.
    pub fn remain_of(&self, amounts: &[Amount]) -> Vec<Amount> {
        amounts.iter().map(|amount| Amount { quantity: self.quantity(amount.item), ..*amount }).collect()
    }

    /// Everything that was ever owned, in item order.
    pub fn amounts(&self) -> impl ExactSizeIterator<Item = Amount> {
        self.owned.iter().map(|&(item, quantity)| Amount { item, quantity })
    }
}

/// An item in the shape of the legacy functions: `{"iid":"2","remaining":4290,"reward":1460}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LegacyChange {
    /// The item's number as text.
    pub iid: String,
    /// What is left.
    pub remaining: i64,
    /// The change.
    pub reward: i64,
}

impl LegacyChange {
    /// Changes that the inventory shows already.
    pub fn after(inventory: &Inventory, changes: &[Amount]) -> Vec<Self> {
        changes.iter().map(|change| Self::new(change, inventory.quantity(change.item))).collect()
    }

    /// Changes that are still to come, with what will be left then.
    pub fn before(inventory: &Inventory, changes: &[Amount]) -> Vec<Self> {
        let left = |change: &Amount| inventory.quantity(change.item).saturating_add(change.quantity);
        changes.iter().map(|change| Self::new(change, left(change))).collect()
    }

    fn new(change: &Amount, remaining: i64) -> Self {
        Self { iid: change.item.id.to_string(), remaining, reward: change.quantity }
    }
}

impl Serialize for Inventory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.owned.iter().map(|(item, quantity)| (item.group, item.id, quantity)))
    }
}

impl<'de> Deserialize<'de> for Inventory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<(u8, u32, i64)>::deserialize(deserializer)?;
        let mut owned: Vec<_> =
            rows.into_iter().map(|(group, id, quantity)| (ItemId { group, id }, quantity)).collect();
        owned.sort_unstable();
        Ok(Self { owned })
    }
}

impl PlayerRow for Inventory {
    const TABLE: &'static str = "inventory";

    fn newcomer(world: &World) -> Self {
        let mut inventory = Self::default();
        inventory.grant(&world.resource::<Rules<ItemRules>>().newcomer);
        inventory
    }
}

/// `items.ron`: which items exist, and what a new player owns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemRules {
    /// Every item of the game.
    pub items: Vec<Item>,
    /// What a new player owns. An amount of 0 shows the item in the player's list from the start.
    pub newcomer: Vec<Amount>,
}

/// One item.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `group:id`.
    pub id: ItemId,
    /// For people.
    pub name: String,
}

impl ItemRules {
    /// What players call an item; its number where the tables do not know it.
    pub fn name_of(&self, item: ItemId) -> String {
        self.items.iter().find(|known| known.id == item).map_or_else(|| item.to_string(), |known| known.name.clone())
    }

    /// Reports `amount` at `place` when its item does not exist or its quantity is below `least`.
    pub fn check(&self, amount: &Amount, least: i64, place: Place, report: &mut Report) {
        if !self.items.iter().any(|item| item.id == amount.item) {
            let message = format!("unknown item {}, expected an item id from items.ron", amount.item);
            let known: Vec<String> = self.items.iter().map(|item| item.id.to_string()).collect();
            report.error(&place, message).nearest(&amount.item.to_string(), known.iter().map(String::as_str));
        }
        if amount.quantity < least {
            report.error(place, format!("quantity {} is too low, expected {least} or more", amount.quantity));
        }
    }

    /// The same for a list of amounts at `place`.
    pub fn check_all(&self, amounts: &[Amount], least: i64, place: &Place, report: &mut Report) {
        for (index, amount) in amounts.iter().enumerate() {
            self.check(amount, least, place.clone().index(index), report);
        }
    }
}

impl Table for ItemRules {
    const PATH: &'static str = "items.ron";
    type File = Self;

    fn assemble(files: Vec<(String, Self)>, _: &mut Report) -> Self {
        only(files)
    }

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        for (index, item) in self.items.iter().enumerate() {
            if self.items[..index].iter().any(|earlier| earlier.id == item.id) {
                let place = place.clone().key("items").index(index).key("id");
                report.error(place, format!("item {} stands here a second time", item.id));
            }
        }
        self.check_all(&self.newcomer, 0, &place.key("newcomer"), report);
    }
}

/// Items and what players own.
pub struct ItemsPlugin;

impl Plugin for ItemsPlugin {
    fn build(&self, app: &mut App) {
        app.add_rules::<ItemRules>().add_player_rows::<Inventory>();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        text.parse().expect("an amount")
    }

    #[test]
    fn amounts_read_and_write_as_in_the_documents() {
        assert_eq!(amount("3:9:125"), Amount { item: ItemId::item(9), quantity: 125 });
        assert_eq!(amount("3:9:125").to_string(), "3:9:125");
        let longest = Amount { item: ItemId { group: u8::MAX, id: u32::MAX }, quantity: i64::MIN };
        assert_eq!(serde_json::to_value(longest).ok(), Some(longest.to_string().into()));
        for wrong in ["", "3:9", "3:9:x", "x:9:1", "300:1:1", "3:9:1:1:1"] {
            assert!(wrong.parse::<Amount>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_same_item_twice_in_a_price_is_paid_twice_or_not_at_all() {
        let mut inventory = Inventory::default();
        inventory.grant(&[amount("3:1:5")]);
        let price = [amount("3:1:3"), amount("3:1:3")];
        assert!(!inventory.pay(&price), "6 cannot be paid from 5");
        assert_eq!(inventory.quantity(ItemId::item(1)), 5, "a refused payment takes nothing");
        inventory.grant(&[amount("3:1:1")]);
        assert!(inventory.pay(&price));
        assert_eq!(inventory.quantity(ItemId::item(1)), 0);
    }

    proptest! {
        #[test]
        fn no_sequence_of_payments_and_grants_makes_a_negative_quantity(
            steps in proptest::collection::vec((0_u32..4, 0_i64..1000, any::<bool>()), 0..60)
        ) {
            let mut inventory = Inventory::default();
            let mut expected = [0_i64; 4];
            for (id, quantity, pays) in steps {
                let step = [Amount { item: ItemId::item(id), quantity }];
                if pays {
                    if inventory.pay(&step) {
                        expected[id as usize] -= quantity;
                    }
                } else {
                    inventory.grant(&step);
                    expected[id as usize] += quantity;
                }
            }
            for (id, expected) in (0..).zip(expected) {
                prop_assert!(expected >= 0);
                prop_assert_eq!(inventory.quantity(ItemId::item(id)), expected);
            }
        }
    }
}
