//! Units of numbers in schemas, as `"unit": "seconds"`.

use schemars::Schema;
use serde_json::Value;

/// Ends of names that say the unit.
const SUFFIXES: &[(&str, &str)] = &[
    ("_seconds", "seconds"),
    ("_minutes", "minutes"),
    ("_hours", "hours"),
    ("_days", "days"),
    ("_percent", "percent"),
    ("_chars", "characters"),
    ("_bytes", "bytes"),
    ("_pixels", "pixels"),
    ("_points", "points"),
];

/// Adds the unit to every number whose name ends with it and that has none yet.
pub fn add_units(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(fields) = members.get_mut("properties").and_then(Value::as_object_mut) {
                for (name, field) in fields.iter_mut() {
                    add_unit(name, field);
                }
            }
            members.values_mut().for_each(add_units);
        }
        Value::Array(parts) => parts.iter_mut().for_each(add_units),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn add_unit(name: &str, field: &mut Value) {
    let is_number = |kind: &Value| kind == "integer" || kind == "number";
    let kind = &field["type"];
    let has_number = is_number(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(is_number));
    if !has_number || field.get("unit").is_some() {
        return;
    }
    // `text_max_chars` and `kept_max_bytes` end with the unit too.
    if let Some((_, unit)) = SUFFIXES.iter().find(|(suffix, _)| name.ends_with(suffix)) {
        field["unit"] = Value::String((*unit).to_owned());
    }
}

/// Gives every element of a tuple the same range and unit.
pub fn each(least: i64, most: i64, unit: &'static str) -> impl FnMut(&mut Schema) {
    move |schema| {
        let parts = schema.get_mut("prefixItems").and_then(Value::as_array_mut);
        for part in parts.into_iter().flatten() {
            part["minimum"] = least.into();
            part["maximum"] = most.into();
            part["unit"] = unit.into();
        }
    }
}
