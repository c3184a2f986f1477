//! What operators change is kept, with who asked for it.

use raidkeep::engine::operators::Right;
use raidkeep::engine::request::{Access, RequestTable};
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

fn server() -> TestServer {
    TestServer::with(TestSetup::default())
}

#[test]
fn every_function_of_operators_names_the_right_it_needs() {
    let server = server();
    let app = server.app();
    for kind in app.world().resource::<RequestTable>().kinds() {
        let expected = kind.access == Access::Operator;
        assert_eq!(
            kind.right.is_some(),
            expected,
            "{} should name a right, and players' functions none",
            kind.function
        );
        let is_known = |right: &Right| Right::KNOWN.contains(right) || *right == Right::WORLDS;
        assert!(kind.right.as_ref().is_none_or(is_known), "{} should name a right that roles can have", kind.function);
    }
}

/// The entries of the audit that a query finds, newest first, and where its next page begins.
fn audit(server: &mut TestServer, query: Value) -> (Vec<Value>, Value) {
    let mut reply = server.operate("audit_list", query);
    assert_eq!(reply["status"], 0, "{reply}");
    (reply["data"]["entries"].as_array().expect("a list").clone(), reply["data"]["next"].take())
}

/// A server on which the token's owner has deleted two players and tried to delete a third, who does not exist. Also the name of
/// the second.
fn after_deletions() -> (TestServer, String) {
    let mut server = server();
    let mut last = String::new();
    for id in ["ann", "bob"] {
        let player = server.player(id);
        let info = server.ask(&player, "get_player_info", json!({}));
        info["data"]["name"].as_str().expect("everybody has a name").clone_into(&mut last);
        assert_eq!(server.operate("player_delete", json!({"name": last, "dry_run": true}))["status"], 0);
        assert_eq!(server.operate("player_delete", json!({"name": last}))["status"], 0);
    }
    assert_eq!(server.operate("player_delete", json!({"name": "nobody"}))["status"], 99);
    (server, last)
}

#[test]
fn what_an_operator_has_changed_is_listed_and_what_changed_nothing_is_not() {
    let (mut server, name) = after_deletions();
    let (entries, next) = audit(&mut server, json!({}));
    let told: Vec<_> = entries.iter().map(|entry| [&entry["number"], &entry["function"], &entry["operator"]]).collect();
    assert_eq!(
        json!(told),
        json!([[2, "player_delete", "token"], [1, "player_delete", "token"]]),
        "refusals, dry runs and lists change nothing"
    );
    assert_eq!((&entries[0]["role"], next), (&json!("admin"), Value::Null));
    assert_eq!(entries[0]["arguments"], format!(r#"{{"name":"{name}","dry_run":false}}"#));
    assert!(!entries[0].to_string().contains(raidkeep::studio::testing::OPERATOR_TOKEN), "no token is written down");
}

#[test]
fn the_audit_is_filtered_and_paged() {
    let (mut server, _) = after_deletions();
    let (entries, next) = audit(&mut server, json!({"limit": 1}));
    assert_eq!((entries.len(), next), (1, json!(2)));
    let (entries, next) = audit(&mut server, json!({"limit": 1, "before": 2}));
    assert_eq!((&entries[0]["number"], next), (&json!(1), Value::Null));
    for (query, found) in [
        (json!({"function": "player_delete"}), 2),
        (json!({"function": "backup"}), 0),
        (json!({"operator": "token"}), 2),
        (json!({"operator": "ann"}), 0),
        (json!({"from": server.now_ms() / 1000 + 1}), 0),
        (json!({"to": server.now_ms() / 1000 + 1}), 2),
        (json!({"player": 999}), 0),
    ] {
        assert_eq!(audit(&mut server, query.clone()).0.len(), found, "{query}");
    }
}

#[test]
fn the_audit_outlives_a_loss_of_power() {
    let (mut server, _) = after_deletions();
    let before = audit(&mut server, json!({}));
    let mut server = server.crash_and_reopen();
    server.connect();
    assert_eq!(audit(&mut server, json!({})), before, "an entry is on disk with the change that it tells of");
    server.player("Cat");
    assert_eq!(server.operate("player_delete", json!({"name": "nobody"}))["status"], 99);
    assert_eq!(server.verify(), Vec::new());
}
