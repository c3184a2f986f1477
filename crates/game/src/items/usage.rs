//! Which items are owned, for whoever is about to remove one.

use raidkeep_engine::account::AccountId;
use raidkeep_engine::rules::SingleFile;
use raidkeep_engine::usage::{RowInUse, UsedEntry, Uses};

use crate::items::{Amount, Inventory, ItemRules};

const OWNED: UsedEntry = item("own it");

/// A way to use items.
pub const fn item(how: &'static str) -> UsedEntry {
    UsedEntry { table: <ItemRules as SingleFile>::PATH, list: "items", how }
}

/// Counts a use of items.
pub fn note_items(uses: &mut Uses, entry: UsedEntry, amounts: &[Amount], account: Option<AccountId>) {
    for Amount { item, quantity } in amounts.iter().filter(|amount| amount.quantity > 0) {
        uses.note(entry, &item.to_string(), account, *quantity);
    }
}

pub(super) fn count(row: &RowInUse<'_>, uses: &mut Uses) {
    if let Ok(inventory) = Inventory::read(row.value) {
        note_items(uses, OWNED, &inventory.amounts().collect::<Vec<_>>(), row.account());
    }
}
