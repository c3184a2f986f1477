//! What a player owns, and how it changes.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::items::ledger::{Cause, Change, LEDGER_TABLE, LedgerSettings, Notes, PointsChange};
use crate::items::portable::PortableInventory;
use crate::items::{Amount, ItemId, ItemRules, Misses};
use raidkeep_engine::account::AccountId;
use raidkeep_engine::rules::Rules;
use raidkeep_engine::storage::{Arrival, Batch, Departure, PlayerRows, RowError, Unfit, decode_value, encode_value};

/// The ledger's cause for a new player's first items.
const NEWCOMER: Cause = Cause::new("newcomer");
/// The ledger's cause for what a player owned before there was a ledger.
pub(crate) const OPENING: Cause = Cause::new("opening balance");

/// What a player owns. Quantities are never negative. Each change is recorded in the ledger, with its cause.
#[derive(Debug, Default, Clone, PartialEq, Eq, Component)]
pub struct Inventory {
    /// Sorted by item.
    owned: Vec<(ItemId, i64)>,
    notes: Notes,
    misses: Misses,
}

impl Inventory {
    /// The quantity of an item.
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

    /// Pays all of the costs, or nothing if they are not covered.
    pub fn pay(&mut self, costs: &[Amount], cause: Cause) -> bool {
        if !self.covers(costs) {
            return false;
        }
        self.change(costs.iter().map(|cost| Amount { quantity: -cost.quantity, ..*cost }), cause);
        true
    }

    /// Adds each amount. Sums saturate.
    pub fn grant(&mut self, amounts: &[Amount], cause: Cause) {
        self.change(amounts.iter().copied(), cause);
    }

    /// Adds each amount, or takes it where its quantity is negative: as much as there is. One movement.
    pub fn adjust(&mut self, amounts: &[Amount], cause: Cause) {
        self.change(amounts.iter().copied(), cause);
    }

    /// Takes away as much of each amount as there is.
    pub(super) fn lose(&mut self, amounts: &[Amount], cause: Cause) {
        self.change(amounts.iter().map(|amount| Amount { quantity: -amount.quantity, ..*amount }), cause);
    }

    /// Records that points moved by `change`. A payment platform holds their balance; `after` is what it reported.
    pub fn note_points(&mut self, change: i64, after: Option<i64>, cause: Cause) {
        if change != 0 {
            self.notes.note(cause, Vec::new(), Some(PointsChange { change, after }));
        }
    }

    /// Records one movement; without any change there is none.
    fn change(&mut self, amounts: impl ExactSizeIterator<Item = Amount>, cause: Cause) {
        let mut changes: Vec<Change> = Vec::with_capacity(amounts.len());
        for Amount { item, quantity } in amounts {
            let (change, after) = self.add(item, quantity);
            match changes.iter_mut().find(|earlier| earlier.item == item) {
                Some(earlier) => *earlier = Change { item, change: earlier.change + change, after },
                None => changes.push(Change { item, change, after }),
            }
        }
        changes.retain(|change| change.change != 0);
        if !changes.is_empty() {
            self.notes.note(cause, changes, None);
        }
    }

    /// Adds to an item; returns the actual change and the new quantity.
    fn add(&mut self, item: ItemId, quantity: i64) -> (i64, i64) {
        let at = self.position(item).unwrap_or_else(|at| {
            self.owned.insert(at, (item, 0));
            at
        });
        let before = self.owned[at].1;
        let after = before.saturating_add(quantity).max(0);
        self.owned[at].1 = after;
        (after - before, after)
    }

    fn position(&self, item: ItemId) -> Result<usize, usize> {
        self.owned.binary_search_by_key(&item, |(owned, _)| *owned)
    }

    /// The remaining quantities of the items of these amounts, in their order: `remain` next to `reward`.
    pub fn remain_of(&self, amounts: &[Amount]) -> Vec<Amount> {
        amounts.iter().map(|amount| Amount { quantity: self.quantity(amount.item), ..*amount }).collect()
    }

