//! World bosses from end to end: a blow, a death, the gift to everybody, the season's end and its rewards.

use std::time::Duration;

use crate::traveller;
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

/// Seconds from the tests' noon of March 10th to midnight of April 1st, in Shanghai.
const TO_APRIL: i64 = 21 * 86_400 + 43_200;

fn strike(server: &mut TestServer, player: &TestPlayer, damage: i64) -> Value {
    let entered = server.ask(player, "enter_stage", json!({"stage": 3000}));
    assert_eq!(entered["status"], 0, "a challenge is left: {entered}");
    let left = server.ask(player, "pass_stage", json!({"stage": 3000, "damange": damage}));
    assert_eq!(left["status"], 0, "the blow is accepted: {left}");
    left["data"].clone()
}

fn subjects(server: &mut TestServer, player: &TestPlayer) -> Vec<String> {
    let reply = server.ask(player, "get_all_mail", json!({}));
    let mails = reply["data"]["mail"].as_array().cloned().unwrap_or_default();
    mails.iter().filter_map(|mail| mail["subj"].as_str().map(str::to_owned)).collect()
}

fn ratios(server: &mut TestServer, player: &TestPlayer) -> Value {
    server.ask(player, "stage_refresh_boss", json!({}))["data"]["ratio"].clone()
}

#[test]
fn a_player_who_is_moved_before_the_gift_is_due_takes_it_along_and_gets_it_once() {
    let mut server = TestServer::new();
    let ann = traveller::join(&mut server, "ann");
    strike(&mut server, &ann, 10_000);
    let document = traveller::export(&mut server, "ann");
    traveller::delete(&mut server, "ann");
    traveller::import(&mut server, &document);
    server.advance_seconds(86_400);
    let (again, _) = traveller::log_in(&mut server, "ann");
    assert_eq!(subjects(&mut server, &again).len(), 1, "she existed when the boss died");
    let document = traveller::export(&mut server, "ann");
    traveller::delete(&mut server, "ann");
    traveller::import(&mut server, &document);
    let (again, _) = traveller::log_in(&mut server, "ann");
    assert_eq!(subjects(&mut server, &again).len(), 1, "and it is the same gift");
}

#[test]
fn a_death_brings_everybody_who_existed_one_gift_wherever_they_were() {
    let mut server = TestServer::new();
    let (ann, away) = (server.player("ann"), server.player("away"));
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "nobody is in memory when the boss dies");
    let ann = TestPlayer { connection: ann.connection, ..server.player("ann") };
    strike(&mut server, &ann, 10_000);
    assert!(subjects(&mut server, &ann).is_empty(), "the gift comes later");
    let mut server = server.crash_and_reopen();
    server.advance_seconds(86_400);
    let players = [("ann", 1), ("away", 1), ("born later", 0)].map(|(name, gifts)| (server.player(name), gifts));
    for (player, gifts) in &players {
        assert_eq!(subjects(&mut server, player).len(), *gifts, "one gift within a day for everybody who existed");
    }
    let mut server = server.crash_and_reopen();
    let away_again = server.player("away");
    assert_eq!(subjects(&mut server, &away_again).len(), 1, "and not a second one after a crash");
    drop(away);
}

#[test]
fn a_season_ends_once_rewards_the_ranked_and_begins_anew() {
    let mut server = TestServer::new();
    let (ann, bob, eve) = (server.player("ann"), server.player("bob"), server.player("eve"));
    strike(&mut server, &ann, 5_000);
    strike(&mut server, &bob, 7_000);
    let page = server.ask(&ann, "stage_damage_ranking", json!({"page": 1}));
    assert_eq!(page["data"]["rank"][0]["damage"], 7_000, "the higher damage comes first: {page}");
    assert_eq!((&page["data"]["ranking"], &page["data"]["damage"]), (&json!(2), &json!(5_000)));
    server.advance_seconds(TO_APRIL - 1);
    assert_eq!(ratios(&mut server, &ann)["0"], "0.00", "12000 were taken off 10000 until the month ends");
    let mut server = server.crash_and_reopen();
    server.advance_seconds(1);
    let [ann, bob, eve] = [("ann", ann), ("bob", bob), ("eve", eve)].map(|(id, _)| server.player(id));
    assert_eq!(ratios(&mut server, &ann)["0"], "1.00", "bosses are at full life");
    assert_eq!(server.ask(&ann, "stage_damage_ranking", json!({"page": 1}))["status"], 88, "nobody is ranked");
    assert_eq!(server.ask(&ann, "stage_refresh_boss", json!({}))["data"]["damage"], 0, "records are cleared");
    for jump in [-3600, 3600, -40 * 86_400, 40 * 86_400] {
        server.advance_seconds(jump);
    }
    let reward_mails = |server: &mut TestServer, player: &TestPlayer| {
        subjects(server, player).iter().filter(|subject| subject.contains("赛季")).count()
    };
    let counts = [&ann, &bob, &eve].map(|player| reward_mails(&mut server, player));
    assert_eq!(counts, [1, 1, 0], "the ranked are rewarded once, however the clock jumps");
}

#[test]
fn connected_players_are_told_of_deaths_seasons_tickets_and_full_energy() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    server.events(bob.connection);
    strike(&mut server, &ann, 10_000);
    let names = |server: &mut TestServer| -> Vec<String> {
        let events = server.events(bob.connection);
        events.iter().filter_map(|event| event["event"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(names(&mut server), ["boss_died"]);
    server.ask(&bob, "enter_stage_general", json!({"stage": 8}));
    server.advance_seconds(6 * 360);
    assert_eq!(names(&mut server), ["energy_full"], "six points come back in six times 360 seconds");
    server.advance_seconds(43_200 - 6 * 360);
    let told = names(&mut server);
    assert!(told.contains(&"tickets_reset".to_owned()) && told.contains(&"mail_received".to_owned()), "{told:?}");
    server.advance_seconds(TO_APRIL - 43_200);
    assert!(names(&mut server).contains(&"season_reset".to_owned()));
    assert!(names(&mut server).is_empty(), "each event is sent once");
}

#[test]
fn abnormal_damage_is_refused_counted_and_leaves_the_session_open() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    server.ask(&ann, "enter_stage_boss", json!({"stage": 3001}));
    for damage in [json!({}), json!({"damage": -1}), json!({"damage": 200_000}), json!({"damage": i64::MAX})] {
        let mut data = json!({"stage": 3001});
        data.as_object_mut().expect("an object").extend(damage.as_object().expect("an object").clone());
        let reply = server.ask(&ann, "victory_stage_boss", data);
        assert_eq!(reply, json!({"status": 93, "message": "abnormal damage"}));
    }
    let won = server.ask(&ann, "victory_stage_boss", json!({"stage": 3001, "damage": "100000"}));
    assert_eq!(won["data"]["boss"]["ratio"]["0"], "0.00", "{won}");
    assert_eq!(won["data"]["boss"]["ratio"]["1"], "1.00", "the surplus is dropped: {won}");
    assert_eq!((&won["data"]["boss"]["record"], &won["data"]["boss"]["damage"]), (&json!(1), &json!(100_000)));
}
