//! Battles through the protocol (docs/contract/role-play.md#battles).

use crate::duel;
use std::time::Duration;

use crate::duel::{Duelist, battle, fight, http, refuse};
use raidkeep::game::crafting::CraftKind;
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

const WAITING_FOR: &str = "你已出招，正等待";
const SILENT: &str = "（凝神防守）";

/// Both act; returns what each receives.
fn round(server: &mut TestServer, ann: &Duelist, bob: &Duelist, id: &str) -> (Value, Value) {
    ann.post(server, "battle", ann.turn(id, "一剑刺去"));
    let told_bob = bob.succeed(server, "battle", bob.turn(id, "举盾格挡"));
    let mut replies = ann.replies(server);
    assert_eq!(replies.len(), 1, "the verdict answers the waiting request");
    (replies.remove(0)["data"].clone(), told_bob)
}

/// Ann is so strong that she wins every round.
fn one_sided(server: &mut TestServer) -> (Duelist, Duelist, String) {
    let (ann, bob) = (Duelist::join(server, "ann"), Duelist::join(server, "bob"));
    ann.equip(server, CraftKind::Equipment, "屠龙刀", 5000);
    let id = fight(server, &ann, &bob);
    (ann, bob, id)
}

/// What was reported to SUD, in the order in which it was sent.
fn reports(server: &mut TestServer) -> Vec<Value> {
    server.step(5);
    let bodies = server.platforms.sent.iter().filter_map(|sent| serde_json::from_slice::<Value>(&sent.body).ok());
    bodies.filter(|body| body.get("report_type").is_some()).collect()
}

/// Rank, is_win and is_escaped of both, in the only report of an end.
fn settled(server: &mut TestServer) -> Vec<Value> {
    let reports = reports(server);
    let mut settled = reports.iter().filter(|report| report["report_type"] == "game_settle");
    let results = settled.next().unwrap_or_else(|| panic!("an end was reported: {reports:?}"));
    assert_eq!(settled.next(), None, "a battle is settled once");
    let results = results["report_msg"]["results"].as_array().expect("a list");
    results.iter().map(|result| json!([result["rank"], result["is_win"], result["is_escaped"]])).collect()
}

fn stock(server: &mut TestServer, who: &Duelist) -> [i64; 3] {
    ["exp", "龙眼", "凤羽"].map(|name| who.attribute(server, name))
}

#[test]
fn the_reply_waits_for_the_other_and_one_verdict_falls_for_both() {
    let mut server = duel::server();
    let (ann, bob, id) = battle(&mut server);
    ann.post(&mut server, "battle", ann.turn(&id, "一剑刺去"));
    assert_eq!(ann.replies(&mut server), Vec::<Value>::new(), "bob has not acted");
    let told_bob = bob.succeed(&mut server, "battle", bob.turn(&id, "举盾格挡"));
    let told_ann = ann.replies(&mut server).remove(0);
    assert_eq!((&told_ann["status"], &told_ann["message"]), (&json!(0), &json!("success")));
    let told_ann = &told_ann["data"];
    let result = told_ann["result"].as_str().expect("words").to_owned();
    assert!(result.contains("第1回合"), "{result}");
    let expected = json!({"role": bob.role, "action": "举盾格挡", "result": result, "status": false});
    assert_eq!(*told_ann, expected, "the opponent, its action, and the verdict");
    let expected = json!({"role": ann.role, "action": "一剑刺去", "result": result, "status": false});
    assert_eq!(told_bob, expected, "the same verdict for both");
    let verdict = json!({
        "id": id, "round": 1, "role": ann.role, "action": "一剑刺去", "result": result, "status": false,
    });
    assert_eq!(bob.events(&mut server), [("battle_verdict".to_owned(), verdict)]);
    assert_eq!(ann.events(&mut server).len(), 1);
}

#[test]
fn a_client_that_does_not_wait_is_answered_at_once_and_told_by_the_event() {
    let mut server = duel::server();
    let (ann, bob, id) = battle(&mut server);
    let mut turn = ann.turn(&id, "一剑刺去");
    turn["wait"] = false.into();
    let told = ann.succeed(&mut server, "battle", turn);
    let waiting = format!("{WAITING_FOR}{}出手。", bob.role);
    assert_eq!(told, json!({"role": bob.role, "action": "", "result": waiting, "status": false}));
    let action = json!({"role": bob.role, "id": id, "action": "举盾格挡"});
    let told = bob.succeed(&mut server, "battle", action);
    assert_eq!(told["action"], "一剑刺去", "the text may be called action");
    let events = ann.events(&mut server);
    assert_eq!((&events[0].0[..], &events[0].1["action"]), ("battle_verdict", &json!("举盾格挡")));
}

