//! The assets, the configuration and the protocol described for machines and people, from the types that read and write them.
//!
//! There is no list here: the tables of the catalogue and the functions of the request table bring their schemas with them,
//! and doc comments become descriptions.

mod asyncapi;
mod documents;
mod reference;
mod strings;

use schemars::{JsonSchema, Schema, SchemaGenerator};

pub use asyncapi::asyncapi;
pub use documents::{assets, config, protocol};
pub use reference::reference;
pub(crate) use strings::schema_by_hand;
pub use strings::{map_of, text_of};

/// Describes one type; what it refers to goes to the generator.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The description of `T`.
pub fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}
