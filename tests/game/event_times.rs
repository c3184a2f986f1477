//! Timed events where clocks change, servers stand still and minutes are paid afterwards (docs/contract/events.md).

use raidkeep::engine::clock::{ClockMode, time_zone};
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

use crate::timed_events::{Events, ask, at_one, subjects};

/// The coins in a list of rewards with `iid`.
fn coins(reward: &Value) -> i64 {
    let rewards = reward.as_array().unwrap_or_else(|| panic!("rewards: {reward}"));
    rewards.iter().find(|reward| reward["iid"] == "1").and_then(|reward| reward["reward"].as_i64()).unwrap_or(0)
}

fn settled(server: &mut TestServer, player: &TestPlayer) -> i64 {
    let reply = ask(server, player, "get_hang_up_reward", json!({}));
    coins(&reply["data"]["get_hang_up_rewards"])
}

#[test]
fn each_minute_of_hang_up_is_paid_by_the_events_of_then_also_while_the_server_was_down() {
    let double = at_one("changes: [(of: hang_up_rates(from: 1, item: \"3:1\"), multiply: 2)]");
    let events = Events::new(&[("double", &double)]);
    let (mut server, ann) = events.serve();
    ask(&mut server, &ann, "start_hang_up", json!({"stage": 1}));
    let mut server = server.crash_and_reopen_after(3 * 3600);
    assert_eq!(settled(&mut server, &ann), 60 * 30 + 60 * 60 + 60 * 30, "the hour of the event counts twice");
    server.advance_seconds(21 * 3600 + 3600 + 1800);
    assert_eq!(settled(&mut server, &ann), 22 * 3600 / 60 * 30 + 30 * 60, "and the half of the next that has passed");
}

#[test]
fn a_players_own_days_pay_their_minutes_of_hang_up_and_no_others() {
    let own = "player_days: (from: 1, to: 1), changes: [
        (of: hang_up_rates(from: 1, item: \"3:1\"), multiply: 2), (of: hang_up_chances(from: 1), set: 100)]";
    let events = Events::new(&[("own", own)]);
    let (mut server, ann) = events.serve();
    ask(&mut server, &ann, "start_hang_up", json!({"stage": 1}));
    server.advance_seconds(36 * 3600);
    let reply = ask(&mut server, &ann, "get_hang_up_reward", json!({}));
    let rewards = &reply["data"]["get_hang_up_rewards"];
    assert_eq!(coins(rewards), 24 * 60 * 60 + 12 * 60 * 30);
    let scrolls = rewards.as_array().and_then(|rewards| rewards.iter().find(|reward| reward["iid"] == "11"));
    let scrolls = scrolls.and_then(|scroll| scroll["reward"].as_i64()).unwrap_or(0);
    assert!((1440..1440 + 300).contains(&scrolls), "one each minute of the day, then 12 in 100: {scrolls}");
}

/// A server in Berlin from a moment on, and a player.
fn in_berlin(events: &Events, moment: &str) -> (TestServer, TestPlayer) {
    let mut setup = TestSetup { assets: events.assets(), ..TestSetup::default() };
    setup.settings.clock = ClockMode::Real;
    setup.settings.zone = time_zone("Europe/Berlin").expect("a known zone");
    setup.wall_ms = moment.parse::<jiff::Timestamp>().expect("a moment").as_millisecond();
    let mut server = TestServer::with(setup);
    let ann = server.player("ann");
    (server, ann)
}

fn running(server: &mut TestServer, player: &TestPlayer) -> bool {
    let reply = ask(server, player, "list_events", json!({}));
    let events = reply["data"]["events"].as_array().cloned().unwrap_or_default();
    events.iter().any(|event| event["id"] == "night" && event["running"] == true)
}

const MAIL: &str = "mail: (subject: (zh: \"a\", en: \"a\"), body: (zh: \"b\", en: \"b\"), items: [\"3:1:7\"])";

#[test]
fn an_event_runs_once_and_in_one_piece_where_clocks_go_forward_or_back() {
    let night =
        |from: &str, to: &str| format!("windows: [Weekly(weekdays: [sunday], from: \"{from}\", to: \"{to}\")], {MAIL}");
    // At 1:00 UTC the clocks go from 2:00 to 3:00.
    let events = Events::new(&[("night", &night("01:30", "03:30"))]);
    let (mut server, ann) = in_berlin(&events, "2026-03-29T00:29:00Z");
    let mut seen = Vec::new();
    for _ in 0..8 {
        seen.push(running(&mut server, &ann));
        server.advance_seconds(600);
    }
    assert_eq!(seen, [false, true, true, true, true, true, true, false], "from 1:30 to 3:30 is an hour");
    assert_eq!(subjects(&mut server, &ann).len(), 1);
    // At 1:00 UTC the clocks go from 3:00 back to 2:00.
    let events = Events::new(&[("night", &night("02:00", "03:00"))]);
    let (mut server, ann) = in_berlin(&events, "2026-10-24T23:55:00Z");
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(running(&mut server, &ann));
        server.advance_seconds(1800);
    }
    assert_eq!(seen, [false, true, true, true, true], "from the first 2:00 to 3:00 are two hours");
    assert!(!running(&mut server, &ann));
    assert_eq!(subjects(&mut server, &ann).len(), 1, "the second 2:00 begins nothing again");
}

#[test]
fn a_clock_that_is_set_back_sends_no_mail_again() {
    let events = Events::new(&[("night", &at_one(MAIL))]);
    let (mut server, ann) = events.serve();
    server.advance_seconds(3600);
    assert!(running(&mut server, &ann));
    assert_eq!(subjects(&mut server, &ann).len(), 1);
    let mut server = server.crash_and_reopen_after(-3000);
    server.advance_seconds(3600);
    assert_eq!(subjects(&mut server, &ann).len(), 1, "the same hour once more is the same event");
    server.advance_seconds(24 * 3600);
    assert_eq!(subjects(&mut server, &ann).len(), 2, "that of the next day is another");
}
