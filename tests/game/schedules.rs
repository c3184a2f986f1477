//! Schedules: what starts over every day, week or month, or on a date, does so once, at local midnight.

use std::path::Path;

use crate::seasons::succeed;
use raidkeep::engine::clock::{ClockMode, time_zone};
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

const DAY: i64 = 86_400;
/// Seconds from the tests' noon, of Tuesday the 10th of March 2026 in Shanghai, to midnight.
const TO_MIDNIGHT: i64 = DAY / 2;

fn server_with(folder: &Path, file: &str, from: &str, to: &str) -> TestServer {
    let mut setup = TestSetup { assets: edit_assets(folder, file, from, to), ..TestSetup::default() };
    setup.settings.clock = ClockMode::Real;
    setup.settings.identity.token_seconds = 100 * 366 * DAY;
    TestServer::with(setup)
}

fn tower(server: &mut TestServer, player: &TestPlayer) -> Value {
    succeed(server, player, "get_player_info", json!({}))["stages"]["endless"].clone()
}

fn climb(server: &mut TestServer, player: &TestPlayer, stage: u32) {
    succeed(server, player, "enter_stage_endless", json!({"stage": stage}));
    succeed(server, player, "victory_stage_endless", json!({"stage": stage}));
}

fn strike(server: &mut TestServer, player: &TestPlayer) {
    succeed(server, player, "enter_stage_boss", json!({"stage": 3001}));
    succeed(server, player, "victory_stage_boss", json!({"stage": 3001, "damage": 500}));
}

fn best(server: &mut TestServer, player: &TestPlayer) -> Value {
    succeed(server, player, "stage_refresh_boss", json!({}))["damage"].clone()
}

fn season_mails(server: &mut TestServer, player: &TestPlayer) -> usize {
    let mails = succeed(server, player, "get_all_mail", json!({}))["mail"].clone();
    mails.as_array().expect("a list").iter().filter(|mail| mail["subj"] == "世界首领赛季奖励").count()
}

#[test]
fn the_tower_begins_anew_at_the_midnight_its_schedule_says_and_not_before() {
    let cases = [
        ("daily", TO_MIDNIGHT),
        ("weekly(monday)", TO_MIDNIGHT + 5 * DAY),
        ("monthly", TO_MIDNIGHT + 21 * DAY),
        (r#"dates(["2026-03-01", "2026-03-20"])"#, TO_MIDNIGHT + 9 * DAY),
    ];
    for (schedule, seconds) in cases {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let resets = format!("resets: {schedule}");
        let mut server = server_with(folder.path(), "stages/endless.ron", "resets: monthly", &resets);
        let ann = server.player("ann");
        climb(&mut server, &ann, 1001);
        climb(&mut server, &ann, 1002);
        server.advance_seconds(seconds - 1);
        assert_eq!(tower(&mut server, &ann), 1002, "{schedule}: the last second is still the old climb");
        server.advance_seconds(1);
        assert_eq!(tower(&mut server, &ann), 0, "{schedule}: midnight belongs to the new climb");
        climb(&mut server, &ann, 1001);
        server.advance_seconds(-3600);
        server.advance_seconds(3600);
        assert_eq!(tower(&mut server, &ann), 1001, "{schedule}: a clock that jumps back resets nothing twice");
        let mut server = server.crash_and_reopen_after(400 * DAY);
        let expected = if schedule.starts_with("dates") { 1001 } else { 0 };
        assert_eq!(tower(&mut server, &ann), expected, "{schedule}: what was due meanwhile counts at the start");
    }
}

#[test]
fn a_season_ends_by_its_schedule_once_also_after_downtime_and_bosses_tell_when() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut server = server_with(folder.path(), "world_boss.ron", "season: monthly", "season: weekly(thursday)");
    let ann = server.player("ann");
    strike(&mut server, &ann);
    let to_thursday = TO_MIDNIGHT + DAY;
    let shown = succeed(&mut server, &ann, "stage_refresh_boss", json!({}));
    assert_eq!((&shown["mcd"], &shown["cd"]), (&json!(to_thursday), &json!(TO_MIDNIGHT)));
    let status = succeed(&mut server, &ann, "check_boss_status", json!({}));
    assert_eq!(status["world_boss"]["month_time"], to_thursday, "the legacy function shows the same");
    server.advance_seconds(to_thursday - 1);
    assert_eq!(best(&mut server, &ann), 500, "the last second belongs to the season");
    let mut server = server.crash_and_reopen_after(3 * 7 * DAY);
    assert_eq!(best(&mut server, &ann), 0, "the season ended while nobody was there");
    assert_eq!(season_mails(&mut server, &ann), 1, "once, although three weeks have passed");
    strike(&mut server, &ann);
    server.advance_seconds(7 * DAY);
    assert_eq!(season_mails(&mut server, &ann), 2, "and the next one a week later");
}

