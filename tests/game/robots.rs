//! Battles against the game master's fighters (docs/contract/role-play.md#battles).

use crate::duel::{self, Duelist, fight, refuse_code};
use crate::stakes::{reports, settled};
use raidkeep::game::battles::{Battle, BattleIndex};
use raidkeep::game::crafting::CraftKind;
use raidkeep::game::shipped_rules;
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

const DUMMY: &str = "系统木人";

/// Challenges the dummy; returns the reply.
fn challenge(server: &mut TestServer, who: &Duelist) -> Value {
    who.succeed(server, "challenge", json!({"role1": who.role, "role2": DUMMY}))
}

fn id_of(reply: &Value) -> String {
    reply["id"].as_str().expect("a number as text").to_owned()
}

/// Plays rounds until the battle is over; returns the last reply.
fn play(server: &mut TestServer, who: &Duelist, id: &str) -> Value {
    for _ in 0..15 {
        let told = who.succeed(server, "battle", who.turn(id, "一剑刺去"));
        if told["status"] == true {
            return told;
        }
    }
    panic!("a battle has 15 rounds at most");
}

#[test]
fn a_challenge_that_names_the_game_masters_fighter_is_accepted_at_once() {
    let mut server = duel::server();
    let ann = Duelist::join(&mut server, "ann");
    let challenged = challenge(&mut server, &ann);
    assert_eq!((&challenged["status_code"], &challenged["status"]), (&json!(200), &json!(true)), "{challenged}");
    let portrait = challenged["image_data"].as_str().expect("its portrait");
    assert!(portrait.starts_with("iVBOR"), "a PNG in base64");
    let id = id_of(&challenged);
    let accepted = json!({"id": id, "role": DUMMY, "status": true, "image_data": portrait});
    assert_eq!(ann.events(&mut server), [("challenge_accepted".to_owned(), accepted)]);
    let shown = ann.succeed(&mut server, "refrash", json!({"role": ann.role}));
    assert_eq!(shown["accpec_id"], json!([id]), "a client that only asks finds it too");
    let shown = ann.succeed(&mut server, "challenge_info", json!({"id": id}));
    assert_eq!(shown, json!({"id": id, "role": DUMMY, "image_data": portrait, "status": true}), "with its portrait");
    assert_eq!(challenge(&mut server, &ann), challenged, "asked again before the first move it is the same battle");

    let told = ann.succeed(&mut server, "battle", ann.turn(&id, "一剑刺去"));
    assert_eq!(told["role"], DUMMY, "the reply does not wait: {told}");
    let result = told["result"].as_str().expect("words");
    assert!(result.contains("第1回合") && result.contains(DUMMY), "{result}");
    refuse_code(&mut server, &ann, "challenge", json!({"role1": ann.role, "role2": DUMMY}), 409);
}

#[test]
fn a_player_who_is_in_a_battle_fights_no_robot_beside_it() {
    let mut server = duel::server();
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    let robot = id_of(&challenge(&mut server, &ann));
    refuse_code(&mut server, &ann, "challenge", json!({"role1": ann.role, "role2": bob.role}), 409);
    play(&mut server, &ann, &robot);
    fight(&mut server, &ann, &bob);
    refuse_code(&mut server, &bob, "challenge", json!({"role1": bob.role, "role2": DUMMY}), 409);
}

#[test]
fn the_robot_has_no_uid_is_an_ai_and_gets_no_reward() {
    let mut server = duel::server();
    let ann = Duelist::join(&mut server, "ann");
    ann.equip(&mut server, CraftKind::Equipment, "屠龙刀", 5000);
    let exp = ann.attribute(&mut server, "exp");
    let id = id_of(&challenge(&mut server, &ann));
    let told = play(&mut server, &ann, &id);
    assert_eq!((&told["exp"], &told["reward"]), (&json!(10), &json!([])), "what its file says: {told}");
    assert_eq!(ann.attribute(&mut server, "exp"), exp + 10);
    let sent = reports(&mut server);
    assert_eq!(sent.len(), 2, "begun and settled: {sent:?}");
    let uid = ann.account.0.to_string();
    assert_eq!(sent[0]["report_msg"]["players"], json!([{"uid": uid, "is_ai": 0}, {"uid": "", "is_ai": 1}]));
    let results = settled(&mut server);
    let of =
        |seat: usize| ["uid", "is_ai", "role", "rank", "is_win", "is_escaped"].map(|key| results[seat][key].clone());
    assert_eq!(of(0), [json!(uid), json!(0), json!(1), json!(1), json!(2), json!(0)]);
    assert_eq!(of(1), [json!(""), json!(1), json!(3), json!(2), json!(1), json!(0)]);
}

#[test]
fn its_moves_follow_from_the_dice_of_the_battle_and_every_round_can_be_judged_again() {
    let mut server = duel::server();
    let ann = Duelist::join(&mut server, "ann");
    let id = id_of(&challenge(&mut server, &ann));
    let mut actions = Vec::new();
    for _ in 0..15 {
        let told = ann.succeed(&mut server, "battle", ann.turn(&id, "一剑刺去"));
        actions.push(told["action"].as_str().expect("words").to_owned());
        if told["status"] == true {
            break;
        }
    }
    let known = shipped_rules::<raidkeep::game::battles::FighterRules>();
    let moves = &known.find(DUMMY).expect("it is shipped").moves;
    let is_known =
        |action: &String| moves.iter().any(|known| known.text.as_ref().unwrap_or(&"（凝神防守）".into()) == action);
    assert!(actions.iter().all(is_known), "{actions:?}");
    let world = server.simulation().world();
    let entity = world.resource::<BattleIndex>().find(duel::count(&id)).expect("it is kept for a while");
    let battle = world.get::<Battle>(entity).expect("it is kept for a while");
    let played: Vec<_> = battle.rounds().iter().map(|round| round.winner).collect();
    assert_eq!(battle.replay(&shipped_rules()), played);
}

#[test]
fn who_leaves_a_battle_against_a_robot_has_escaped() {
    let mut server = duel::server();
    let ann = Duelist::join(&mut server, "ann");
    challenge(&mut server, &ann);
    server.disconnect(ann.player.connection);
    (0..3).for_each(|_| server.advance_seconds(31));
    let results = settled(&mut server);
    let of = |seat: usize| ["rank", "is_win", "is_escaped"].map(|key| results[seat][key].clone());
    assert_eq!((of(0), of(1)), ([json!(2), json!(1), json!(1)], [json!(1), json!(2), json!(0)]));
}

#[test]
fn a_battle_against_a_robot_goes_on_after_a_crash() {
    let mut server = duel::server();
    let mut ann = Duelist::join(&mut server, "ann");
    let id = id_of(&challenge(&mut server, &ann));
    let first = ann.succeed(&mut server, "battle", ann.turn(&id, "一剑刺去"));
    assert_eq!(first["status"], false);
    let mut server = server.crash_and_reopen();
    server.connect();
    ann.rejoin(&mut server);
    let told = ann.succeed(&mut server, "battle", ann.turn(&id, "一剑刺去"));
    assert!(told["result"].as_str().is_some_and(|result| result.contains("第2回合")), "{told}");
    assert_eq!(server.verify(), []);
}
