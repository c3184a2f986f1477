//! Packs of the shop whose price by the piece is out of order: a larger pack is not to be dearer by the piece.

use std::collections::BTreeMap;

use crate::economy::Oddity;
use crate::items::{ItemId, ItemRules};
use crate::shop::{Offer, ShopRules};
use raidkeep_engine::rules::{Place, SingleFile, Tables};

/// What an offer sells, if it is one thing: pieces of an item, or time, of cards that last one after the other.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Ware<'r> {
    Item(ItemId),
    Time(&'r str),
}

/// Packs of one ware that are told.
const TOLD_MAX: usize = 5;

#[derive(Clone, Copy)]
struct Pack<'r> {
    index: usize,
    offer: &'r Offer,
    /// Pieces, or seconds.
    size: f64,
}

impl Pack<'_> {
    fn price_of_one(&self) -> f64 {
        f64::from(self.offer.price) / self.size
    }
}

/// The packs that are out of order.
pub(super) fn find(tables: &Tables) -> Vec<Oddity> {
    let Some((shop, items)) = tables.get::<ShopRules>().zip(tables.get::<ItemRules>()) else {
        return Vec::new();
    };
    let cards: BTreeMap<ItemId, (&str, f64)> = items
        .items
        .iter()
        .filter_map(|item| Some((item.id, (item.in_turn.as_deref()?, item.expires_after?.seconds as f64))))
        .collect();
    let mut wares: BTreeMap<Ware<'_>, Vec<Pack<'_>>> = BTreeMap::new();
    for (index, offer) in shop.offers.iter().enumerate() {
        let [only] = offer.items.as_slice() else { continue };
        let (ware, each) = match cards.get(&only.item) {
            Some((turn, seconds)) => (Ware::Time(turn), *seconds),
            None => (Ware::Item(only.item), 1.0),
        };
        wares.entry(ware).or_default().push(Pack { index, offer, size: only.quantity as f64 * each });
    }
    wares.into_values().flat_map(out_of_order).collect()
}

fn out_of_order(mut packs: Vec<Pack<'_>>) -> Vec<Oddity> {
    // Of packs of one size, the dearer comes first: any price may follow it.
    packs.sort_by(|one, other| one.size.total_cmp(&other.size).then(other.offer.price.cmp(&one.offer.price)));
    let mut prices: Vec<f64> = packs.iter().map(Pack::price_of_one).collect();
    prices.sort_by(f64::total_cmp);
    let usual = prices.get(prices.len().saturating_sub(1) / 2).copied().unwrap_or_default();
    let from_usual = |pack: &Pack<'_>| (pack.price_of_one() / usual).ln().abs();
    let mut found = Vec::new();
    while found.len() < TOLD_MAX {
        // Of two packs that are out of order, the one with the more unusual price is the slip.
        let pairs = (1..packs.len()).filter(|at| is_dearer(&packs[*at], &packs[at - 1]));
        let ends = pairs.flat_map(|at| [(at - 1, at), (at, at - 1)]);
        let Some((slip, other)) =
            ends.max_by(|(a, _), (b, _)| from_usual(&packs[*a]).total_cmp(&from_usual(&packs[*b])))
        else {
            break;
        };
        found.push(oddity(&packs[slip], &packs[other], slip > other));
        packs.remove(slip);
    }
    found
}

/// Whether a piece of one costs more than a piece of the other, beyond what rounding makes of it.
fn is_dearer(one: &Pack<'_>, other: &Pack<'_>) -> bool {
    one.price_of_one() > other.price_of_one() * (1.0 + 1e-9)
}

fn oddity(slip: &Pack<'_>, other: &Pack<'_>, is_larger: bool) -> Oddity {
    let words = if is_larger {
        "dearer by the piece than the smaller pack"
    } else {
        "cheaper by the piece than the larger pack"
    };
    let percent = (slip.price_of_one() / other.price_of_one() - 1.0).abs() * 100.0;
    let message = format!("{words} \"{}\" for {} points, by {percent:.0} %", other.offer.id, other.offer.price);
    let place = Place::file(<ShopRules as SingleFile>::PATH).key("offers").index(slip.index).key("price");
    Oddity { place, message, hint: "is one of the two prices a slip?" }
}
