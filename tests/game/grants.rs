//! `player_grant` and `player_take`.

use crate::desk::{helped, refused, server, server_of};
use crate::operators::operator;
use raidkeep::studio::testing::{TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

fn movements(server: &mut TestServer) -> Vec<Value> {
    let list = server.operate("ledger_list", json!({"name": "Ann"}));
    list["data"]["entries"].as_array().expect("movements").clone()
}

#[test]
fn a_grant_gives_everything_at_once_and_is_in_the_ledger() {
    let (mut server, ann, _) = server();
    let before = ann.succeed(&mut server, "get_player_info", json!({}));
    let owned = ann.quantity(&mut server, "3:5");
    let energy = ann.energy(&mut server);
    let asked = json!({"items": ["3:5:100", "3:1:7"], "energy": 50, "tickets": [{"kind": 18, "count": 2}],
        "experience": 100});
    let stock = helped(&mut server, "player_grant", &ann, asked);
    assert_eq!(stock["items"], json!([format!("3:5:{}", owned + 100), "3:1:7"]));
    assert_eq!((&stock["energy"], &stock["tickets"]["18"]), (&json!(energy + 50), &json!(5)), "above the maximum too");
    assert_eq!(ann.energy(&mut server), energy + 50);
    let after = ann.succeed(&mut server, "get_player_info", json!({}));
    let exp = |info: &Value| info["exp_info"]["exp"].as_i64().or(info["exp"].as_i64());
    assert_eq!(exp(&after).zip(exp(&before)).map(|(after, before)| after - before), Some(100), "{after}");
    let newest = &movements(&mut server)[0];
    assert_eq!((&newest["why"], newest["changes"].as_array().map(Vec::len)), (&json!("operator"), Some(2)));
    assert_eq!(server.verify(), []);
}

#[test]
fn a_player_who_is_not_in_memory_is_loaded() {
    let (server, ann, _) = server();
    let mut server = server.crash_and_reopen();
    server.connect();
    let stock = helped(&mut server, "player_grant", &ann, json!({"items": ["3:1:7"]}));
    assert_eq!(stock["items"], json!(["3:1:7"]));
}

#[test]
fn taking_takes_all_or_nothing() {
    let (mut server, ann, _) = server();
    helped(&mut server, "player_grant", &ann, json!({"items": ["3:1:10"], "experience": 100}));
    let (energy, mut short) = (ann.energy(&mut server), Vec::new());
    for data in [
        json!({"items": ["3:1:5", "3:1:6"]}),
        json!({"items": ["3:1:1"], "energy": energy + 1}),
        json!({"items": ["3:1:1"], "tickets": [{"kind": 18, "count": 2}, {"kind": 18, "count": 2}]}),
        json!({"items": ["3:1:1"], "experience": 1_000_000}),
    ] {
        short.push(refused(&mut server, "player_take", &ann, data));
    }
    let lacks = ["items", "energy", "tickets of kind 18", "experience"];
    let expected = lacks.map(|what| (97, format!("the player has too little: {what}")));
    assert_eq!(short, expected);
    let asked = json!({"items": ["3:1:4"], "energy": 20, "tickets": [{"kind": 18, "count": 3}], "experience": 60});
    let stock = helped(&mut server, "player_take", &ann, asked);
    assert_eq!(stock["items"], json!(["3:1:6"]));
    assert_eq!((&stock["energy"], &stock["tickets"]["18"]), (&json!(energy - 20), &json!(0)));
    assert_eq!(movements(&mut server)[0]["changes"], json!([{"item": "3:1", "change": -4, "after": 6}]));
    assert_eq!(server.verify(), []);
}

#[test]
fn what_is_negative_unknown_nothing_or_too_much_is_refused() {
    let (mut server, ann, _) = server();
    for data in [
        json!({}),
        json!({"items": []}),
        json!({"items": ["3:1:0"]}),
        json!({"items": ["3:1:-5"]}),
        json!({"energy": -1}),
        json!({"energy": 1_000_000_001}),
        json!({"experience": -1}),
        json!({"tickets": [{"kind": 18, "count": 0}]}),
        json!({"items": vec!["3:1:1"; 101]}),
    ] {
        for function in ["player_grant", "player_take"] {
            assert_eq!(refused(&mut server, function, &ann, data.clone()).0, 13, "{function} {data}");
        }
    }
    assert_eq!(refused(&mut server, "player_grant", &ann, json!({"items": ["3:65000:1"]})).0, 98);
    for function in ["player_grant", "player_take"] {
        assert_eq!(refused(&mut server, function, &ann, json!({"tickets": [{"kind": 65000, "count": 1}]})).0, 98);
    }
    helped(&mut server, "player_grant", &ann, json!({"items": ["3:1:1"]}));
    let most = format!("3:1:{}", i64::MAX);
    assert_eq!(refused(&mut server, "player_grant", &ann, json!({"items": [most]})).0, 96, "no sum overflows");
}

#[test]
fn a_repeated_grant_with_the_same_key_gives_once() {
    let (mut server, ann, _) = server();
    let request = json!({"world": 0, "function": "player_grant", "once": "key",
        "data": {"token": raidkeep::studio::testing::OPERATOR_TOKEN, "player": 1, "items": ["3:1:7"], "reason": "r"}});
    let replies = [(); 2].map(|()| server.send(&request.to_string()));
    assert_eq!(replies[0], replies[1]);
    assert_eq!(ann.quantity(&mut server, "3:1"), 7);
}

#[test]
fn a_role_gives_and_takes_no_more_at_once_than_its_limits_and_the_audit_has_who_and_why() {
    let (mut server, ..) = server_of(TestServer::with(TestSetup::default().with_realm()));
    let support = operator(&mut server, "sue", "support");
    let mut ask = |function: &str, mut data: Value| {
        data["player"] = 1.into();
        data["reason"] = "ticket 17".into();
        let reply = crate::operators::ask(&mut server, &support, function, data);
        (reply["status"].clone(), reply["message"].clone())
    };
    for (function, data, what) in [
        ("player_grant", json!({"items": ["3:1:600", "3:1:401"]}), "1000 items"),
        ("player_grant", json!({"energy": 121}), "120 energy"),
        ("player_grant", json!({"tickets": [{"kind": 18, "count": 11}]}), "10 tickets"),
        ("player_take", json!({"experience": 10_001}), "10000 experience"),
    ] {
        let told = format!("the role support may give or take at most {what} at once");
        assert_eq!(ask(function, data), (json!(20), json!(told)));
    }
    assert_eq!(ask("player_grant", json!({"items": ["3:1:1000", "3:2:1000"]})).0, 0, "of each");
    let list = server.operate("audit_list", json!({"function": "player_grant"}));
    let [entry] = &list["data"]["entries"].as_array().expect("entries")[..] else { panic!("one: {list}") };
    assert_eq!((&entry["operator"], &entry["players"]), (&json!("sue"), &json!([1])));
    assert_eq!(entry["changes"], json!(["3:1: 0 -> 1000", "3:2: 0 -> 1000"]));
}

#[test]
fn what_is_undone_or_given_back_is_no_more_than_the_role_may_give() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (cheap, dear) = ("legacy_entry: (energy: 10, cost: [])", "legacy_entry: (energy: 10, cost: [\"3:1:1001\"])");
    let assets = edit_assets(folder.path(), "world_boss.ron", cheap, dear);
    let setup = TestSetup { assets, ..TestSetup::default() };
    let (mut server, ann, _) = server_of(TestServer::with(setup.with_realm()));
    let support = operator(&mut server, "sue", "support");
    helped(&mut server, "player_grant", &ann, json!({"items": ["3:1:2000"]}));
    let granted = movements(&mut server)[0]["number"].clone();
    ann.succeed(&mut server, "enter_stage", json!({"stage": 3000}));
    for (before, function, mut data) in [
        (999, "attempt_return", json!({"stage": 3000, "legacy": true})),
        (2000, "movement_undo", json!({"movement": granted})),
    ] {
        data["player"] = ann.number.into();
        data["reason"] = "ticket 17".into();
        let reply = crate::operators::ask(&mut server, &support, function, data.clone());
        let told = "the role support may give or take at most 1000 items at once";
        assert_eq!((&reply["status"], &reply["message"]), (&json!(20), &json!(told)), "{function}");
        assert_eq!(ann.quantity(&mut server, "3:1"), before, "{function}: a refusal changes nothing");
        helped(&mut server, function, &ann, data);
    }
    assert_eq!(ann.quantity(&mut server, "3:1"), 0, "who has no limits may do both");
}
