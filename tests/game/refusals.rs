//! Refusals: every documented code of the stage, sweep and hang-up functions, each with its exact
//! message, in the order of the checks, and without changing anything.

use std::path::Path;

use raidkeep::engine::rules::AssetSource;
use raidkeep::game::stages::StageCounts;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

const STAGE: (i64, &str) = (91, "stage error");
const MISMATCH: (i64, &str) = (94, "stage mismatch");
const NOT_CONFIGURED: (i64, &str) = (98, "There is no configuration information for this stage");
const LEVEL: (i64, &str) = (90, "level insufficient");
const ENERGY: (i64, &str) = (97, "energy insufficient");
const MATERIALS: (i64, &str) = (95, "materials insufficient");
const COUNT: (i64, &str) = (96, "Can only be a positive integer");
const NOT_PASSED: (i64, &str) = (99, "Do not sweep until you pass this checkpoint");

const LEGACY_STAGE: (i64, &str) = (99, "stage error");
const LEGACY_MATERIALS: (i64, &str) = (98, "materials insufficient");
const LEGACY_NOT_ENTERED: (i64, &str) = (98, "stage error");
const LEGACY_NOT_CONFIGURED: (i64, &str) = (96, "There is no configuration information for this stage");
const LEGACY_STILL_INSIDE: (i64, &str) = (95, "abnormal data, log in again");

const NOTHING_HANGING: (i64, &str) = (99, "no stage is hanging up");

/// Asserts that the request is refused with this status and message, and that the refusal changes nothing.
fn check(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value, expect: (i64, &str)) {
    let before = server.state_hash();
    let reply = server.ask(player, function, data.clone());
    assert_eq!(
        reply,
        json!({"status": expect.0, "message": expect.1}),
        "{function} with {data} should be refused with the documented code and message, without data"
    );
    assert_eq!(server.state_hash(), before, "{function} with {data}: a refusal changes nothing");
}

/// Asserts that the request succeeds.
fn succeed(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) -> Value {
    let reply = server.ask(player, function, data.clone());
    assert_eq!(reply["status"], 0, "{function} with {data} should succeed: {reply}");
    reply
}

fn server_with(assets: AssetSource) -> TestServer {
    TestServer::with(TestSetup { assets, ..TestSetup::default() })
}

/// A server with one file of the shipped assets edited.
fn edited(file: &str, from: &str, to: &str) -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    server_with(edit_assets(folder.path(), file, from, to))
}

/// A server whose players have passed every configured general stage.
fn all_passed() -> TestServer {
    edited("stages/general.ron", "newcomer_passed: 7", "newcomer_passed: 24")
}

const RUN_OF_8: &str = "to: 9,\n            energy: 6,";
const LEGACY_OF_8: &str = r#"legacy: (energy: 6, cost: ["3:2:0", "3:1:0"]),
            layout: "old_road""#;

/// A server that has endless stages in addition to the shipped general ones.
fn with_endless() -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "stages/general.ron", "mode: general", "mode: general");
    let endless = r#"(
        mode: endless, first: 1001, last: 1999,
        stages: [(from: 1001, to: 1008, energy: 6, legacy: (energy: 2))],
    )"#;
    write(&folder.path().join("stages/endless.ron"), endless);
    server_with(assets)
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the test's folder should be writable");
}

#[test]
fn an_entry_is_refused_outside_the_range_and_beyond_the_next_stage() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for stage in [0, -1, 9, 999, 1000, 1001, 4001, 1_000_000_000_000, i64::MAX, i64::MIN] {
        check(&mut server, &ann, "enter_stage_general", json!({"stage": stage}), STAGE);
    }
    check(&mut server, &ann, "enter_stage_general", json!({"stage": "9"}), STAGE);
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    check(&mut server, &ann, "enter_stage_general", json!({"stage": 9}), STAGE);
    succeed(&mut server, &ann, "victory_stage_general", json!({"stage": 8}));
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 9}));
}

