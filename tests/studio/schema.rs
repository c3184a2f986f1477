//! The schemas of assets, configuration and protocol: complete, without dangling references, and matching what the
//! program reads and writes.

use std::process::Command;

use raidkeep::engine::events::EventTable;
use raidkeep::engine::request::{CodeKind, RequestTable};
use raidkeep::engine::rules::{Catalogue, RuleTables, Tables};
use raidkeep::game;
use raidkeep::server::config::Config;
use raidkeep::studio::schema::{self, ClientSources};
use serde_json::{Value, json};

struct Game {
    catalogue: Catalogue,
    requests: RequestTable,
    events: EventTable,
}

impl Game {
    fn sources<'a>(&'a self, tables: &'a Tables) -> ClientSources<'a> {
        ClientSources { requests: &self.requests, events: &self.events, catalogue: &self.catalogue, tables }
    }
}

fn game() -> Game {
    let config = Config::load(None, &["clock=manual".to_owned()]).expect("the shipped configuration should be valid");
    let mut app = raidkeep::realm::whole_app(&config.game().expect("the shipped configuration should be valid"));
    let world = app.world_mut();
    Game {
        requests: world.resource::<RequestTable>().clone(),
        events: world.resource::<EventTable>().clone(),
        catalogue: world.remove_resource::<RuleTables>().expect("the game has rules").catalogue,
    }
}

fn documents() -> [(&'static str, Value); 4] {
    let game = game();
    [
        ("assets", schema::assets(&game.catalogue)),
        ("config", schema::config()),
        ("protocol", schema::protocol(&game.requests, &game.events)),
        ("asyncapi", schema::asyncapi(&game.requests, &game.events)),
    ]
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        _ => {}
    }
}

/// Compares a file that the program writes with what it would write now.
fn assert_current(file: &str, part: &str, expected: &str) {
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let differs = written.lines().zip(expected.lines()).position(|(written, expected)| written != expected);
    let is_same = written == expected;
    assert!(
        is_same,
        "{file} is stale from line {:?}; write it anew: raidkeep schema {part} > {file}",
        differs.map(|at| at + 1)
    );
}

#[test]
fn the_reference_of_the_assets_is_what_the_program_writes() {
    assert_current("docs/assets.md", "reference", &schema::reference(&game().catalogue));
}

#[test]
fn the_types_of_the_clients_are_what_the_program_writes() {
    let game = game();
    let rules = game.catalogue.load(&game::shipped_assets()).expect("the shipped assets should be valid");
    let sources = game.sources(&rules.tables);
    assert_current("clients/typescript/src/api.gen.ts", "typescript", &schema::typescript(sources));
    assert_current("clients/python/src/raidkeep_client/api_gen.py", "python", &schema::python(sources));
}

#[test]
fn every_reference_resolves() {
    for (name, document) in documents() {
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(!found.is_empty(), "{name} should consist of parts");
        for reference in found {
            let target = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
            assert!(target.is_some(), "{name}: {reference} leads nowhere");
        }
    }
}

#[test]
fn every_file_function_and_event_is_described() {
    let game = game();
    let assets = schema::assets(&game.catalogue);
    let files = game::shipped_assets().text_files().expect("the shipped assets should be readable");
    for file in files.keys() {
        let folder = file.split_once('/').map(|(folder, _)| format!("^{folder}/.*\\.ron$"));
        let found = folder.map_or(&assets["properties"][file], |folder| &assets["patternProperties"][folder]);
        assert!(found.is_object(), "{file} should be described");
    }
    let (protocol, asyncapi) =
        (schema::protocol(&game.requests, &game.events), schema::asyncapi(&game.requests, &game.events));
    for kind in game.requests.kinds() {
        let name = kind.function;
        // Answers of the payment platform are passed through unchanged, so their schema is `true`.
        assert!(!protocol["functions"][name]["reply"].is_null(), "{name} should be described");
        let message = &asyncapi["components"]["messages"][format!("{name}.request")];
        assert_eq!(message["payload"]["properties"]["function"]["const"], name);
    }
    let documented = include_str!("../../docs/protocol.md");
    for kind in game.events.kinds() {
        assert!(protocol["events"][kind.name].is_object(), "{} should be described", kind.name);
        let name = format!("`{}`", kind.name);
        let has_row = documented.lines().any(|line| line.starts_with("| `") && line.contains(&name));
        assert!(has_row, "{name} should be in docs/protocol.md");
    }
}

