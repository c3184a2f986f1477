//! Refusals over HTTP keep the shape of the route's reply (docs/contract/envelope.md#http): a client that reads `text`
//! or a boolean `status` before it looks for an error finds them.

use crate::duel::{self, Duelist};
use raidkeep::engine::events::EventTable;
use raidkeep::engine::request::RequestTable;
use raidkeep::engine::request::route::RouteTable;
use raidkeep::studio::schema;
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

/// The definition behind a schema that is only a reference.
fn resolved<'d>(schema: &'d Value, document: &'d Value) -> &'d Value {
    let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

/// Whether a value is of the type that a schema names.
fn fits(value: &Value, schema: &Value, document: &Value) -> bool {
    let schema = resolved(schema, document);
    if let Some(choices) = schema["anyOf"].as_array() {
        return choices.iter().any(|choice| fits(value, choice, document));
    }
    let is_a = |name: &Value| match name.as_str() {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some("null") => value.is_null(),
        other => panic!("no reply's schema should have the type {other:?}"),
    };
    match &schema["type"] {
        Value::Array(names) => names.iter().any(is_a),
        name => is_a(name),
    }
}

#[test]
fn every_refusal_of_every_route_has_the_fields_of_its_reply_and_says_why() {
    let mut server = TestServer::new();
    let world = server.simulation().world();
    let protocol = schema::protocol(world.resource::<RequestTable>(), world.resource::<EventTable>());
    let routes: Vec<_> = world.resource::<RouteTable>().all().map(|(path, route)| (path, route.function)).collect();
    assert!(routes.len() > 25, "the routes of documents 4 and 5");
    // Arguments that every function refuses: `legal` has no mode 7, and for the others there is no such player.
    let complete = json!({
        "role": "x", "text": "x", "id": "1", "status": true, "role1": "x", "role2": "x", "mode": 7, "num": 1, "des": "x",
        "content": "x", "task_name": "x", "info": "x", "email": "", "username": "x", "password": "",
    })
    .to_string();
    for (path, function) in routes {
        let shape = resolved(&protocol["functions"][function]["reply"], &protocol);
        for (authorization, body) in [
            (None, complete.as_str()),
            (Some("Bearer wrong"), complete.as_str()),
            (None, "{}"),
            (None, "[]"),
            (None, r#"{"world":9}"#),
            (None, r#"{"once":7}"#),
        ] {
            let (status, reply) = server.http(path, authorization, body);
            let case = format!("{path} {authorization:?} {body}: {status} {reply}");
            assert!((400..500).contains(&status), "{case}");
            for field in shape["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let value = reply.get(field).unwrap_or_else(|| panic!("{field} is missing: {case}"));
                assert!(fits(value, &shape["properties"][field], &protocol), "{field} is of another type: {case}");
            }
            assert_ne!(reply["status"], true, "nothing was accepted: {case}");
            // The format of document 4 has fields of its own for code and reason.
            let is_platforms = reply.get("ret_code").is_some();
            let told = if is_platforms { ("ret_code", &reply) } else { ("code", &reply["error"]) };
            assert!(told.1[told.0].as_i64().is_some_and(|code| code > 0), "{case}");
            let why = if is_platforms { &reply["ret_msg"] } else { &reply["error"]["message"] };
            assert!(why.as_str().is_some_and(|why| !why.is_empty()), "{case}");
            assert!(reply.get("text").is_none_or(|text| text == why), "{case}");
            assert!(reply.get("status_code").is_none_or(|code| *code == status), "{case}");
        }
    }
}

/// HTTP status and reply.
fn post(server: &mut TestServer, who: &Duelist, path: &str, data: Value) -> (u16, Value) {
    server.http(path, Some(&format!("Bearer {}", who.player.token)), &data.to_string())
}

#[test]
fn a_function_that_refuses_answers_with_the_http_status_of_its_code() {
    let mut server = duel::server();
    let ann = Duelist::join(&mut server, "ann");
    let mut ask = |path: &str, data: Value| post(&mut server, &ann, path, data);
    let tasks = ask("/task_info", json!({"role": ann.role})).1["task_list"].clone();
    let error = |code: u16, message: &str| json!({"code": code, "message": message, "data": null});

    let why = "this task is not among those you may take";
    let refused = json!({"image_data": null, "text": why, "error": error(404, why)});
    assert_eq!(ask("/select", json!({"role": ann.role, "task_name": "无此任务"})), (404, refused));
    let speech = json!({"text": "……", "role": ann.role, "items": [], "skills": [], "roles": []});
    let why = "no task is under way";
    let refused = json!({
        "text": why, "role": "", "status": false, "npc_status": false, "image_data": null, "error": error(404, why),
    });
    assert_eq!(ask("/feedback", speech), (404, refused));
    assert_eq!(ask("/select", json!({"role": ann.role, "task_name": tasks[0]})).0, 200);
    assert_eq!(ask("/select", json!({"role": ann.role, "task_name": tasks[1]})).0, 409, "another is under way");

    let wish = json!({"role": ann.role, "mode": 0, "num": 1, "des": "火球术：向敌人投出火焰"});
    let (status, short) = ask("/merge", wish);
    assert_eq!((status, &short["error"]["code"]), (409, &json!(95)), "{short}");
    assert_ne!(short["text"], short["error"]["message"], "the text is the craftsman's own: {short}");
    let turn = json!({"role": ann.role, "id": "99", "text": "一剑", "items": [], "skills": []});
    let refused =
        json!({"role": "", "action": "", "result": "", "status": false, "error": error(404, "no such battle")});
    assert_eq!(ask("/battle", turn), (404, refused));
    let refused = json!({"roles": [], "error": error(403, "role: expected your own username")});
    assert_eq!(ask("/get_list", json!({"role": "somebody"})), (403, refused));
}

#[test]
fn a_request_with_a_key_that_is_repeated_over_http_changes_nothing_and_is_answered_alike() {
    let mut server = duel::server();
    let ann = Duelist::join(&mut server, "ann");
    let wish = |text: &str| json!({"role": ann.role, "text": text, "once": "a-key"});
    let first = post(&mut server, &ann, "/task_request", wish("我想去寻宝"));
    assert_eq!(first.0, 200, "{first:?}");
    assert_eq!(post(&mut server, &ann, "/task_request", wish("我想去寻宝")), first, "the same reply again");
    let (status, other) = post(&mut server, &ann, "/task_request", wish("讨伐老虎"));
    assert_eq!((status, &other["error"]["code"]), (400, &json!(13)), "the key was for something else: {other}");
    assert_eq!(other["error"]["data"], json!({"reason": "mismatch"}), "which the client's program can tell: {other}");
    let made = |server: &mut TestServer| {
        let (_, list) = post(server, &ann, "/task_info_personal", json!({"role": ann.role}));
        list["task_list"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(made(&mut server), 1, "one wish, one task");
    post(&mut server, &ann, "/task_request", json!({"role": ann.role, "text": "我想去寻宝"}));
    assert_eq!(made(&mut server), 2, "without a key it is another wish");
}
