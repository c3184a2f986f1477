//! A payment platform that is down, slow or silent holds up no connection for more than a few seconds, and what was
//! started comes to its end all the same, once.

use std::time::Duration;

use crate::payer::{CARD, DECIDED, TIMED_OUT, diamonds, paid, pass, points, post, rich};
use raidkeep::sandbox::{Fault, Misbehavior, Platform};
use raidkeep::studio::testing::{Network, TestPlayer, TestServer};
use serde_json::{Value, json};

/// Makes every call misbehave until [`heal`].
fn hurt(server: &mut TestServer, fault: Misbehavior) {
    let fault = Fault { platform: Platform::Mcrmb, call: None, fault, times: None };
    server.platforms.sandbox.set_faults(vec![fault]).expect("a fault");
}

fn heal(server: &mut TestServer) {
    server.platforms.network = Network::Carries;
    server.platforms.sandbox.set_faults(Vec::new()).expect("no fault");
}

/// Sends a request and a `ping` behind it on one connection; the replies that come within three seconds of real time.
fn ask_and_ping(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) -> Vec<Value> {
    post(server, player, function, data, None);
    post(server, player, "ping", json!({}), None);
    let mut replies = server.collect(player.connection);
    if replies.is_empty() {
        server.pass_real_time(Duration::from_millis(2_900));
        replies = server.collect(player.connection);
        assert!(replies.is_empty(), "it is given its three seconds: {replies:?}");
        server.pass_real_time(Duration::from_millis(100));
        server.settle();
        replies = server.collect(player.connection);
    }
    replies.iter().map(|reply| serde_json::from_str(reply).expect("a reply is JSON")).collect()
}

/// The one event that an order of the player has ended.
fn settled(server: &mut TestServer, player: &TestPlayer) -> Value {
    let events = server.events(player.connection);
    let [event] = events.as_slice() else { panic!("one event should have come: {events:?}") };
    assert_eq!(event["event"], "order_settled", "{event}");
    event["data"].clone()
}

const DIAMONDS: &str = "diamonds_60";

#[test]
fn an_order_that_is_a_new_connections_first_request_is_told_there_when_it_settles() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 10);
    server.platforms.network = Network::HoldsRequests;
    let fresh = TestPlayer { connection: server.connect(), ..ann.clone() };
    post(&mut server, &fresh, "buy_item", json!({"offer": DIAMONDS}), None);
    server.pass_real_time(Duration::from_secs(3));
    server.settle();
    let replies = server.collect(fresh.connection);
    assert!(replies[0].contains(r#""state":"pending""#), "{replies:?}");
    let known = server.event_count(fresh.connection).expect("the first reply that names the player tells the count");
    heal(&mut server);
    pass(&mut server, &[5, 5, 5, 5, 5]);
    server.step(1);
    assert!(server.collect(fresh.connection).is_empty(), "no reply is open");
    let told = server.told_counted(fresh.connection);
    let [event] = told.as_slice() else { panic!("one event should have come: {told:?}") };
    assert_eq!((&event["event"], &event["n"]), (&json!("order_settled"), &json!(known + 1)), "{event}");
}

#[test]
fn a_platform_that_is_down_silent_or_slow_makes_a_purchase_pending_within_three_seconds() {
    type Break = fn(&mut TestServer);
    let ways: [(&str, Break); 3] = [
        ("down", |server| hurt(server, Misbehavior::HttpStatus(503))),
        ("silent", |server| server.platforms.network = Network::HoldsRequests),
        ("slow", |server| hurt(server, Misbehavior::LatencyMs(9_000))),
    ];
    for (way, harm) in ways {
        let mut server = TestServer::new();
        let (ann, _) = rich(&mut server, "ann", 10);
        harm(&mut server);
        let replies = ask_and_ping(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS}));
        let [bought, pong] = replies.as_slice() else { panic!("{way}: both should be answered: {replies:?}") };
        assert_eq!((&bought["status"], &bought["message"]), (&json!(0), &json!("pending")), "{way}: {bought}");
        assert_eq!(bought["data"]["state"], "pending", "{way}: {bought}");
        assert_eq!(pong["status"], 0, "{way}: {pong}");
        let listed = server.ask(&ann, "list_orders", json!({}));
        assert_eq!(listed["data"]["orders"][0]["order"], bought["data"]["order"], "{way}: the order goes on");
        heal(&mut server);
        pass(&mut server, &[5, 5, 5, 5, 5]);
        let told = settled(&mut server, &ann);
        assert_eq!((&told["order"], &told["state"]), (&bought["data"]["order"], &json!("granted")), "{way}: {told}");
        assert_eq!(paid(&mut server), 1, "{way}: paid once");
        assert_eq!((diamonds(&mut server, &ann), points(&mut server, &ann)), (60, json!("4")), "{way}: granted once");
    }
}

