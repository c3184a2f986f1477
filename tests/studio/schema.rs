//! The schemas of assets, configuration and protocol: complete, without dangling references, and matching what the
//! program reads and writes.

use std::process::Command;

use raidkeep::engine::events::EventTable;
use raidkeep::engine::request::{CodeKind, RequestTable};
use raidkeep::engine::rules::{Catalogue, RuleTables, Tables};
use raidkeep::game;
use raidkeep::server::config::Config;
use raidkeep::studio::schema::{self, ClientSources};
use serde_json::Value;

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
    let mut app = game::build_app(&config.game().expect("the shipped configuration should be valid"));
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

#[test]
fn the_reference_of_the_assets_is_what_the_program_writes() {
    let written = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/assets.md")).unwrap_or_default();
    let expected = schema::reference(&game().catalogue);
    let differs = written.lines().zip(expected.lines()).position(|(written, expected)| written != expected);
    let is_same = written == expected;
    assert!(
        is_same,
        "docs/assets.md is stale from line {:?}; regenerate it: raidkeep schema reference > docs/assets.md",
        differs.map(|at| at + 1)
    );
}

#[test]
fn the_types_of_the_typescript_client_are_what_the_program_writes() {
    let game = game();
    let rules = game.catalogue.load(&game::shipped_assets()).expect("the shipped assets should be valid");
    let expected = schema::typescript(game.sources(&rules.tables));
    let written = include_str!("../../clients/typescript/src/api.gen.ts");
    let differs = written.lines().zip(expected.lines()).position(|(written, expected)| written != expected);
    let is_same = written == expected;
    assert!(
        is_same,
        "clients/typescript/src/api.gen.ts is stale from line {:?}; write it anew: \
         raidkeep schema typescript > clients/typescript/src/api.gen.ts",
        differs.map(|at| at + 1)
    );
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

/// The definition behind a schema that is only a reference.
fn resolved<'d>(schema: &'d Value, document: &'d Value) -> &'d Value {
    let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
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
            assert!(said, "docs/protocol.md should name code {code:?} of {}: {row}", kind.function);
        }
    }
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
