//! Clients report their own damage: how much of it is believed, and which players are listed for operators.

use crate::duel::Duelist;
use raidkeep::studio::testing::{NOON_MS, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

const NOON: i64 = NOON_MS / 1000;
const SHIPPED: &str = "plausible_damage: (at_once: 200000, per_level: 0, per_second: 0, per_level_second: 0)";
/// A newcomer has level 2: 1040 at once, and 110 a second.
const STRICT: &str = "plausible_damage: (at_once: 1000, per_level: 20, per_second: 100, per_level_second: 5)";

fn strict(edit: Option<(&str, &str, &str)>) -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(folder.path(), "world_boss.ron", SHIPPED, STRICT);
    if let Some((file, from, to)) = edit {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect("an asset");
        assert!(text.contains(from), "{file} should hold {from:?}");
        std::fs::write(path, text.replacen(from, to, 1)).expect("the folder should be writable");
    }
    let mut server = TestServer::with(TestSetup { assets, ..TestSetup::default() });
    server.connect();
    server
}

fn report(server: &mut TestServer, who: &Duelist, damage: i64) -> Value {
    who.ask(server, "victory_stage_boss", json!({"stage": 3001, "damage": damage}))
}

fn suspects(server: &mut TestServer, data: Value) -> Value {
    let mut reply = server.operate("suspect_list", data);
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"].take()
}

#[test]
fn damage_is_believed_up_to_what_level_and_time_allow() {
    let refused = json!({"status": 93, "message": "abnormal damage"});
    for seconds in [0, 30] {
        let mut server = strict(None);
        let ann = Duelist::join(&mut server, "ann");
        ann.succeed(&mut server, "enter_stage_boss", json!({"stage": 3001}));
        server.advance_seconds(seconds);
        let most = 1040 + 110 * seconds;
        assert_eq!(report(&mut server, &ann, most + 1), refused, "after {seconds} s");
        assert_eq!(report(&mut server, &ann, most)["status"], 0, "the session stayed open, and {most} is believed");
    }
    let mut server = strict(None);
    let ann = Duelist::join(&mut server, "ann");
    ann.succeed(&mut server, "enter_stage", json!({"stage": 3000}));
    let reply = ann.ask(&mut server, "pass_stage", json!({"stage": 3000, "damage": 1041}));
    assert_eq!(reply, json!({"status": 99, "message": "abnormal data"}), "the legacy room believes no more");
    server.advance_seconds(-3600);
    let reply = ann.ask(&mut server, "pass_stage", json!({"stage": 3000, "damage": 1041}));
    assert_eq!(reply["status"], 99, "and a clock that jumps back gives no time");
    server.advance_seconds(7 * 86_400);
    let reply = ann.ask(&mut server, "pass_stage", json!({"stage": 3000, "damage": 200_000}));
    assert_eq!(reply["status"], 99, "the cap stands, however long it took");
    ann.succeed(&mut server, "pass_stage", json!({"stage": 3000, "damage": 199_999}));
}

#[test]
fn a_stage_may_have_rules_of_its_own() {
    let own = "from: 3001,\n            plausible_damage: (per_second: 7),";
    let mut server = strict(Some(("stages/boss.ron", "from: 3001,", own)));
    let ann = Duelist::join(&mut server, "ann");
    ann.succeed(&mut server, "enter_stage_boss", json!({"stage": 3001}));
    server.advance_seconds(10);
    assert_eq!(report(&mut server, &ann, 71)["status"], 93, "ten seconds at seven each");
    assert_eq!(report(&mut server, &ann, 70)["status"], 0);
}

#[test]
fn operators_find_who_is_suspicious_with_what_was_reported_last() {
    let mut server = strict(None);
    let [ann, bob, cid] = ["ann", "bob", "cid"].map(|device| Duelist::join(&mut server, device));
    assert_eq!(suspects(&mut server, json!({})), json!({"total": 0, "suspects": []}));
    for who in [&ann, &bob, &cid] {
        who.succeed(&mut server, "enter_stage_boss", json!({"stage": 3001}));
    }
    report(&mut server, &ann, 5000);
    server.advance_seconds(20);
    assert_eq!(report(&mut server, &bob, 9000)["status"], 93);
    assert_eq!(report(&mut server, &bob, i64::MAX)["status"], 93);
    assert_eq!(report(&mut server, &cid, 500)["status"], 0, "an honest player is not listed");
    let ann_again = ann.ask(&mut server, "enter_stage", json!({"stage": 8}));
    assert_eq!(ann_again["status"], 95, "still inside: {ann_again}");
    let mut server = server.crash_and_reopen();
    let listed = suspects(&mut server, json!({}));
    let still_inside = json!({
        "what": "still_inside", "stage": 3001, "damage": null, "most": null, "level": null, "seconds": null,
    });
    let damage = json!({
        "what": "damage", "stage": 3001, "damage": i64::MAX, "most": 1040 + 20 * 110, "level": 2, "seconds": 20,
    });
    let row = |who: &Duelist, last: &Value| {
        json!({
            "name": who.role, "account": who.account.0, "anomalies": 2, "entered": 1, "left": 0,
            "at": NOON + 20, "time": "2026-03-10 12:00:20", "last": last,
        })
    };
    let expected = json!({"total": 2, "suspects": [row(&ann, &still_inside), row(&bob, &damage)]});
    assert_eq!(listed, expected, "also after a crash");
    assert_eq!(suspects(&mut server, json!({"limit": 1}))["suspects"].as_array().map(Vec::len), Some(1));
    let refused = server.operate("suspect_list", json!({"limit": 0}));
    assert_eq!(refused["status"], 13, "{refused}");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_deleted_player_is_no_suspect_any_more_and_players_see_no_list() {
    let mut server = strict(None);
    let ann = Duelist::join(&mut server, "ann");
    ann.succeed(&mut server, "enter_stage_boss", json!({"stage": 3001}));
    report(&mut server, &ann, 5000);
    assert_eq!(suspects(&mut server, json!({}))["total"], 1);
    assert_eq!(ann.ask(&mut server, "suspect_list", json!({}))["status"], 11, "the list is for operators");
    let deleted = server.operate("player_delete", json!({"name": ann.role}));
    assert_eq!(deleted["status"], 0, "{deleted}");
    assert_eq!(suspects(&mut server, json!({}))["total"], 0);
    assert_eq!(server.verify(), []);
}