#[test]
fn a_season_that_gets_another_schedule_ends_by_it_from_then_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dates = r#"season: dates(["2026-03-05", "2026-03-12"])"#;
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.advance_seconds(-8 * DAY);
    strike(&mut server, &ann);
    server.advance_seconds(8 * DAY);
    let assets = edit_assets(folder.path(), "world_boss.ron", "season: monthly", dates);
    let mut server = server.crash_and_reopen_with(assets);
    assert_eq!(best(&mut server, &ann), 500, "the 5th is over: it does not end the season afterwards");
    server.advance_seconds(TO_MIDNIGHT + DAY);
    assert_eq!(best(&mut server, &ann), 0, "the 12th does");
    let shown = succeed(&mut server, &ann, "stage_refresh_boss", json!({}));
    assert_eq!(shown["mcd"], -1, "after the last date none is coming");
    assert_eq!(shown["at"].get("next_month_at"), None, "{shown}");
}

#[test]
fn a_week_begins_at_the_midnight_of_its_zone_also_when_clocks_change() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let resets = "resets: weekly(monday)";
    let assets = edit_assets(folder.path(), "stages/endless.ron", "resets: monthly", resets);
    let mut setup = TestSetup { assets, ..TestSetup::default() };
    setup.settings.zone = time_zone("Europe/Berlin").expect("a known zone");
    let mut server = TestServer::with(setup);
    let ann = server.player("ann");
    // 04:00 UTC of the 10th is 05:00 in Berlin. Clocks go forward on Sunday the 29th, whose midnight is at 22:00 UTC.
    server.advance_seconds(15 * DAY);
    climb(&mut server, &ann, 1001);
    server.advance_seconds(4 * DAY + 18 * 3600 - 1);
    assert_eq!(tower(&mut server, &ann), 1001);
    server.advance_seconds(1);
    assert_eq!(tower(&mut server, &ann), 0, "the Sunday had 23 hours");
}

#[test]
fn the_legacy_boss_room_tells_the_challenges_left_where_enter_stage_documents_them() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    let room = succeed(&mut server, &ann, "enter_stage", json!({"stage": 3000}));
    assert_eq!(room["world_boss"], json!({"time": "12:00:00", "remaining": 2}), "besides the flat fields: {room}");
    assert_eq!((&room["times"], &room["cd_time"]), (&json!(2), &json!(TO_MIDNIGHT)));
    succeed(&mut server, &ann, "pass_stage", json!({"stage": 3000, "damage": 5}));
    server.advance_seconds(2400);
    let room = succeed(&mut server, &ann, "enter_stage", json!({"stage": 3000}));
    assert_eq!(room["world_boss"], json!({"time": "11:20:00", "remaining": 1}));
    succeed(&mut server, &ann, "pass_stage", json!({"stage": 3000, "damage": 5}));
    let plain = succeed(&mut server, &ann, "enter_stage", json!({"stage": 8}));
    assert_eq!(plain["world_boss"], json!({}), "elsewhere it stays empty");
}
