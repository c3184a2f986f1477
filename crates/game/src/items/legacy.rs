//! Item changes in the format of the legacy functions.

use schemars::JsonSchema;
use serde::Serialize;

use crate::items::{Amount, Inventory};

/// An item in the format of the legacy functions: `{"iid":"2","remaining":4290,"reward":1460}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LegacyChange {
    /// The item's number as text.
    pub iid: String,
    /// What is left.
    pub remaining: i64,
    /// The change.
    pub reward: i64,
}

impl LegacyChange {
    /// Changes that are already applied to the inventory.
    pub fn after(inventory: &Inventory, changes: &[Amount]) -> Vec<Self> {
        changes.iter().map(|change| Self::new(change, inventory.quantity(change.item))).collect()
    }

    /// Changes that are still to be applied, with what will be left afterwards.
    pub fn before(inventory: &Inventory, changes: &[Amount]) -> Vec<Self> {
        let left = |change: &Amount| {
            let own = changes.iter().filter(|other| other.item == change.item).map(|other| other.quantity);
            own.fold(inventory.quantity(change.item), i64::saturating_add)
        };
        changes.iter().map(|change| Self::new(change, left(change))).collect()
    }

    fn new(change: &Amount, remaining: i64) -> Self {
        Self { iid: change.item.id.to_string(), remaining, reward: change.quantity }
    }
}