#[test]
fn two_clients_over_http_challenge_and_fight_by_asking_alone() {
    let mut server = duel::server();
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    server.disconnect(ann.player.connection);
    server.disconnect(bob.player.connection);
    let roles = http(&mut server, &ann, "/get_list", json!({"role": ann.role}))["roles"].clone();
    assert!(roles.as_array().is_some_and(|roles| roles.contains(&json!(bob.role))), "{roles}");
    let data = json!({"role1": ann.role, "role2": bob.role, "image_data": null});
    let challenged = http(&mut server, &ann, "/challenge", data);
    let id = challenged["id"].as_str().expect("a number").to_owned();
    assert_eq!(challenged, json!({"status_code": 200, "status": false, "image_data": null, "id": id}));
    let none: [&str; 0] = [];
    let shown = http(&mut server, &bob, "/refrash", json!({"role": bob.role}));
    assert_eq!(shown, json!({"id_list": [id], "role_list": [ann.role], "accpec_id": none, "accept_id": none}));
    assert_eq!(http(&mut server, &bob, "/accept_c", json!({"id": id, "status": true})), json!({"status": true}));
    assert_eq!(http(&mut server, &ann, "/refrash", json!({"role": ann.role}))["accpec_id"], json!([id]));
    // Its reply is pending for as long as the round lasts.
    let waiting = server.connect();
    let mut turn = ann.turn(&id, "一剑刺去");
    turn["token"] = ann.player.token.clone().into();
    server.post(waiting, &json!({"world": 0, "function": "battle", "data": turn}).to_string());
    for _ in 0..11 {
        server.advance_seconds(5);
        http(&mut server, &bob, "/refrash", json!({"role": bob.role}));
    }
    let told = http(&mut server, &bob, "/battle", bob.turn(&id, "举盾格挡"));
    assert_eq!(
        (&told["role"], &told["action"], &told["status"]),
        (&json!(ann.role), &json!("一剑刺去"), &json!(false))
    );
    server.step(2);
    let told: Value = serde_json::from_str(&server.collect(waiting).remove(0)).expect("a reply should be JSON");
    assert_eq!(told["data"]["action"], "举盾格挡");
}

#[test]
fn who_stays_silent_guards_when_the_time_is_up_and_no_real_time_ends_the_wait() {
    let mut server = duel::server();
    let (ann, bob, id) = battle(&mut server);
    ann.post(&mut server, "battle", ann.turn(&id, "一剑刺去"));
    (0..40).for_each(|_| server.pass_real_time(Duration::from_secs(1)));
    server.advance_seconds(59);
    assert_eq!(ann.replies(&mut server), Vec::<Value>::new(), "a second is left");
    server.advance_seconds(1);
    let told = ann.replies(&mut server).remove(0);
    assert_eq!((&told["data"]["action"], &told["data"]["status"]), (&json!(SILENT), &json!(false)));
    let told = &bob.events(&mut server)[0].1;
    assert_eq!((&told["action"], &told["round"]), (&json!("一剑刺去"), &json!(1)), "the silent player is notified too");
    server.advance_seconds(60);
    assert_eq!(ann.events(&mut server).len(), 2, "a round in which nobody acts ends as well");
}

#[test]
fn the_first_to_win_three_rounds_wins_and_both_are_rewarded_once() {
    let mut server = duel::server();
    let (ann, bob, id) = one_sided(&mut server);
    let before = (stock(&mut server, &ann), stock(&mut server, &bob));
    for number in 1..=2 {
        let (told, _) = round(&mut server, &ann, &bob, &id);
        assert_eq!(told["status"], false, "round {number} is not the last");
        assert_eq!(told.get("reward"), None, "rewards come with the end");
    }
    let (told_ann, told_bob) = round(&mut server, &ann, &bob, &id);
    let result = told_ann["result"].as_str().expect("words");
    assert!(result.ends_with(&format!("{}赢得了这场对战！", ann.role)), "{result}");
    assert_eq!(told_ann["status"], true);
    assert_eq!((&told_ann["reward"], &told_ann["exp"]), (&json!(["3:51:2", "3:52:2"]), &json!(60)));
    assert_eq!((&told_bob["reward"], &told_bob["exp"]), (&json!(["3:51:1"]), &json!(20)), "the loser gets less");
    let [exp, longan, plume] = before.0;
    assert_eq!(stock(&mut server, &ann), [exp + 60, longan + 2, plume + 2]);
    let [exp, longan, plume] = before.1;
    assert_eq!(stock(&mut server, &bob), [exp + 20, longan + 1, plume]);
    let after = stock(&mut server, &ann);
    let told = ann.succeed(&mut server, "battle", ann.turn(&id, "再来"));
    assert_eq!((&told["status"], &told["reward"]), (&json!(true), &told_ann["reward"]), "the end can be queried");
    assert_eq!(stock(&mut server, &ann), after, "and is paid once");
    server.advance_seconds(300);
    refuse(&mut server, &ann, "battle", ann.turn(&id, "再来"), (404, "no such battle"));
    assert_eq!(duel::count(&ann.challenge(&mut server, &bob)), 2, "both are free again");
}

