//! Schemas for strings of a certain form, and for the maps of replies.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// Gives a type a schema written by hand: `schema_by_hand!(Amount, "Amount", |_| text_of(..))`.
#[macro_export]
macro_rules! schema_by_hand {
    ($type:ty, $name:literal, |$generator:pat_param| $schema:expr) => {
        impl $crate::schema::schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(
                $generator: &mut $crate::schema::schemars::SchemaGenerator,
            ) -> $crate::schema::schemars::Schema {
                $schema
            }
        }
    };
}

/// Text of a certain form, as a regular expression.
pub fn text_of(description: &str, pattern: &str) -> Schema {
    json_schema!({"type": "string", "description": description, "pattern": pattern})
}

/// An object with arbitrary keys and values of one type.
pub fn map_of<V: JsonSchema>(description: &str, generator: &mut SchemaGenerator) -> Schema {
    let value = generator.subschema_for::<V>();
    json_schema!({"type": "object", "description": description, "additionalProperties": value})
}
