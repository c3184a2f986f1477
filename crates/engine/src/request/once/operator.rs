//! The keys of the operator, a row of the world.

use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::request::once::{KeyMemory, OnceKey, OnceSettings};
use crate::storage::WorldRow;

/// What is remembered of the operator's keyed requests.
#[derive(Debug, Default, Resource, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OperatorKeys(KeyMemory);

impl OperatorKeys {
    pub(super) fn memory(&self) -> &KeyMemory {
        &self.0
    }

    /// See [`KeyMemory::keep`]. The row is written whole.
    pub(super) fn keep(&mut self, once: OnceKey, body: &str, settings: &OnceSettings) {
        self.0.keep(once, body, settings);
        self.0.unsaved = Default::default();
    }
}

impl WorldRow for OperatorKeys {
    const TABLE: &'static str = "operator_keys";
}
