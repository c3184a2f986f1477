//! Battles bring rewards only so many times a day, so that two friendly accounts cannot live on each other.

use crate::duel::{self, Duelist};
use raidkeep::game::crafting::CraftKind;
use raidkeep::studio::testing::{TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

/// The tests begin at noon.
const TO_MIDNIGHT: i64 = 43_200;

fn server(limits: &str) -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shipped = "rewarded_per_day: (player: 20, pair: 5)";
    let assets = edit_assets(folder.path(), "battles.ron", shipped, &format!("rewarded_per_day: {limits}"));
    let mut server = TestServer::with(TestSetup { assets, ..TestSetup::default() });
    server.connect();
    server
}

/// So strong that it wins every round.
fn champion(server: &mut TestServer, device: &'static str) -> Duelist {
    let champion = Duelist::join(server, device);
    champion.equip(server, CraftKind::Equipment, "屠龙刀", 5000);
    champion
}

fn experience(told: &Value) -> i64 {
    told["exp"].as_i64().unwrap_or_else(|| panic!("the end tells the reward: {told}"))
}

#[test]
fn a_pair_is_rewarded_so_many_times_a_day_and_others_still_are() {
    let mut server = server("(player: 20, pair: 2)");
    let (mut ann, mut bob) = (champion(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    for _ in 0..2 {
        let (won, lost) = duel::fight_out(&mut server, &ann, &bob);
        assert!(experience(&won) > experience(&lost) && experience(&lost) > 0, "both are rewarded: {won} {lost}");
    }
    let before = [&ann, &bob].map(|who| ["exp", "龙眼", "凤羽"].map(|name| who.attribute(&mut server, name)));
    let (won, lost) = duel::fight_out(&mut server, &ann, &bob);
    for told in [&won, &lost] {
        assert_eq!((&told["reward"], &told["exp"]), (&json!([]), &json!(0)), "the third brings nothing");
        assert!(told["result"].as_str().is_some_and(|text| text.ends_with("这一场只论胜负。")), "and says so: {told}");
    }
    let after = [&ann, &bob].map(|who| ["exp", "龙眼", "凤羽"].map(|name| who.attribute(&mut server, name)));
    assert_eq!(after, before);
    let cid = Duelist::join(&mut server, "cid");
    assert!(experience(&duel::fight_out(&mut server, &ann, &cid).0) > 0, "another opponent is another pair");
    let mut server = server.crash_and_reopen();
    server.connect();
    ann.rejoin(&mut server);
    bob.rejoin(&mut server);
    assert_eq!(experience(&duel::fight_out(&mut server, &ann, &bob).0), 0, "the count is durable");
    server.advance_seconds(TO_MIDNIGHT);
    assert!(experience(&duel::fight_out(&mut server, &ann, &bob).0) > 0, "the next day counts from 0");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_player_is_rewarded_so_many_times_a_day_whoever_the_opponents() {
    let mut server = server("(player: 2, pair: 2)");
    let ann = champion(&mut server, "ann");
    for device in ["bob", "cid"] {
        let opponent = Duelist::join(&mut server, device);
        assert!(experience(&duel::fight_out(&mut server, &ann, &opponent).0) > 0, "{device}");
    }
    let dan = Duelist::join(&mut server, "dan");
    let (won, lost) = duel::fight_out(&mut server, &ann, &dan);
    assert_eq!(experience(&won), 0, "ann has had her two");
    assert!(experience(&lost) > 0, "dan has not");
    server.advance_seconds(TO_MIDNIGHT);
    server.advance_seconds(-60);
    assert_eq!(experience(&duel::fight_out(&mut server, &ann, &dan).0), 0, "the clock is before midnight again");
    server.advance_seconds(60);
    assert!(experience(&duel::fight_out(&mut server, &ann, &dan).0) > 0, "now it is the next day");
}

#[test]
fn who_escapes_uses_the_day_up_too() {
    let mut server = server("(player: 20, pair: 1)");
    let (ann, mut bob) = (champion(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    duel::fight(&mut server, &ann, &bob);
    let before = ann.attribute(&mut server, "exp");
    server.disconnect(bob.player.connection);
    server.advance_seconds(31);
    assert!(ann.attribute(&mut server, "exp") > before, "the first one is rewarded");
    bob.rejoin(&mut server);
    let (won, _) = duel::fight_out(&mut server, &ann, &bob);
    assert_eq!(experience(&won), 0, "leaving on purpose is no way around the limit");
}