/// The definition behind a schema that is only a reference, also over several steps.
fn resolved<'d>(schema: &'d Value, document: &'d Value) -> &'d Value {
    let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).map_or(schema, |found| resolved(found, document))
}

#[test]
fn a_request_without_arguments_is_refused_exactly_where_the_schema_requires_some() {
    let game = game();
    let protocol = schema::protocol(&game.requests, &game.events);
    for kind in game.requests.kinds() {
        let arguments = resolved(&protocol["functions"][kind.function]["arguments"], &protocol);
        let required = arguments["required"].as_array().map_or(0, Vec::len);
        let is_refused = (kind.decode)(None).is_err();
        assert_eq!(is_refused, required > 0, "{}: the schema requires {required} fields", kind.function);
    }
}

/// Checks that a section of the configuration has just the keys that its schema has.
fn compare_keys(section: &Value, schema: &Value, document: &Value, at: &str) {
    let (Some(keys), Some(fields)) = (section.as_object(), resolved(schema, document)["properties"].as_object()) else {
        return;
    };
    let known: Vec<&String> = fields.keys().filter(|field| !keys.contains_key(*field)).collect();
    assert!(known.is_empty(), "{at}: the schema knows {known:?}, which the shipped configuration has not");
    for (key, value) in keys {
        let field = fields.get(key).unwrap_or_else(|| panic!("{at}.{key} should be in the schema"));
        compare_keys(value, field, document, &format!("{at}.{key}"));
    }
}

/// The row of a function in docs/protocol.md, which several may share.
fn row_of(function: &str) -> Option<&'static str> {
    let names = |row: &str| {
        let cell = row.split(" | ").next().unwrap_or_default().to_owned();
        let of_modes = |mode: &&str| cell.contains(&format!("`{}`", function.replace(mode, "MODE")));
        cell.contains(&format!("`{function}`")) || ["general", "endless", "boss", "coin", "exp"].iter().any(of_modes)
    };
    include_str!("../../docs/protocol.md").lines().filter(|line| line.starts_with("| `")).find(|row| names(row))
}

/// Whether a number stands in a text by itself.
fn has_number(text: &str, number: i32) -> bool {
    let wanted = number.to_string();
    text.split(|letter: char| !letter.is_ascii_digit()).any(|word| word == wanted)
}

#[test]
fn the_documentation_names_each_function_with_its_codes() {
    let game = game();
    // What is said once for all rows of a section.
    let of_sections = [403, 404, 409, 410, 422, 429];
    let mut missing = Vec::new();
    for kind in game.requests.kinds().iter().filter(|kind| kind.function != "query_match_base") {
        let row = row_of(kind.function).unwrap_or_else(|| panic!("{} should be in docs/protocol.md", kind.function));
        for code in kind.codes {
            let said = match code.number {
                None => row.contains("the platform's"),
                Some(number) => {
                    let in_section = row.contains("in `status_code`") || number == 403;
                    has_number(row, number) || (in_section && of_sections.contains(&number))
                }
            };
            if !said {
                missing.push((kind.function, code));
            }
        }
    }
    assert!(missing.is_empty(), "docs/protocol.md should name these codes: {missing:#?}");
}

#[test]
fn a_reply_with_a_status_code_declares_its_codes() {
    let game = game();
    let protocol = schema::protocol(&game.requests, &game.events);
    for kind in game.requests.kinds() {
        let reply = resolved(&protocol["functions"][kind.function]["reply"], &protocol);
        let has_one = !reply["properties"]["status_code"].is_null();
        let is_declared = kind.codes.iter().any(|code| code.kind == CodeKind::StatusCode);
        assert_eq!(is_declared, has_one, "{}: status_code and its codes go together", kind.function);
    }
}

