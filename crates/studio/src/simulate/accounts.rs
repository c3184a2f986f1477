//! Items by source and sink, summed from the ledger's movements.

use std::collections::BTreeMap;

use raidkeep_engine::storage::{Batch, RowError};
use raidkeep_game::items::ItemId;
use raidkeep_game::items::ledger::{LEDGER_TABLE, Movement};

/// Items gained and spent on one day.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct DayAccounts {
    /// Quantity by item, cause and direction (`true` = gained), always positive.
    pub items: BTreeMap<(ItemId, String, bool), i64>,
    /// Points that players paid.
    pub points_paid: i64,
}

impl DayAccounts {
    /// Adds the movements of a batch.
    pub fn add(&mut self, batch: &Batch) -> Result<(), RowError> {
        for row in batch.rows().filter(|row| row.table == LEDGER_TABLE) {
            if let Some(value) = row.value {
                let (_, movement) = Movement::read(row.key, value)?;
                self.add_movement(&movement);
            }
        }
        Ok(())
    }

    fn add_movement(&mut self, movement: &Movement) {
        for change in &movement.changes {
            let came = change.change > 0;
            let sum = self.items.entry((change.item, movement.why.to_string(), came)).or_default();
            *sum = sum.saturating_add(change.change.saturating_abs());
        }
        let paid = movement.points.map_or(0, |points| -points.change);
        self.points_paid = self.points_paid.saturating_add(paid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raidkeep_engine::account::AccountId;
    use raidkeep_engine::numbers::BatchNumber;
    use raidkeep_engine::storage::PlayerRows;
    use raidkeep_game::items::{Cause, Inventory};

    #[test]
    fn movements_are_added_up_by_item_cause_and_direction() {
        let mut inventory = Inventory::default();
        let amounts = |text: &str| [text.parse().expect("an amount")];
        inventory.grant(&amounts("3:1:30"), Cause::new("victory"));
        inventory.grant(&amounts("3:1:12"), Cause::new("victory"));
        assert!(inventory.pay(&amounts("3:1:5"), Cause::new("enter")));
        inventory.note_points(-6, None, Cause::new("purchase"));
        let mut batch = Batch::new(BatchNumber(1), 0);
        inventory.save(AccountId(1), &mut batch);
        let mut day = DayAccounts::default();
        assert_eq!(day.add(&batch), Ok(()));
        let sums: Vec<_> = day.items.iter().map(|((_, why, came), sum)| (why.as_str(), *came, *sum)).collect();
        assert_eq!(sums, [("enter", false, 5), ("victory", true, 42)]);
        assert_eq!(day.points_paid, 6);
    }
}
