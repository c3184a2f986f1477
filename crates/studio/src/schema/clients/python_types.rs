//! The protocol's types as Python declares them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::schema::clients::api::{Api, pascal};
use crate::schema::clients::library::Definition;
use crate::schema::clients::shapes::{Field, Record, Shape};

/// The words that cannot be a field of a class.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Every type, what has no name in the schema under one of its owner's: classes first, whose annotations may refer to
/// what comes later, then aliases after what they are made of.
pub(super) fn in_order(api: &Api) -> Vec<Definition> {
    let mut classes = Vec::new();
    let mut aliases = BTreeMap::new();
    for definition in &api.types {
        let mut named = definition.clone();
        name_records(&mut named, &mut classes);
        match named.shape {
            Shape::Record(Record { numbered: None, .. }) => classes.push(named),
            _ => _ = aliases.insert(named.name.clone(), named),
        }
    }
    classes.push(files(api));
    classes.sort_by(|one, other| one.name.cmp(&other.name));
    while let Some(name) = ready(&aliases) {
        classes.extend(aliases.remove(&name));
    }
    classes
}

/// The files of the assets. Python has no type for the names of those in folders.
fn files(api: &Api) -> Definition {
    let (folders, files): (Vec<_>, Vec<_>) = api.assets.iter().partition(|(path, _)| path.ends_with('/'));
    let field = |(path, held): &(String, Definition)| Field {
        name: path.clone(),
        shape: held.shape.clone(),
        is_optional: false,
        doc: held.doc.clone(),
    };
    let told = folders.iter().map(|(path, held)| format!("\n- `{path}*.ron`: {}", annotation(&held.shape)));
    let doc = format!("What each file of the assets holds, and each file of a folder:{}", told.collect::<String>());
    let record = Record { fields: files.into_iter().map(field).collect(), numbered: None };
    Definition { name: "Assets".to_owned(), shape: Shape::Record(record), doc }
}

/// The next alias that refers to none of the others.
fn ready(aliases: &BTreeMap<String, Definition>) -> Option<String> {
    let is_ready = |definition: &&Definition| {
        let mut held = Vec::new();
        mentioned(&definition.shape, &mut held);
        held.iter().all(|name| *name == definition.name || !aliases.contains_key(name))
    };
    let next = aliases.values().find(is_ready).or_else(|| aliases.values().next());
    next.map(|definition| definition.name.clone())
}

fn mentioned(shape: &Shape, names: &mut Vec<String>) {
    match shape {
        Shape::Named(name) => names.push(name.clone()),
        Shape::List(held) | Shape::Map(held) => mentioned(held, names),
        Shape::Tuple(parts) | Shape::Union(parts) => parts.iter().for_each(|part| mentioned(part, names)),
        Shape::Record(record) => {
            record.fields.iter().for_each(|field| mentioned(&field.shape, names));
            record.numbered.iter().for_each(|(_, held)| mentioned(held, names));
        }
        _ => {}
    }
}

/// Gives the objects inside a type, other than itself, names.
fn name_records(definition: &mut Definition, named: &mut Vec<Definition>) {
    let owner = definition.name.clone();
    match &mut definition.shape {
        Shape::Record(record) => record.fields.iter_mut().for_each(|field| {
            let name = format!("{owner}{}", pascal(&field.name));
            name_record(&mut field.shape, &name, named);
        }),
        shape => name_record(shape, &owner, named),
    }
}

fn name_record(shape: &mut Shape, name: &str, named: &mut Vec<Definition>) {
    match shape {
        Shape::Record(record) if record.numbered.is_none() => {
            let first = record.fields.first().map(|field| pascal(&field.name)).unwrap_or_default();
            let name = format!("{name}{first}");
            let record = std::mem::replace(shape, Shape::Named(name.clone()));
            let mut definition = Definition { name, shape: record, doc: String::new() };
            name_records(&mut definition, named);
            named.push(definition);
        }
        Shape::List(held) | Shape::Map(held) => name_record(held, name, named),
        Shape::Tuple(parts) | Shape::Union(parts) => parts.iter_mut().for_each(|part| name_record(part, name, named)),
        _ => {}
    }
}

pub(super) fn declare_types(definitions: &[Definition], text: &mut String) {
    for definition in definitions {
        match &definition.shape {
            Shape::Record(record) if record.numbered.is_none() => typed_dict(definition, record, text),
            shape => {
                let _ = writeln!(text, "\n{}: TypeAlias = {}", definition.name, annotation(shape));
                docstring(&definition.doc, "", text);
            }
        }
    }
}

