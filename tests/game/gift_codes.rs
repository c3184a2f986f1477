//! Gift codes: made and withdrawn by operators, redeemed by players, counted by the realm.

use raidkeep::engine::realm::RealmTaken;
use raidkeep::engine::tick::state_hash;
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

use crate::desk::{Client, server_of};
use crate::replayed::replayed;

const UNKNOWN: (i64, &str) = (99, "兑换码不存在");
const USED_UP: (i64, &str) = (98, "兑换码已被用完");
const REDEEMED: (i64, &str) = (97, "您已使用过该兑换码");
const GONE: (i64, &str) = (96, "兑换码已失效");
const TOO_MANY: (i64, &str) = (95, "尝试次数过多，请稍后再试");

fn server() -> (TestServer, Client, Client) {
    server_of(TestServer::with(TestSetup { journals: true, ..TestSetup::default() }.with_realm()))
}

fn now(server: &TestServer) -> i64 {
    server.now_ms() / 1000
}

/// Makes codes for an hour; the number of the batch and the codes.
fn make(server: &mut TestServer, more: Value) -> (u64, Vec<String>) {
    let mut data = json!({"count": 1, "items": ["3:1:7"], "until": now(server) + 3600, "reason": "festival"});
    data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let reply = server.operate("code_make", data);
    assert_eq!(reply["status"], 0, "{reply}");
    let codes = reply["data"]["codes"].as_array().expect("codes").iter();
    let codes = codes.map(|code| code.as_str().expect("a text").to_owned()).collect();
    (reply["data"]["batch"].as_u64().expect("a number"), codes)
}

fn redeem(server: &mut TestServer, who: &Client, code: &str) -> Value {
    let reply = who.ask(server, "redeem_code", json!({"code": code}));
    server.step(3);
    server.settle();
    reply
}

#[track_caller]
fn refused(server: &mut TestServer, who: &Client, code: &str, (status, message): (i64, &str)) {
    let reply = redeem(server, who, code);
    assert_eq!((&reply["status"], &reply["message"]), (&json!(status), &json!(message)), "{code}");
}

/// The server after a loss of power, with as many connections as before.
fn reopened(server: TestServer) -> TestServer {
    let mut server = server.crash_and_reopen();
    for _ in 0..5 {
        server.connect();
    }
    server
}

/// The items of a player's mails, newest first.
fn mailed(server: &mut TestServer, who: &Client) -> Vec<Value> {
    let all = who.succeed(server, "get_all_mail", json!({}));
    all["mail"].as_array().unwrap_or_else(|| panic!("mails: {all}")).iter().map(|mail| mail["items"].clone()).collect()
}

#[test]
fn a_code_brings_its_goods_by_mail_and_once_to_each_player() {
    let (mut server, ann, bob) = server();
    let (_, codes) = make(&mut server, json!({"uses": 2}));
    let reply = redeem(&mut server, &ann, &codes[0].to_lowercase().replace('-', " "));
    assert_eq!(reply, json!({"status": 0, "message": "success", "data": {"items": ["3:1:7"]}}));
    assert_eq!(mailed(&mut server, &ann).len(), 1);
    let key = ann.succeed(&mut server, "get_all_mail", json!({}))["mail"][0]["key"].clone();
    let before = ann.quantity(&mut server, "3:1");
    ann.succeed(&mut server, "claim_mail", json!({"key": key}));
    assert_eq!(ann.quantity(&mut server, "3:1"), before + 7);
    refused(&mut server, &ann, &codes[0], REDEEMED);
    assert_eq!(redeem(&mut server, &bob, &codes[0])["status"], 0);
    assert_eq!((mailed(&mut server, &ann).len(), mailed(&mut server, &bob).len()), (1, 1));
    assert_eq!(server.verify(), []);
}