    /// How often the player has missed what drop tables guarantee.
    pub fn misses(&self) -> &Misses {
        &self.misses
    }

    /// The same, to note what was drawn.
    pub fn misses_mut(&mut self) -> &mut Misses {
        &mut self.misses
    }

    /// The state of the ledger.
    pub(crate) fn ledger(&self) -> &Notes {
        &self.notes
    }

    /// The state of the ledger, to continue it elsewhere.
    pub(super) fn into_notes(self) -> Notes {
        self.notes
    }

    /// Builds an inventory from a document; `owned` is sorted by item.
    pub(super) fn brought(owned: Vec<Amount>, notes: Notes, misses: Misses) -> Self {
        let owned = owned.into_iter().map(|amount| (amount.item, amount.quantity)).collect();
        Self { owned, notes, misses }
    }

    /// Everything ever owned, in item order.
    pub fn amounts(&self) -> impl ExactSizeIterator<Item = Amount> {
        self.owned.iter().map(|&(item, quantity)| Amount { item, quantity })
    }
}

/// The row: the quantities, the state of the ledger, and the misses if there are any.
impl Serialize for Inventory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (owned, last, dropped) = (Quantities(&self.owned), self.notes.last(), self.notes.dropped());
        if self.misses.is_empty() {
            (owned, last, dropped).serialize(serializer)
        } else {
            (owned, last, dropped, &self.misses).serialize(serializer)
        }
    }
}

struct Quantities<'a>(&'a [(ItemId, i64)]);

impl Serialize for Quantities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(item, quantity)| (item.group, item.id, quantity)))
    }
}

impl<'de> Deserialize<'de> for Inventory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (rows, last, dropped, misses) = <(OwnedRow, u64, u64, Misses)>::deserialize(deserializer)?;
        Ok(Self::continued(rows, last, dropped, misses))
    }
}

/// Group, id and quantity of each item.
type OwnedRow = Vec<(u8, u32, i64)>;

impl Inventory {
    /// The version of the row format with misses.
    const VERSION: u16 = 3;
    /// The version of a row without any, which most players have.
    const WITHOUT_MISSES: u16 = 2;

    /// The version of this player's row.
    fn version(&self) -> u16 {
        if self.misses.is_empty() { Self::WITHOUT_MISSES } else { Self::VERSION }
    }

    fn continued(rows: OwnedRow, last: u64, dropped: u64, misses: Misses) -> Self {
        let mut owned: Vec<_> =
            rows.into_iter().map(|(group, id, quantity)| (ItemId { group, id }, quantity)).collect();
        owned.sort_unstable();
        Self { owned, notes: Notes::continued(last, dropped), misses }
    }

    /// Reads a player's row, including those of earlier versions.
    pub fn read(value: &[u8]) -> Result<Self, RowError> {
        decode_value(Self::VERSION, value, Self::upgrade)
    }

    /// Version 1 had only the quantities. The ledger begins with them, so that its sums are right.
    fn upgrade(version: u16, bytes: &[u8]) -> Option<Self> {
        if version == Self::WITHOUT_MISSES {
            let (rows, last, dropped) = postcard::from_bytes(bytes).ok()?;
            return Some(Self::continued(rows, last, dropped, Misses::default()));
        }
        let rows: OwnedRow = postcard::from_bytes(bytes).ok().filter(|_| version == 1)?;
        let owned: Vec<Amount> =
            rows.into_iter().map(|(group, id, quantity)| Amount { item: ItemId { group, id }, quantity }).collect();
        let mut inventory = Self::default();
        inventory.grant(&owned, OPENING);
        Some(inventory)
    }
}

impl PlayerRows for Inventory {
    const TABLE: &'static str = "inventory";
    const ROW_VERSION: u16 = Self::VERSION;

