//! `try` on the real program, which runs the fork in a process of its own.

use serde_json::{Value, json};

use crate::process::{Host, Server};

fn try_out(server: &Server, function: &str, arguments: Value) -> Value {
    server.operate("try", json!({"function": function, "arguments": arguments}))
}

#[test]
fn a_grant_is_tried_in_a_process_beside_the_server_and_then_done() {
    let host = Host::new(&["--clock", "manual"]);
    let server = host.start();
    server.guest("ann");
    let view = || server.operate("player_view", json!({"player": 1}));
    let before = view();
    let grant = json!({"player": 1, "items": ["3:1:7"], "reason": "a complaint"});
    let trial = try_out(&server, "player_grant", grant.clone());
    assert_eq!((&trial["status"], &trial["data"]["status"]), (&json!(0), &json!(0)), "{trial}");
    let effect = trial["data"]["effect"].as_array().expect("differences");
    let items = effect.iter().find(|each| each["what"] == "items[3:1]").unwrap_or_else(|| panic!("items: {trial}"));
    assert_eq!(items, &json!({"part": "overview", "what": "items[3:1]", "before": 0, "after": 7}));
    assert_eq!(view(), before, "nothing has changed");
    assert_eq!(server.operate("audit_list", json!({}))["data"]["entries"], json!([]));
    let done = server.operate("player_grant", grant);
    assert_eq!(done["data"], trial["data"]["data"], "what was tried is what is done");
}

#[test]
fn what_a_fork_has_to_ask_for_is_known_to_it() {
    let host = Host::new(&["--clock", "manual"]);
    let server = host.start();
    server.guest("ann");
    server.guest("bob");
    let rename = |name: &str| json!({"player": 1, "name": name, "reason": "a complaint"});
    let bob = json!({"player": 2, "name": "Bob", "reason": "a complaint"});
    assert_eq!(server.operate("player_rename", bob)["status"], 0);
    let taken = try_out(&server, "player_rename", rename("Bob"));
    assert_eq!(taken["data"]["status"], 98, "the name of another is taken: {taken}");
    let free = try_out(&server, "player_rename", rename("Ann"));
    assert_eq!(free["data"]["changes"], json!(["name 玩家#1 -> Ann"]), "{free}");
    let undo = json!({"player": 1, "movement": 1, "reason": "a complaint"});
    assert_eq!(try_out(&server, "movement_undo", undo)["data"]["status"], 98, "there is no movement yet");
    let of_realm = try_out(&server, "announce", json!({"text": "hello"}));
    let message = "announce cannot be tried: the realm answers it, and only what a world answers can be tried";
    assert_eq!((&of_realm["status"], &of_realm["message"]), (&json!(98), &json!(message)));
}
