//! What players have ordered and not yet got, for whoever is about to change or remove it.

use raidkeep_engine::rules::SingleFile;
use raidkeep_engine::storage::WorldEntity;
use raidkeep_engine::usage::{RowInUse, UsedEntry, Uses};

use crate::items::usage::{item, note_items};
use crate::orders::{Order, Wish};
use crate::shop::ShopRules;
use crate::tickets::TicketRules;

const OFFER: UsedEntry = UsedEntry { table: <ShopRules as SingleFile>::PATH, list: "offers", how: "have ordered it" };
const TICKET: UsedEntry = UsedEntry { table: <TicketRules as SingleFile>::PATH, list: "kinds", how: "have ordered it" };
const ITEM: UsedEntry = item("have ordered it");

/// An order keeps its goods, not the offer; the offer with the same goods is meant.
pub(super) fn count(row: &RowInUse<'_>, uses: &mut Uses) {
    let Ok(Order { wish: Wish::Buy { goods, .. }, account, .. }) = Order::read(row.value) else {
        return;
    };
    let offers = row.tables.get::<ShopRules>().map_or(&[][..], |shop| &shop.offers);
    if let Some(offer) = offers.iter().find(|offer| offer.items == goods.items) {
        uses.note(OFFER, &offer.id, Some(account), 1);
    }
    note_items(uses, ITEM, &goods.items, Some(account));
    if let Some(ticket) = goods.ticket {
        uses.note(TICKET, &ticket.ticket.to_string(), Some(account), 1);
    }
}
