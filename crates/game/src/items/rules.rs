//! `items.ron`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::items::{Amount, ItemId};
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// `items.ron`: which items exist, and what a new player owns.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemRules {
    /// Every item of the game.
    pub items: Vec<Item>,
    /// What a new player owns. An amount of 0 shows the item in the player's list from the start.
    pub newcomer: Vec<Amount>,
}

/// One item.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// `group:id`.
    pub id: ItemId,
    /// The name, for people who read this file.
    pub name: String,
}

impl ItemRules {
    /// What players call an item; its number if there is no such item.
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

impl SingleFile for ItemRules {
    const PATH: &'static str = "items.ron";

    fn validate(&self, _: &Tables, report: &mut Report) {
        let place = Place::file(Self::PATH);
        for (index, item) in self.items.iter().enumerate() {
            if self.items[..index].iter().any(|earlier| earlier.id == item.id) {
                let place = place.clone().key("items").index(index).key("id");
                report.error(place, format!("item {} is listed twice", item.id));
            }
        }
        self.check_all(&self.newcomer, 0, &place.key("newcomer"), report);
    }
}
