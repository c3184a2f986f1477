//! `items.ron`.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::identifiers;
use crate::items::{Amount, ItemId};
use raidkeep_engine::rules::{GivenName, Naming, Place, Report, SingleFile, Span, Tables};

/// The energy that a potion may give.
pub const POTION: RangeInclusive<i64> = 1..=1_000_000;

/// Items, by `group:id`.
pub const ITEM: Naming = Naming { what: "item", given_in: "the items in items.ron" };

/// `items.ron`: which items exist, and what a new player owns.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemRules {
    /// Every item of the game.
    pub items: Vec<Item>,
    /// What a new player owns. An amount of 0 shows the item in the player's list from the start.
    pub newcomer: Vec<Amount>,
}

/// One item.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `group:id`.
    pub id: ItemId,
    /// The name of its constant in clients, in lowercase letters, digits and `_`; absent = `item_GROUP_ID`.
    #[serde(default)]
    pub identifier: Option<String>,
    /// The name, for people who read this file.
    pub name: String,
    /// How long one lasts, such as `30d`; a day has 24 hours. Absent = forever.
    #[serde(default)]
    pub expires_after: Option<Span>,
    /// Items with the same word here last one after the other: the time of the next begins when that of the last has
    /// ended. Absent = the time of each begins when the player gets it.
    #[serde(default)]
    pub in_turn: Option<String>,
    /// Points of energy that `use_item` turns one into; absent = it cannot be used.
    #[serde(default)]
    #[schemars(range(min = *POTION.start(), max = *POTION.end()), extend("unit" = "points of energy"))]
    pub energy: Option<i64>,
}

impl ItemRules {
    /// An item's rules.
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// What players call an item; its number if there is no such item.
    pub fn name_of(&self, item: ItemId) -> String {
        self.item(item).map_or_else(|| item.to_string(), |known| known.name.clone())
    }

    /// Reports `amount` at `place` when its item does not exist or its quantity is below `least`.
    pub fn check(&self, amount: &Amount, least: i64, place: Place, report: &mut Report) {
        report.name_used(ITEM, amount.item.to_string(), &place);
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

impl Item {
    fn check(&self, place: &Place, report: &mut Report) {
        if self.expires_after.is_some_and(|span| span.seconds == 0) {
            report.error(place.clone().key("expires_after"), "expected 1s or more");
        }
        if self.in_turn.is_some() && self.expires_after.is_none() {
            report.error(place.clone().key("in_turn"), "the item lasts forever, expected expires_after with it");
        }
    }
}

impl SingleFile for ItemRules {
    const PATH: &'static str = "items.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        let list = place.clone().key("items");
        for (index, item) in self.items.iter().enumerate() {
            item.check(&list.clone().index(index), report);
        }
        let given = self.items.iter().enumerate().map(|(index, item)| GivenName {
            name: item.id.to_string(),
            title: Some(item.name.clone()),
            place: list.clone().index(index).key("id"),
        });
        report.names_given(ITEM, list.clone(), given);
        let identified = self.items.iter().enumerate();
        let places = identified.map(|(index, item)| (list.clone().index(index), item.id, item.identifier.as_deref()));
        identifiers::check(places, report);
        self.check_all(&self.newcomer, 0, &place.key("newcomer"), report);
    }
}
