//! What happens to an order whose answer is lost, and what players and operators see of it.

use std::time::Duration;

use crate::payer::{
    DECIDED, DIAMONDS_60, UNSETTLED, bought_with, check, diamonds, faults, paid, pass, points, post, reply, rich, sent,
    settled, state_of,
};
use raidkeep::engine::exchange::{Exchange, Method};
use raidkeep::game::platforms::signature::signed_query;
use raidkeep::sandbox::{Misbehavior, SandboxSettings};
use raidkeep::studio::testing::{Network, OPERATOR_TOKEN, TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

fn resend(server: &mut TestServer, ann: &TestPlayer) -> Value {
    post(server, ann, "buy_item", json!({"offer": DIAMONDS_60}), Some("k1"));
    reply(server, ann)
}

#[test]
fn a_lost_answer_is_found_among_the_records_and_told_by_an_event() {
    let (mut server, ann, order) = bought_with(Misbehavior::LoseAnswer);
    pass(&mut server, &DECIDED);
    assert_eq!(server.events(ann.connection), [settled(&order, "granted", "", &["3:5:60"], json!(94))]);
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server), sent(&server, "Pay")), (60, 1, 1));
    assert_eq!(server.ask(&ann, "list_orders", json!({}))["data"]["orders"], json!([]));
}

#[test]
fn while_an_order_is_in_doubt_its_buyer_cannot_make_another() {
    let (mut server, ann, order) = bought_with(Misbehavior::LatencyMs(3_600_000));
    check(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS_60}), UNSETTLED);
    check(&mut server, &ann, "buy_ticket", json!({"mode": "coin", "pay_with": "diamond"}), UNSETTLED);
    let open = server.ask(&ann, "list_orders", json!({}))["data"]["orders"].clone();
    let created_at = server.now_ms() / 1000 - 10;
    let own = json!([{"order": order, "offer": "60钻石", "price": 6, "state": "in_doubt", "created_at": created_at}]);
    assert_eq!(open, own);
    let (bob, _) = rich(&mut server, "bob", 100);
    assert_eq!(server.ask(&bob, "list_orders", json!({}))["data"]["orders"], json!([]), "orders are the buyer's own");
    assert_eq!(server.ask(&bob, "buy_item", json!({"offer": DIAMONDS_60}))["data"]["state"], "granted");
}

#[test]
fn an_answer_after_the_deadline_counts() {
    let (mut server, ann, order) = bought_with(Misbehavior::LatencyMs(12_000));
    faults(&mut server, "CheckRecord", &[const { Misbehavior::HttpStatus(503) }; 3]);
    pass(&mut server, &[2]);
    assert_eq!(state_of(&mut server, &order), "granted");
    assert_eq!(server.events(ann.connection), [settled(&order, "granted", "", &["3:5:60"], json!(94))]);
}

#[test]
fn an_answer_that_comes_together_with_that_to_a_question_about_it_counts() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    server.platforms.network = Network::HoldsAnswers;
    server.platforms.network_of = Some("Pay");
    post(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS_60}), None);
    pass(&mut server, &[10]);
    server.platforms.network_of = None;
    let order = reply(&mut server, &ann)["data"]["order"].clone();
    pass(&mut server, &[5]);
    server.platforms.network = Network::Carries;
    server.settle();
    assert_eq!(state_of(&mut server, &order), "granted", "a paid order is granted, whatever is queried");
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server)), (60, 1));
}

#[test]
fn a_repeated_request_changes_nothing_while_its_order_is_pending_and_after() {
    let (mut server, ann, order) = bought_with(Misbehavior::LatencyMs(3_600_000));
    let pending = resend(&mut server, &ann);
    assert_eq!((&pending["data"]["order"], &pending["data"]["state"]), (&order, &json!("pending")));
    let mut server = server.crash_and_reopen();
    server.connect();
    let ann = TestPlayer { connection: server.connect(), ..ann };
    assert_eq!(resend(&mut server, &ann), pending, "also after a crash");
    pass(&mut server, &DECIDED);
    assert_eq!(
        resend(&mut server, &ann),
        pending,
        "also once it is settled: the event and get_player_info show the result"
    );
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server), sent(&server, "Pay")), (60, 1, 1));
}

#[test]
fn a_repeated_request_gets_the_reply_of_the_first_also_after_a_crash() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    let first = resend(&mut server, &ann);
    assert_eq!(first["data"]["state"], "granted", "{first}");
    assert_eq!(resend(&mut server, &ann), first);
    let mut server = server.crash_and_reopen();
    let ann = TestPlayer { connection: server.connect(), ..ann };
    assert_eq!(resend(&mut server, &ann), first);
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server)), (60, 1));
}