#[test]
fn an_entry_is_refused_where_nothing_is_configured() {
    let mut server = all_passed();
    let ann = server.player("ann");
    check(&mut server, &ann, "enter_stage_general", json!({"stage": 25}), NOT_CONFIGURED);
    check(&mut server, &ann, "enter_stage", json!({"stage": 25}), LEGACY_NOT_CONFIGURED);
    check(&mut server, &ann, "enter_stage_general", json!({"stage": 26}), STAGE);
}

#[test]
fn an_entry_is_refused_below_the_level_of_the_stage_and_allowed_at_it() {
    let mut server = edited("stages/general.ron", RUN_OF_8, "to: 9,\n            level: 3,\n            energy: 6,");
    let ann = server.player("ann");
    check(&mut server, &ann, "enter_stage_general", json!({"stage": 8}), LEVEL);
    let mut server = edited("stages/general.ron", RUN_OF_8, "to: 9,\n            level: 2,\n            energy: 6,");
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
}

#[test]
fn an_entry_is_refused_without_energy_until_the_last_point_has_come() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for _ in 0..20 {
        succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    }
    check(&mut server, &ann, "enter_stage_general", json!({"stage": 8}), ENERGY);
    check(&mut server, &ann, "enter_stage", json!({"stage": 8}), ENERGY);
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 1}));
    server.advance_seconds(6 * 360 - 1);
    check(&mut server, &ann, "enter_stage_general", json!({"stage": 8}), ENERGY);
    server.advance_seconds(1);
    let reply = succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    assert_eq!(
        reply["data"]["energy"],
        json!({"cooling": 360, "remain": 0, "reward": -6}),
        "six points, to the second"
    );
}

#[test]
fn an_entry_is_refused_without_the_materials_it_costs() {
    let cost = "to: 9,\n            energy: 6,\n            cost: [\"3:1:60\", \"3:2:21\"],";
    let mut server = edited("stages/general.ron", RUN_OF_8, cost);
    let ann = server.player("ann");
    check(&mut server, &ann, "enter_stage_general", json!({"stage": 8}), MATERIALS);
    succeed(&mut server, &ann, "start_hang_up", json!({"stage": 2}));
    server.advance_seconds(60);
    succeed(&mut server, &ann, "get_hang_up_reward", json!({}));
    check(&mut server, &ann, "enter_stage_general", json!({"stage": 8}), MATERIALS);
    server.advance_seconds(60);
    succeed(&mut server, &ann, "get_hang_up_reward", json!({}));
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    let items = server.ask(&ann, "get_player_info", json!({}))["data"]["items"].clone();
    assert_eq!(
        (&items[0], &items[1]),
        (&json!("3:1:60"), &json!("3:2:19")),
        "of 120 coin and 40 iron the cost was taken, once"
    );
}

#[test]
fn the_checks_of_an_entry_come_in_the_documented_order() {
    let wrong = |level, energy, cost| {
        format!("to: 9,\n            level: {level},\n            energy: {energy},\n            cost: [{cost}],")
    };
    let cases = [
        (wrong(9, 500, "\"3:1:5\""), 9, STAGE),
        (wrong(9, 500, "\"3:1:5\""), 8, LEVEL),
        (wrong(2, 500, "\"3:1:5\""), 8, ENERGY),
        (wrong(2, 120, "\"3:1:5\""), 8, MATERIALS),
    ];
    for (run, stage, expect) in cases {
        let mut server = edited("stages/general.ron", RUN_OF_8, &run);
        let ann = server.player("ann");
        check(&mut server, &ann, "enter_stage_general", json!({"stage": stage}), expect);
    }
}

#[test]
fn a_victory_is_refused_outside_the_range_and_without_the_session() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for stage in [0, -1, 1000, 1001, i64::MAX] {
        check(&mut server, &ann, "victory_stage_general", json!({"stage": stage}), STAGE);
    }
    check(&mut server, &ann, "victory_stage_general", json!({"stage": 8}), MISMATCH);
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    check(&mut server, &ann, "victory_stage_general", json!({"stage": 7}), MISMATCH);
    check(&mut server, &ann, "victory_stage_general", json!({"stage": 999}), MISMATCH);
    check(&mut server, &ann, "victory_stage_general", json!({"stage": 1000}), STAGE);
    succeed(&mut server, &ann, "victory_stage_general", json!({"stage": 8}));
    check(&mut server, &ann, "victory_stage_general", json!({"stage": 8}), MISMATCH);
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 7}));
    check(&mut server, &ann, "victory_stage_general", json!({"stage": 8}), MISMATCH);
    succeed(&mut server, &ann, "victory_stage_general", json!({"stage": 7}));
}