#[test]
fn a_code_is_refused_that_is_unknown_used_up_expired_or_withdrawn() {
    let (mut server, ann, bob) = server();
    let (batch, codes) = make(&mut server, json!({"count": 3}));
    assert_eq!(redeem(&mut server, &ann, &codes[0])["status"], 0);
    refused(&mut server, &bob, &codes[0], USED_UP);
    for wrong in ["", "nothing", "2222-2222-2222-2222", &format!("{}-2222-2222-2222", &codes[0][..4])] {
        refused(&mut server, &bob, wrong, UNKNOWN);
    }
    let withdrawn = json!({"batch": batch, "reason": "they were on the web too early"});
    assert_eq!(server.operate("code_withdraw", withdrawn.clone())["status"], 0);
    assert_eq!(server.operate("code_withdraw", withdrawn)["status"], 98, "once");
    refused(&mut server, &bob, &codes[1], GONE);
    refused(&mut server, &ann, &codes[0], REDEEMED);
    let (_, codes) = make(&mut server, json!({}));
    server.advance_seconds(3600);
    refused(&mut server, &bob, &codes[0], GONE);
    assert_eq!(mailed(&mut server, &bob).len(), 0);
    assert_eq!(server.operate("code_withdraw", json!({"batch": 9, "reason": "x"}))["status"], 99);
}

#[test]
fn one_player_redeems_a_code_as_often_as_its_batch_allows() {
    let (mut server, ann, _) = server();
    let (_, codes) = make(&mut server, json!({"uses": 100, "per_player": 2}));
    for _ in 0..2 {
        assert_eq!(redeem(&mut server, &ann, &codes[0])["status"], 0);
    }
    refused(&mut server, &ann, &codes[0], REDEEMED);
    assert_eq!(mailed(&mut server, &ann).len(), 2);
}

#[test]
fn who_guesses_has_to_wait_and_who_redeems_does_not() {
    let (mut server, ann, bob) = server();
    let (_, codes) = make(&mut server, json!({"count": 12}));
    for code in &codes[..11] {
        assert_eq!(redeem(&mut server, &ann, code)["status"], 0, "codes that are right do not count");
    }
    for _ in 0..10 {
        refused(&mut server, &ann, "2222-2222-2222-2222", UNKNOWN);
    }
    refused(&mut server, &ann, "2222-2222-2222-2222", TOO_MANY);
    refused(&mut server, &ann, &codes[11], TOO_MANY);
    assert_eq!(redeem(&mut server, &bob, &codes[11])["status"], 0, "others are not held up");
}