#[test]
fn a_payment_whose_answer_is_late_is_pending_and_counts_once() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 10);
    server.platforms.network_of = Some("Pay");
    server.platforms.network = Network::HoldsAnswers;
    let bought = ask_and_ping(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS}));
    assert_eq!((bought.len(), &bought[0]["message"]), (2, &json!("pending")), "{bought:?}");
    assert_eq!(paid(&mut server), 1, "the platform has carried it out");
    heal(&mut server);
    pass(&mut server, &[1]);
    assert_eq!(settled(&mut server, &ann)["state"], "granted");
    pass(&mut server, &DECIDED);
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server)), (60, 1), "nothing is doubled");
}

#[test]
fn a_purchase_that_was_pending_ends_once_also_across_a_crash() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 10);
    hurt(&mut server, Misbehavior::HttpStatus(503));
    let buy = |server: &mut TestServer| {
        post(server, &ann, "buy_item", json!({"offer": DIAMONDS}), Some("purchase"));
        server.pass_real_time(Duration::from_secs(3));
        server.settle();
        let replies = server.collect(ann.connection);
        assert_eq!(replies.len(), 1, "{replies:?}");
        serde_json::from_str::<Value>(&replies[0]).expect("a reply is JSON")
    };
    let first = buy(&mut server);
    assert_eq!(first["message"], "pending", "{first}");
    assert_eq!(buy(&mut server), first, "a repeated request makes no second order");
    let mut server = server.crash_and_reopen();
    heal(&mut server);
    server.connect();
    pass(&mut server, &[30, 5, 5]);
    let again = server.player("ann");
    assert_eq!((diamonds(&mut server, &again), paid(&mut server)), (60, 1), "it came to its end, once");
}

#[test]
fn sixteen_orders_wait_for_a_platform_that_is_left_alone_and_more_are_refused() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 10);
    let buyers: Vec<TestPlayer> = (0..20).map(|n| rich(&mut server, &format!("buyer-{n}"), 10).0).collect();
    hurt(&mut server, Misbehavior::HttpStatus(503));
    for _ in 0..5 {
        assert_eq!(server.ask(&ann, "check_money", json!({}))["status"], 16, "its circuit opens");
    }
    for buyer in &buyers {
        post(&mut server, buyer, "buy_item", json!({"offer": DIAMONDS}), None);
    }
    server.pass_real_time(Duration::from_secs(3));
    server.settle();
    let mut pending = 0;
    for buyer in &buyers {
        let replies = server.collect(buyer.connection);
        let reply: Value = serde_json::from_str(&replies[0]).expect("a reply is JSON");
        if reply["status"] == 0 {
            assert_eq!(reply["message"], "pending", "{reply}");
            pending += 1;
        } else {
            let why =
                "the payment platform does not answer and enough orders wait for it; nothing was charged, retry later";
            assert_eq!(reply, json!({"status": 16, "message": why}));
        }
    }
    assert_eq!(pending, 16);
    heal(&mut server);
    pass(&mut server, &[30, 5, 5, 5]);
    assert_eq!(paid(&mut server), 16, "each of them is paid once");
    let granted: Vec<i64> = buyers.iter().map(|buyer| diamonds(&mut server, buyer)).collect();
    assert_eq!(granted.iter().sum::<i64>(), 16 * 60, "and granted once");
    let refused = buyers.last().expect("twenty");
    let bought = server.ask(refused, "buy_item", json!({"offer": DIAMONDS}));
    assert_eq!(bought["data"]["state"], "granted", "who was refused may buy now: {bought}");
}

