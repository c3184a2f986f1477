//! What a challenge passes through to the reports of its battle (docs/contract/game-reports.md#the-body).

use crate::duel::{self, Duelist};
use crate::stakes::reports;
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

const DUMMY: &str = "系统木人";

/// The first challenges the second, passing these through, and the second accepts; returns the number.
fn fight_with(server: &mut TestServer, ann: &Duelist, bob: &Duelist, key: &str, extras: &str) -> String {
    let data = json!({
        "role1": ann.role, "role2": bob.role, "report_game_info_key": key, "report_game_info_extras": extras,
    });
    let id = ann.succeed(server, "challenge", data)["id"].as_str().expect("a number as text").to_owned();
    assert!(bob.accept(server, &id, true), "the battle should begin");
    id
}

fn passed(report: &Value) -> (&str, &str) {
    let text = |key: &str| report["report_msg"][key].as_str().expect("a string");
    (text("report_game_info_key"), text("report_game_info_extras"))
}

#[test]
fn key_and_extras_of_a_challenge_stand_in_both_reports_of_its_battle() {
    let mut server = duel::server();
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    fight_with(&mut server, &ann, &bob, "mkey001", "custom param");
    server.disconnect(bob.player.connection);
    (0..3).for_each(|_| server.advance_seconds(31));
    let sent = reports(&mut server);
    let told: Vec<_> = sent.iter().map(passed).collect();
    assert_eq!(told, [("mkey001", "custom param"); 2]);
}

#[test]
fn what_is_too_long_is_cut_at_64_and_1024_bytes_between_characters() {
    let mut server = duel::server();
    let (mut ann, mut bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    let data = json!({
        "role1": ann.role, "role2": bob.role,
        "report_game_info_key": "键".repeat(100), "report_game_info_extras": "附".repeat(1000),
    });
    let id = ann.succeed(&mut server, "challenge", data)["id"].as_str().expect("a number as text").to_owned();
    // It is kept with the open challenge, across a crash too.
    let mut server = server.crash_and_reopen();
    server.connect();
    ann.rejoin(&mut server);
    bob.rejoin(&mut server);
    assert!(bob.accept(&mut server, &id, true), "the battle should begin");
    let sent = reports(&mut server);
    let (key, extras) = passed(&sent[0]);
    assert_eq!((key, key.len()), ("键".repeat(21).as_str(), 63), "64 bytes would end within a character");
    assert_eq!((extras, extras.len()), ("附".repeat(341).as_str(), 1023));
}

#[test]
fn without_a_key_it_is_the_servers_own_number() {
    let mut server = duel::server();
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    let id = fight_with(&mut server, &ann, &bob, "", "");
    let sent = reports(&mut server);
    assert_eq!(passed(&sent[0]), (id.as_str(), ""));
}

#[test]
fn the_route_passes_them_through_too_and_a_robot_changes_nothing_about_it() {
    let mut server = duel::server();
    let ann = Duelist::join(&mut server, "ann");
    let bearer = format!("Bearer {}", ann.player.token);
    let body = json!({
        "role1": ann.role, "role2": DUMMY, "report_game_info_key": "mkey001", "report_game_info_extras": "custom param",
    });
    let (status, reply) = server.http("/challenge", Some(&bearer), &body.to_string());
    assert_eq!((status, &reply["status"]), (200, &json!(true)), "{reply}");
    let sent = reports(&mut server);
    assert_eq!(passed(&sent[0]), ("mkey001", "custom param"));
}

#[test]
fn what_is_no_text_is_malformed() {
    let mut server = duel::server();
    let ann = Duelist::join(&mut server, "ann");
    let data = json!({"role1": ann.role, "role2": DUMMY, "report_game_info_key": 7});
    let reply = ann.ask(&mut server, "challenge", data);
    assert_eq!(reply["status"], 13, "{reply}");
    assert!(reply["message"].as_str().is_some_and(|message| message.contains("report_game_info_key")), "{reply}");
}
