//! How types describe themselves to people and machines: JSON Schema from the types that read and write.

mod strings;

use schemars::{JsonSchema, Schema, SchemaGenerator};

pub use schemars;
pub use strings::{map_of, text_of};

pub use crate::schema_by_hand;

/// Describes one type; what it refers to goes to the generator.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The description of `T`.
pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