#[test]
fn a_request_that_was_refused_because_the_server_was_busy_may_be_sent_again_with_its_key() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    faults(&mut server, "CheckMoney", &[Misbehavior::HttpStatus(503)]);
    let ask = |server: &mut TestServer| {
        post(server, &ann, "check_money", json!({}), Some("k1"));
        reply(server, &ann)
    };
    assert_eq!(ask(&mut server)["status"], 16);
    assert_eq!(ask(&mut server)["data"][0]["money"], "100", "status 16 says: retry, best with the same key");
}

#[test]
fn a_buyer_who_is_put_away_is_granted_and_finds_the_goods() {
    let (mut server, ann, order) = bought_with(Misbehavior::LatencyMs(30_000));
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(1000));
    assert_eq!(server.players_in_memory(), 0, "an order keeps nobody in memory");
    pass(&mut server, &DECIDED);
    assert_eq!(state_of(&mut server, &order), "granted");
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server)), (60, 1));
}

#[test]
fn a_buyer_who_has_gone_before_the_reply_is_granted_all_the_same() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    server.platforms.network = Network::HoldsAnswers;
    post(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS_60}), Some("k1"));
    server.reconnect_all();
    server.platforms.network = Network::Carries;
    server.settle();
    assert_eq!(diamonds(&mut server, &ann), 60);
    let again = resend(&mut server, &ann);
    assert_eq!(again["data"]["state"], "granted", "the reply that nobody read is kept: {again}");
    assert_eq!(paid(&mut server), 1);
}

#[test]
fn orders_that_find_the_line_full_go_on_as_soon_as_there_is_room() {
    let mut setup = TestSetup::default();
    setup.settings.platforms.mcrmb.as_mut().expect("payments are set up").line.in_flight = 3;
    let mut server = TestServer::with(setup);
    server.connect();
    let buyers: Vec<TestPlayer> = (0..40).map(|at| rich(&mut server, &format!("buyer {at}"), 100).0).collect();
    for buyer in &buyers {
        let data = json!({"offer": DIAMONDS_60, "token": buyer.token});
        server.post(buyer.connection, &json!({"world": 0, "function": "buy_item", "data": data}).to_string());
    }
    server.settle();
    for buyer in &buyers {
        assert_eq!(reply(&mut server, buyer)["data"]["state"], "granted", "without a second passing");
    }
}

#[test]
fn a_server_that_cannot_store_an_order_tells_nobody_that_there_is_one() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    server.disks().log.fail_after(0);
    post(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS_60}), Some("k1"));
    assert_eq!(reply(&mut server, &ann)["status"], 16);
    assert_eq!(sent(&server, "Pay"), 0, "an order that is not on disk is not carried out");
    let mut server = server.crash_and_reopen();
    let ann = TestPlayer { connection: server.connect(), ..ann };
    assert_eq!(resend(&mut server, &ann)["data"]["state"], "granted", "the same key can be used again");
    assert_eq!((diamonds(&mut server, &ann), paid(&mut server)), (60, 1));
}

// Operators.

/// An order that cannot settle by itself: other payments have pushed its record out of sight.
fn hidden(is_paid: bool) -> (TestServer, TestPlayer, Value) {
    let fault = if is_paid { Misbehavior::LoseAnswer } else { Misbehavior::HttpStatus(503) };
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 100);
    faults(&mut server, "Pay", &[fault]);
    post(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS_60}), Some("k1"));
    let order = reply(&mut server, &ann)["data"]["order"].clone();
    let now_ms = server.now_ms();
    for _ in 0..7 {
        server.platforms.sandbox.receive(&payment_elsewhere(&name), now_ms);
    }
    pass(&mut server, &DECIDED);
    assert_eq!(state_of(&mut server, &order), "operator");
    (server, ann, order)
}

/// A payment made by another server.
fn payment_elsewhere(name: &str) -> Exchange {
    let key = SandboxSettings::shipped().expect("the shipped sandbox should be valid").key;
    let parameters = [("sid", "1"), ("wname", name), ("use", "another server"), ("money", "6")];
    let url = format!("http://sandbox/Api/Pay?{}", signed_query(&parameters, &key));
    Exchange { method: Method::Get, url, headers: vec![("User-Agent", "java".to_owned())], body: Vec::new() }
}

