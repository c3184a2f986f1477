//! JSON Schema as generators of code see it.

use serde_json::{Map, Value};

/// The definition of an integer that a client may also send as text; clients made from the schema send integers.
pub(super) const LENIENT: &[&str] = &["Integer", "GivenInteger"];

/// A type, whatever the language.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Flag,
    Integer,
    Number,
    Text,
    Null,
    /// Any JSON, passed through from elsewhere.
    Json,
    /// One value and no other.
    Literal(Value),
    /// A definition of the library.
    Named(String),
    List(Box<Shape>),
    Tuple(Vec<Shape>),
    /// An object with arbitrary keys.
    Map(Box<Shape>),
    Record(Record),
    Union(Vec<Shape>),
}

/// An object with known keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Record {
    pub(super) fields: Vec<Field>,
    /// Keys of a prefix and a number, and what they hold.
    pub(super) numbered: Option<(String, Box<Shape>)>,
}

/// One key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) is_optional: bool,
    pub(super) doc: String,
}

/// How a schema is read.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// What references begin with.
    pub(super) prefix: &'a str,
    /// The name in the library of a definition.
    pub(super) rename: &'a dyn Fn(&str) -> String,
}

impl Reader<'_> {
    /// The shape of a schema.
    pub(super) fn shape(self, schema: &Value) -> Shape {
        let Some(members) = schema.as_object() else {
            return Shape::Json;
        };
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            let name = reference.trim_start_matches(self.prefix);
            return if LENIENT.contains(&name) { Shape::Integer } else { Shape::Named((self.rename)(name)) };
        }
        if let Some(value) = members.get("const") {
            return Shape::Literal(value.clone());
        }
        if let Some(values) = members.get("enum").and_then(Value::as_array) {
            return union(values.iter().cloned().map(Shape::Literal).collect());
        }
        if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|key| members.get(*key)?.as_array()) {
            return union(choices.iter().map(|choice| self.choice(choice)).collect());
        }
        match members.get("type") {
            Some(Value::Array(kinds)) => {
                union(kinds.iter().filter_map(Value::as_str).map(|kind| self.of_kind(kind, members)).collect())
            }
            Some(Value::String(kind)) => self.of_kind(kind, members),
            _ => Shape::Json,
        }
    }

    /// One of several. What says something about a variant says it about its only field.
    fn choice(self, schema: &Value) -> Shape {
        let mut shape = self.shape(schema);
        if let Shape::Record(Record { fields, .. }) = &mut shape
            && let [field] = fields.as_mut_slice()
            && field.doc.is_empty()
        {
            field.doc = doc_of(schema);
        }
        shape
    }

    fn of_kind(self, kind: &str, members: &Map<String, Value>) -> Shape {
        match kind {
            "boolean" => Shape::Flag,
            "integer" => Shape::Integer,
            "number" => Shape::Number,
            "string" => Shape::Text,
            "null" => Shape::Null,
            "array" => self.list(members),
            _ => self.object(members),
        }
    }

    fn list(self, members: &Map<String, Value>) -> Shape {
        if let Some(parts) = members.get("prefixItems").and_then(Value::as_array) {
            return Shape::Tuple(parts.iter().map(|part| self.shape(part)).collect());
        }
        let item = members.get("items").map_or(Shape::Json, |items| self.shape(items));
        let bound = |key| members.get(key).and_then(Value::as_u64);
        if (bound("minItems"), bound("maxItems")) == (Some(1), Some(1)) {
            return Shape::Tuple(vec![item]);
        }
        Shape::List(Box::new(item))
    }

    fn object(self, members: &Map<String, Value>) -> Shape {
        let fields: Vec<Field> = members.get("properties").and_then(Value::as_object).map_or_else(Vec::new, |fields| {
            fields.iter().map(|(name, field)| self.field(name, field, members)).collect()
        });
        let others =
            members.get("additionalProperties").filter(|others| others.is_object() || **others == Value::Bool(true));
        match others {
            Some(others) if fields.is_empty() => Shape::Map(Box::new(self.shape(others))),
            _ => Shape::Record(Record { fields, numbered: self.numbered(members) }),
        }
    }

    fn numbered(self, members: &Map<String, Value>) -> Option<(String, Box<Shape>)> {
        let (pattern, held) = members.get("patternProperties")?.as_object()?.iter().next()?;
        let prefix = pattern.strip_prefix('^')?.split(['[', '\\']).next()?;
        Some((prefix.to_owned(), Box::new(self.shape(held))))
    }

    fn field(self, name: &str, schema: &Value, owner: &Map<String, Value>) -> Field {
        let required = owner.get("required").and_then(Value::as_array);
        let is_optional = required.is_none_or(|required| required.iter().all(|known| known != name));
        let shape = match self.shape(schema) {
            // What may be left out is never `null` where it is written, and need not be where it is read.
            Shape::Union(parts) if is_optional => {
                union(parts.into_iter().filter(|part| *part != Shape::Null).collect())
            }
            shape => shape,
        };
        Field { name: name.to_owned(), shape, is_optional, doc: doc_of(schema) }
    }
}

/// What the schema says about its type; of a choice, also what it says about each.
pub(super) fn doc_of(schema: &Value) -> String {
    let mut doc = schema["description"].as_str().unwrap_or_default().trim().to_owned();
    let default = &schema["default"];
    if matches!(default, Value::Bool(true) | Value::Number(_) | Value::String(_)) {
        doc.push_str(&format!("{}Left out: `{default}`.", if doc.is_empty() { "" } else { " " }));
    }
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        if let (Some(value), Some(said)) = (choice["const"].as_str(), choice["description"].as_str()) {
            doc.push_str(&format!("\n- `{value}`: {}", said.trim().replace('\n', " ")));
        }
    }
    doc.trim().to_owned()
}

/// A union, flat and without repetition; of one part, that part.
fn union(parts: Vec<Shape>) -> Shape {
    let mut flat: Vec<Shape> = Vec::new();
    for part in parts {
        let inner = match part {
            Shape::Union(inner) => inner,
            other => vec![other],
        };
        for shape in inner {
            if !flat.contains(&shape) {
                flat.push(shape);
            }
        }
    }
    // What is absent stands last.
    flat.sort_by_key(|shape| *shape == Shape::Null);
    match flat.len() {
        1 => flat.remove(0),
        _ => Shape::Union(flat),
    }
}