#[test]
fn a_sweep_is_refused_unless_the_count_is_a_positive_integer() {
    let mut server = all_passed();
    let ann = server.player("ann");
    let odd = [json!(0), json!("0"), json!(-1), json!("-1"), json!(i64::MIN), json!(1.5), json!("1.5"), json!(1e30)];
    let odder = [json!("x"), json!(""), json!(true), json!([1]), json!({"n": 1})];
    for count in odd.into_iter().chain(odder) {
        check(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": count}), COUNT);
    }
    for count in [json!(21), json!("21"), json!(10_000_000_000_000_000_i64), json!(i64::MAX), json!(u64::MAX)] {
        check(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": count}), ENERGY);
    }
    let once = succeed(&mut server, &ann, "mopping_up_stage", json!({"stage": 8}));
    assert_eq!(once["data"]["reward"], json!(["3:9:100", "3:1:200", "3:2:200"]), "a missing count is 1");
    let null = succeed(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": null}));
    assert_eq!(null["data"]["reward"], once["data"]["reward"], "null is no value");
    let twice = succeed(&mut server, &ann, "mopping_up_stage", json!({"stage": "8", "count": "2"}));
    assert_eq!(twice["data"]["reward"], json!(["3:9:200", "3:1:400", "3:2:400"]), "\"2\" is 2");
    assert_eq!(twice["data"]["energy"]["remain"], 120 - 24, "four sweeps were paid");
}

#[test]
fn a_sweep_is_refused_before_the_stage_is_passed_and_where_nothing_is_configured() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for stage in [8, 9, 0, -1, 1000, 1001, i64::MAX] {
        check(&mut server, &ann, "mopping_up_stage", json!({"stage": stage}), NOT_PASSED);
    }
    check(&mut server, &ann, "mopping_up_stage", json!({"stage": 7}), NOT_CONFIGURED);
    let mut server = edited("stages/general.ron", "newcomer_passed: 7", "newcomer_passed: 28");
    let ann = server.player("ann");
    check(&mut server, &ann, "mopping_up_stage", json!({"stage": 28}), NOT_CONFIGURED);
    let reply = succeed(&mut server, &ann, "mopping_up_stage", json!({"stage": 27}));
    assert_eq!(
        reply["data"]["reward"],
        json!(["3:9:100", "3:1:390", "3:2:390"]),
        "200 and 10 for each stage above 8, even where no stage can be entered"
    );
}

#[test]
fn a_sweep_is_refused_without_energy_or_materials_for_all_of_its_times() {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let passed = ("newcomer_passed: 7", "newcomer_passed: 24");
    let assets = edit_assets(folder.path(), "stages/general.ron", passed.0, passed.1);
    let sweep = r#"(stages: [(
        from: 8, to: 27, energy: 6, cost: ["3:1:100"], rewards: ["3:9:100"], exp: 120,
    )])"#;
    write(&folder.path().join("sweep.ron"), sweep);
    let mut server = server_with(assets);
    let ann = server.player("ann");
    check(&mut server, &ann, "mopping_up_stage", json!({"stage": 8}), MATERIALS);
    check(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": 21}), ENERGY);
    check(&mut server, &ann, "mopping_up_stage", json!({"stage": 7, "count": 21}), NOT_CONFIGURED);
    check(&mut server, &ann, "mopping_up_stage", json!({"stage": 25, "count": 21}), NOT_PASSED);
    check(&mut server, &ann, "mopping_up_stage", json!({"stage": 25, "count": 0}), COUNT);
    succeed(&mut server, &ann, "start_hang_up", json!({"stage": 8}));
    server.advance_seconds(60);
    succeed(&mut server, &ann, "get_hang_up_reward", json!({}));
    check(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": 3}), MATERIALS);
    let reply = succeed(&mut server, &ann, "mopping_up_stage", json!({"stage": 8, "count": 2}));
    assert_eq!(reply["data"]["energy"]["reward"], -12, "both sweeps were paid with 240 coin at hand");
}

#[test]
fn the_legacy_entry_is_refused_with_its_own_codes_in_their_order() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for stage in [0, -1, 9, 1000, 1002, 2003, 4002, i64::MAX] {
        check(&mut server, &ann, "enter_stage", json!({"stage": stage}), LEGACY_STAGE);
    }
    let cases = [
        (r#"legacy: (energy: 500, cost: ["3:1:5"]),"#, LEGACY_MATERIALS),
        (r#"legacy: (energy: 500, cost: ["3:1:0"]),"#, ENERGY),
        (r#"legacy: (energy: 120, cost: ["3:1:5"]),"#, LEGACY_MATERIALS),
        ("", LEGACY_NOT_CONFIGURED),
    ];
    for (entry, expect) in cases {
        let to = format!("{entry}\n            layout: \"old_road\"");
        let mut server = edited("stages/general.ron", LEGACY_OF_8, &to);
        let ann = server.player("ann");
        check(&mut server, &ann, "enter_stage", json!({"stage": 8}), expect);
        check(&mut server, &ann, "enter_stage", json!({"stage": 9}), LEGACY_STAGE);
    }
}

#[test]
fn the_legacy_pass_refuses_a_bad_number_and_keeps_the_session() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 8}));
    for stage in [0, -1, 1000, 5000, i64::MAX] {
        check(&mut server, &ann, "pass_stage", json!({"stage": stage}), LEGACY_STAGE);
    }
    succeed(&mut server, &ann, "pass_stage", json!({"stage": 8}));
}

