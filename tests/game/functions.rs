//! What operators may call, with schemas: `functions` (docs/protocol.md#operators).

use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

/// Every `$ref` in a schema.
fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn operators_are_told_every_function_of_theirs_with_schemas_that_are_complete() {
    let mut server = TestServer::new();
    let reply = server.operate("functions", json!({}));
    assert_eq!(reply["status"], 0, "{reply}");
    let functions = reply["data"]["functions"].as_array().expect("a list of functions");
    let names: Vec<&str> = functions.iter().filter_map(|function| function["function"].as_str()).collect();
    assert!(names.is_sorted() && names.len() == functions.len(), "they come by name: {names:?}");
    assert!(names.contains(&"ledger_list") && names.contains(&"functions"), "{names:?}");
    assert!(!names.contains(&"get_player_info"), "functions of players are not operators'");
    let find = |name: &str| functions.iter().find(|function| function["function"] == name).expect("it is registered");
    assert_eq!(find("order_resolve")["may_change"], true);
    assert_eq!(find("order_list")["may_change"], false);
    assert_eq!(find("order_list")["right"], "view", "what a role must have to call it");
    assert_eq!(find("ledger_list")["codes"], json!([{"number": 99, "meaning": "no such player"}]));
    let mut found = Vec::new();
    references(&reply["data"], &mut found);
    assert!(!found.is_empty(), "types are shared");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap_or_default();
        assert!(reply["data"].pointer(pointer).is_some(), "{reference} should be among the definitions");
    }
}

#[test]
fn only_operators_are_told() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    assert_eq!(server.ask(&ann, "functions", json!({}))["status"], 11);
}
