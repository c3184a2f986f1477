//! Types as client languages know them, read from JSON Schemas: what the writers of TypeScript and Python share.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    /// Any JSON.
    Json,
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    /// One value, as JSON.
    Literal(Value),
    /// A definition.
    Named(String),
    List(Box<Type>),
    Tuple(Vec<Type>),
    /// An object with any names.
    Map(Box<Type>),
    /// An object whose names are this word and a number, besides those of its fields.
    Numbered(String, Box<Type>),
    Either(Vec<Type>),
    Both(Vec<Type>),
    Object(Vec<Field>),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) of: Type,
    pub(super) is_optional: bool,
}

/// A type with its name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Definition {
    pub(super) doc: String,
    pub(super) of: Type,
}

/// Definitions by their names.
pub(super) type Definitions = BTreeMap<String, Definition>;

/// Reads definitions as a generator leaves them.
pub(super) fn definitions(schemas: Map<String, Value>) -> Definitions {
    let read = |(name, schema): (String, Value)| (name, Definition { doc: description(&schema), of: type_of(&schema) });
    schemas.into_iter().map(read).collect()
}

/// The type that a schema describes.
pub(super) fn type_of(schema: &Value) -> Type {
    if let Some(reference) = schema["$ref"].as_str() {
        return Type::Named(reference.rsplit('/').next().unwrap_or_default().to_owned());
    }
    if let Some(constant) = schema.get("const") {
        return Type::Literal(constant.clone());
    }
    if let Some(values) = schema["enum"].as_array() {
        return Type::Either(values.iter().cloned().map(Type::Literal).collect());
    }
    if let Some(choices) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        return either(choices.iter().map(type_of));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return Type::Both(parts.iter().map(type_of).collect());
    }
    match &schema["type"] {
        Value::Array(names) => either(names.iter().filter_map(Value::as_str).map(|name| simple(name, schema))),
        Value::String(name) => simple(name, schema),
        _ => Type::Json,
    }
}

/// One of these; a number that may also be sent as text is a number.
fn either(choices: impl Iterator<Item = Type>) -> Type {
    let mut distinct: Vec<Type> = Vec::new();
    for choice in choices {
        if !distinct.contains(&choice) {
            distinct.push(choice);
        }
    }
    if distinct.contains(&Type::Integer) {
        distinct.retain(|choice| *choice != Type::Text);
    }
    match <[Type; 1]>::try_from(distinct) {
        Ok([only]) => only,
        Err(several) => Type::Either(several),
    }
}

fn simple(name: &str, schema: &Value) -> Type {
    match name {
        "null" => Type::Null,
        "boolean" => Type::Boolean,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "string" => Type::Text,
        "array" => match schema["prefixItems"].as_array() {
            Some(items) => Type::Tuple(items.iter().map(type_of).collect()),
            None => Type::List(Box::new(type_of(&schema["items"]))),
        },
        "object" => object(schema),
        _ => Type::Json,
    }
}

fn object(schema: &Value) -> Type {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields: Vec<Field> = (schema["properties"].as_object().into_iter().flatten())
        .map(|(name, schema)| field(name, schema, required.contains(&name.as_str())))
        .collect();
    let numbered = (schema["patternProperties"].as_object().into_iter().flatten()).find_map(|(pattern, of)| {
        let word = pattern.strip_prefix('^')?.strip_suffix("[0-9]+$")?;
        Some(Type::Numbered(word.to_owned(), Box::new(type_of(of))))
    });
    let named = (!fields.is_empty()).then_some(Type::Object(fields));
    let any = schema.get("additionalProperties").filter(|of| **of != Value::Bool(false));
    match (named, numbered) {
        (Some(named), Some(numbered)) => Type::Both(vec![named, numbered]),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => match any {
            Some(of) => Type::Map(Box::new(type_of(of))),
            None => Type::Object(Vec::new()),
        },
    }
}

/// A field that may be missing is left out rather than `null`.
fn field(name: &str, schema: &Value, is_required: bool) -> Field {
    let of = match type_of(schema) {
        Type::Either(choices) if !is_required => either(choices.into_iter().filter(|choice| *choice != Type::Null)),
        of => of,
    };
    Field { name: name.to_owned(), doc: description(schema), of, is_optional: !is_required }
}

fn description(schema: &Value) -> String {
    let mut lines = vec![schema["description"].as_str().unwrap_or_default().to_owned()];
    let bounds = (schema["minimum"].as_f64().filter(|least| *least != 0.0), schema["maximum"].as_f64());
    // The bounds of a machine's integer say nothing about the game.
    let is_told = !schema["format"].is_string();
    lines.extend(match bounds {
        (Some(least), Some(most)) if is_told => Some(format!("From {least} to {most}.")),
        (Some(least), None) if is_told => Some(format!("At least {least}.")),
        (None, Some(most)) if is_told => Some(format!("At most {most}.")),
        _ => None,
    });
    lines.extend(schema["pattern"].as_str().map(|pattern| format!("Matches `{pattern}`.")));
    lines.retain(|line| !line.is_empty());
    lines.join(" ").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_that_may_be_missing_is_never_null() {
        let schema = json!({"type": "object", "properties": {"count": {"type": ["integer", "null"]}}});
        let Type::Object(fields) = type_of(&schema) else { panic!("an object should be one") };
        assert_eq!((&fields[0].of, fields[0].is_optional), (&Type::Integer, true));
        let schema =
            json!({"type": "object", "properties": {"session": {"type": ["string", "null"]}}, "required": ["session"]});
        let Type::Object(fields) = type_of(&schema) else { panic!("an object should be one") };
        let expected = Type::Either(vec![Type::Text, Type::Null]);
        assert_eq!((&fields[0].of, fields[0].is_optional), (&expected, false), "one that is always there may be");
    }

    #[test]
    fn a_number_that_may_come_as_text_is_sent_as_a_number() {
        let schema = json!({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]+$"}]});
        assert_eq!(type_of(&schema), Type::Integer);
    }

    #[test]
    fn names_with_a_number_are_told_from_any_names() {
        let schema = json!({"type": "object", "patternProperties": {"^boss[0-9]+$": {"type": "integer"}}});
        assert_eq!(type_of(&schema), Type::Numbered("boss".to_owned(), Box::new(Type::Integer)));
        let schema = json!({"type": "object", "additionalProperties": {"type": "string"}});
        assert_eq!(type_of(&schema), Type::Map(Box::new(Type::Text)));
    }
}
