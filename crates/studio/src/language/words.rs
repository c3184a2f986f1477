//! What the schema says of a value, in words.

use raidkeep_engine::rules::{FileSchema, Shape};

/// The type, range, unit and default of a value on one line.
pub(super) fn facts(schema: &FileSchema, shape: &Shape<'_>, is_required: bool) -> String {
    let range = shape.range(schema).map(|range| range.told());
    let choices: Vec<&str> = schema.names(shape).into_iter().map(|(name, _)| name).collect();
    let kind = match (range, choices.is_empty()) {
        (Some(range), _) if shape.kind() == Some("integer") => format!("whole number, {range}"),
        (Some(range), _) => format!("number, {range}"),
        (None, false) => format!("one of {}", choices.join(", ")),
        (None, true) => kind_of(schema, shape).to_owned(),
    };
    let presence = match (is_required, shape.default()) {
        (true, _) => ", required".to_owned(),
        (false, Some(default)) => format!(", left out: {default}"),
        (false, None) => ", may be left out".to_owned(),
    };
    format!("{kind}{presence}")
}

fn kind_of(schema: &FileSchema, shape: &Shape<'_>) -> &'static str {
    match schema.json_kind(shape) {
        Some("integer") => "whole number",
        Some("number") => "number",
        Some("string") => "text",
        Some("boolean") => "true or false",
        Some("array") => "list",
        Some("object") if schema.fields(shape).is_empty() => "map",
        Some("object") => "struct",
        _ => "value",
    }
}

/// What a value means, for people.
pub(super) fn meaning(shape: &Shape<'_>) -> String {
    shape.description().unwrap_or_default().trim().to_owned()
}
