//! The named types of three groups of schemas under one set of names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::schema::clients::shapes::{LENIENT, Reader, Shape, doc_of};

/// A named type.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) shape: Shape,
    pub(super) doc: String,
}

/// The definitions of one generator.
#[derive(Debug)]
pub(super) struct Group {
    /// Where they were while they were assembled, such as `/written`.
    pub(super) place: &'static str,
    /// What stands before the name of one that differs from an earlier group's of the same name.
    pub(super) prefix: &'static str,
    /// Whether clients send it.
    pub(super) is_sent: bool,
    pub(super) definitions: Map<String, Value>,
    /// The names of those that were given another.
    renamed: BTreeSet<String>,
    /// What functions and events refer to, and under which names they stand there.
    roots: BTreeMap<String, Vec<String>>,
}

impl Group {
    pub(super) fn new(
        place: &'static str,
        prefix: &'static str,
        is_sent: bool,
        definitions: Map<String, Value>,
    ) -> Self {
        Self { place, prefix, is_sent, definitions, renamed: BTreeSet::new(), roots: BTreeMap::new() }
    }

    /// The schema behind a reference, if it is one, and its name.
    fn target<'s>(&'s self, schema: &'s Value) -> Option<(&'s str, &'s Value)> {
        let name = schema["$ref"].as_str()?.strip_prefix(&self.reference())?;
        Some((name, self.definitions.get(name)?))
    }

    fn reference(&self) -> String {
        format!("#{}/", self.place)
    }

    fn public_name(&self, name: &str) -> String {
        if self.renamed.contains(name) { format!("{}{name}", self.prefix) } else { name.to_owned() }
    }

    /// Renames what differs from a definition of the same name in an earlier group, and what refers to such.
    pub(super) fn tell_apart_from(&mut self, earlier: &Self) {
        let own = |value: &Value, group: &Self| value.to_string().replace(&group.reference(), "#/");
        let differs = |(name, schema): (&String, &Value)| {
            let same = earlier.definitions.get(name)?;
            (own(schema, self) != own(same, earlier)).then(|| name.clone())
        };
        let mut renamed: BTreeSet<String> = self.definitions.iter().filter_map(differs).collect();
        loop {
            let refers = |(name, schema): (&String, &Value)| {
                let is_shared = earlier.definitions.contains_key(name) && !renamed.contains(name);
                (is_shared && references(schema, self).iter().any(|held| renamed.contains(held))).then(|| name.clone())
            };
            let more: Vec<String> = self.definitions.iter().filter_map(refers).collect();
            if more.is_empty() {
                break;
            }
            renamed.extend(more);
        }
        self.renamed.extend(renamed);
    }

    /// Notes that a function or an event calls this schema `name`.
    pub(super) fn root(&mut self, name: String, schema: &Value) {
        let target = self.target(schema).map(|(target, _)| target.to_owned());
        if let Some(target) = target {
            self.roots.entry(target).or_default().push(name);
        }
    }

    /// The type of a function or an event: what only it has is its own under `name`, what others have too an alias.
    pub(super) fn root_definition(&self, name: &str, schema: &Value) -> Definition {
        let (shape, doc) = match self.target(schema) {
            Some((target, held)) if self.is_own(target) => (self.reader_shape(held), doc_of(held)),
            Some((_, held)) => (self.reader_shape(schema), doc_of(held)),
            None => (self.reader_shape(schema), doc_of(schema)),
        };
        Definition { name: name.to_owned(), shape, doc }
    }

    /// Whether nothing but one function or event refers to it. What clients send is written out for each function.
    fn is_own(&self, target: &str) -> bool {
        let roots = self.roots.get(target).map_or(0, Vec::len);
        let others = self.definitions.values().any(|schema| references(schema, self).iter().any(|held| held == target));
        self.is_sent && roots > 0 || roots == 1 && !others
    }

    /// The types that are not [own](Self::is_own).
    pub(super) fn shared(&self) -> impl Iterator<Item = Definition> {
        let shared =
            self.definitions.iter().filter(|(name, _)| !self.is_own(name) && !LENIENT.contains(&name.as_str()));
        shared.map(|(name, schema)| Definition {
            name: self.public_name(name),
            shape: self.reader_shape(schema),
            doc: doc_of(schema),
        })
    }

    /// The shape of a schema of this group.
    pub(super) fn reader_shape(&self, schema: &Value) -> Shape {
        let rename = |name: &str| self.public_name(name);
        Reader { prefix: &self.reference(), rename: &rename }.shape(schema)
    }
}

/// The definitions of the group that a schema refers to.
fn references(schema: &Value, group: &Group) -> Vec<String> {
    match schema {
        Value::Object(members) => {
            let named = group.target(schema).map(|(name, _)| name.to_owned());
            named.into_iter().chain(members.values().flat_map(|member| references(member, group))).collect()
        }
        Value::Array(elements) => elements.iter().flat_map(|element| references(element, group)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
