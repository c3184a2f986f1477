//! What the schema of the assets says of a value: its fields, their defaults, limits and meaning.

use serde_json::{Map, Value};

use crate::schema::documents::assets;
use raidkeep_engine::rules::{CURVE_FORMAT, Catalogue, INTENDED};

const DEFINITIONS: &str = "#/$defs/";

/// The shapes of all asset files.
#[derive(Debug)]
pub struct AssetShapes {
    paths: Vec<&'static str>,
    document: Value,
}

/// The shape of one value.
#[derive(Debug, Clone, Copy)]
pub struct AssetShape<'a> {
    schema: &'a Value,
    definitions: &'a Map<String, Value>,
}

impl AssetShapes {
    /// The shapes of the files that a catalogue reads.
    pub fn new(catalogue: &Catalogue) -> Self {
        let paths = catalogue.schemas().into_iter().map(|(path, _)| path).collect();
        Self { paths, document: assets(catalogue) }
    }

    /// The table that a file belongs to: the file's own name, or its folder with `/` at the end.
    pub fn table_of(&self, file: &str) -> Option<&'static str> {
        let claims =
            self.paths.iter().filter(|path| if path.ends_with('/') { file.starts_with(*path) } else { file == **path });
        claims.max_by_key(|path| path.len()).copied()
    }

    /// What a file holds; `None` for one that no table reads.
    pub fn file(&self, file: &str) -> Option<AssetShape<'_>> {
        let path = self.table_of(file)?;
        let schema = match path.strip_suffix('/') {
            Some(folder) => self.document["patternProperties"].get(format!("^{folder}/.*\\.ron$"))?,
            None => self.document["properties"].get(path)?,
        };
        Some(AssetShape { schema, definitions: self.document["$defs"].as_object()? }.resolved())
    }
}

impl<'a> AssetShape<'a> {
    fn at(self, schema: &'a Value) -> Self {
        Self { schema, ..self }
    }

    /// Follows references, and looks through "or null".
    fn resolved(self) -> Self {
        if let Some(name) = self.schema["$ref"].as_str() {
            let definition = self.definitions.get(name.trim_start_matches(DEFINITIONS));
            return definition.map_or(self, |definition| self.at(definition).resolved());
        }
        let choices = self.schema["anyOf"].as_array().map_or(&[][..], Vec::as_slice);
        let mut present = choices.iter().filter(|choice| choice["type"] != "null");
        match (present.next(), present.next()) {
            (Some(only), None) => self.at(only).resolved(),
            _ => self,
        }
    }

    /// The name of the type, where it has a definition of its own.
    pub fn type_name(self) -> Option<&'a str> {
        self.definitions
            .iter()
            .find(|(_, definition)| std::ptr::eq(*definition, self.schema))
            .map(|(name, _)| name.as_str())
    }

    /// The names of the fields, in alphabetical order, without the one that every struct may have.
    pub fn fields(self) -> impl Iterator<Item = &'a str> {
        let fields = self.schema["properties"].as_object().into_iter().flat_map(Map::keys).map(String::as_str);
        fields.filter(|field| *field != INTENDED)
    }

    /// A field of a struct.
    pub fn field(self, name: &str) -> Option<Self> {
        self.schema["properties"].get(name).map(|field| self.at(field).resolved())
    }

    /// What a field of a struct is when it is left out, unless that is "none".
    pub fn default_of(self, field: &str) -> Option<&'a Value> {
        self.schema["properties"].get(field)?.get("default").filter(|default| !default.is_null())
    }

    /// What a field of a struct means.
    pub fn meaning_of(self, field: &str) -> Option<&'a str> {
        let field = self.schema["properties"].get(field)?;
        field["description"].as_str().or_else(|| self.at(field).resolved().schema["description"].as_str())
    }

    /// Whether a field of a struct must be given.
    pub fn requires(self, field: &str) -> bool {
        self.schema["required"].as_array().is_some_and(|names| names.iter().any(|name| name == field))
    }

    /// The elements of a list.
    pub fn element(self) -> Option<Self> {
        self.schema.get("items").filter(|items| items.is_object()).map(|items| self.at(items).resolved())
    }

    /// The values of a map.
    pub fn entry(self) -> Option<Self> {
        let entries = self.schema.get("additionalProperties").filter(|entries| entries.is_object());
        entries.map(|entries| self.at(entries).resolved())
    }

    /// The content of a variant with fields.
    pub fn variant(self, name: &str) -> Option<Self> {
        let mut choices = self.schema["oneOf"].as_array().into_iter().chain(self.schema["anyOf"].as_array()).flatten();
        let held = choices.find_map(|choice| choice["properties"].get(name))?;
        Some(self.at(held).resolved())
    }

    /// Whether it is of a JSON type such as `integer`, `string`, `boolean`, `array` or `object`; a value of several types
    /// is of each.
    pub fn is(self, kind: &str) -> bool {
        let types = [&self.schema["type"]].into_iter().chain(self.schema["type"].as_array().into_iter().flatten());
        let of_choices = self.schema["anyOf"].as_array().into_iter().flatten();
        types.into_iter().any(|found| found == kind)
            || of_choices.into_iter().any(|choice| self.at(choice).resolved().is(kind))
    }

    /// Whether it is one of several words.
    pub fn is_choice(self) -> bool {
        self.schema.get("enum").is_some() || self.schema.get("oneOf").is_some()
    }

    /// Whether it is a text that may hold formulas in curly brackets.
    pub fn is_curved_text(self) -> bool {
        self.schema["format"] == CURVE_FORMAT
    }

    /// What a number counts, such as `points of energy`.
    pub fn unit(self) -> Option<&'a str> {
        self.schema["unit"].as_str()
    }

    /// The least and the greatest number.
    pub fn limits(self) -> (Option<&'a Value>, Option<&'a Value>) {
        (self.schema.get("minimum"), self.schema.get("maximum"))
    }
}
