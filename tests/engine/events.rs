//! Events pushed to connected players: once each, in frames of their own, and only what is true and stored.

use std::time::Duration;

use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

const DAY: i64 = 86_400;
/// Seconds from the tests' noon of March 10th to midnight of April 1st, in Shanghai.
const TO_APRIL: i64 = 21 * DAY + DAY / 2;
/// 2026-04-01 00:00:00 in Shanghai.
const APRIL: i64 = 1_774_972_800;

/// Tokens that outlast the test.
fn long_lived() -> TestServer {
    let mut setup = TestSetup::default();
    setup.settings.identity.token_seconds = 1000 * DAY;
    TestServer::with(setup)
}

fn succeed(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) -> Value {
    let mut reply = server.ask(player, function, data.clone());
    assert_eq!(reply["status"], 0, "{function} with {data} should succeed: {reply}");
    reply["data"].take()
}

/// The events that have arrived on a connection since the last call.
fn told(server: &mut TestServer, connection: usize) -> Vec<Value> {
    server.events(connection)
}

fn names(server: &mut TestServer, connection: usize) -> Vec<String> {
    let events = told(server, connection);
    events.iter().map(|event| event["event"].as_str().expect("an event should have a name").to_owned()).collect()
}

fn nobody() -> Vec<String> {
    Vec::new()
}

/// Logs in again on a new connection, which invalidates the earlier token.
fn elsewhere(server: &mut TestServer, unique_id: &str) -> TestPlayer {
    server.player(unique_id)
}

/// Kills the first boss.
fn kill(server: &mut TestServer, player: &TestPlayer) {
    succeed(server, player, "enter_stage", json!({"stage": 3000}));
    succeed(server, player, "pass_stage", json!({"stage": 3000, "damage": 10_000}));
}

fn name_of(server: &mut TestServer, player: &TestPlayer) -> String {
    let info = succeed(server, player, "get_player_info", json!({}));
    info["name"].as_str().expect("everybody should have a name").to_owned()
}

fn write_to(server: &mut TestServer, from: &TestPlayer, name: &str) -> Value {
    server.ask(from, "send_mail", json!({"gn_target": name, "subj": "hello", "body": "text"}))
}

#[test]
fn energy_full_comes_at_the_second_the_energy_is_full() {
    let mut server = long_lived();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(6 * 360 - 1);
    assert_eq!(names(&mut server, ann.connection), nobody(), "a second early one point is missing");
    server.advance_seconds(1);
    let full = json!({"event": "energy_full", "data": {"energy": {"cooling": -1, "remain": 120, "reward": 0}}});
    assert_eq!(told(&mut server, ann.connection), [full], "the frame has a name, data, and nothing else");
    assert_eq!(names(&mut server, bob.connection), nobody(), "nobody else gets the event");
    server.advance_seconds(3600);
    assert_eq!(names(&mut server, ann.connection), nobody(), "it is sent once");
    server.advance_seconds(-7200);
    server.advance_seconds(7200);
    assert_eq!(names(&mut server, ann.connection), nobody(), "even when the clock jumps back and forth");
}

#[test]
fn energy_that_is_spent_again_is_full_later_with_one_event() {
    let mut server = long_lived();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(2000);
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(12 * 360 - 2001);
    assert_eq!(names(&mut server, ann.connection), nobody(), "twelve points take twelve times 360 seconds");
    server.advance_seconds(1);
    assert_eq!(names(&mut server, ann.connection), ["energy_full"]);
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(6 * 360);
    assert_eq!(names(&mut server, ann.connection), ["energy_full"], "and the next time again");
}

#[test]
fn energy_full_also_reaches_players_who_return_after_a_crash_or_eviction() {
    let mut server = long_lived();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    let back = TestPlayer { connection, ..ann.clone() };
    succeed(&mut server, &back, "get_player_info", json!({}));
    server.advance_seconds(360);
    assert_eq!(names(&mut server, connection), nobody(), "five points are missing");
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "an idle player whose rows are folded should leave memory");
    succeed(&mut server, &back, "get_player_info", json!({}));
    server.advance_seconds(5 * 360);
    assert_eq!(
        names(&mut server, connection),
        ["energy_full"],
        "a player connected at that moment gets the event, once"
    );
}

