//! JSON Schema of the types that are read and written, for people and tools.

mod strings;
mod units;

use schemars::{JsonSchema, Schema, SchemaGenerator};

pub use schemars;
pub use strings::{map_of, text_of};
pub use units::{add_units, each};

pub use crate::schema_by_hand;

/// Describes one type; types it refers to are added to the generator.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of `T`.
pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
