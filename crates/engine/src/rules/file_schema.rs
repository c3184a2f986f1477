//! The JSON Schema of what a table's files hold, walked along the text of a file.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::bounds::Range;
use super::intended::add_intended;
use super::locate::Document;
use super::path::Segment;
use super::scan::{Bracket, Node};
use crate::schema::{SchemaOf, add_units};

/// References in a schema begin with this.
const DEFINITIONS: &str = "#/$defs/";

/// The schema of one kind of file.
#[derive(Debug)]
pub struct FileSchema {
    root: Value,
    definitions: Map<String, Value>,
}

/// The part of a schema that describes one value. What a reference has beside it counts before what it leads to.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'s> {
    outer: &'s Value,
    inner: &'s Value,
}

impl FileSchema {
    /// Generates the schema of a type.
    #[must_use]
    pub fn of(schema: SchemaOf) -> Self {
        let settings = SchemaSettings::draft2020_12().for_deserialize();
        let mut generator = settings.with(|settings| settings.definitions_path = "/$defs".into()).into_generator();
        let mut root = schema(&mut generator).to_value();
        let mut definitions = Value::Object(generator.take_definitions(true));
        for part in [&mut root, &mut definitions] {
            add_units(part);
            add_intended(part);
        }
        let Value::Object(definitions) = definitions else { return Self { root, definitions: Map::new() } };
        Self { root, definitions }
    }

    /// The file as a whole.
    #[must_use]
    pub fn root(&self) -> Shape<'_> {
        self.shape(&self.root)
    }

    /// A part of the schema, with references followed.
    fn shape<'s>(&'s self, outer: &'s Value) -> Shape<'s> {
        let mut inner = outer;
        // A type that only refers to itself would never end.
        for _ in 0..16 {
            let name = inner["$ref"].as_str().and_then(|reference| reference.strip_prefix(DEFINITIONS));
            match name.and_then(|name| self.definitions.get(name)) {
                Some(definition) => inner = definition,
                None => break,
            }
        }
        Shape { outer, inner }
    }

    /// The choices of a value that may be one of several things, without the absent one.
    fn choices<'s>(&'s self, shape: &Shape<'s>) -> Vec<Shape<'s>> {
        let lists = ["oneOf", "anyOf"].iter().filter_map(|key| shape.inner[*key].as_array()).flatten();
        lists.map(|choice| self.shape(choice)).filter(|choice| choice.inner["type"] != "null").collect()
    }

    /// The only choice of an optional value, or the value itself.
    fn present<'s>(&'s self, shape: &Shape<'s>) -> Shape<'s> {
        match self.choices(shape).as_slice() {
            [only] => *only,
            _ => *shape,
        }
    }

    /// What stands between the brackets behind a name: of a variant, its payload.
    #[must_use]
    pub(super) fn content<'s>(&'s self, shape: &Shape<'s>, name: &str) -> Shape<'s> {
        self.payload(shape, name).unwrap_or_else(|| self.present(shape))
    }

    /// The description of an entry of a group in a text.
    #[must_use]
    pub(super) fn part<'s>(&'s self, shape: &Shape<'s>, text: &str, node: &Node, index: usize) -> Option<Shape<'s>> {
        let group = node.group.as_ref()?;
        let name = group.name(text, node);
        if name == "Some" {
            return Some(*shape);
        }
        let content = self.content(shape, name);
        match group.segment(index) {
            Some(Segment::Key(key)) => self.member(&content, &key),
            Some(Segment::Index(index)) => self.element(&content, index),
            // The payload of a variant or newtype, as in `Timed(5)`.
            None => match group.bracket {
                Bracket::Round => self.fixed_element(&content, 0).or(Some(content)),
                Bracket::Square | Bracket::Curly => self.element(&content, index),
            },
        }
    }

    /// The description of the value at a byte offset of a text.
    pub(super) fn shape_at<'s>(&'s self, document: &Document, offset: usize) -> Option<Shape<'s>> {
        let (mut node, mut shape) = (document.root()?, self.root());
        loop {
            let Some((index, entry)) = node.group.as_ref().and_then(|group| group.entry_at(offset)) else {
                return Some(shape);
            };
            shape = self.part(&shape, document.text(), node, index)?;
            match &entry.value {
                Some(value) if value.span.contains(&offset) => node = value,
                _ => return Some(shape),
            }
        }
    }

    /// A field or an entry of a map.
    pub(super) fn member<'s>(&'s self, shape: &Shape<'s>, key: &str) -> Option<Shape<'s>> {
        let field = shape.inner["properties"].get(key);
        let other = shape.inner.get("additionalProperties").filter(|other| other.is_object());
        let of_pattern = || shape.inner["patternProperties"].as_object().and_then(|patterns| patterns.values().next());
        field.or(other).or_else(of_pattern).map(|part| self.shape(part))
    }

    /// An element of a list or tuple.
    pub(super) fn element<'s>(&'s self, shape: &Shape<'s>, index: usize) -> Option<Shape<'s>> {
        let any = || shape.inner.get("items").filter(|items| items.is_object()).map(|part| self.shape(part));
        self.fixed_element(shape, index).or_else(any)
    }

    /// An element of a tuple.
    fn fixed_element<'s>(&'s self, shape: &Shape<'s>, index: usize) -> Option<Shape<'s>> {
        shape.inner["prefixItems"].get(index).map(|part| self.shape(part))
    }

    /// The fields of a struct and whether each is required, in the order of the schema.
    #[must_use]
    pub fn fields<'s>(&'s self, shape: &Shape<'s>) -> Vec<(&'s str, Shape<'s>, bool)> {
        let shape = self.present(shape);
        let required = shape.inner["required"].as_array();
        let is_required = |name: &str| required.is_some_and(|list| list.iter().any(|known| known == name));
        let fields = shape.inner["properties"].as_object().into_iter().flatten();
        fields.map(|(name, field)| (name.as_str(), self.shape(field), is_required(name))).collect()
    }

    /// The JSON type of a value: of one that may be absent, of what it is if not, and of one that may be several things, of
    /// the first.
    #[must_use]
    pub fn json_kind<'s>(&'s self, shape: &Shape<'s>) -> Option<&'s str> {
        let shape = self.present(shape);
        shape.kind().or_else(|| self.choices(&shape).into_iter().find_map(|choice| choice.kind()))
    }

    /// Whether it is a list in round brackets, with a fixed number of elements.
    #[must_use]
    pub fn is_tuple(&self, shape: &Shape<'_>) -> bool {
        self.present(shape).inner["prefixItems"].is_array()
    }

    /// What stands in the brackets behind a name of an enumeration; `None` for a name without brackets.
    #[must_use]
    pub fn payload<'s>(&'s self, shape: &Shape<'s>, name: &str) -> Option<Shape<'s>> {
        let shape = self.present(shape);
        let held = self.choices(&shape).into_iter().find_map(|choice| choice.inner["properties"].get(name));
        held.map(|held| self.present(&self.shape(held)))
    }

    /// The names of an enumeration, with what each means.
    #[must_use]
    pub fn names<'s>(&'s self, shape: &Shape<'s>) -> Vec<(&'s str, Option<&'s str>)> {
        let shape = self.present(shape);
        let choices = self.choices(&shape);
        // Names without a description may be one choice together.
        let plain = shape.listed().chain(choices.iter().flat_map(Shape::listed)).map(|name| (name, None));
        let told = choices.iter().filter_map(|choice| {
            let held = choice.inner["properties"].as_object().and_then(|properties| properties.keys().next());
            let name = choice.inner["const"].as_str().or(held.map(String::as_str))?;
            Some((name, choice.description()))
        });
        plain.chain(told).collect()
    }
}