#[test]
fn generators_find_every_type_from_the_root() {
    let game = game();
    let protocol = schema::protocol(&game.requests, &game.events);
    for kind in game.requests.kinds() {
        let (of_requests, of_replies) = (&protocol["properties"]["requests"], &protocol["properties"]["replies"]);
        let function = &protocol["functions"][kind.function];
        assert_eq!(of_requests["properties"][kind.function], function["arguments"], "{}", kind.function);
        assert_eq!(of_replies["properties"][kind.function], function["reply"], "{}", kind.function);
    }
    for kind in game.events.kinds() {
        assert!(protocol["properties"]["told"]["properties"][kind.name].is_object(), "{}", kind.name);
    }
}

/// The types, fields and variants below this schema that say nothing about themselves. A reference says what its target
/// says.
fn undescribed(at: &str, schema: &Value, found: &mut Vec<String>) {
    let fields = schema["properties"].as_object();
    // The only field of a variant is the variant's name.
    let is_variant = !schema["description"].is_null() && fields.is_some_and(|fields| fields.len() == 1);
    for (name, field) in fields.into_iter().flatten() {
        let is_tag = !field["const"].is_null() || is_variant;
        if field["description"].is_null() && !is_tag {
            found.push(format!("{at}.{name}"));
        }
        undescribed(&format!("{at}.{name}"), field, found);
    }
    for choice in ["anyOf", "oneOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
        undescribed(at, choice, found);
    }
}

#[test]
fn every_type_and_field_says_what_it_is() {
    let game = game();
    let protocol = schema::protocol(&game.requests, &game.events);
    let assets = schema::assets(&game.catalogue);
    let mut found = Vec::new();
    for group in [&protocol["$defs"]["arguments"], &protocol["$defs"]["replies"], &assets["$defs"]] {
        for (name, definition) in group.as_object().expect("a group of definitions is an object") {
            // What a field that may be anything refers to.
            let is_alias = definition["$ref"].is_string();
            if definition["description"].is_null() && !is_alias {
                found.push(name.clone());
            }
            let fields = json!({"properties": definition["properties"], "anyOf": definition["anyOf"],
                "oneOf": definition["oneOf"]});
            undescribed(name, &fields, &mut found);
        }
    }
    assert!(found.is_empty(), "these have no doc comment: {found:#?}");
}

/// No type of a client is one that says nothing, apart from what platforms answer, documents of players, what the audit keeps of
/// requests, what is tried first and what it would change, and schemas.
#[test]
fn every_type_of_the_clients_says_what_it_is() {
    let typescript = include_str!("../../clients/typescript/src/api.gen.ts");
    let code = typescript.lines().filter(|line| !line.trim_start().starts_with(['*', '/']));
    for line in code.clone() {
        let is_vague = [": any", "any[]", ": unknown", "unknown[]"].iter().any(|vague| line.contains(vague));
        assert!(!is_vague, "{line}");
    }
    let is_any = |line: &&str| line.contains("JsonValue") && !line.contains("type JsonValue");
    let passed_on: Vec<&str> = code.filter(is_any).map(str::trim).collect();
    let expected = [
        "after: JsonValue;",
        "before: JsonValue;",
        "mentions: Record<string, JsonValue[]>;",
        "parts: Record<string, JsonValue>;",
        "arguments: JsonValue;",
        "reply: JsonValue;",
        "definitions: JsonValue;",
        "export type ManualReply = JsonValue;",
        "arguments: JsonValue;",
        "export type PlatformData = JsonValue;",
        "document?: JsonValue;",
        "mentions?: Record<string, JsonValue[]>;",
        "parts: Record<string, JsonValue>;",
        "data?: JsonValue;",
        "arguments: Record<string, JsonValue>;",
    ];
    assert_eq!(passed_on, expected, "only what the server passes on is any JSON");
}

