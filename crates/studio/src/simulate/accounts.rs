//! Items by source and sink, summed from the ledger's movements.

use std::collections::BTreeMap;
use std::sync::Arc;

use raidkeep_engine::account::AccountId;
use raidkeep_engine::storage::{Batch, RowError};
use raidkeep_game::items::ItemId;
use raidkeep_game::items::ledger::{LEDGER_TABLE, Movement};

/// Items gained and spent, and points paid, on one day.
#[derive(Debug, Default)]
pub struct DayAccounts {
    /// Every cause that occurred; sums name it by its index.
    causes: Vec<Arc<str>>,
    /// Positive quantities by archetype, item, direction (`true` = gained) and cause.
    sums: BTreeMap<(usize, ItemId, bool, usize), i64>,
    /// By archetype.
    points_paid: BTreeMap<usize, i64>,
    /// Movements whose player's archetype is not known yet: accounts are made before their owners hear of it.
    waiting: Vec<(AccountId, Movement)>,
}

/// What moved for one reason in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFlow {
    /// Index of the archetype of the players.
    pub archetype: usize,
    /// Which item.
    pub item: ItemId,
    /// Whether players got it, or gave it.
    pub is_gain: bool,
    /// Why, as in the ledger.
    pub why: Arc<str>,
    /// How much; positive.
    pub quantity: i64,
}

impl DayAccounts {
    /// Takes the movements of a batch; [`settle`](Self::settle) adds them up.
    pub fn take(&mut self, batch: &Batch) -> Result<(), RowError> {
        for row in batch.rows().filter(|row| row.table == LEDGER_TABLE) {
            if let Some(value) = row.value {
                self.waiting.push(Movement::read(row.key, value)?);
            }
        }
        Ok(())
    }

    /// Adds up the movements taken so far; `archetype_of` says whose they are. Movements of unknown accounts wait.
    pub fn settle(&mut self, archetype_of: impl Fn(AccountId) -> Option<usize>) {
        for (account, movement) in std::mem::take(&mut self.waiting) {
            match archetype_of(account) {
                Some(archetype) => self.add(archetype, &movement),
                None => self.waiting.push((account, movement)),
            }
        }
    }

    fn add(&mut self, archetype: usize, movement: &Movement) {
        let cause = self.cause(&movement.why);
        for change in &movement.changes {
            let sum = self.sums.entry((archetype, change.item, change.change > 0, cause)).or_default();
            *sum = sum.saturating_add(change.change.saturating_abs());
        }
        if let Some(points) = movement.points {
            let paid = self.points_paid.entry(archetype).or_default();
            *paid = paid.saturating_sub(points.change);
        }
    }

    fn cause(&mut self, why: &str) -> usize {
        self.causes.iter().position(|known| &**known == why).unwrap_or_else(|| {
            self.causes.push(why.into());
            self.causes.len() - 1
        })
    }

    /// Everything that moved; afterwards the next day begins. What still waits belongs to it.
    pub fn close(&mut self) -> (Vec<ItemFlow>, BTreeMap<usize, i64>) {
        let sums = std::mem::take(&mut self.sums).into_iter();
        let flows = sums.map(|((archetype, item, is_gain, cause), quantity)| ItemFlow {
            archetype,
            item,
            is_gain,
            why: Arc::clone(&self.causes[cause]),
            quantity,
        });
        (flows.collect(), std::mem::take(&mut self.points_paid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::numbers::BatchNumber;
    use raidkeep_engine::storage::PlayerRows;
    use raidkeep_game::items::{Cause, Inventory};

    #[test]
    fn movements_are_added_up_by_archetype_item_direction_and_cause() {
        let mut inventory = Inventory::default();
        let amounts = |text: &str| [text.parse().expect("an amount")];
        inventory.grant(&amounts("3:1:30"), Cause::new("victory"));
        inventory.grant(&amounts("3:1:12"), Cause::new("victory"));
        assert!(inventory.pay(&amounts("3:1:5"), Cause::new("enter")));
        inventory.note_points(-6, None, Cause::new("purchase"));
        let mut batch = Batch::new(BatchNumber(1), 0);
        inventory.save(AccountId(1), &mut batch);
        let mut day = DayAccounts::default();
        assert_eq!(day.take(&batch), Ok(()));
        day.settle(|_| None);
        assert_eq!(day.close(), (Vec::new(), BTreeMap::new()), "whose movements they are is not known yet");
        day.settle(|account| (account == AccountId(1)).then_some(2));
        let (flows, points) = day.close();
        let sums: Vec<_> = flows.iter().map(|flow| (flow.archetype, &*flow.why, flow.is_gain, flow.quantity)).collect();
        assert_eq!(sums, [(2, "enter", false, 5), (2, "victory", true, 42)]);
        assert_eq!(points, BTreeMap::from([(2, 6)]));
    }
}