#[test]
fn tickets_reset_comes_at_midnight_to_everybody_connected() {
    let mut server = long_lived();
    let players = ["ann", "bob"].map(|id| server.player(id));
    server.advance_seconds(DAY / 2 - 1);
    assert_eq!(names(&mut server, players[0].connection), nobody(), "a second early it is still the old day");
    server.advance_seconds(1);
    let next_day = APRIL - TO_APRIL + DAY / 2 + DAY;
    let reset = json!({"event": "tickets_reset", "data": {"cd": DAY, "at": {"next_reset_at": next_day}}});
    for player in &players {
        assert_eq!(
            told(&mut server, player.connection),
            std::slice::from_ref(&reset),
            "everybody gets the event of the day once"
        );
    }
    for jump in [-1, 1, -DAY, DAY] {
        server.advance_seconds(jump);
        assert_eq!(names(&mut server, players[0].connection), nobody(), "a jump of {jump} s repeats no day");
    }
    server.advance_seconds(5 * DAY);
    assert_eq!(names(&mut server, players[0].connection), ["tickets_reset"], "days that were skipped are one reset");
}

#[test]
fn boss_died_comes_to_everybody_connected_once_for_each_death() {
    let mut server = long_lived();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let anonymous = server.connect();
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 3000}));
    succeed(&mut server, &ann, "pass_stage", json!({"stage": 3000, "damage": 110_000}));
    let death = |boss: u32, name: &str| json!({"event": "boss_died", "data": {"boss": boss, "name": name}});
    let deaths = [death(0, "史莱姆王"), death(1, "血月狼王")];
    for player in [&ann, &bob] {
        assert_eq!(told(&mut server, player.connection), deaths, "two deaths by one blow, in order");
    }
    assert_eq!(names(&mut server, anonymous), nobody(), "a connection that acts for nobody gets no events");
    succeed(&mut server, &bob, "enter_stage", json!({"stage": 3000}));
    succeed(&mut server, &bob, "pass_stage", json!({"stage": 3000, "damage": 1}));
    assert_eq!(names(&mut server, ann.connection), nobody(), "a blow that kills no boss sends no event");
}

#[test]
fn season_reset_comes_with_the_month_once() {
    let mut server = long_lived();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    server.advance_seconds(TO_APRIL - 1);
    assert_eq!(names(&mut server, ann.connection), ["tickets_reset"], "only new days have begun");
    server.advance_seconds(1);
    let season = json!({"event": "season_reset", "data": {"season": 2, "mcd": 30 * DAY}});
    for player in [&ann, &bob] {
        let events: Vec<Value> = told(&mut server, player.connection);
        let seasons: Vec<&Value> = events.iter().filter(|event| event["event"] == "season_reset").collect();
        assert_eq!(seasons, [&season], "everybody gets the event of the season once");
    }
    for jump in [-1, 1, -DAY, DAY] {
        server.advance_seconds(jump);
        assert_eq!(names(&mut server, ann.connection), nobody(), "a jump of {jump} s repeats no season");
    }
}

#[test]
fn mail_received_goes_to_the_receiver_of_a_players_mail() {
    let mut server = long_lived();
    let (ann, bob, eve) = (server.player("ann"), server.player("bob"), server.player("eve"));
    let (ann_name, bob_name) = (name_of(&mut server, &ann), name_of(&mut server, &bob));
    assert_eq!(write_to(&mut server, &ann, &bob_name)["status"], 0, "the mail should be sent");
    let mail = json!({"event": "mail_received", "data": {"key": "1", "subj": "hello", "from": ann_name}});
    assert_eq!(told(&mut server, bob.connection), [mail], "the receiver gets an event with the mail and its key");
    assert_eq!(names(&mut server, ann.connection), nobody(), "the sender is not");
    assert_eq!(names(&mut server, eve.connection), nobody(), "nor is anybody else");
    assert_eq!(write_to(&mut server, &ann, "nobody of this name")["status"], 98, "nobody is there");
    assert_eq!(names(&mut server, bob.connection), nobody(), "a refused mail sends no event");
}