#[test]
fn what_cannot_be_known_is_on_the_operators_list_and_resolved_once() {
    for is_paid in [true, false] {
        let (mut server, ann, order) = hidden(is_paid);
        let events = server.events(ann.connection);
        assert_eq!(events.last(), Some(&settled(&order, "operator", "an operator looks into it", &[], Value::Null)));
        check(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS_60}), UNSETTLED);
        let listed = server.operate("order_list", json!({"state": "operator"}));
        let numbers: Vec<&Value> =
            listed["data"]["orders"].as_array().into_iter().flatten().map(|o| &o["order"]).collect();
        assert_eq!(numbers, [&order], "{listed}");
        let resolve = json!({"order": order, "paid": is_paid, "reason": "looked it up"});
        let resolved = server.operate("order_resolve", resolve.clone());
        assert_eq!(resolved["data"]["state"], if is_paid { "paid" } else { "refused" }, "{resolved}");
        server.settle();
        let (state, has) = if is_paid { ("granted", 60) } else { ("refused", 0) };
        assert_eq!((state_of(&mut server, &order), diamonds(&mut server, &ann)), (json!(state), has));
        let events = server.events(ann.connection);
        assert_eq!(events.last().map(|event| &event["data"]["state"]), Some(&json!(state)));
        assert_eq!(server.operate("order_resolve", resolve)["status"], 99, "an order that is over stays as it is");
        assert_eq!(diamonds(&mut server, &ann), has);
        assert_eq!(server.operate("order_list", json!({"state": "operator"}))["data"]["orders"], json!([]));
    }
}

#[test]
fn an_operator_sees_every_step_of_an_order() {
    let (mut server, _, order) = bought_with(Misbehavior::LoseAnswer);
    pass(&mut server, &DECIDED);
    let shown = server.operate("order_inspect", json!({"order": order}))["data"].clone();
    let steps: Vec<&str> =
        shown["history"].as_array().into_iter().flatten().filter_map(|s| s["state"].as_str()).collect();
    assert_eq!(steps, ["written", "sent", "in_doubt", "paid", "granted"], "{shown}");
    assert_eq!((&shown["order"], &shown["subject"], &shown["points_left"]), (&order, &json!("60钻石"), &json!(94)));
    assert_eq!(shown["wish"]["price"], 6, "{shown}");
    let number = order.as_str().and_then(|order| order.rsplit('-').next()).expect("a number");
    assert_eq!(server.operate("order_inspect", json!({"order": number}))["data"], shown, "the number alone will do");
    for unknown in ["RK-9", "x", "", "18446744073709551615"] {
        let reply = server.operate("order_inspect", json!({"order": unknown}));
        assert_eq!(reply, json!({"status": 99, "message": "no such order"}), "{unknown}");
    }
}

#[test]
fn orders_are_listed_latest_first_and_page_by_page() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 1000);
    for _ in 0..5 {
        assert_eq!(server.ask(&ann, "buy_item", json!({"offer": DIAMONDS_60}))["status"], 0);
    }
    let (mut pages, mut before) = (Vec::<Vec<u64>>::new(), Value::Null);
    loop {
        let reply = server.operate("order_list", json!({"limit": 2, "before": before}));
        let page = reply["data"]["orders"].as_array().expect("a list of orders").clone();
        pages.push(page.iter().filter_map(|order| order["order"].as_str()?.rsplit('-').next()?.parse().ok()).collect());
        before = reply["data"]["next"].clone();
        if before.is_null() {
            break;
        }
    }
    assert_eq!(pages, [vec![5, 4], vec![3, 2], vec![1]]);
    for (data, field) in [
        (json!({"limit": 0}), "data.limit"),
        (json!({"limit": 501}), "data.limit"),
        (json!({"before": "x"}), "data.before"),
    ] {
        let reply = server.operate("order_list", data);
        assert!(
            reply["status"] == 13 && reply["message"].as_str().is_some_and(|told| told.starts_with(field)),
            "{reply}"
        );
    }
}

/// Such an order was once listed nowhere: open when the closed orders were read, and closed when the open ones were.
#[test]
fn an_order_that_ends_while_it_is_listed_is_in_the_list() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    server.platforms.network = Network::HoldsAnswers;
    server.platforms.network_of = Some("Pay");
    post(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS_60}), None);
    server.hold_reads();
    let data = json!({"token": OPERATOR_TOKEN});
    server.post(0, &json!({"world": 0, "function": "order_list", "data": data}).to_string());
    server.settle();
    server.platforms.network = Network::Carries;
    server.settle();
    assert_eq!(reply(&mut server, &ann)["data"]["state"], "granted", "the order ends while its list is being read");
    server.release_reads();
    server.settle();
    let listed: Value = serde_json::from_str(&server.collect(0)[0]).expect("a reply is JSON");
    let orders = listed["data"]["orders"].as_array().expect("a list of orders");
    assert_eq!(orders.len(), 1, "each order is listed once, whenever it ends: {listed}");
    assert_eq!(orders[0]["state"], "granted");
}

