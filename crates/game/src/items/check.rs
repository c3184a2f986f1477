//! Invariants of the ledger: each player's movements add up, and end with what the player owns.

use std::collections::BTreeMap;

use crate::items::ledger::{LEDGER_TABLE, Movement};
use crate::items::{Amount, Inventory, ItemId};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::PlayerRows;
use raidkeep_engine::verify::Inspection;
use raidkeep_engine::verify::inspection::account_of;

pub(super) fn check(inspection: &mut Inspection<'_>) {
    inspection.each(<Inventory as PlayerRows>::TABLE, |inspection, key, value| {
        let (Some(account), Ok(inventory)) = (account_of(key), Inventory::read(value)) else {
            return;
        };
        for amount in inventory.amounts().filter(|amount| amount.quantity < 0) {
            let what = format!("there are {} of item {}", amount.quantity, amount.item);
            inspection.breach(<Inventory as PlayerRows>::TABLE, key, Some(account), what);
        }
        // An inventory from before the ledger gets its opening movement when its player is loaded.
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
        let what = format!("the last movement in the ledger is {}, expected {}", expected - 1, notes.last());
        inspection.breach(LEDGER_TABLE, &key, Some(account), what);
    }
    let owned: Vec<Amount> = inventory.amounts().collect();
    for what in differences(&balances, &owned, notes.dropped() == 0) {
        inspection.breach(<Inventory as PlayerRows>::TABLE, &key, Some(account), what);
    }
}

/// Applies a movement to the balances; returns what does not match. In a ledger whose beginning was dropped, the
/// balance of an item is known only from its first movement on.
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

/// Items whose quantity differs from the ledger's balance.
fn differences(balances: &BTreeMap<ItemId, i64>, owned: &[Amount], is_whole: bool) -> Vec<String> {
    let untold = owned.iter().filter(|amount| is_whole && !balances.contains_key(&amount.item));
    let untold = untold.map(|amount| (amount.item, 0, amount.quantity));
    let quantity = |item| owned.iter().find(|amount| amount.item == item).map_or(0, |amount| amount.quantity);
    let told = balances.iter().map(|(item, told)| (*item, *told, quantity(*item)));
    let different = told.chain(untold).filter(|(_, told, owned)| told != owned);
    different
        .map(|(item, told, owned)| format!("the ledger ends with {told} of item {item}, and the player has {owned}"))
        .collect()
}

/// The first mismatch between a ledger and what is owned: the index of the movement, if it is at one, and what is
/// wrong.
pub(super) fn misfit(owned: &[Amount], ledger: &[Movement], is_whole: bool) -> Option<(Option<usize>, String)> {
    let mut balances = BTreeMap::new();
    for (at, movement) in ledger.iter().enumerate() {
        if let Some(what) = follow(movement, &mut balances, is_whole).into_iter().next() {
            return Some((Some(at), what));
        }
    }
    differences(&balances, owned, is_whole).into_iter().next().map(|what| (None, what))
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