#[test]
fn mail_received_goes_to_everybody_for_a_gift_and_to_ranked_players_for_a_reward() {
    let mut server = long_lived();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    kill(&mut server, &ann);
    let mut connections = [ann.connection, bob.connection];
    for connection in connections {
        assert_eq!(names(&mut server, connection), ["boss_died"], "the gift takes an hour");
    }
    server = server.crash_and_reopen();
    for (connection, player) in connections.iter_mut().zip([&ann, &bob]) {
        *connection = server.connect();
        let back = TestPlayer { connection: *connection, ..player.clone() };
        succeed(&mut server, &back, "get_player_info", json!({}));
    }
    server.advance_seconds(3600);
    for connection in connections {
        let gift = told(&mut server, connection);
        let mails = gift.iter().filter(|event| event["event"] == "mail_received").collect::<Vec<_>>();
        assert_eq!(mails.len(), 1, "everybody gets the event of the gift once, even after a crash: {gift:?}");
        assert_eq!(mails[0]["data"], json!({"subj": "史莱姆王讨伐成功", "from": "系统"}), "it has no key yet");
    }
    server.advance_seconds(TO_APRIL - 3600);
    let rewards = connections.map(|connection| {
        let events = names(&mut server, connection);
        events.iter().filter(|name| *name == "mail_received").count()
    });
    assert_eq!(rewards, [1, 0], "only ranked players get an event about a reward");
}

#[test]
fn a_connection_that_now_acts_for_another_player_gets_no_events_of_the_former() {
    let mut server = long_lived();
    let (ann, bob, eve) = (server.player("ann"), server.player("bob"), server.player("eve"));
    let ann_name = name_of(&mut server, &ann);
    let bob_there = TestPlayer { connection: ann.connection, ..bob.clone() };
    succeed(&mut server, &bob_there, "get_player_info", json!({}));
    write_to(&mut server, &eve, &ann_name);
    assert_eq!(names(&mut server, ann.connection), nobody(), "the connection acts for bob now");
    kill(&mut server, &eve);
    assert_eq!(names(&mut server, ann.connection), ["boss_died"], "bob gets the event there, once");
    succeed(&mut server, &ann, "get_player_info", json!({}));
    write_to(&mut server, &eve, &ann_name);
    assert_eq!(names(&mut server, ann.connection), ["mail_received"], "acting for ann again, it gets her events again");
}

#[test]
fn every_connection_of_a_player_gets_an_event_once() {
    let mut server = long_lived();
    let (ann, eve) = (server.player("ann"), server.player("eve"));
    let second = TestPlayer { connection: server.connect(), ..ann.clone() };
    for _ in 0..3 {
        succeed(&mut server, &second, "get_player_info", json!({}));
        succeed(&mut server, &ann, "get_player_info", json!({}));
    }
    kill(&mut server, &eve);
    for connection in [ann.connection, second.connection] {
        assert_eq!(
            names(&mut server, connection),
            ["boss_died"],
            "both connections act for ann, each gets the event once"
        );
    }
}

#[test]
fn a_change_that_could_not_be_stored_sends_no_event() {
    let mut server = long_lived();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let bob_name = name_of(&mut server, &bob);
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 3000}));
    server.disks().log.fail_after(0);
    let reply = server.ask(&ann, "pass_stage", json!({"stage": 3000, "damage": 10_000}));
    assert_eq!(reply["status"], -2, "the blow is not confirmed: {reply}");
    write_to(&mut server, &ann, &bob_name);
    for connection in [ann.connection, bob.connection] {
        assert_eq!(names(&mut server, connection), nobody(), "a death that was not stored has not happened");
    }
}