    fn newcomer(world: &World) -> Self {
        let mut inventory = Self::default();
        inventory.notes.keep(*world.resource::<LedgerSettings>());
        inventory.grant(&world.resource::<Rules<ItemRules>>().newcomer, NEWCOMER);
        inventory
    }

    fn save(&mut self, account: AccountId, batch: &mut Batch) {
        self.notes.save(account, batch);
        batch.put(Self::TABLE, &account.to_key(), |value| encode_value(self.version(), self, value));
    }

    fn digest(&self, out: &mut Vec<u8>) {
        encode_value(self.version(), self, out);
    }

    fn load(rows: &[(Vec<u8>, Vec<u8>)], world: &World) -> Result<Self, RowError> {
        let Some((_, value)) = rows.first() else {
            return Ok(Self::newcomer(world));
        };
        let mut inventory = Self::read(value)?;
        inventory.notes.keep(*world.resource::<LedgerSettings>());
        Ok(inventory)
    }

    const BESIDE: Option<&'static str> = Some(LEDGER_TABLE);
    type Portable = PortableInventory;

    fn pack(self, departure: Departure<'_>) -> Result<PortableInventory, RowError> {
        PortableInventory::of(self, departure.beside)
    }

    fn unpack(portable: PortableInventory, arrival: Arrival<'_>) -> Result<Self, Unfit> {
        portable.into_inventory(arrival)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use raidkeep_engine::numbers::BatchNumber;
    use raidkeep_engine::outside::Number;

    use crate::items::ledger::Movement;

    const TEST: Cause = Cause::new("test");

    fn amount(text: &str) -> Amount {
        text.parse().expect("an amount")
    }

    #[test]
    fn the_same_item_twice_in_a_price_is_paid_twice_or_not_at_all() {
        let mut inventory = Inventory::default();
        inventory.grant(&[amount("3:1:5")], TEST);
        let price = [amount("3:1:3"), amount("3:1:3")];
        assert!(!inventory.pay(&price, TEST), "6 cannot be paid from 5");
        assert_eq!(inventory.quantity(ItemId::item(1)), 5, "a refused payment takes nothing");
        inventory.grant(&[amount("3:1:1")], TEST);
        assert!(inventory.pay(&price, TEST));
        assert_eq!(inventory.quantity(ItemId::item(1)), 0);
    }

    /// The movements that a save adds to the ledger.
    fn saved(inventory: &mut Inventory) -> Vec<Movement> {
        let mut batch = Batch::new(BatchNumber(1), 5000);
        inventory.save(AccountId(7), &mut batch);
        let ledger = batch.rows().filter(|row| row.table == "ledger").filter_map(|row| Some((row.key, row.value?)));
        ledger.map(|(key, value)| Movement::read(key, value).expect("a row that was just written").1).collect()
    }

    #[test]
    fn a_movement_tells_cause_order_changes_and_what_is_there_afterwards() {
        let mut inventory = Inventory::default();
        inventory.grant(&[amount("3:2:7"), amount("3:1:5"), amount("3:2:1")], TEST.of_order(Number::bare(9)));
        assert!(inventory.pay(&[amount("3:1:5"), amount("3:2:0")], TEST));
        inventory.note_points(-30, Some(70), TEST);
        let movements = saved(&mut inventory);
        let change = |id, change, after| Change { item: ItemId::item(id), change, after };
        let told: Vec<_> =
            movements.iter().map(|movement| (movement.number, movement.order, movement.points)).collect();
        let points = Some(PointsChange { change: -30, after: Some(70) });
        assert_eq!(told, [(1, Some(Number::bare(9)), None), (2, None, None), (3, None, points)]);
        assert_eq!(movements[0].changes, [change(2, 8, 8), change(1, 5, 5)], "each item once");
        assert_eq!(movements[1].changes, [change(1, -5, 0)], "what costs nothing is no change");
        assert!(movements.iter().all(|movement| (&*movement.why, movement.at_ms) == ("test", 5000)));
        assert_eq!(saved(&mut inventory), [], "each is saved once");
    }

    #[test]
    fn what_changes_nothing_is_no_movement() {
        let mut inventory = Inventory::default();
        inventory.grant(&[amount("3:1:0")], TEST);
        inventory.grant(&[], TEST);
        assert!(inventory.pay(&[amount("3:1:0")], TEST));
        assert!(!inventory.pay(&[amount("3:1:1")], TEST));
        inventory.note_points(0, Some(5), TEST);
        assert_eq!(saved(&mut inventory), []);
        assert_eq!(inventory.amounts().len(), 1, "an amount of 0 shows the item all the same");
    }

    #[test]
    fn a_grant_beyond_the_largest_number_is_noted_as_what_came_of_it() {
        let mut inventory = Inventory::default();
        inventory.grant(&[Amount { item: ItemId::item(1), quantity: i64::MAX - 1 }], TEST);
        inventory.grant(&[amount("3:1:5")], TEST);
        let last = saved(&mut inventory).pop().expect("a movement");
        assert_eq!(last.changes, [Change { item: ItemId::item(1), change: 1, after: i64::MAX }]);
    }

    #[test]
    fn an_inventory_from_before_the_ledger_is_upgraded_and_opens_with_what_is_there() {
        let mut row = Vec::new();
        encode_value(1, &[(3_u8, 1_u32, 500_i64), (3, 2, 0)].as_slice(), &mut row);
        let mut inventory = Inventory::read(&row).expect("it can be upgraded");
        assert_eq!(inventory.amounts().collect::<Vec<_>>(), [amount("3:1:500"), amount("3:2:0")]);
        let movements = saved(&mut inventory);
        let [opening] = &movements[..] else { panic!("one movement expected: {movements:?}") };
        assert_eq!((&*opening.why, opening.number), ("opening balance", 1));
        assert_eq!(opening.changes, [Change { item: ItemId::item(1), change: 500, after: 500 }]);
    }

    #[test]
    fn an_inventory_goes_on_counting_its_movements_after_a_reload() {
        let mut inventory = Inventory::default();
        inventory.grant(&[amount("3:1:5")], TEST);
        assert_eq!(saved(&mut inventory).len(), 1);
        let mut row = Vec::new();
        inventory.digest(&mut row);
        let mut loaded = Inventory::read(&row).expect("a row that was just written");
        assert_eq!(loaded, inventory);
        loaded.grant(&[amount("3:1:5")], TEST);
        assert_eq!(saved(&mut loaded)[0].number, 2);
    }

    #[test]
    fn a_lowered_limit_is_reached_two_rows_at_a_time() {
        let mut inventory = Inventory::default();
        let mut rows = std::collections::BTreeSet::new();
        let mut step = |inventory: &mut Inventory| {
            inventory.grant(&[amount("3:1:1")], TEST);
            let mut batch = Batch::default();
            inventory.save(AccountId(7), &mut batch);
            assert!(batch.row_count() <= 4, "no save is slow: movement, inventory, two deletions");
            for row in batch.rows().filter(|row| row.table == "ledger") {
                let _ = if row.value.is_some() { rows.insert(row.key.to_vec()) } else { rows.remove(row.key) };
            }
            rows.len()
        };
        (1..=20).for_each(|count| assert_eq!(step(&mut inventory), count, "no limit"));
        inventory.notes.keep(LedgerSettings { entries_per_player: 5 });
        (1..=15).for_each(|count| assert_eq!(step(&mut inventory), 20 - count, "one comes and two go"));
        (1..=15).for_each(|_| assert_eq!(step(&mut inventory), 5, "one comes and one goes"));
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
                    if inventory.pay(&step, TEST) {
                        expected[id as usize] -= quantity;
                    }
                } else {
                    inventory.grant(&step, TEST);
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
