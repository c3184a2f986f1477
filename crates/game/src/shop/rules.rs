//! `shop.ron`: what is sold for points.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::items::{Amount, ItemRules};
use crate::tickets::POINTS;
use crate::timed_events::{Changeable, EventChange, Numbers, changed_by, check_changes};
use raidkeep_engine::rules::{Place, Report, SingleFile, Tables};

/// Everything that is sold for points.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopRules {
    /// In the order in which players see them.
    pub offers: Vec<Offer>,
}

/// One thing that is sold.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// How `buy_item` names it.
    pub id: String,
    /// For people; players also read it among their records on the payment platform.
    pub name: String,
    /// Points.
    #[schemars(range(min = *POINTS.start(), max = *POINTS.end()), extend("unit" = "MCRMB points"))]
    pub price: u32,
    /// What is granted.
    pub items: Vec<Amount>,
}

impl Offer {
    /// This offer as changes make it, in their order.
    pub fn under<'c>(&self, changes: impl Iterator<Item = &'c EventChange>) -> Cow<'_, Self> {
        changed_by(self, changes.filter(|change| ShopRules::has(&change.of)), Self::apply)
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        match change.of {
            _ if !change.of.selector().is_of(&self.id) => 0,
            Numbers::OfferPrice { .. } => {
                change.change(&mut self.price, u32::MAX);
                1
            }
            Numbers::OfferItems { .. } => change.change_amounts(&mut self.items),
            _ => 0,
        }
    }
}

impl ShopRules {
    /// The offer with that id.
    pub fn offer(&self, id: &str) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.id == id)
    }
}

/// The longest name of an offer: the platform shows it followed by the order's number.
const NAME_CHARS_MAX: usize = 40;

impl SingleFile for ShopRules {
    const PATH: &'static str = "shop.ron";

    fn validate(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        check_changes(self, tables, report, Self::check_changed);
    }
}

impl Changeable for ShopRules {
    fn has(of: &Numbers) -> bool {
        matches!(of, Numbers::OfferPrice { .. } | Numbers::OfferItems { .. })
    }

    fn names(&self) -> Vec<&str> {
        self.offers.iter().map(|offer| offer.id.as_str()).collect()
    }

    fn apply(&mut self, change: &EventChange) -> usize {
        self.offers.iter_mut().map(|offer| offer.apply(change)).sum()
    }
}

impl ShopRules {
    fn check_changed(&self, tables: &Tables, report: &mut Report) {
        self.check(tables, report);
        for (index, offer) in self.offers.iter().enumerate() {
            let place = Place::file(<Self as SingleFile>::PATH).key("offers").index(index);
            report.check_range(place.key("price"), offer.price, &POINTS);
        }
    }

    fn check(&self, tables: &Tables, report: &mut Report) {
        for (index, offer) in self.offers.iter().enumerate() {
            let place = Place::file(<Self as SingleFile>::PATH).key("offers").index(index);
            if self.offers[..index].iter().any(|earlier| earlier.id == offer.id) {
                report.error(place.clone().key("id"), format!("offer \"{}\" is listed twice", offer.id));
            }
            if offer.id.is_empty() {
                report.error(place.clone().key("id"), "expected a short name such as \"diamonds_60\"");
            }
            if offer.name.trim().is_empty() || offer.name.chars().count() > NAME_CHARS_MAX {
                let message = format!("expected a name of 1 to {NAME_CHARS_MAX} characters");
                report.error(place.clone().key("name"), message);
            }
            if offer.items.is_empty() {
                report.error(place.clone().key("items"), "nothing is granted, expected at least one item");
            }
            if let Some(items) = tables.get::<ItemRules>() {
                items.check_all(&offer.items, 1, &place.clone().key("items"), report);
            }
        }
    }
}
