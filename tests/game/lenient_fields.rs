//! Fields as real clients of many languages send them: `8.0` is 8 and null is left out, in every function.

use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

/// The same request with its integers as given.
fn ask(server: &mut TestServer, token: &str, number: impl Fn(i64) -> Value) -> Vec<Value> {
    let calls = [
        ("enter_stage_general", json!({"stage": number(8)})),
        ("victory_stage_general", json!({"stage": number(8)})),
        ("mopping_up_stage", json!({"stage": number(8), "count": number(2)})),
        ("enter_stage", json!({"stage": number(3000)})),
        ("pass_stage", json!({"stage": number(3000), "damage": number(50)})),
        ("stage_damage_ranking", json!({"page": number(1)})),
        ("start_hang_up", json!({"stage": number(1)})),
        ("legal", json!({"mode": number(0), "content": "某人"})),
        ("ledger_list", json!({"name": "玩家#1", "limit": number(1)})),
        ("clock_advance", json!({"seconds": number(0)})),
    ];
    let operators = ["ledger_list", "clock_advance"];
    let mut replies = Vec::new();
    for (function, mut data) in calls {
        if operators.contains(&function) {
            replies.push(server.operate(function, data));
            continue;
        }
        data["token"] = json!(token);
        let world = number(0);
        let text = json!({"world": world, "function": function, "data": data}).to_string();
        replies.push(serde_json::from_str(&server.send(&text)).expect("a reply is JSON"));
    }
    replies
}

#[test]
fn an_integer_is_the_same_as_a_number_with_a_point_and_as_text_in_functions_for_players_and_operators() {
    let mut expected = None;
    let forms: [fn(i64) -> Value; 3] = [|n| json!(n), |n| json!(n as f64), |n| json!(n.to_string())];
    for form in forms {
        let mut server = TestServer::new();
        let ann = server.player("ann");
        let replies = ask(&mut server, &ann.token, form);
        assert!(replies.iter().all(|reply| reply["status"] == 0), "{replies:?}");
        assert_eq!(*expected.get_or_insert_with(|| replies.clone()), replies, "{}", form(8));
    }
}

#[test]
fn what_has_a_fraction_is_no_integer() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let reply = server.ask(&ann, "enter_stage_general", json!({"stage": 8.5}));
    let message = "data.stage: invalid type: floating point `8.5`, expected an integer";
    assert_eq!(reply, json!({"status": 13, "message": message}));
    assert_eq!(server.ask(&ann, "mopping_up_stage", json!({"stage": 8, "count": 1.5}))["status"], 96);
}

#[test]
fn integers_over_http_are_read_the_same() {
    let mut server = TestServer::new();
    for world in ["0", "0.0", "\"0\"", "\"s0\"", "null"] {
        let body = format!(r#"{{"world":{world},"mode":0.0,"content":"某人"}}"#);
        let (status, reply) = server.http("/legal", None, &body);
        assert_eq!((status, &reply["status"]), (200, &json!(true)), "{body}: {reply}");
    }
}

#[test]
fn null_is_as_good_as_left_out_wherever_a_field_may_be_left_out() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let role = server.ask(&ann, "get_player_info", json!({}))["data"]["name"].clone();
    let pairs = [
        ("mopping_up_stage", json!({"stage": 7, "count": null}), json!({"stage": 7})),
        ("stage_damage_ranking", json!({"page": null}), json!({})),
        ("login", json!({"email": "a@b.c", "password": "x", "ip": null}), json!({"email": "a@b.c", "password": "x"})),
        ("enter_stage_general", json!({"stage": null}), json!({})),
        ("status", json!({"role": role, "extra": null}), json!({"role": role})),
    ];
    for (function, null, absent) in pairs {
        assert_eq!(server.ask(&ann, function, null), server.ask(&ann, function, absent), "{function}");
    }
    let sent = r#"{"world":0,"function":"ping","data":null,"id":null,"once":null}"#;
    let reply: Value = serde_json::from_str(&server.send(sent)).expect("a reply is JSON");
    assert_eq!(reply["status"], 0, "{reply}");
    for listed in ["order_list", "report_list"] {
        let nulls = json!({"state": null, "limit": null, "before": null, "after": null});
        assert_eq!(server.operate(listed, nulls), server.operate(listed, json!({})), "{listed}");
    }
}
