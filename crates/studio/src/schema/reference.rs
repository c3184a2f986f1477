//! Generates `docs/assets.md`: every asset file with its fields, for human readers.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::schema::documents::assets;
use raidkeep_engine::rules::{Catalogue, INTENDED};

const DEFINITIONS: &str = "#/$defs/";

const INTRODUCTION: &str = "# Assets

<!-- Written by `raidkeep schema reference`. A test fails when it is not what that command writes. -->

The asset files and their fields. Types are named as in JSON: an \"object\" is a RON value in round brackets, an \"array\" a list.
A field with `-` under \"left out\" must be there. `raidkeep check` enforces the ranges that stand here: they come from one place.
Any object may have `intended: \"why\"` besides: it silences the warnings of `raidkeep check` about that entry (docs/economy.md#intended).
`raidkeep check` reports mistakes with their places; `raidkeep schema assets` prints the same reference as a JSON Schema.
";

/// The reference of all tables, as Markdown.
pub fn reference(catalogue: &Catalogue) -> String {
    let document = assets(catalogue);
    let definitions = document["$defs"].as_object().cloned().unwrap_or_default();
    let mut text = INTRODUCTION.to_owned();
    let mut shown = BTreeSet::new();
    for (path, _) in catalogue.schemas() {
        let _ = write!(text, "\n## `{path}`\n");
        let file = match path.strip_suffix('/') {
            Some(folder) => &document["patternProperties"][format!("^{folder}/.*\\.ron$")],
            None => &document["properties"][path],
        };
        show(file, &definitions, &mut shown, &mut text);
    }
    text
}

/// Writes the definitions that a schema refers to, recursively, each once.
fn show(schema: &Value, definitions: &Map<String, Value>, shown: &mut BTreeSet<String>, text: &mut String) {
    for name in references(schema) {
        let Some(definition) = definitions.get(&name).filter(|_| shown.insert(name.clone())) else {
            continue;
        };
        let _ = write!(text, "\n### {name}\n\n");
        if let Some(description) = definition["description"].as_str() {
            let _ = writeln!(text, "{}\n", one_line(description));
        }
        show_fields(definition, text);
        show_choices(definition, text);
        show(definition, definitions, shown, text);
    }
}

fn show_fields(definition: &Value, text: &mut String) {
    let Some(fields) = definition["properties"].as_object().filter(|fields| !fields.is_empty()) else {
        return;
    };
    text.push_str("| field | type | range (unit) | left out | meaning |\n|---|---|---|---|---|\n");
    for (name, field) in fields.iter().filter(|(name, _)| *name != INTENDED) {
        let is_required = definition["required"].as_array().is_some_and(|list| list.iter().any(|known| known == name));
        let presence = match (is_required, &field["default"]) {
            (true, _) => "-".to_owned(),
            (false, Value::Null) => "may be left out".to_owned(),
            (false, default) => format!("default `{default}`"),
        };
        let description = field["description"].as_str().map(one_line).unwrap_or_default();
        let _ = writeln!(text, "| `{name}` | {} | {} | {presence} | {description} |", kind(field), range(field));
    }
}

/// The numbers that a field may hold, with their unit.
fn range(field: &Value) -> String {
    if let Some(parts) = field["prefixItems"].as_array() {
        let parts: Vec<String> = parts.iter().map(range).collect();
        let is_same = parts.windows(2).all(|two| two[0] == two[1]);
        return if is_same { parts.into_iter().next().unwrap_or_default() } else { parts.join(", ") };
    }
    let bounds = if field["minimum"].is_null() { &field["items"] } else { field };
    let shown = |bound: &Value| bound.to_string().trim_end_matches(".0").to_owned();
    let range = match (&bounds["minimum"], &bounds["maximum"]) {
        (Value::Null, _) | (_, Value::Null) => return String::new(),
        (least, most) => format!("{} to {}", shown(least), shown(most)),
    };
    match field["unit"].as_str() {
        Some(unit) => format!("{range} ({unit})"),
        None => range,
    }
}

/// The variants of an enumeration, with their contents.
fn show_choices(definition: &Value, text: &mut String) {
    let choices = ["oneOf", "anyOf"].iter().filter_map(|key| definition[*key].as_array()).flatten();
    for choice in choices {
        let name = choice["const"].as_str().map(str::to_owned);
        let held = choice["properties"].as_object().and_then(|properties| properties.iter().next());
        let name = name.or_else(|| held.map(|(name, _)| name.clone())).unwrap_or_else(|| kind(choice));
        let description = choice["description"].as_str().map(one_line).unwrap_or_default();
        let _ = writeln!(text, "- `{name}`: {description}");
        if let Some((_, inner)) = held {
            let fields = inner["properties"].as_object().into_iter().flatten();
            for (name, field) in fields.filter(|(name, _)| *name != INTENDED) {
                let description = field["description"].as_str().map(one_line).unwrap_or_default();
                let _ = writeln!(text, "    - `{name}` ({}): {description}", kind(field));
            }
        }
    }
    for name in definition["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let _ = writeln!(text, "- `{name}`");
    }
}

/// A type in a word or two.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.trim_start_matches(DEFINITIONS).to_owned();
    }
    if let Some(parts) = ["anyOf", "oneOf", "allOf"].iter().find_map(|key| schema[*key].as_array()) {
        let parts: Vec<String> = parts.iter().map(kind).filter(|part| part != "null").collect();
        return parts.join(" or ");
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => array_kind(schema),
        Value::String(name) => name.clone(),
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            let names: Vec<&str> = names.collect();
            if names == ["array"] { array_kind(schema) } else { names.join(" or ") }
        }
        _ => "any".to_owned(),
    }
}

fn array_kind(schema: &Value) -> String {
    match schema["prefixItems"].as_array() {
        Some(parts) => format!("({})", parts.iter().map(kind).collect::<Vec<_>>().join(", ")),
        None => format!("list of {}", kind(&schema["items"])),
    }
}

/// The definitions that a schema refers to, in order.
fn references(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match schema {
        Value::Object(members) => {
            let named = members.get("$ref").and_then(Value::as_str);
            found.extend(named.map(|reference| reference.trim_start_matches(DEFINITIONS).to_owned()));
            members.values().for_each(|member| found.extend(references(member)));
        }
        Value::Array(elements) => elements.iter().for_each(|element| found.extend(references(element))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
