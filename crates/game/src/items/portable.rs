//! A player's items and their ledger, in a document.

use serde::{Deserialize, Serialize};

use crate::items::check::misfit;
use crate::items::ledger::{LedgerSettings, Movement, Notes};
use crate::items::{Amount, Inventory, Misses};
use raidkeep_engine::storage::portable::OwnRows;
use raidkeep_engine::storage::{Arrival, RowError, Unfit};

/// An inventory and its ledger.
#[derive(Debug, Serialize, Deserialize)]
pub struct PortableInventory {
    /// Everything ever owned, in item order.
    owned: Vec<Amount>,
    /// Movements up to this number are no longer kept.
    dropped: u64,
    /// The other movements, the oldest first.
    ledger: Vec<NumberedMovement>,
    /// How often drop tables have missed.
    #[serde(default, skip_serializing_if = "Misses::is_empty")]
    misses: Misses,
}

/// A movement with its number, which in the table is part of the key.
#[derive(Debug, Serialize, Deserialize)]
struct NumberedMovement {
    number: u64,
    #[serde(flatten)]
    movement: Movement,
}

impl PortableInventory {
    /// The items owned, with the movements of these rows and the unsaved ones.
    pub(super) fn of(inventory: Inventory, rows: &OwnRows) -> Result<Self, RowError> {
        let owned = inventory.amounts().collect();
        let misses = inventory.misses().clone();
        let notes = inventory.into_notes();
        let dropped = notes.dropped();
        let saved = rows.iter().map(|(key, value)| Movement::read(key, value).map(|(_, movement)| movement));
        let mut movements = saved.collect::<Result<Vec<_>, _>>()?;
        movements.extend(notes.into_unsaved());
        let numbered = |movement: Movement| NumberedMovement { number: movement.number, movement };
        Ok(Self { owned, dropped, ledger: movements.into_iter().map(numbered).collect(), misses })
    }

    /// The inventory, if the ledger accounts for it.
    pub(super) fn into_inventory(self, arrival: Arrival<'_>) -> Result<Inventory, Unfit> {
        let Self { owned, dropped, ledger, misses } = self;
        if let Some(at) = misses.misfit() {
            let expected = "expected the drop tables in their order, each once, with 1 miss or more";
            return Err(Unfit::at(format!("misses[{at}]"), expected));
        }
        for (at, amount) in owned.iter().enumerate() {
            if amount.quantity < 0 {
                return Err(Unfit::at(format!("owned[{at}]"), "expected 0 or more of an item"));
            }
            if at > 0 && owned[at - 1].item >= amount.item {
                return Err(Unfit::at(format!("owned[{at}]"), "expected the items in their order, and each once"));
            }
        }
        let here = |NumberedMovement { number, mut movement }| {
            if !arrival.is_same_world {
                // The order's number refers to another order here.
                movement.order = None;
            }
            Movement { number, ..movement }
        };
        let movements: Vec<Movement> = ledger.into_iter().map(here).collect();
        for (at, movement) in movements.iter().enumerate() {
            if dropped.checked_add(at as u64 + 1) != Some(movement.number) {
                return Err(Unfit::at(format!("ledger[{at}].number"), "expected one more than the number before"));
            }
            if movement.at_ms == 0 {
                return Err(Unfit::at(format!("ledger[{at}].at_ms"), "expected a time in unix milliseconds"));
            }
        }
        if let Some((at, what)) = misfit(&owned, &movements, dropped == 0) {
            let path = at.map_or_else(|| "owned".to_owned(), |at| format!("ledger[{at}]"));
            return Err(Unfit::at(path, what));
        }
        let mut notes = Notes::brought(dropped, movements);
        notes.keep(*arrival.world.resource::<LedgerSettings>());
        Ok(Inventory::brought(owned, notes, misses))
    }
}