#[test]
fn functions_that_change_nothing_are_told_apart_from_the_others() {
    let game = game();
    let changes = |function: &str| game.requests.find(function).map(|kind| kind.may_change);
    for function in ["get_player_info", "get_shop", "server_time", "ping", "legal", "check_money"] {
        assert_eq!(changes(function), Some(false), "{function} only reads");
    }
    // The last three leave nothing in the world, but act outside it.
    for function in ["enter_stage_general", "login_unique", "claim_mail", "charge", "backup", "rules_reload"] {
        assert_eq!(changes(function), Some(true), "{function} changes something");
    }
}

#[test]
fn the_configuration_has_the_keys_that_its_schema_has() {
    let shipped: Value =
        ron::from_str(include_str!("../../config/server.ron")).expect("the shipped configuration is RON");
    let document = schema::config();
    compare_keys(&shipped, &document["allOf"][0], &document, "config");
}

#[test]
fn amounts_and_lenient_integers_are_described_as_they_are_written() {
    let game = game();
    let assets = schema::assets(&game.catalogue);
    assert_eq!(assets["$defs"]["Amount"]["pattern"], "^[0-9]+:[0-9]+:-?[0-9]+$");
    let protocol = schema::protocol(&game.requests, &game.events);
    let stage = resolved(&protocol["functions"]["enter_stage_general"]["arguments"], &protocol);
    let stage = resolved(&stage["properties"]["stage"], &protocol);
    assert_eq!(stage["anyOf"][0]["type"], "integer", "{stage}");
    assert_eq!(stage["anyOf"][1]["type"], "string", "an integer may come as text: {stage}");
}

#[test]
fn the_program_prints_each_part() {
    for part in ["assets", "config", "protocol", "asyncapi"] {
        let output = Command::new(env!("CARGO_BIN_EXE_raidkeep")).args(["schema", part]).output();
        let output = output.expect("the program should be there");
        assert!(output.status.success(), "{part}");
        serde_json::from_slice::<Value>(&output.stdout)
            .unwrap_or_else(|error| panic!("{part} should be JSON: {error}"));
    }
}

/// Each field of each definition, by its path, with its schema.
fn fields_of<'d>(name: &str, schema: &'d Value, found: &mut Vec<(String, &'d Value)>) {
    for (field, part) in schema["properties"].as_object().into_iter().flatten() {
        found.push((format!("{name}.{field}"), part));
        fields_of(&format!("{name}.{field}"), part, found);
    }
    let choices = ["oneOf", "anyOf"].iter().filter_map(|key| schema[*key].as_array()).flatten();
    for choice in choices {
        // What a choice means stands beside the one name in it.
        for (variant, content) in choice["properties"].as_object().into_iter().flatten() {
            fields_of(&format!("{name}.{variant}"), content, found);
        }
    }
}

#[test]
fn every_key_of_the_assets_has_its_meaning_and_every_number_its_range_and_unit() {
    let assets = schema::assets(&game().catalogue);
    let mut fields = Vec::new();
    for (name, definition) in assets["$defs"].as_object().expect("the assets have definitions") {
        fields_of(name, definition, &mut fields);
    }
    let is_number = |kind: &Value| kind == "integer" || kind == "number";
    let numbers = |field: &Value| {
        let kind = &field["type"];
        is_number(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(is_number))
    };
    let mut wrong = Vec::new();
    for (path, field) in &fields {
        let has_meaning = |field: &Value| field["description"].as_str().is_some_and(|text| text.len() > 1);
        if !has_meaning(field) && !has_meaning(resolved(field, &assets)) {
            wrong.push(format!("{path} has no meaning"));
        }
        let elements = field["prefixItems"].as_array().into_iter().flatten().chain([&field["items"]]);
        for number in elements.chain([*field]).filter(|part| numbers(part)) {
            if number["minimum"].is_null() || number["maximum"].is_null() {
                wrong.push(format!("{path} has no range"));
            }
            if number["unit"].is_null() && field["unit"].is_null() {
                wrong.push(format!("{path} has no unit"));
            }
        }
    }
    assert!(fields.len() > 200, "the fields should be found");
    assert!(wrong.is_empty(), "a designer reads in the reference what a number may be:\n{}", wrong.join("\n"));
}
