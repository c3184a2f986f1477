//! Hang-up under rates that change: what was earned before is paid by the rates then in force
//! (docs/contract/hang-up.md#rates).

use std::path::Path;

use raidkeep::engine::clock::ClockMode;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_asset, edit_assets};
use serde_json::{Value, json};
use tempfile::TempDir;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// The entry of stage 1, and one with a hundred times as much.
const RATE: &str = r#"(stage: 1, per_minute: ["3:2:10", "3:1:30"])"#;
const HUNDREDFOLD: &str = r#"(stage: 1, per_minute: ["3:2:1000", "3:1:3000"])"#;
/// The chances of stage 1, and a certain one.
const CHANCE: &str = "numerator: 12, denominator: 100";
const CERTAIN: &str = "numerator: 1, denominator: 1";

/// A server whose assets can be edited, and a player who hangs up stage 1.
fn hanging_on(clock: ClockMode) -> (TempDir, TestServer, TestPlayer) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(folder.path(), "hang_up.ron", CHANCE, "numerator: 0, denominator: 100");
    let mut setup = TestSetup { assets, ..TestSetup::default() };
    setup.settings.clock = clock;
    setup.settings.identity.token_seconds = 100 * 366 * DAY;
    let mut server = TestServer::with(setup);
    let ann = server.player("ann");
    ask(&mut server, &ann, "start_hang_up", json!({"stage": 1}));
    (folder, server, ann)
}

fn hanging() -> (TempDir, TestServer, TestPlayer) {
    hanging_on(ClockMode::Manual)
}

/// Asks on a fresh connection, also after a restart.
fn ask(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value) -> Value {
    let connection = server.connect();
    data["token"] = json!(player.token);
    let mut reply = server.ask_on(connection, function, data);
    assert_eq!(reply["status"], 0, "{function}: {reply}");
    reply["data"].take()
}

fn reload(server: &mut TestServer, folder: &Path, from: &str, to: &str) {
    edit_asset(folder, "hang_up.ron", from, to);
    assert_eq!(server.operate("rules_reload", json!({}))["data"]["changed"], true);
}

/// What a settlement pays of an item, and what a look shows before it.
fn earned(server: &mut TestServer, player: &TestPlayer, iid: &str) -> i64 {
    let of = |list: &Value| {
        let changes = list.as_array().expect("a list").iter().filter(|change| change["iid"] == iid);
        changes.filter_map(|change| change["reward"].as_i64()).sum::<i64>()
    };
    let looked = of(&ask(server, player, "get_hang_up_info", json!({}))["get_hang_up_info"]);
    let settled = of(&ask(server, player, "get_hang_up_reward", json!({}))["get_hang_up_rewards"]);
    assert_eq!(looked, settled, "a settlement pays what was shown");
    settled
}

#[test]
fn a_reload_with_higher_rates_pays_the_past_by_those_of_then() {
    let (folder, mut server, ann) = hanging();
    server.advance_seconds(DAY);
    reload(&mut server, folder.path(), RATE, HUNDREDFOLD);
    server.advance_seconds(2 * 60);
    assert_eq!(earned(&mut server, &ann, "1"), 24 * 60 * 30 + 2 * 3000, "a day at 30 and two minutes at 3000");
    server.advance_seconds(60);
    assert_eq!(earned(&mut server, &ann, "1"), 3000, "and from then on the new ones alone");
}

#[test]
fn a_restart_with_other_assets_pays_the_past_by_the_rates_of_then_also_for_who_was_away() {
    let (folder, mut server, ann) = hanging();
    server.advance_seconds(HOUR);
    server.fold();
    server.reconnect_all();
    server.pass_real_time(std::time::Duration::from_secs(700));
    edit_asset(folder.path(), "hang_up.ron", RATE, HUNDREDFOLD);
    let mut server = server.crash_and_reopen();
    server.connect();
    server.advance_seconds(HOUR);
    reload(&mut server, folder.path(), HUNDREDFOLD, RATE);
    server.advance_seconds(HOUR);
    let mut server = server.crash_and_reopen();
    assert_eq!(earned(&mut server, &ann, "1"), 60 * (30 + 3000 + 30), "three hours, each at its own rate");
}

#[test]
fn the_time_a_server_was_down_counts_by_the_rates_it_went_down_with() {
    let (folder, server, ann) = hanging_on(ClockMode::Real);
    edit_asset(folder.path(), "hang_up.ron", RATE, HUNDREDFOLD);
    let mut server = server.crash_and_reopen_after(HOUR);
    server.connect();
    server.step(1);
    server.advance_seconds(60);
    assert_eq!(earned(&mut server, &ann, "1"), 60 * 30 + 3000);
}

#[test]
fn a_cap_and_a_chance_count_from_when_they_were_set() {
    let (folder, mut server, ann) = hanging();
    server.advance_seconds(2 * DAY);
    reload(&mut server, folder.path(), "rates: [", "cap_hours: 1,\n    rates: [");
    server.advance_seconds(HOUR);
    assert_eq!(
        earned(&mut server, &ann, "1"),
        2 * 24 * 60 * 30,
        "an hour's cap takes nothing from two days without one"
    );
    server.advance_seconds(HOUR / 2);
    reload(&mut server, folder.path(), "numerator: 0, denominator: 100", CERTAIN);
    server.advance_seconds(HOUR);
    assert_eq!(earned(&mut server, &ann, "11"), 30, "certain in the half hour that was left, and not before");
}

#[test]
fn rates_that_come_and_go_are_kept_for_a_year() {
    let (folder, mut server, ann) = hanging();
    for _ in 0..30 {
        server.advance_seconds(HOUR);
        reload(&mut server, folder.path(), RATE, HUNDREDFOLD);
        server.advance_seconds(HOUR);
        reload(&mut server, folder.path(), HUNDREDFOLD, RATE);
    }
    assert_eq!(earned(&mut server, &ann, "1"), 30 * 60 * (30 + 3000), "no change is forgotten, however many");
}

#[test]
fn what_a_stage_earned_before_its_rate_was_removed_is_paid_and_then_it_has_no_configuration() {
    let (folder, mut server, ann) = hanging();
    server.advance_seconds(HOUR);
    reload(&mut server, folder.path(), &format!("{RATE},"), "");
    server.advance_seconds(HOUR);
    assert_eq!(earned(&mut server, &ann, "1"), 60 * 30, "an hour at 30, and one at nothing");
    server.advance_seconds(HOUR);
    for function in ["get_hang_up_info", "get_hang_up_reward"] {
        assert_eq!(server.ask(&ann, function, json!({}))["status"], 96, "nothing is left: {function}");
    }
}