#[test]
fn fifteen_rounds_without_a_decision_are_a_draw() {
    let mut server = duel::server();
    let (ann, bob, id) = battle(&mut server);
    let before = stock(&mut server, &ann);
    for _ in 0..15 {
        server.advance_seconds(60);
    }
    let events = ann.events(&mut server);
    let ended: Vec<bool> = events.iter().map(|(_, data)| data["status"] == true).collect();
    assert_eq!(ended, [vec![false; 14], vec![true]].concat(), "the fifteenth round is the last");
    let [exp, longan, plume] = before;
    assert_eq!(stock(&mut server, &ann), [exp + 30, longan + 1, plume + 1]);
    assert_eq!(settled(&mut server), [json!([1, 3, 0]), json!([1, 3, 0])], "a draw has equal ranks and is_win 3");
    let told = bob.succeed(&mut server, "battle", bob.turn(&id, "再来"));
    assert!(told["result"].as_str().is_some_and(|text| text.ends_with("握手言和。")), "{told}");
}

#[test]
fn only_what_is_owned_counts_and_is_told() {
    let mut server = duel::server();
    let (ann, bob) = (Duelist::join(&mut server, "ann"), Duelist::join(&mut server, "bob"));
    ann.equip(&mut server, CraftKind::Skill, "火球术", 20);
    ann.equip(&mut server, CraftKind::Equipment, "短剑", 20);
    let id = fight(&mut server, &ann, &bob);
    let mut results = String::new();
    for _ in 0..3 {
        let named = json!({
            "role": ann.role, "id": id, "text": "出招", "skills": ["火球术", "短剑", "天外飞仙"], "items": ["短剑", "短剑"],
        });
        ann.post(&mut server, "battle", named);
        let named = json!({"role": bob.role, "id": id, "text": "出招", "skills": ["火球术"], "items": ["短剑"]});
        let told = bob.succeed(&mut server, "battle", named);
        ann.replies(&mut server);
        results.push_str(told["result"].as_str().expect("words"));
    }
    assert!(results.contains("「火球术」「短剑」"), "each thing that ann owns is named once: {results}");
    assert!(!results.contains("天外飞仙") && !results.contains("「短剑」「短剑」"), "{results}");
    assert!(results.contains("赤手空拳"), "bob owns none of them: {results}");
}

#[test]
fn a_second_action_in_a_round_is_refused_and_the_same_one_waits_along() {
    let mut server = duel::server();
    let (ann, bob, id) = battle(&mut server);
    let second = server.connect();
    ann.post(&mut server, "battle", ann.turn(&id, "一剑刺去"));
    let mut turn = ann.turn(&id, "换一招");
    turn["token"] = ann.player.token.clone().into();
    let before = server.state_hash();
    let reply = server.ask_on(second, "battle", turn);
    assert_eq!(reply, json!({"status": 409, "message": "you have acted in this round"}));
    assert_eq!(server.state_hash(), before, "a refusal changes nothing");
    let mut turn = ann.turn(&id, "一剑刺去");
    turn["token"] = ann.player.token.clone().into();
    server.post(second, &json!({"world": 0, "function": "battle", "data": turn}).to_string());
    server.step(1);
    let told = ann.replies(&mut server).remove(0);
    assert!(told["data"]["result"].as_str().is_some_and(|text| text.starts_with(WAITING_FOR)), "one waits: {told}");
    bob.succeed(&mut server, "battle", bob.turn(&id, "举盾格挡"));
    server.step(2);
    let told: Value = serde_json::from_str(&server.collect(second).remove(0)).expect("a reply should be JSON");
    assert_eq!(told["data"]["action"], "举盾格挡", "the later one gets the verdict");
}

