//! What must hold of the ledger: each player's movements add up, and end with what the player has.

use std::collections::BTreeMap;

use crate::items::ledger::{LEDGER_TABLE, Movement};
use crate::items::{Inventory, ItemId};
use crate::player::AccountId;
use crate::storage::PlayerRows;
use crate::verify::Inspection;
use crate::verify::inspection::account_of;

pub(super) fn check(inspection: &mut Inspection<'_>) {
    inspection.each(<Inventory as PlayerRows>::TABLE, |inspection, key, value| {
        let (Some(account), Ok(inventory)) = (account_of(key), Inventory::read(value)) else {
            return;
        };
        for amount in inventory.amounts().filter(|amount| amount.quantity < 0) {
            let what = format!("there are {} of item {}", amount.quantity, amount.item);
            inspection.breach(<Inventory as PlayerRows>::TABLE, key, Some(account), what);
        }
        // An inventory from before the ledger opens one when its player comes.
        if !inventory.ledger().has_unsaved() {
            check_ledger(inspection, account, &inventory);
        }
    });
}

fn check_ledger(inspection: &mut Inspection<'_>, account: AccountId, inventory: &Inventory) {
    let notes = inventory.ledger();
    let mut expected = notes.dropped() + 1;
    let mut balances: BTreeMap<ItemId, i64> = BTreeMap::new();
    for (key, value) in inspection.rows_of(LEDGER_TABLE, account) {
        let Ok((_, movement)) = Movement::read(&key, &value) else {
            continue;
        };
        if movement.number != expected {
            let what = format!("movement {expected} should come next, and {} does", movement.number);
            inspection.breach(LEDGER_TABLE, &key, Some(account), what);
        }
        expected = movement.number.saturating_add(1);
        for what in follow(&movement, &mut balances, notes.dropped() == 0) {
            inspection.breach(LEDGER_TABLE, &key, Some(account), what);
        }
    }
    let key = account.to_key();
    if expected != notes.last() + 1 {
        let what = format!("the ledger ends with movement {}, and {} were counted", expected - 1, notes.last());
        inspection.breach(LEDGER_TABLE, &key, Some(account), what);
    }
    for (item, told, owned) in differences(&balances, inventory, notes.dropped() == 0) {
        let what = format!("the ledger ends with {told} of item {item}, and the player has {owned}");
        inspection.breach(<Inventory as PlayerRows>::TABLE, &key, Some(account), what);
    }
}

/// Goes on from the balances before a movement to those after it; returns what does not fit. A ledger whose beginning was
/// dropped tells the first balance of an item only with its first movement.
fn follow(movement: &Movement, balances: &mut BTreeMap<ItemId, i64>, is_whole: bool) -> Vec<String> {
    let mut misfits = Vec::new();
    for change in &movement.changes {
        let before = change.after.saturating_sub(change.change);
        let known = balances.insert(change.item, change.after).or(is_whole.then_some(0));
        if let Some(known) = known.filter(|known| *known != before) {
            let item = change.item;
            let (change, after) = (change.change, change.after);
            misfits.push(format!("item {item}: {known} were there, {change} came, and {after} are told"));
        }
    }
    misfits
}

/// Items of which the ledger tells another quantity than there is.
fn differences(balances: &BTreeMap<ItemId, i64>, inventory: &Inventory, is_whole: bool) -> Vec<(ItemId, i64, i64)> {
    let untold = inventory.amounts().filter(|amount| is_whole && !balances.contains_key(&amount.item));
    let untold = untold.map(|amount| (amount.item, 0, amount.quantity));
    let told = balances.iter().map(|(item, told)| (*item, *told, inventory.quantity(*item)));
    told.chain(untold).filter(|(_, told, owned)| told != owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::ledger::Change;

    fn movement(change: i64, after: i64) -> Movement {
        let changes = vec![Change { item: ItemId::item(1), change, after }];
        Movement { number: 1, at_ms: 0, why: "test".into(), order: None, changes, points: None }
    }

    #[test]
    fn a_ledger_begins_with_nothing_unless_its_beginning_was_dropped() {
        let mut balances = BTreeMap::new();
        assert_eq!(follow(&movement(5, 12), &mut balances, false), Vec::<String>::new());
        assert_eq!(follow(&movement(5, 12), &mut BTreeMap::new(), true).len(), 1, "7 came from nowhere");
        assert_eq!(follow(&movement(-2, 10), &mut balances, false), Vec::<String>::new());
        assert_eq!(follow(&movement(-2, 9), &mut balances, false).len(), 1, "10 less 2 is not 9");
    }
}
