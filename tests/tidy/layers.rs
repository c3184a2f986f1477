//! The layers: no import points upwards, and no cycle is larger than one feature.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::imports;
use crate::sources::{code_of, program, rust_files, without_tests};

/// The crates, lowest first. Each may refer to those before it.
const CRATES: [(&str, &str); 8] = [
    ("crates/engine/src/", "raidkeep_engine"),
    ("crates/postgres/src/", "raidkeep_postgres"),
    ("crates/game/src/", "raidkeep_game"),
    ("crates/realm/src/", "raidkeep_realm"),
    ("crates/sandbox/src/", "raidkeep_sandbox"),
    ("crates/server/src/", "raidkeep_server"),
    ("crates/studio/src/", "raidkeep_studio"),
    ("src/", "raidkeep"),
];

/// References from one module of a crate to another.
type Edges = BTreeMap<(String, String), String>;

fn edges_of(prefix: &str) -> Edges {
    let mut edges = Edges::new();
    for source in program().into_iter().filter(|source| source.path.starts_with(prefix)) {
        let inner = &source.path[prefix.len()..];
        let own = inner.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        if matches!(own.as_str(), "lib" | "main") || inner.contains("tests") {
            continue;
        }
        let code = code_of(&source.text);
        for found in imports(without_tests(&code)) {
            if found.from == "crate" && found.module != own {
                let place = format!("{}:{}", source.path, found.line);
                edges.entry((own.clone(), found.module)).or_insert(place);
            }
        }
    }
    edges
}

/// The modules reachable from a module over any number of imports.
fn reached<'a>(from: &'a str, edges: &'a Edges) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for (_, to) in edges.keys().filter(|(own, _)| own == module) {
            if reached.insert(to.as_str()) {
                open.push(to);
            }
        }
    }
    reached
}

/// The imports that are part of a cycle, each with its place.
fn circles(edges: &Edges) -> Vec<String> {
    let on_circle = edges.iter().filter(|((from, to), _)| reached(to, edges).contains(from.as_str()));
    on_circle.map(|((from, to), place)| format!("{place}: {from} imports {to}, which leads back to {from}")).collect()
}

#[test]
fn no_crate_names_one_above_it() {
    let mut offences = Vec::new();
    for source in program() {
        let own = CRATES.iter().position(|(prefix, _)| source.path.starts_with(prefix));
        let own = own.unwrap_or_else(|| panic!("{} should be in a listed crate", source.path));
        let code = code_of(&source.text);
        for found in imports(&code) {
            let named = CRATES.iter().position(|(_, name)| *name == found.from);
            if named.is_some_and(|named| named > own) {
                offences.push(format!("{}:{}: refers to {}, which is above it", source.path, found.line, found.from));
            }
        }
    }
    assert!(offences.is_empty(), "no import points upwards:\n{}", offences.join("\n"));
}

#[test]
fn no_folder_imports_what_imports_it() {
    let offences: Vec<String> = CRATES.iter().flat_map(|(prefix, _)| circles(&edges_of(prefix))).collect();
    assert!(offences.is_empty(), "no cycle is larger than one feature:\n{}", offences.join("\n"));
}

#[test]
fn the_modules_of_the_engine_are_in_layer_order() {
    let text = rust_files(&["crates/engine/src"]).into_iter().find(|source| source.path.ends_with("src/lib.rs"));
    let text = text.expect("the engine should have a root").text;
    let floors: Vec<&str> = text.split("\n\n").collect();
    let floor = |module: &str| floors.iter().position(|floor| floor.contains(&format!("pub mod {module};")));
    let offences: Vec<String> = edges_of("crates/engine/src/")
        .into_iter()
        .filter(|((from, to), _)| floor(to).is_some() && floor(to) > floor(from))
        .map(|((from, to), place)| format!("{place}: {from} imports {to}, which is in a higher layer in lib.rs"))
        .collect();
    assert!(offences.is_empty(), "a module of the engine refers to none of a higher layer:\n{}", offences.join("\n"));
}

#[test]
fn the_features_never_name_sockets_json_text_or_the_database() {
    let forbidden = ["tokio", "tokio_tungstenite", "hyper", "redb"];
    let mut offences = Vec::new();
    for source in rust_files(&["crates/game/src"]) {
        let code = code_of(&source.text);
        for (number, line) in code.lines().enumerate() {
            if let Some(name) = forbidden.iter().find(|name| line.contains(&format!("{name}::"))) {
                offences.push(format!("{}:{}: names {name}", source.path, number + 1));
            }
        }
    }
    assert!(offences.is_empty(), "features know neither sockets nor the database:\n{}", offences.join("\n"));
}

#[test]
fn a_cycle_is_found_with_the_place_of_each_import() {
    let edge = |from: &str, to: &str| ((from.to_owned(), to.to_owned()), format!("{from}.rs:1"));
    let edges = Edges::from([edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("c", "d")]);
    assert_eq!(circles(&edges).len(), 3, "a, b and c form a cycle, and d depends on it");
    assert_eq!(circles(&Edges::from([edge("a", "b"), edge("b", "c")])), Vec::<String>::new());
}
