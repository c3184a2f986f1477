//! Every role-play route (docs/contract/role-play.md#routes) exists as a path, for GET and POST, and as a function of
//! the same name over WebSocket, and all three answer with the fields of the contract.

use std::collections::BTreeSet;

use crate::process::{Client, Host, Server, exchange};
use serde_json::{Value, json};

/// Calls in all three ways, and asserts that the reply has the fields; returns the last reply.
fn ask(server: &Server, token: &str, function: &str, data: &Value, fields: &[&str]) -> Value {
    let mut replies: Vec<Value> = Vec::new();
    for method in ["GET", "POST"] {
        let (status, reply) = exchange(server.address, method, &format!("/{function}"), token, data);
        assert!(status == 200 || reply["error"].is_object(), "{method} /{function} with {data}: {status} {reply}");
        replies.push(reply);
    }
    let mut frame = data.clone();
    frame["token"] = token.into();
    replies.push(server.connect().ask(function, frame)["data"].take());
    for reply in &replies {
        let found: BTreeSet<_> = reply.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        let missing: Vec<_> = fields.iter().filter(|field| !found.contains(**field)).collect();
        assert!(missing.is_empty(), "{function} should answer with {missing:?} too: {reply}");
    }
    replies.pop().unwrap_or_default()
}

/// The name of a guest.
fn role_of(guest: &mut Client) -> String {
    guest.ask("get_player_info", json!({}))["data"]["name"].as_str().expect("everybody has a name").to_owned()
}

#[test]
fn every_route_of_the_document_answers_over_get_post_and_websocket_with_its_fields() {
    let server = Host::new(&["--set", "identity.attempts.per_address=0"]).start();
    let [mut ann, mut bob] = ["ann", "bob"].map(|name| server.guest(name));
    let (role, other) = (role_of(&mut ann), role_of(&mut bob));
    let (token, its) = (ann.token.clone(), bob.token.clone());

    let known = json!({"email": "c@x.org", "username": "小三", "password": "hashed", "ip": "127.0.0.1:9000"});
    ask(&server, "", "signup", &known, &["status_code"]);
    ask(&server, "", "login", &known, &["status_code", "username"]);
    ask(&server, "", "legal", &json!({"mode": 0, "content": "小三"}), &["status"]);

    let me = json!({"role": role});
    let listed = ask(&server, &token, "task_info", &me, &["task_list"]);
    let says = json!({"role": role, "text": "你好", "info": "雨"});
    let wish = json!({"role": role, "text": "我想去寻宝"});
    ask(&server, &token, "main", &says, &["text", "role", "status", "subimg"]);
    ask(&server, &token, "task_request", &wish, &["text", "role"]);
    ask(&server, &token, "others", &says, &["role", "text", "other"]);
    let own = ask(&server, &token, "task_info_personal", &me, &["task_list"]);
    for (function, list, token, role) in [("select", &listed, &its, &other), ("select_personal", &own, &token, &role)] {
        let data = json!({"role": role, "task_name": list["task_list"][0]});
        ask(&server, token, function, &data, &["image_data", "text"]);
    }
    let speech = json!({"text": "……", "role": role, "items": [], "skills": [], "roles": []});
    ask(&server, &token, "feedback", &speech, &["text", "role", "status", "npc_status", "image_data"]);

    for (function, field) in [("status", "attribute"), ("bag", "equipments"), ("skill", "skills"), ("time", "time")] {
        ask(&server, &token, function, &me, &[field]);
    }
    let wish = json!({"role": role, "mode": 0, "num": 1, "des": "火球术：向敌人投出火焰"});
    ask(&server, &token, "merge", &wish, &["text"]);
    ask(&server, &token, "get_list", &me, &["roles"]);
    for spelling in ["refrash", "refresh"] {
        ask(&server, &token, spelling, &me, &["id_list", "role_list", "accpec_id", "accept_id"]);
    }

    let duel = json!({"role1": role, "role2": other, "image_data": null});
    let made = ask(&server, &token, "challenge", &duel, &["status_code", "status", "image_data", "id"]);
    assert_eq!(made["status_code"], 200, "{made}");
    let answer = |id: &Value, status: Option<bool>| json!({"role": other, "id": id, "status": status});
    let id = &made["id"];
    ask(&server, &its, "challenge_info", &answer(id, None), &["id", "role", "image_data", "status"]);
    let nobodys = json!("999");
    for function in ["accept_challenge", "reject_challenge"] {
        ask(&server, &its, function, &answer(&nobodys, None), &["status_code"]);
    }
    ask(&server, &its, "accept_c", &answer(&nobodys, Some(true)), &["status"]);
    let (_, entered) = exchange(server.address, "POST", "/accept_c", &its, &answer(id, Some(true)));
    assert_eq!(entered, json!({"status": true}));
    let turn = json!({"role": role, "id": id, "text": "一剑", "items": [], "skills": [], "wait": false});
    ask(&server, &token, "battle", &turn, &["role", "action", "result"]);
}
