//! Clients that know only the legacy functions: `enter_stage` and `pass_stage`
//! (docs/contract/stages.md#legacy-functions).

use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

const STAGE: (i64, &str) = (99, "stage error");
const NOT_ENTERED: (i64, &str) = (98, "stage error");
const NOT_CONFIGURED: (i64, &str) = (96, "There is no configuration information for this stage");

fn edited(file: &str, from: &str, to: &str) -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), file, from, to);
    TestServer::with(TestSetup { assets, ..TestSetup::default() })
}

fn succeed(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) -> Value {
    let mut reply = server.ask(player, function, data.clone());
    assert_eq!(reply["status"], 0, "{function} with {data} should succeed: {reply}");
    reply["data"].take()
}

/// Asserts status and message, and that nothing has changed.
fn refuse(server: &mut TestServer, player: &TestPlayer, function: &str, stage: i64, expect: (i64, &str)) {
    let before = server.state_hash();
    let reply = server.ask(player, function, json!({"stage": stage}));
    assert_eq!(reply, json!({"status": expect.0, "message": expect.1}), "{function} {stage}");
    assert_eq!(server.state_hash(), before, "{function} {stage}: a refusal changes nothing");
}

fn highest_boss_stage(server: &mut TestServer, player: &TestPlayer) -> Value {
    succeed(server, player, "get_player_info", json!({}))["stages"]["boss"].clone()
}

#[test]
fn a_client_with_the_legacy_functions_alone_plays_3001_and_then_3002() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    refuse(&mut server, &ann, "enter_stage", 3002, STAGE);
    let steps = [(3001, 680, 375, 110, "0.99"), (3002, 1180, 750, 100, "0.98")];
    for (stage, exp, coins, energy, life) in steps {
        let entered = server.ask(&ann, "enter_stage", json!({"stage": stage}));
        assert_eq!((&entered["status"], &entered["message"]), (&json!(0), &json!("enter world boss success")));
        let left = succeed(&mut server, &ann, "pass_stage", json!({"stage": stage, "damange": 100}));
        assert_eq!(left["new_record"], i64::from(stage == 3001), "{left}");
        assert_eq!((&left["highest_damage"], &left["boss_life_ratio"]["boss0"]), (&json!(100), &json!(life)));
        let coin = json!({"iid": "1", "remaining": coins, "reward": 375});
        let passed = left["pass_stages"].as_array().expect("what the stage brought");
        assert!(passed.len() == 4 && passed.contains(&coin), "the rewards of the stage: {left}");
        assert_eq!(left["p_exp"], json!({"remaining": exp, "reward": 500}));
        assert_eq!(left["p_stage"]["finally"], stage);
        assert_eq!(left["energy"], json!({"time": 360, "remaining": energy, "reward": 0}));
        assert_eq!(highest_boss_stage(&mut server, &ann), stage);
    }
    refuse(&mut server, &ann, "enter_stage", 3003, NOT_CONFIGURED);
    refuse(&mut server, &ann, "enter_stage", 3004, STAGE);
}

#[test]
fn the_room_itself_has_neither_order_nor_level_and_passes_nothing() {
    let mut server = edited("stages/boss.ron", "from: 3001,", "from: 3001, level: 30,");
    let ann = server.player("ann");
    refuse(&mut server, &ann, "enter_stage", 3001, STAGE);
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 3000}));
    let left = succeed(&mut server, &ann, "pass_stage", json!({"stage": 3000, "damage": 5}));
    assert!(left.get("pass_stages").is_none() && left.get("energy").is_none(), "the sample's fields alone: {left}");
    assert_eq!(highest_boss_stage(&mut server, &ann), 0);
}

#[test]
fn abnormal_damage_passes_no_stage_and_the_right_one_does_afterwards() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 3001}));
    for damage in [json!(-1), json!(200_000), Value::Null] {
        let reply = server.ask(&ann, "pass_stage", json!({"stage": 3001, "damage": damage}));
        assert_eq!(reply, json!({"status": 99, "message": "abnormal data"}), "{damage}");
    }
    assert_eq!(highest_boss_stage(&mut server, &ann), 0);
    succeed(&mut server, &ann, "pass_stage", json!({"stage": 3001, "damage": 199_999}));
    assert_eq!(highest_boss_stage(&mut server, &ann), 3001);
}

#[test]
fn materials_that_are_short_for_the_boss_room_are_98() {
    let mut server = edited("world_boss.ron", "energy: 10, cost: []", "energy: 10, cost: [\"3:5:1\"]");
    let ann = server.player("ann");
    refuse(&mut server, &ann, "enter_stage", 3000, (98, "materials insufficient"));
}

#[test]
fn pass_stage_checks_the_number_then_the_configuration_and_then_what_was_entered() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 8}));
    refuse(&mut server, &ann, "pass_stage", 1000, STAGE);
    refuse(&mut server, &ann, "pass_stage", 500, NOT_CONFIGURED);
    refuse(&mut server, &ann, "pass_stage", 3900, NOT_CONFIGURED);
    let passed = succeed(&mut server, &ann, "pass_stage", json!({"stage": 8}));
    assert_eq!(passed["energy"], json!({"time": 360, "remaining": 114, "reward": 0}), "passing takes no energy");
    let reply = server.ask(&ann, "pass_stage", json!({"stage": 9}));
    assert_eq!(reply, json!({"status": NOT_ENTERED.0, "message": NOT_ENTERED.1}));
    assert_eq!(server.ask(&ann, "get_player_info", json!({}))["status"], 11, "abnormal data revokes the token");
}

#[test]
fn where_both_spellings_stand_damage_counts_and_null_is_no_value() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let strike = |server: &mut TestServer, mut data: Value| {
        succeed(server, &ann, "enter_stage", json!({"stage": 3000}));
        data["stage"] = json!(3000);
        succeed(server, &ann, "pass_stage", data)["highest_damage"].clone()
    };
    assert_eq!(strike(&mut server, json!({"damange": 9000, "damage": 7})), 7);
    assert_eq!(strike(&mut server, json!({"damage": null, "damange": 8})), 8);
    assert_eq!(strike(&mut server, json!({"damage": "9", "damange": null})), 9);
    server.advance_seconds(86_400);
    succeed(&mut server, &ann, "enter_stage_boss", json!({"stage": 3001}));
    let won = succeed(&mut server, &ann, "victory_stage_boss", json!({"stage": 3001, "damange": 1, "damage": 10.0}));
    assert_eq!(won["boss"]["damage"], 10);
}
