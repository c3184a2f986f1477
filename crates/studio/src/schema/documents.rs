//! The three JSON Schema documents.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use raidkeep_engine::events::EventTable;
use raidkeep_engine::request::{Access, Code, CodeKind, RequestTable};
use raidkeep_engine::rules::{Catalogue, add_intended};
use raidkeep_engine::schema::{add_units, schema_of};
use raidkeep_server::config::Config;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A folder of assets as an object: each file's name is a property, its content the value.
pub fn assets(catalogue: &Catalogue) -> Value {
    let mut generator = reading("/$defs");
    let (mut files, mut folders) = (Map::new(), Map::new());
    for (path, schema) in catalogue.schemas() {
        let schema = schema(&mut generator).to_value();
        match path.strip_suffix('/') {
            Some(folder) => folders.insert(format!("^{folder}/.*\\.ron$"), schema),
            None => files.insert(path.to_owned(), schema),
        };
    }
    let mut definitions = Value::Object(generator.take_definitions(true));
    files.values_mut().chain(folders.values_mut()).chain([&mut definitions]).for_each(add_intended);
    let required: Vec<String> = files.keys().cloned().collect();
    let mut document = json!({
        "$schema": DIALECT,
        "title": "Raidkeep assets: the content of each RON file, by its name",
        "type": "object",
        "properties": files,
        "patternProperties": folders,
        "required": required,
        "$defs": definitions,
    });
    add_units(&mut document);
    document
}

/// The configuration. Every key is optional, since the shipped one has them all.
pub fn config() -> Value {
    let mut generator = reading("/$defs");
    let root = schema_of::<Config>(&mut generator).to_value();
    let mut definitions = Value::Object(generator.take_definitions(true));
    let sections = definitions.as_object_mut().into_iter().flat_map(|definitions| definitions.values_mut());
    for section in sections.filter_map(Value::as_object_mut) {
        section.remove("required");
    }
    json!({"$schema": DIALECT, "title": "Raidkeep configuration", "allOf": [root], "$defs": definitions})
}

/// Every function with its caller, its codes, and the `data` of request and reply, and every event with its `data`.
///
/// `functions` and `events` are for people and programs that know this document. The root's properties name the same
/// types once more, because generators follow a schema from its root and find nothing else.
pub fn protocol(requests: &RequestTable, events: &EventTable) -> Value {
    let (mut arguments, mut replies) = (reading("/$defs/arguments"), writing("/$defs/replies"));
    let (mut functions, mut sent, mut answered) = (Map::new(), Map::new(), Map::new());
    for kind in requests.kinds() {
        let (request, reply) = ((kind.arguments)(&mut arguments).to_value(), (kind.reply)(&mut replies).to_value());
        sent.insert(kind.function.to_owned(), request.clone());
        answered.insert(kind.function.to_owned(), reply.clone());
        let function = json!({
            "caller": caller(kind.access),
            "may_change": kind.may_change,
            "waits": kind.waits,
            "arguments": request,
            "reply": reply,
            "codes": codes(kind.codes),
        });
        functions.insert(kind.function.to_owned(), function);
    }
    let mut told = Map::new();
    for kind in events.kinds() {
        told.insert(kind.name.to_owned(), (kind.data)(&mut replies).to_value());
    }
    requests.complete(&mut replies);
    json!({
        "$schema": DIALECT,
        "title": "Raidkeep protocol",
        "type": "object",
        "properties": {
            "requests": named("What `data` holds in the request of each function.", sent),
            "replies": named("What `data` holds in the reply of each function.", answered),
            "told": named("What `data` holds in each event.", told.clone()),
        },
        "required": ["requests", "replies", "told"],
        "additionalProperties": false,
        "functions": functions,
        "events": told,
        "$defs": {"arguments": arguments.take_definitions(true), "replies": replies.take_definitions(true)},
    })
}

/// An object that has just these properties.
fn named(description: &str, properties: Map<String, Value>) -> Value {
    let required: Vec<String> = properties.keys().cloned().collect();
    json!({"type": "object", "description": description, "properties": properties, "required": required,
        "additionalProperties": false})
}

/// What a function answers with besides the statuses of every function. A code without a number is any that another
/// platform gives.
pub(super) fn codes(codes: &[Code]) -> Value {
    let shown = |code: &Code| {
        let kind = match code.kind {
            CodeKind::Refusal => "refusal",
            CodeKind::Answer => "answer",
            CodeKind::BareAnswer => "bare_answer",
            CodeKind::StatusCode => "status_code",
        };
        json!({"number": code.number, "meaning": code.meaning, "kind": kind})
    };
    codes.iter().map(shown).collect()
}

/// The token a function needs.
pub(super) fn caller(access: Access) -> &'static str {
    match access {
        Access::Player => "player",
        Access::Anyone => "anyone",
        Access::Operator => "operator",
    }
}

/// A generator for types that this program reads.
pub(super) fn reading(definitions: &'static str) -> SchemaGenerator {
    generator(SchemaSettings::draft2020_12().for_deserialize(), definitions)
}

/// A generator for types that this program writes.
pub(super) fn writing(definitions: &'static str) -> SchemaGenerator {
    generator(SchemaSettings::draft2020_12().for_serialize(), definitions)
}

fn generator(settings: SchemaSettings, definitions: &'static str) -> SchemaGenerator {
    settings.with(|settings| settings.definitions_path = definitions.into()).into_generator()
}