#[test]
fn an_order_in_the_operators_hands_is_found_behind_any_number_of_others() {
    let (mut server, _, order) = hidden(false);
    let buyers: Vec<_> = (0..3).map(|at| rich(&mut server, &format!("buyer {at}"), 100).0).collect();
    faults(&mut server, "Pay", &[const { Misbehavior::HttpStatus(503) }; 3]);
    for buyer in &buyers {
        post(&mut server, buyer, "buy_item", json!({"offer": DIAMONDS_60}), None);
    }
    let listed = server.operate("order_list", json!({"state": "operator", "limit": 1}))["data"]["orders"].clone();
    assert_eq!(listed[0]["order"], order, "{listed}");
}

#[test]
fn an_operator_adds_takes_and_sets_points() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 0);
    let manual = |server: &mut TestServer, kind: i64, money: i64| {
        server.operate("manual", json!({"name": name, "type": kind, "money": money, "text": "gift"}))
    };
    for (kind, money, after) in [(1, 50, 50), (1, 10, 60), (2, 20, 40), (3, 70, 70), (3, 5, 5), (3, 0, 0), (3, 9, 9)] {
        let reply = manual(&mut server, kind, money);
        assert_eq!((&reply["status"], &reply["data"]["state"]), (&json!(0), &json!("granted")), "{reply}");
        assert_eq!(reply["data"]["money"], after, "type {kind}: {reply}");
    }
    assert_eq!(points(&mut server, &ann), "9");
    let short = manual(&mut server, 2, 10);
    let data = json!([{"money": "9", "need": "1"}]);
    assert_eq!(short, json!({"status": 202, "message": "API接口扣款操作失败，余额不足。", "data": data}));
    let same = manual(&mut server, 3, 9);
    assert_eq!((&same["status"], &same["message"]), (&json!(303), &json!("API设置余额操作失败(余额无变化!)")));
    let (_, bob) = rich(&mut server, "bob", 0);
    let nobody = server.operate("manual", json!({"name": bob, "type": 2, "money": 1, "text": "fee"}));
    assert_eq!(nobody["status"], 203, "{nobody}");
    let moved = server.operate("ledger_list", json!({"name": name}))["data"]["entries"].clone();
    let changes: Vec<i64> =
        moved.as_array().into_iter().flatten().filter_map(|m| m["points"]["change"].as_i64()).collect();
    assert_eq!(changes, [9, -5, -65, 30, -20, 10, 50], "{moved}");
}

#[test]
fn an_operator_is_told_what_is_wrong_with_a_change_of_points() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 10);
    let good = json!({"name": name, "type": 1, "money": 5, "text": "gift"});
    for (field, value, status) in [
        ("name", json!("nobody"), 99),
        ("type", json!(0), 13),
        ("type", json!(4), 13),
        ("money", json!(0), 13),
        ("money", json!(-5), 13),
        ("money", json!(1_000_000_001), 13),
        ("money", json!("x"), 13),
        ("text", json!(" "), 13),
        ("text", json!("长".repeat(61)), 13),
    ] {
        let mut wrong = good.clone();
        wrong[field] = value.clone();
        let reply = server.operate("manual", wrong);
        assert_eq!(reply["status"], status, "{field} {value}: {reply}");
    }
    assert_eq!(server.ask(&ann, "manual", good)["status"], 11, "players are no operators");
    assert_eq!(sent(&server, "Manual"), 0);
}

#[test]
fn points_that_an_operator_adds_are_added_once_when_the_answer_is_lost() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 10);
    for fault in [Misbehavior::LoseAnswer, Misbehavior::ApplyLate { after_ms: 40_000 }] {
        faults(&mut server, "Manual", &[fault]);
        let reply = server.operate("manual", json!({"name": name, "type": 1, "money": 5, "text": "gift"}));
        assert_eq!((&reply["status"], &reply["message"]), (&json!(0), &json!("pending, see order_list")), "{reply}");
        let again = server.operate("manual", json!({"name": name, "type": 1, "money": 5, "text": "gift"}));
        assert_eq!(again["status"], 98, "a second one has to wait for the first: {again}");
        pass(&mut server, &DECIDED);
        assert_eq!(state_of(&mut server, &reply["data"]["order"]), "granted");
        assert!(server.events(ann.connection).is_empty(), "players get no events for an operator's changes");
    }
    assert_eq!((points(&mut server, &ann), sent(&server, "Manual")), (json!("20"), 2));
}
