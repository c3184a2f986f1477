//! `shop.ron`: what is sold for points.

use serde::{Deserialize, Serialize};

use crate::items::{Amount, ItemRules};
use crate::rules::{Place, Report, Table, Tables, only};

/// Everything that is sold for points.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShopRules {
    /// In the order in which players see them.
    pub offers: Vec<Offer>,
}

/// One thing that is sold.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// How `buy_item` names it.
    pub id: String,
    /// For people; players also read it among their records on the payment platform.
    pub name: String,
    /// Points.
    pub price: u32,
    /// What is granted.
    pub items: Vec<Amount>,
}

impl ShopRules {
    /// The offer of that id.
    pub fn offer(&self, id: &str) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.id == id)
    }
}

/// The longest name of an offer: the platform shows it with the order's number behind.
const NAME_CHARS_MAX: usize = 40;

impl Table for ShopRules {
    const PATH: &'static str = "shop.ron";
    type File = Self;

    fn assemble(files: Vec<(String, Self)>, _: &mut Report) -> Self {
        only(files)
    }

    fn validate(&self, tables: &Tables, report: &mut Report) {
        for (index, offer) in self.offers.iter().enumerate() {
            let place = Place::file(Self::PATH).key("offers").index(index);
            if self.offers[..index].iter().any(|earlier| earlier.id == offer.id) {
                report.error(place.clone().key("id"), format!("offer \"{}\" stands here a second time", offer.id));
            }
            if offer.id.is_empty() {
                report.error(place.clone().key("id"), "expected a short name such as \"diamonds_60\"");
            }
            if offer.name.trim().is_empty() || offer.name.chars().count() > NAME_CHARS_MAX {
                let message = format!("expected a name of 1 to {NAME_CHARS_MAX} characters");
                report.error(place.clone().key("name"), message);
            }
            if offer.price == 0 {
                report.error(place.clone().key("price"), "0 is no price, expected 1 point or more");
            }
            if offer.items.is_empty() {
                report.error(place.clone().key("items"), "nothing is granted, expected at least one item");
            }
            if let Some(items) = tables.get::<ItemRules>() {
                items.check_all(&offer.items, 1, &place.key("items"), report);
            }
        }
    }
}