#[test]
fn what_only_asks_the_platform_times_out_within_three_seconds() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 10);
    server.platforms.network = Network::HoldsRequests;
    for function in ["check_money", "check_record", "check_card"] {
        let replies = ask_and_ping(&mut server, &ann, function, json!({}));
        let [asked, pong] = replies.as_slice() else { panic!("{function}: both are answered: {replies:?}") };
        assert_eq!((&asked["status"], &asked["message"]), (&json!(TIMED_OUT.0), &json!(TIMED_OUT.1)), "{function}");
        assert_eq!(pong["status"], 0, "{function}: {pong}");
    }
    heal(&mut server);
    pass(&mut server, &[30]);
    assert_eq!(points(&mut server, &ann), "10", "then it answers again");
}

#[test]
fn a_card_whose_answer_is_late_times_out_and_is_credited_once() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 0);
    server.platforms.network_of = Some("Charge");
    server.platforms.network = Network::HoldsAnswers;
    let card = json!({"ctype": 1, "cnum": CARD.0, "cpwd": CARD.1});
    let replies = ask_and_ping(&mut server, &ann, "charge", card.clone());
    assert_eq!((replies.len(), &replies[0]["status"]), (2, &json!(TIMED_OUT.0)), "{replies:?}");
    heal(&mut server);
    let again = server.ask(&ann, "charge", card);
    assert_eq!(again["status"], 202, "the card has been taken: {again}");
    assert_eq!(points(&mut server, &ann), "100", "and was credited once");
}

#[test]
fn a_ticket_for_points_and_an_operators_change_are_pending_too() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 100);
    let (bob, _) = rich(&mut server, "bob", 100);
    server.platforms.network = Network::HoldsRequests;
    let ticket = json!({"mode": "coin", "pay_with": "points"});
    let replies = ask_and_ping(&mut server, &bob, "buy_ticket", ticket);
    assert_eq!((replies.len(), &replies[0]["message"]), (2, &json!("pending")), "{replies:?}");
    let operator = server.connect();
    let token = raidkeep::studio::testing::OPERATOR_TOKEN;
    let operator = TestPlayer { connection: operator, token: token.to_owned() };
    let change = json!({"name": name, "type": 1, "money": 5, "text": "a gift"});
    let replies = ask_and_ping(&mut server, &operator, "manual", change);
    assert_eq!((replies.len(), &replies[0]["message"]), (2, &json!("pending, see order_list")), "{replies:?}");
    heal(&mut server);
    pass(&mut server, &[10, 5, 5, 5]);
    assert_eq!(points(&mut server, &ann), "105", "the change was made once");
}

#[test]
fn a_buyer_is_answered_whenever_the_disk_fails() {
    for writes in 0..8 {
        let mut server = TestServer::new();
        let ann = server.player("ann");
        let request = json!({"world": 0, "function": "buy_item", "data": {"offer": "diamonds_60"}}).to_string();
        server.disks().log.fail_after(writes);
        server.post(ann.connection, &request);
        server.step(40);
        let replies = server.collect(ann.connection);
        let status = |reply: &String| serde_json::from_str::<Value>(reply).unwrap_or_default()["status"].as_i64();
        let statuses: Vec<Option<i64>> =
            replies.iter().filter(|reply| !reply.contains("\"event\"")).map(status).collect();
        assert!(
            matches!(statuses[..], [Some(0 | 95 | 16 | -2)]),
            "after {writes} writes one answer that tells whether to ask again: {replies:?}"
        );
    }
}