/// Enter, leave and anomaly counts of the only player.
fn counts(server: &mut TestServer) -> (u64, u64, u32) {
    let world = server.simulation().world_mut();
    let mut players = world.query::<&StageCounts>();
    players.single(world).map(StageCounts::counts).expect("one player should be in memory")
}

/// Asserts that abnormal data revoked the token and cleared the session, and did nothing else.
fn check_thrown_out(server: &mut TestServer, player: &TestPlayer, before: &Value) {
    let refused = json!({"status": 11, "message": "invalid token", "data": {"reason": "revoked"}});
    assert_eq!(server.ask(player, "get_player_info", json!({})), refused, "the token is revoked");
    let elsewhere = server.connect();
    let reply = server.ask_on(elsewhere, "get_player_info", json!({"token": player.token}));
    assert_eq!(reply["status"], 11, "the token is revoked on every connection");
    let again = server.player("ann");
    let mut expected = before.clone();
    expected["data"]["session"] = Value::Null;
    assert_eq!(server.ask(&again, "get_player_info", json!({})), expected, "only the session is cleared");
}

#[test]
fn passing_another_stage_than_the_entered_one_revokes_the_token() {
    for (entered, passed) in [(None, 8), (Some(8), 7), (Some(8), 24)] {
        let mut server = TestServer::new();
        let ann = server.player("ann");
        if let Some(stage) = entered {
            succeed(&mut server, &ann, "enter_stage", json!({"stage": stage}));
        }
        let before = server.ask(&ann, "get_player_info", json!({}));
        let counted = counts(&mut server);
        let reply = server.ask(&ann, "pass_stage", json!({"stage": passed}));
        let (status, message) = LEGACY_NOT_ENTERED;
        assert_eq!(reply, json!({"status": status, "message": message}), "{entered:?}, then pass {passed}");
        check_thrown_out(&mut server, &ann, &before);
        let expected = (counted.0, counted.1, counted.2 + 1);
        assert_eq!(counts(&mut server), expected, "the counters are kept for operators, the anomaly is counted");
    }
}

