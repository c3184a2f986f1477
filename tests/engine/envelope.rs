//! The envelope: what counts as a request, how a malformed one is answered, tokens, limits, and the order of replies.

use std::cell::RefCell;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use raidkeep::studio::testing::{OPERATOR_TOKEN, TestServer, TestSetup};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

const THIRTY_DAYS: i64 = 30 * 86_400;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("a reply should be JSON, {error}: {text}"))
}

/// Asserts the status of a frame from a client without a token, and the beginning of its message.
fn check(text: &str, expect: (i64, &str)) {
    let mut server = TestServer::new();
    let shown: String = text.chars().take(200).collect();
    let reply = parse(&server.send(text));
    assert_eq!(reply["status"], expect.0, "{shown:?} should have this status: {reply}");
    let message = reply["message"].as_str().unwrap_or_default();
    assert!(message.starts_with(expect.1), "the message to {shown:?} should begin with {:?}: {message}", expect.1);
    assert!(reply.get("data").is_none(), "a refusal has no data: {reply}");
    assert_eq!(parse(&server.send(r#"{"world":0,"function":"ping"}"#))["status"], 0, "the server keeps running");
}

/// The same with a valid token, so that only the arguments are wrong.
fn check_data(function: &str, data: &str, expect: (i64, &str)) {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let before = server.state_hash();
    let text = format!(r#"{{"world":0,"function":"{function}","data":{data}}}"#);
    let reply = parse(&server.send_on(ann.connection, &text));
    let shown: String = text.chars().take(200).collect();
    assert_eq!(reply["status"], expect.0, "{shown:?} should have this status: {reply}");
    let message = reply["message"].as_str().unwrap_or_default();
    assert!(message.starts_with(expect.1), "the message to {shown:?} should begin with {:?}: {message}", expect.1);
    assert_eq!(server.state_hash(), before, "a refusal changes nothing");
}

#[test]
fn frames_that_are_no_request_are_answered_with_13() {
    for text in ["", " ", "not json", "[]", "[{}]", "5", "null", "true", "\"x\"", "\u{feff}{}", "\0"] {
        check(text, (13, "request: expected a JSON object"));
    }
    for text in
        ["{", "{\"world\":0,", "{]", "{} {}", "{'world':0}", "{\"world\":0,\"function\":\"ping\"}x", "{\"a\":tru}"]
    {
        check(text, (13, "request: not valid JSON"));
    }
    let mut server = TestServer::new();
    assert_eq!(parse(&server.send_binary())["status"], 13, "a binary frame is no request");
}

#[test]
fn a_wrong_field_of_the_envelope_is_named() {
    let fields = |field: &str, value: &str| {
        let mut envelope = vec![("world", "0"), ("function", "\"ping\"")];
        envelope.retain(|(key, _)| *key != field);
        envelope.push((field, value));
        let fields: Vec<String> = envelope.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    };
    check("{}", (13, "world: expected a world number"));
    check(r#"{"function":"ping"}"#, (13, "world: expected a world number"));
    check(r#"{"world":0}"#, (13, "function: expected a string"));
    for world in ["null", "true", "1.5", "[]", "{}", "\"\"", "\"x\"", "\"s\"", "\"0x0\"", "\"-1\"", "1e30"] {
        check(&fields("world", world), (13, "world: expected"));
    }
    for function in ["null", "5", "true", "[]", "{}", "[\"ping\"]"] {
        check(&fields("function", function), (13, "function: expected"));
    }
    let long = format!("\"{}\"", "k".repeat(65));
    for once in ["7", "true", "[]", "{}", "\"\"", &long] {
        check(&fields("once", once), (13, "once: expected a string of 1 to 64 bytes"));
    }
    for id in ["true", "false", "[]", "{}", "[1]"] {
        check(&fields("id", id), (13, "id: expected a string or a number"));
    }
}

#[test]
fn a_wrong_field_of_the_data_is_named_with_what_was_expected() {
    for data in ["5", "\"x\"", "[]", "true", "[{}]"] {
        check_data("enter_stage_general", data, (13, "data: expected an object"));
    }
    check_data("enter_stage_general", "{}", (13, "data: missing field `stage`"));
    check_data("enter_stage_general", "null", (13, "data: missing field `stage`"));
    check_data("enter_stage_general", r#"{"stage":null}"#, (13, "data: missing field `stage`"));
    for stage in ["true", "1.5", "\"x\"", "\"1.5\"", "\"\"", "[8]", "{}"] {
        for function in ["enter_stage_general", "victory_stage_general", "start_hang_up", "enter_stage", "pass_stage"] {
            check_data(function, &format!("{{\"stage\":{stage}}}"), (13, "data.stage: invalid "));
        }
    }
    check_data("mopping_up_stage", r#"{"stage":"x","count":1}"#, (13, "data.stage: invalid"));
    for token in ["5", "true", "[]", "{}"] {
        check_data("get_player_info", &format!("{{\"token\":{token}}}"), (13, "data.token: invalid type"));
    }
    check_data("login_unique", "{}", (13, "data: missing field `unique_id`"));
    check_data("login_unique", r#"{"unique_id":5}"#, (13, "data.unique_id: invalid type"));
    check_data("login_unique", r#"{"unique_id":""}"#, (13, "data.unique_id: expected a string of 1 to 256 bytes"));
    let long = format!(r#"{{"unique_id":"{}"}}"#, "x".repeat(257));
    check_data("login_unique", &long, (13, "data.unique_id: expected a string of 1 to 256 bytes"));
}

#[test]
fn absurd_numbers_and_nesting_are_refused_and_harm_nothing() {
    let huge = "1".repeat(10_000);
    for number in ["1e400", "-1e400", "1e30", "1000000000000000000000000000000", &huge] {
        check_data("enter_stage_general", &format!("{{\"stage\":{number}}}"), (13, "data.stage: "));
        check(&format!(r#"{{"world":{number},"function":"ping"}}"#), (13, "world: expected"));
    }
    check_data("enter_stage_general", "{\"stage\":18446744073709551615}", (91, "stage error"));
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    check(&open, (13, "request: expected a JSON object"));
    check(&"{\"a\":".repeat(100_000), (13, "request: not valid JSON"));
    check(&format!(r#"{{"world":{open}{close},"function":"ping"}}"#), (13, "world: expected"));
    check(&format!(r#"{{"world":0,"function":"ping","id":{open}{close}}}"#), (13, "id: expected"));
    check(&format!(r#"{{"world":0,"function":"ping","data":{open}{close}}}"#), (13, "data: expected an object"));
    check_data("enter_stage_general", &format!("{{\"stage\":{open}{close}}}"), (13, "data.stage: invalid type"));
    check_data("mopping_up_stage", &format!("{{\"stage\":7,\"count\":{open}{close}}}"), (96, "Can only be a positive"));
    check_data("get_player_info", &format!("{{\"random\":{open}{close}}}"), (0, "success"));
}

#[test]
fn unknown_functions_are_answered_with_10_and_unknown_worlds_with_14() {
    for function in ["", "pong", "PING", "ping ", "enter_stage_generals", "\\u0000", "函数"] {
        let text = format!(r#"{{"world":0,"function":"{function}"}}"#);
        check(&text, (10, "function is not in function list"));
    }
    for world in ["1", "\"7\"", "\"s9\"", "-1", "4294967295", "4294967296", "18446744073709551615"] {
        check(&format!(r#"{{"world":{world},"function":"ping"}}"#), (14, "world not found"));
        check(&format!(r#"{{"world":{world},"function":"pong"}}"#), (14, "world not found"));
    }
}

#[test]
fn the_world_may_be_a_number_a_string_or_a_name() {
    for world in ["0", "\"0\"", "\"s0\"", "  0 "] {
        check(&format!(r#"{{"world":{world},"function":"ping"}}"#), (0, "success"));
    }
}

#[test]
fn integers_may_be_strings_and_unknown_fields_are_ignored() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let text = format!(
        r#"{{"random":0.5,"data":{{"random":{{"stage":[9]}},"stage":"8","token":"{}","x":null}},"function":"enter_stage_general","world":"s0","v":"2"}}"#,
        ann.token
    );
    let reply = parse(&server.send_on(ann.connection, &text));
    assert_eq!(reply["status"], 0, "extra fields at any place and any order of fields are fine: {reply}");
    let escaped = r#"{"w\u006frld":0,"functi\u006fn":"victory_st\u0061ge_general","data":{"st\u0061ge":"\u0038"}}"#;
    let reply = parse(&server.send_on(ann.connection, escaped));
    assert_eq!(reply["status"], 0, "escapes in keys and strings are decoded: {reply}");
}

#[test]
fn the_id_comes_back_exactly_as_it_was_sent() {
    let mut server = TestServer::new();
    for id in ["17", "0", "-5", "1.50", "12345678901234567890123", "\"a\"", "\"\"", r#""\u4e2d\"x""#, "\"中\""] {
        for (function, start) in [
            ("ping", r#"{"status":0,"message":"success""#),
            ("pong", r#"{"status":10,"message":"function is not in function list""#),
            ("get_player_info", r#"{"status":12,"message":"token not present""#),
        ] {
            let reply = server.send(&format!(r#"{{"id":{id},"world":0,"function":"{function}"}}"#));
            assert_eq!(reply, format!(r#"{start},"id":{id}}}"#), "the id is echoed whatever the status");
        }
        let reply = parse(&server.send(&format!(r#"{{"world":"x","function":"ping","id":{id}}}"#)));
        assert!(reply.get("id").is_some(), "even the reply to a malformed request echoes its id: {reply}");
    }
    for text in [r#"{"world":0,"function":"ping","id":null}"#, r#"{"world":0,"function":"ping"}"#] {
        assert_eq!(server.send(text), r#"{"status":0,"message":"success"}"#, "no id, no echo");
    }
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.fold();
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    let mut texts = Vec::new();
    let mut expected = Vec::new();
    for id in 0..50 {
        let (body, status) = match id % 10 {
            0 => (r#""function":"enter_stage_general","data":{"token":"TOKEN","stage":8}"#, 0),
            1 => (r#""function":"victory_stage_general","data":{"token":"TOKEN","stage":8}"#, 0),
            2 => (r#""function":"victory_stage_general","data":{"token":"TOKEN","stage":8}"#, 94),
            3 => (r#""function":"pong""#, 10),
            4 => (r#""function":"get_player_info","data":{"token":"wrong"}"#, 11),
            5 => (r#""function":"ping""#, 0),
            6 => (r#""function":"enter_stage_general","data":{"token":"TOKEN"}"#, 13),
            7 => (r#""function":"login_unique","data":{"unique_id":"ann-2"}"#, i64::from(id == 7)),
            8 => (r#""function":"login","data":{"email":"no@body.example","password":"x"}"#, 0),
            _ => (r#""function":"get_player_info","data":{"token":"TOKEN"}"#, 0),
        };
        texts.push(format!(r#"{{"world":0,{body},"id":{id}}}"#).replace("TOKEN", &ann.token));
        expected.push((id, status));
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let replies = server.send_all_on(connection, &texts);
    let replies: Vec<Value> = replies.iter().map(|reply| parse(reply)).collect();
    let answered: Vec<(i64, i64)> = replies
        .iter()
        .map(|reply| (reply["id"].as_i64().unwrap_or(-1), reply["status"].as_i64().unwrap_or(-1)))
        .collect();
    assert_eq!(answered, expected, "each request has its one reply, in the order of the requests");
    assert_eq!(replies[49]["data"]["exp"], 180 + 5 * 500, "and they were carried out in that order");
}

#[test]
fn with_one_request_in_flight_at_most_all_are_still_answered() {
    let mut server = TestServer::with(TestSetup { in_flight_max: 1, ..TestSetup::default() });
    let ann = server.player("ann");
    let ping = r#"{"world":0,"function":"ping"}"#;
    let replies = server.send_all_on(ann.connection, &[ping; 10]);
    assert_eq!(replies, vec![r#"{"status":0,"message":"success"}"#; 10], "one at a time, but all of them");
}

fn invalid_token(reason: &str) -> Value {
    json!({"status": 11, "message": "invalid token", "data": {"reason": reason}})
}

#[test]
fn a_missing_token_is_12_and_a_wrong_one_11() {
    let missing = json!({"status": 12, "message": "token not present"});
    let wrong = ["", "wrong", &"x".repeat(5000), OPERATOR_TOKEN];
    let cases = [json!({}), json!({"token": null})].map(|data| (data, missing.clone())).into_iter();
    let cases: Vec<_> = cases.chain(wrong.map(|token| (json!({"token": token}), invalid_token("unknown")))).collect();
    let functions =
        ["get_player_info", "get_hang_up_reward", "get_hang_up_info", "enter_stage_general", "victory_stage_general"];
    let others = ["start_hang_up", "enter_stage", "pass_stage", "mopping_up_stage"];
    let mut server = TestServer::new();
    for function in functions.into_iter().chain(others) {
        for (data, expected) in &cases {
            let connection = server.connect();
            let mut data = data.clone();
            data["stage"] = json!(8);
            let reply = server.ask_on(connection, function, data.clone());
            assert_eq!(reply, *expected, "{function} with {data}");
        }
    }
}

#[test]
fn operator_functions_take_the_operator_token_only() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let seconds = json!({"seconds": 5});
    assert_eq!(
        server.ask(&ann, "clock_advance", seconds.clone()),
        invalid_token("unknown"),
        "a player is not an operator"
    );
    assert_eq!(
        server.ask_on(ann.connection, "clock_advance", seconds.clone()),
        json!({"status": 12, "message": "token not present"}),
        "the login of the connection does not matter here"
    );
    assert_eq!(server.operate("clock_advance", seconds)["data"]["now"], 1_773_115_205, "the operator moves the clock");
}

#[test]
fn a_connection_that_has_sent_a_token_may_leave_it_out() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let info = server.ask_on(ann.connection, "get_player_info", json!({}));
    assert_eq!(info["data"]["name"], "玩家#1", "logging in is enough");
    let other = server.connect();
    assert_eq!(server.ask_on(other, "get_player_info", json!({}))["status"], 12, "another connection is not logged in");
    server.ask_on(other, "get_player_info", json!({"token": ann.token}));
    assert_eq!(server.ask_on(other, "get_player_info", json!({})), info, "having shown the token once is enough");
    let wrong = server.ask_on(other, "get_player_info", json!({"token": "wrong"}));
    assert_eq!(wrong["status"], 11, "a wrong token is refused whoever the connection acts for");
    assert_eq!(server.ask_on(other, "get_player_info", json!({})), info, "and the login of the connection remains");
    let bob = server.player("bob");
    let data = json!({"token": bob.token});
    assert_eq!(
        server.ask_on(other, "get_player_info", data)["data"]["name"],
        "玩家#2",
        "a token in the request takes precedence"
    );
}

#[test]
fn a_new_login_invalidates_the_earlier_token_everywhere() {
    let mut server = TestServer::new();
    let first = server.player("ann");
    let reader = server.connect();
    server.ask_on(reader, "get_player_info", json!({"token": first.token}));
    let second = server.player("ann");
    assert_ne!(first.token, second.token, "every login has a token of its own");
    let invalid = invalid_token("replaced");
    assert_eq!(server.ask(&first, "get_player_info", json!({})), invalid, "the old token");
    for connection in [first.connection, reader] {
        assert_eq!(
            server.ask_on(connection, "get_player_info", json!({})),
            invalid,
            "connections that used the old token"
        );
    }
    assert_eq!(server.ask(&second, "get_player_info", json!({}))["status"], 0, "the new token");
}

#[test]
fn a_token_is_valid_for_thirty_days_of_game_time() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.advance_seconds(THIRTY_DAYS - 1);
    assert_eq!(server.ask(&ann, "get_player_info", json!({}))["status"], 0, "valid in the last second");
    server.advance_seconds(1);
    for data in [json!({"token": ann.token}), json!({})] {
        let reply = server.ask_on(ann.connection, "get_player_info", data);
        assert_eq!(reply, invalid_token("expired"), "invalid from then on");
    }
    let again = server.player("ann");
    assert_eq!(server.ask(&again, "get_player_info", json!({}))["status"], 0, "a new login, a new token");
}

/// Asserts that of many requests the burst is answered and some of the rest refused with 15.
fn check_limited(replies: &[String], burst: usize, why: &str) {
    let replies: Vec<Value> = replies.iter().map(|reply| parse(reply)).collect();
    assert!(replies[..burst].iter().all(|reply| reply["status"] == 0), "{why}: the burst is let through: {replies:?}");
    let refused: Vec<&Value> = replies.iter().filter(|reply| reply["status"] == 15).collect();
    assert!(refused.len() > 50, "{why}: requests beyond the burst are refused: {replies:?}");
    for reply in refused {
        let wait = reply["data"]["retry_after_ms"].as_i64().unwrap_or_default();
        assert!((1..=1000).contains(&wait), "{why}: the reply says when to retry, {reply}");
        let expected = json!({"status": 15, "message": "too many requests", "data": {"retry_after_ms": wait}, "id": 5});
        assert_eq!(*reply, expected, "{why}");
    }
}

#[test]
fn requests_beyond_the_connections_rate_are_refused_with_the_time_to_wait() {
    let mut server = TestServer::with(TestSetup { connection_rate: 1, ..TestSetup::default() });
    let connection = server.connect();
    let replies = server.send_all_on(connection, &[r#"{"world":0,"function":"ping","id":5}"#; 60]);
    check_limited(&replies, 2, "the rate of the connection");
    let other = server.connect();
    assert_eq!(server.ask_on(other, "ping", json!({}))["status"], 0, "every connection has its own limit");
}

#[test]
fn requests_beyond_the_players_rate_are_refused_on_all_of_its_connections_together() {
    let mut server = TestServer::with(TestSetup { player_rate: 1, ..TestSetup::default() });
    let ann = server.player("ann");
    let text = r#"{"world":0,"function":"get_player_info","id":5}"#;
    let replies = server.send_all_on(ann.connection, &[text; 60]);
    check_limited(&replies, 2, "the rate of the player");
    let bob = server.player("bob");
    assert_eq!(
        server.ask_on(bob.connection, "get_player_info", json!({}))["status"],
        0,
        "every player has its own limit"
    );
}

#[test]
fn requests_beyond_the_inbox_are_refused_with_a_retry() {
    let mut server = TestServer::with(TestSetup { inbox_capacity: 3, ..TestSetup::default() });
    let connection = server.connect();
    let replies = server.send_all_on(connection, &[r#"{"world":0,"function":"ping"}"#; 8]);
    let (taken, refused) = replies.split_at(3);
    assert_eq!(taken, vec![r#"{"status":0,"message":"success"}"#; 3], "as many as the inbox holds");
    assert_eq!(refused, vec![r#"{"status":16,"message":"server busy, retry later"}"#; 5], "the rest may be retried");
    let replies = server.send_all_on(connection, &[r#"{"world":0,"function":"ping"}"#; 3]);
    assert_eq!(replies, vec![r#"{"status":0,"message":"success"}"#; 3], "after the tick there is room again");
}

/// A reply as docs/contract/envelope.md#reply allows it, and nothing else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply<'a> {
    status: i64,
    message: String,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "id")]
    _id: Option<&'a RawValue>,
}

/// Sends every text the strategy makes to one server, each of which must get exactly one reply.
fn each_gets_one_reply(strategy: impl Strategy<Value = String>) {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let server = RefCell::new(server);
    let config = Config { cases: 2000, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&strategy, |text| {
        let text = text.replace("TOKEN", &ann.token);
        let reply = server.borrow_mut().send_on(ann.connection, &text);
        let read = serde_json::from_str::<Reply<'_>>(&reply);
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}: {reply}")))?;
        prop_assert!(!read.message.is_empty(), "a message is not empty: {}", reply);
        prop_assert!(read.status != -1, "no request causes an internal error: {}", reply);
        prop_assert!(read.data.is_none_or(|data| data.get().starts_with('{')), "data is an object: {}", reply);
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

fn valid_requests() -> Vec<String> {
    let with_stage = ["enter_stage_general", "victory_stage_general", "enter_stage", "pass_stage", "start_hang_up"];
    let stages = with_stage.iter().map(|function| {
        format!(r#"{{"world":0,"function":"{function}","data":{{"token":"TOKEN","stage":8}},"id":17,"once":"k"}}"#)
    });
    let others = [
        r#"{"world":"s0","function":"mopping_up_stage","data":{"token":"TOKEN","stage":"8","count":2},"id":"a\"b"}"#,
        r#"{"world":0,"function":"get_player_info","data":{"token":"TOKEN"},"id":1.5}"#,
        r#"{"world":0,"function":"get_hang_up_reward","data":{"token":"TOKEN"}}"#,
        r#"{"world":0,"function":"login_unique","data":{"unique_id":"bob"}}"#,
        r#"{"world":0,"function":"login","data":{"email":"a@b.example","password":"x","ip":"y"}}"#,
        r#"{"world":0,"function":"server_time","data":{},"random":[1,{"a":null}]}"#,
    ];
    stages.chain(others.into_iter().map(str::to_owned)).collect()
}

/// A valid request with a few characters removed, replaced or inserted.
fn mutated() -> impl Strategy<Value = String> {
    let inserts = prop::sample::select(vec![
        "",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\\",
        "\\u",
        "\\ud800",
        "0",
        "-",
        "e",
        "1e400",
        "null",
        "true",
        " ",
        "\0",
        "中",
        "\u{202e}",
        "9999999999999999999999",
    ]);
    let edit = (any::<prop::sample::Index>(), 0_usize..6, inserts);
    (prop::sample::select(valid_requests()), prop::collection::vec(edit, 1..4)).prop_map(|(text, edits)| {
        let mut characters: Vec<char> = text.chars().collect();
        for (at, removed, insert) in edits {
            let at = at.index(characters.len() + 1);
            let end = (at + removed).min(characters.len());
            characters.splice(at..end, insert.chars());
        }
        characters.into_iter().collect()
    })
}

#[test]
fn any_text_gets_exactly_one_reply() {
    each_gets_one_reply(any::<String>());
}

#[test]
fn any_damaged_request_gets_exactly_one_reply() {
    each_gets_one_reply(mutated());
}

/// A client that reconnected and pipelined entry and victory once had the victory judged first.
#[test]
fn a_request_does_not_overtake_one_that_waits_for_a_lookup() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.fold();
    server.pass_real_time(Duration::from_secs(60));
    assert_eq!(server.players_in_memory(), 1, "the player is in memory, but its token has to be looked up");
    let connection = server.connect();
    let text = |function: &str| {
        json!({"world": 0, "function": function, "data": {"token": ann.token, "stage": 8}}).to_string()
    };
    server.hold_reads();
    server.post(connection, &text("enter_stage_general"));
    server.step(1);
    server.post(connection, &text("victory_stage_general"));
    server.release_reads();
    server.step(3);
    let statuses: Vec<Value> = server.collect(connection).iter().map(|reply| parse(reply)["status"].clone()).collect();
    assert_eq!(statuses, [0, 0], "the entry comes before the victory");
}