#[test]
fn nobody_acts_in_somebody_elses_battle() {
    let mut server = duel::server();
    let (ann, bob, id) = battle(&mut server);
    let carol = Duelist::join(&mut server, "carol");
    refuse(&mut server, &carol, "battle", carol.turn(&id, "偷袭"), (403, "this is not your battle"));
    refuse(&mut server, &carol, "battle", carol.turn("99", "偷袭"), (404, "no such battle"));
    let as_ann = json!({"role": ann.role, "id": id, "text": "偷袭"});
    refuse(&mut server, &bob, "battle", as_ann, (403, "role: expected your own username"));
    let silent = json!({"role": ann.role, "id": id});
    let expect = (13, "data.text: expected a string of at most 200 characters");
    refuse(&mut server, &ann, "battle", silent, expect);
    refuse(&mut server, &ann, "battle", ann.turn(&id, &"长".repeat(201)), expect);
}

#[test]
fn who_goes_offline_has_escaped_and_the_other_is_told_and_rewarded() {
    let mut server = duel::server();
    let (ann, mut bob, id) = battle(&mut server);
    let before = (stock(&mut server, &ann), stock(&mut server, &bob));
    ann.post(&mut server, "battle", ann.turn(&id, "一剑刺去"));
    server.disconnect(bob.player.connection);
    server.advance_seconds(29);
    assert_eq!(ann.replies(&mut server), Vec::<Value>::new(), "bob may come back");
    server.advance_seconds(1);
    let told = ann.replies(&mut server).remove(0)["data"].clone();
    let result = format!("{}离开了战场，{}不战而胜。", bob.role, ann.role);
    let expected = json!({
        "role": bob.role, "action": "", "result": result, "status": true, "reward": ["3:51:2", "3:52:2"], "exp": 60,
    });
    assert_eq!(told, expected);
    let [exp, longan, plume] = before.0;
    assert_eq!(stock(&mut server, &ann), [exp + 60, longan + 2, plume + 2]);
    bob.rejoin(&mut server);
    assert_eq!(stock(&mut server, &bob), before.1, "the player who left gets nothing");
    let told = bob.succeed(&mut server, "battle", bob.turn(&id, "我回来了"));
    assert_eq!((&told["result"], &told["status"], &told["exp"]), (&json!(result), &json!(true), &json!(0)));
    assert_eq!(settled(&mut server), [json!([1, 2, 0]), json!([2, 1, 1])], "the player who left has lost and escaped");
}

#[test]
fn a_winner_who_is_not_in_memory_is_paid_once_it_was_loaded_also_after_a_crash() {
    let mut server = duel::server();
    let (mut ann, bob, _) = battle(&mut server);
    let before = stock(&mut server, &ann);
    duel::end_out_of_memory(&mut server, &ann, &bob);
    let mut server = server.crash_and_reopen();
    server.step(5);
    ann.rejoin(&mut server);
    let [exp, longan, plume] = before;
    assert_eq!(stock(&mut server, &ann), [exp + 60, longan + 2, plume + 2]);
    let mut server = server.crash_and_reopen();
    ann.rejoin(&mut server);
    assert_eq!(stock(&mut server, &ann), [exp + 60, longan + 2, plume + 2], "once");
}

#[test]
fn a_client_without_a_connection_stays_while_its_answer_is_under_way() {
    let mut server = duel::server();
    let (mut ann, bob, id) = battle(&mut server);
    ann.post(&mut server, "battle", ann.turn(&id, "一剑刺去"));
    server.disconnect(ann.player.connection);
    server.advance_seconds(59);
    assert_eq!(bob.events(&mut server), [], "ann waits for the verdict and has not gone");
    ann.rejoin(&mut server);
    bob.succeed(&mut server, "battle", bob.turn(&id, "举盾格挡"));
    assert_eq!(ann.events(&mut server)[0].0, "battle_verdict");
}

#[test]
fn when_both_have_gone_nobody_wins_and_nobody_is_paid() {
    let mut server = duel::server();
    let (mut ann, bob, id) = battle(&mut server);
    let before = stock(&mut server, &ann);
    server.advance_seconds(31);
    server.disconnect(ann.player.connection);
    server.disconnect(bob.player.connection);
    server.advance_seconds(60);
    ann.rejoin(&mut server);
    let told = ann.succeed(&mut server, "battle", ann.turn(&id, "出招"));
    assert_eq!((&told["status"], &told["reward"], &told["exp"]), (&json!(true), &json!([]), &json!(0)));
    assert_eq!(stock(&mut server, &ann), before);
    assert_eq!(settled(&mut server), [json!([1, 3, 1]), json!([1, 3, 1])], "both have escaped");
}