#[test]
fn entering_from_an_open_session_of_another_mode_revokes_the_token() {
    for stage in [1, 8, 1001, 0] {
        let mut server = with_endless();
        let ann = server.player("ann");
        succeed(&mut server, &ann, "enter_stage", json!({"stage": 1001}));
        check(&mut server, &ann, "victory_stage_general", json!({"stage": 1001}), STAGE);
        let before = server.ask(&ann, "get_player_info", json!({}));
        let reply = server.ask(&ann, "enter_stage", json!({"stage": stage}));
        let (status, message) = LEGACY_STILL_INSIDE;
        assert_eq!(reply, json!({"status": status, "message": message}), "this comes before every other check");
        check_thrown_out(&mut server, &ann, &before);
        assert_eq!(counts(&mut server), (1, 0, 1), "the counters are kept for operators");
    }
}

#[test]
fn general_stages_may_be_left_at_will_also_for_other_modes() {
    let mut server = with_endless();
    let ann = server.player("ann");
    for stage in [1, 8, 2, 1001] {
        succeed(&mut server, &ann, "enter_stage", json!({"stage": stage}));
    }
    let reply = succeed(&mut server, &ann, "pass_stage", json!({"stage": 1001}));
    assert_eq!(reply["data"]["p_stage"]["finally"], 1001, "the highest of that mode rose");
    check(&mut server, &ann, "enter_stage", json!({"stage": 1003}), LEGACY_STAGE);
}

#[test]
fn only_passed_general_stages_hang() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    for stage in [0, -1, 8, 999, 1000, 1001, i64::MAX] {
        check(&mut server, &ann, "start_hang_up", json!({"stage": stage}), LEGACY_STAGE);
    }
    succeed(&mut server, &ann, "start_hang_up", json!({"stage": 7}));
    server.advance_seconds(600);
    check(&mut server, &ann, "start_hang_up", json!({"stage": 8}), LEGACY_STAGE);
}

#[test]
fn nothing_hanging_has_no_rewards() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    check(&mut server, &ann, "get_hang_up_reward", json!({}), NOTHING_HANGING);
    check(&mut server, &ann, "get_hang_up_info", json!({}), NOTHING_HANGING);
}

#[test]
fn a_hanging_stage_without_configuration_has_no_rewards() {
    let lowest = r#"(stage: 1, per_minute: ["3:2:10", "3:1:30"]),"#;
    let mut server = edited("hang_up.ron", lowest, "");
    let ann = server.player("ann");
    succeed(&mut server, &ann, "start_hang_up", json!({"stage": 1}));
    server.advance_seconds(600);
    check(&mut server, &ann, "get_hang_up_reward", json!({}), LEGACY_NOT_CONFIGURED);
    check(&mut server, &ann, "get_hang_up_info", json!({}), LEGACY_NOT_CONFIGURED);
}

#[test]
fn an_absurd_count_is_a_positive_integer_and_lacks_energy() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.ask(&ann, "enter_stage_general", json!({"stage": 8}));
    server.ask(&ann, "victory_stage_general", json!({"stage": 8}));
    let count = 1_000_000_000_000_000_000_i64;
    let reply = server.ask(&ann, "mopping_up_stage", json!({"stage": 8, "count": count}));
    assert_eq!(reply, json!({"status": 97, "message": "energy insufficient"}), "not 96");
}

#[test]
fn the_first_tower_stage_raises_the_highest_by_one() {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "stages/general.ron", "mode: general", "mode: general");
    let endless = "(mode: endless, first: 1001, last: 1999, stages: [(from: 1001, energy: 6, legacy: (energy: 2))])";
    std::fs::write(folder.path().join("stages/endless.ron"), endless).expect("the test's folder should be writable");
    let mut server = TestServer::with(TestSetup { assets, ..TestSetup::default() });
    let ann = server.player("ann");
    server.ask(&ann, "enter_stage", json!({"stage": 1001}));
    let reply = server.ask(&ann, "pass_stage", json!({"stage": 1001}));
    assert_eq!(reply["data"]["p_stage"], json!({"finally": 1001, "vary": 1}), "one stage more than before");
}
