//! The events about energy.

use schemars::JsonSchema;
use serde::Serialize;

use crate::energy::EnergyChange;
use raidkeep_engine::events::Event;

/// The event `energy_full`.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EnergyFull {
    /// The energy now.
    pub(super) energy: EnergyChange,
}

impl Event for EnergyFull {
    const NAME: &'static str = "energy_full";
}

/// The event `energy`, for players who subscribed with `listen`: `reward` points have regenerated.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EnergyReturned {
    /// The energy now, and how much has come back.
    pub(super) energy: EnergyChange,
}

impl Event for EnergyReturned {
    const NAME: &'static str = "energy";
}