#[test]
fn a_repeat_with_the_same_once_is_the_same_attempt() {
    let (mut server, ann, _) = server();
    let (_, codes) = make(&mut server, json!({"uses": 100, "per_player": 100}));
    let data = json!({"token": ann.player.token, "code": codes[0]});
    let request = json!({"world": 0, "function": "redeem_code", "data": data, "once": "a"}).to_string();
    let first = server.send(&request);
    assert!(first.contains(r#""status":0"#), "{first}");
    assert_eq!(server.send(&request), first);
    server.step(3);
    server.settle();
    assert_eq!(mailed(&mut server, &ann).len(), 1);
    let mut server = reopened(server);
    assert_eq!(server.send(&request), first, "also after a restart");
    server.step(3);
    server.settle();
    assert_eq!(mailed(&mut server, &ann).len(), 1);
}

#[test]
fn operators_read_the_codes_again_with_what_became_of_them() {
    let (mut server, ann, _) = server();
    let (first, mut codes) = make(&mut server, json!({"count": 3}));
    let (second, _) = make(&mut server, json!({"count": 2, "title": "礼物"}));
    redeem(&mut server, &ann, &codes[1]);
    let used = codes[1].clone();
    codes.sort();
    let shown = server.operate("code_show", json!({"batch": first}));
    let expected: Vec<_> = codes.iter().map(|code| json!({"code": code, "used": u32::from(*code == used)})).collect();
    assert_eq!(shown["data"]["codes"], json!(expected));
    let list = server.operate("code_list", json!({}));
    let told = |batch: &Value| json!([batch["batch"], batch["count"], batch["title"], batch["redeemed"]]);
    let told: Vec<_> = list["data"]["batches"].as_array().expect("batches").iter().map(told).collect();
    assert_eq!(json!(told), json!([[second, 2, "礼物", 0], [first, 3, "兑换码礼包", 1]]));
    let before = server.operate("code_list", json!({"before": second}));
    assert_eq!(before["data"]["batches"][0]["batch"], first);
    assert_eq!(server.operate("code_show", json!({"batch": 7}))["status"], 99);
    let audit = server.operate("audit_list", json!({"function": "code_make"}));
    assert_eq!(audit["data"]["entries"][1]["changes"], json!(["gift codes: batch 1 of 3"]));
    assert!(!audit.to_string().contains(&codes[0]), "whoever may look at the audit is told no codes: {audit}");
}

#[test]
fn codes_are_made_only_of_what_the_game_has_and_within_limits() {
    let (mut server, ..) = server();
    let until = now(&server) + 60;
    let unknown = json!({"count": 1, "items": ["3:99999:1"], "until": until, "reason": "x"});
    let reply = server.operate("code_make", unknown);
    assert_eq!((&reply["status"], &reply["message"]), (&json!(98), &json!("no item 3:99999")));
    for wrong in [
        json!({"count": 0, "items": ["3:1:1"], "until": until, "reason": "x"}),
        json!({"count": 10_001, "items": ["3:1:1"], "until": until, "reason": "x"}),
        json!({"count": 1, "items": [], "until": until, "reason": "x"}),
        json!({"count": 1, "items": ["3:1:0"], "until": until, "reason": "x"}),
        json!({"count": 1, "items": ["3:1:1"], "until": until - 60, "reason": "x"}),
        json!({"count": 1, "items": ["3:1:1"], "until": until, "uses": 0, "reason": "x"}),
        json!({"count": 1, "items": ["3:1:1"], "until": until, "per_player": 0, "reason": "x"}),
        json!({"count": 1, "items": ["3:1:1"], "until": until, "reason": " "}),
    ] {
        assert_eq!(server.operate("code_make", wrong.clone())["status"], 13, "{wrong}");
    }
    assert_eq!(server.operate("code_list", json!({}))["data"]["batches"], json!([]));
}

#[test]
fn goods_that_were_on_their_way_at_a_loss_of_power_arrive_after_it_and_once() {
    let (mut server, ann, _) = server();
    let (_, codes) = make(&mut server, json!({}));
    assert_eq!(ann.ask(&mut server, "redeem_code", json!({"code": codes[0]}))["status"], 0);
    let mut server = reopened(server);
    server.step(3);
    server.settle();
    assert_eq!(mailed(&mut server, &ann), [json!(["3:1:7"])]);
    refused(&mut server, &ann, &codes[0], REDEEMED);
    let mut server = reopened(server);
    server.step(3);
    server.settle();
    assert_eq!(mailed(&mut server, &ann).len(), 1);
    assert_eq!(server.simulation().world().resource::<RealmTaken>().number, 1);
}

#[test]
fn of_two_who_redeem_a_code_in_one_tick_after_a_restart_one_gets_it_and_the_other_is_told_so() {
    let (mut server, ann, bob) = server();
    let (_, codes) = make(&mut server, json!({}));
    let mut server = reopened(server);
    for who in [&ann, &bob] {
        let data = json!({"token": who.player.token, "code": codes[0]});
        let request = json!({"world": 0, "function": "redeem_code", "data": data}).to_string();
        server.post(who.player.connection, &request);
    }
    server.step(5);
    server.settle();
    let replies = [&ann, &bob].map(|who| server.collect(who.player.connection).concat());
    let granted = replies.iter().filter(|reply| reply.contains(r#""status":0"#)).count();
    let refused = replies.iter().filter(|reply| reply.contains(USED_UP.1)).count();
    assert_eq!((granted, refused), (1, 1), "{replies:?}");
    assert_eq!([&ann, &bob].map(|who| mailed(&mut server, who).len()).iter().sum::<usize>(), 1);
}

#[test]
fn a_journal_with_gift_codes_comes_out_the_same() {
    let (mut server, ann, bob) = server();
    let (_, codes) = make(&mut server, json!({"count": 2}));
    redeem(&mut server, &ann, &codes[0]);
    redeem(&mut server, &bob, &codes[0]);
    redeem(&mut server, &bob, &codes[1]);
    assert_eq!(server.simulation().world().resource::<RealmTaken>().number, 2);
    let hash = server.state_hash();
    let mut replay = replayed(&server, &server.journals[0].bytes());
    assert_eq!(state_hash(replay.simulation().world_mut()), hash);
}