#[test]
fn a_mail_that_could_not_be_stored_sends_no_event() {
    let mut server = long_lived();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let bob_name = name_of(&mut server, &bob);
    server.disks().log.fail_after(0);
    assert_eq!(write_to(&mut server, &ann, &bob_name)["status"], -2, "the mail is not confirmed");
    assert_eq!(names(&mut server, bob.connection), nobody(), "a mail that was not stored was not received");
}

#[test]
fn days_and_seasons_that_could_not_be_stored_send_no_event() {
    let mut setup = TestSetup::default();
    setup.settings.clock = raidkeep::engine::clock::ClockMode::Real;
    let mut server = TestServer::with(setup);
    let ann = server.player("ann");
    server.disks().log.fail_after(0);
    server.advance_seconds(TO_APRIL);
    let events = names(&mut server, ann.connection);
    assert!(!events.contains(&"season_reset".to_owned()), "a season that was not stored has not begun: {events:?}");
}

#[test]
fn events_leave_in_order_alongside_the_replies() {
    let mut server = long_lived();
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage", json!({"stage": 3000}));
    let data = json!({"token": ann.token, "stage": 3000, "damage": 10_000});
    let frame = json!({"world": 0, "function": "pass_stage", "data": data, "id": 7});
    let replies = server.send_all_on(ann.connection, &[&frame.to_string()]);
    assert_eq!(replies.len(), 1, "an event takes no reply's slot: {replies:?}");
    assert!(replies[0].contains("\"id\":7") && replies[0].contains("\"status\":0"), "the reply is whole: {replies:?}");
    let events = told(&mut server, ann.connection);
    assert_eq!(events.len(), 1, "one death: {events:?}");
    assert!(events[0].get("status").is_none() && events[0].get("id").is_none(), "an event has no status: {events:?}");
}

#[test]
fn missed_events_are_not_sent_later() {
    let mut server = long_lived();
    let (ann, eve) = (server.player("ann"), server.player("eve"));
    server.reconnect_all();
    let eve = TestPlayer { connection: eve.connection, ..eve };
    kill(&mut server, &eve);
    assert_eq!(names(&mut server, ann.connection), nobody(), "the new connection acts for nobody yet");
    succeed(&mut server, &ann, "get_player_info", json!({}));
    assert_eq!(names(&mut server, ann.connection), nobody(), "missed events are not sent later");
}

#[test]
fn a_later_login_elsewhere_takes_over_the_events() {
    let mut server = long_lived();
    let (ann, eve) = (server.player("ann"), server.player("eve"));
    let ann_name = name_of(&mut server, &ann);
    let now = elsewhere(&mut server, "ann");
    let refused = server.ask(&ann, "get_player_info", json!({}));
    assert_eq!(refused["status"], 11, "the earlier token is invalid: {refused}");
    write_to(&mut server, &eve, &ann_name);
    assert_eq!(names(&mut server, now.connection), ["mail_received"], "the latest login gets the event");
    assert_eq!(names(&mut server, ann.connection), nobody(), "an invalid token gets no events");
}

#[test]
fn a_revoked_token_gets_no_events() {
    let mut server = long_lived();
    let (ann, eve) = (server.player("ann"), server.player("eve"));
    let ann_name = name_of(&mut server, &ann);
    let reply = server.ask(&ann, "pass_stage", json!({"stage": 8}));
    assert_eq!(reply["status"], 98, "a stage that was not entered is an anomaly: {reply}");
    assert_eq!(server.ask(&ann, "get_player_info", json!({}))["status"], 11, "its token is gone");
    write_to(&mut server, &eve, &ann_name);
    kill(&mut server, &eve);
    assert_eq!(names(&mut server, ann.connection), nobody(), "a revoked token gets no events");
}

#[test]
fn an_expired_token_gets_no_events() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.advance_seconds(31 * DAY);
    assert_eq!(server.ask(&ann, "get_player_info", json!({}))["status"], 11, "its token has expired");
    names(&mut server, ann.connection);
    let eve = elsewhere(&mut server, "eve");
    kill(&mut server, &eve);
    assert_eq!(names(&mut server, ann.connection), nobody(), "an expired token gets no events");
}
