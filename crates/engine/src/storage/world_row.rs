//! State of the world itself, one row for each resource.

use bevy_ecs::component::Mutable;
use bevy_ecs::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::storage::{RowError, decode_value};

/// A resource that is one row of the world.
pub trait WorldRow: Resource + Component<Mutability = Mutable> + Serialize + DeserializeOwned + FromWorld {
    /// The table's name.
    const TABLE: &'static str;
    /// The version of the row format.
    const VERSION: u16 = 1;

    /// Reads a row of an earlier version; `None` when it cannot be read.
    fn upgrade(_version: u16, _bytes: &[u8]) -> Option<Self> {
        None
    }

    /// Reads a row.
    ///
    /// # Errors
    /// Returns what is wrong with a row that is damaged, or of a version that cannot be upgraded.
    fn read(value: &[u8]) -> Result<Self, RowError> {
        decode_value(Self::VERSION, value, Self::upgrade)
    }
}