#[test]
fn a_battle_goes_on_after_a_crash_with_the_action_that_was_answered() {
    let mut server = duel::server();
    let (mut ann, mut bob, id) = one_sided(&mut server);
    round(&mut server, &ann, &bob, &id);
    let mut turn = ann.turn(&id, "一剑刺去");
    turn["wait"] = false.into();
    ann.succeed(&mut server, "battle", turn);
    let hash = server.state_hash();
    let mut server = server.crash_and_reopen();
    ann.rejoin(&mut server);
    bob.rejoin(&mut server);
    assert_ne!(hash, 0);
    refuse(&mut server, &ann, "battle", ann.turn(&id, "换一招"), (409, "you have acted in this round"));
    let told = bob.succeed(&mut server, "battle", bob.turn(&id, "举盾格挡"));
    assert_eq!(told["action"], "一剑刺去", "it was on disk");
    assert!(told["result"].as_str().is_some_and(|text| text.contains("第2回合")), "{told}");
    let (told, _) = round(&mut server, &ann, &bob, &id);
    assert_eq!(told["status"], true, "three rounds, one before the crash");
}

#[test]
fn who_does_not_return_after_a_crash_has_escaped() {
    let mut server = duel::server();
    let (mut ann, bob, id) = battle(&mut server);
    let before = stock(&mut server, &ann);
    let mut server = server.crash_and_reopen();
    ann.rejoin(&mut server);
    server.advance_seconds(29);
    assert_eq!(ann.events(&mut server), [], "bob has 30 seconds to come back");
    server.advance_seconds(1);
    let told = ann.succeed(&mut server, "battle", ann.turn(&id, "出招"));
    assert_eq!(told["result"], format!("{}离开了战场，{}不战而胜。", bob.role, ann.role));
    assert_eq!(stock(&mut server, &ann)[0], before[0] + 60);
    let mut server = server.crash_and_reopen();
    ann.rejoin(&mut server);
    assert_eq!(stock(&mut server, &ann)[0], before[0] + 60, "the reward and the end are one change");
}

#[test]
fn a_keyed_turn_that_is_repeated_gets_its_verdict_and_is_no_second_turn() {
    let mut server = duel::server();
    let (ann, bob, id) = battle(&mut server);
    let mut data = ann.turn(&id, "一剑刺去");
    data["token"] = ann.player.token.clone().into();
    let text = json!({"world": 0, "function": "battle", "data": data, "once": "k"}).to_string();
    server.post(ann.player.connection, &text);
    server.step(1);
    bob.succeed(&mut server, "battle", bob.turn(&id, "举盾格挡"));
    let first = ann.replies(&mut server).remove(0);
    let again: Value = serde_json::from_str(&server.send_on(ann.player.connection, &text)).expect("JSON");
    assert_eq!(first, again);
    let told = bob.ask(&mut server, "battle", json!({"role": bob.role, "id": id, "text": "出招", "wait": false}));
    assert!(
        told["data"]["result"].as_str().is_some_and(|text| text.starts_with(WAITING_FOR)),
        "ann has not acted again"
    );
}

#[test]
fn each_battle_is_one_round_reported_to_the_platform() {
    let mut server = duel::server();
    let (ann, bob, id) = one_sided(&mut server);
    (0..3).for_each(|_| drop(round(&mut server, &ann, &bob, &id)));
    server.advance_seconds(400);
    let reports = reports(&mut server);
    let kinds: Vec<_> = reports.iter().map(|report| report["report_type"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["game_start", "game_settle"], "each once, in this order");
    let (start, settle) = (&reports[0]["report_msg"], &reports[1]["report_msg"]);
    assert_eq!(
        (&start["room_id"], &start["game_mode"], &start["report_game_info_key"]),
        (&json!(id), &json!(1), &json!(id))
    );
    assert_eq!(start["game_round_id"], settle["game_round_id"]);
    let uids = [ann.account.0.to_string(), bob.account.0.to_string()];
    let players: Vec<_> = uids.iter().map(|uid| json!({"uid": uid, "is_ai": 0})).collect();
    assert_eq!(start["players"], json!(players));
    let result = |uid: &str, rank: i32, is_win: i32, score: i32, award: i32| {
        json!({
            "uid": uid, "rank": rank, "is_escaped": 0, "is_ai": 0, "role": rank, "score": score, "is_win": is_win, "award": award,
        })
    };
    assert_eq!(settle["results"], json!([result(&uids[0], 1, 2, 3, 60), result(&uids[1], 2, 1, 0, 20)]));
}