impl<'s> Shape<'s> {
    /// What the value means.
    #[must_use]
    pub fn description(&self) -> Option<&'s str> {
        self.outer["description"].as_str().or_else(|| self.inner["description"].as_str())
    }

    /// What the value is when it is left out.
    #[must_use]
    pub fn default(&self) -> Option<&'s Value> {
        self.outer.get("default").filter(|default| !default.is_null())
    }

    /// The type in a word, if it has one.
    #[must_use]
    pub fn kind(&self) -> Option<&'s str> {
        let kind = &self.inner["type"];
        let first = kind.as_array().and_then(|kinds| kinds.iter().find(|kind| *kind != "null"));
        first.unwrap_or(kind).as_str()
    }

    /// The names of an enumeration that has no more to say.
    fn listed(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        self.inner["enum"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    /// The range of a number.
    #[must_use]
    pub fn range(&self, schema: &FileSchema) -> Option<Range> {
        let shape = schema.present(self);
        let is_number = |shape: &Shape<'_>| matches!(shape.kind(), Some("integer" | "number"));
        let number = if is_number(&shape) { shape } else { schema.choices(&shape).into_iter().find(is_number)? };
        let of = |key: &str| {
            let bound = self.outer.get(key).or_else(|| number.outer.get(key)).or_else(|| number.inner.get(key));
            bound.map(shown)
        };
        let unit = self.outer["unit"].as_str().or_else(|| number.inner["unit"].as_str());
        Some(Range { least: of("minimum"), most: of("maximum"), unit: unit.map(str::to_owned) })
    }
}

/// A number without the `.0` of a whole one.
fn shown(number: &Value) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