fn typed_dict(definition: &Definition, record: &Record, text: &mut String) {
    let name = &definition.name;
    if record.fields.iter().all(|field| is_identifier(&field.name)) {
        let _ = writeln!(text, "\n\nclass {name}(TypedDict):");
        docstring(if definition.doc.is_empty() { name } else { &definition.doc }, "    ", text);
        if !record.fields.is_empty() {
            text.push('\n');
        }
        for field in &record.fields {
            let _ = writeln!(text, "    {}: {}", field.name, of_field(field));
            docstring(&field.doc, "    ", text);
        }
        return;
    }
    let _ = writeln!(text, "\n\n{name} = TypedDict(\n    \"{name}\",\n    {{");
    for field in &record.fields {
        field.doc.lines().for_each(|line| _ = writeln!(text, "{}", format!("        # {line}").trim_end()));
        let _ = writeln!(text, "        {}: {},", quoted(&field.name), in_quotes(&of_field(field)));
    }
    text.push_str("    },\n)\n");
    docstring(&definition.doc, "", text);
}

/// An annotation as text, for what is evaluated before the types that it mentions exist.
fn in_quotes(annotation: &str) -> String {
    if annotation.contains('"') { format!("'{annotation}'") } else { format!("\"{annotation}\"") }
}

fn of_field(field: &Field) -> String {
    let held = annotation(&field.shape);
    if field.is_optional { format!("NotRequired[{held}]") } else { held }
}

fn annotation(shape: &Shape) -> String {
    match shape {
        Shape::Flag => "bool".to_owned(),
        Shape::Integer => "int".to_owned(),
        Shape::Number => "float".to_owned(),
        Shape::Text => "str".to_owned(),
        Shape::Null => "None".to_owned(),
        Shape::Json => "JsonValue".to_owned(),
        Shape::Literal(value) => format!("Literal[{value}]"),
        Shape::Named(name) => name.clone(),
        Shape::List(item) => format!("list[{}]", annotation(item)),
        // What was JSON is a list, whatever its length.
        Shape::Tuple(parts) => format!("list[{}]", all_once(parts)),
        Shape::Map(held) => format!("dict[str, {}]", annotation(held)),
        Shape::Record(record) => of_keys(record),
        Shape::Union(parts) => {
            literals(parts).unwrap_or_else(|| parts.iter().map(annotation).collect::<Vec<_>>().join(" | "))
        }
    }
}

/// Keys of which some have numbers: Python has no type for those besides others.
fn of_keys(record: &Record) -> String {
    let mut held: Vec<String> = record.fields.iter().map(|field| annotation(&field.shape)).collect();
    held.extend(record.numbered.iter().map(|(_, held)| annotation(held)));
    format!("Mapping[str, {}]", once(held))
}

fn all_once(parts: &[Shape]) -> String {
    once(parts.iter().map(annotation).collect())
}

fn once(mut annotations: Vec<String>) -> String {
    annotations.sort();
    annotations.dedup();
    annotations.join(" | ")
}

fn literals(parts: &[Shape]) -> Option<String> {
    let value = |part: &Shape| match part {
        Shape::Literal(value) => Some(value.to_string()),
        _ => None,
    };
    let values: Option<Vec<String>> = parts.iter().map(value).collect();
    Some(format!("Literal[{}]", values?.join(", ")))
}

pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn is_identifier(name: &str) -> bool {
    let is_plain = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    is_plain && !name.starts_with(|first: char| first.is_ascii_digit()) && !KEYWORDS.contains(&name)
}

/// A docstring, or none where there is nothing to say.
pub(super) fn docstring(doc: &str, indent: &str, text: &mut String) {
    let doc = doc.trim().replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    if doc.is_empty() {
        return;
    }
    let (first, rest) = doc.split_once('\n').unwrap_or((&doc, ""));
    let _ = write!(text, "{indent}\"\"\"{first}");
    if rest.is_empty() {
        let end = if first.ends_with('"') { " \"\"\"\n" } else { "\"\"\"\n" };
        text.push_str(end);
        return;
    }
    text.push('\n');
    rest.lines().for_each(|line| _ = writeln!(text, "{}", format!("{indent}{line}").trim_end()));
    let _ = writeln!(text, "{indent}\"\"\"");
}
