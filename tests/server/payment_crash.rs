//! The real program pays over real HTTP and is killed at random moments: points taken = goods granted.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::bank::Bank;
use crate::process::{Client, Host, Lcg, Server, wait_for};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// Offers of the shipped shop: price in points, and diamonds.
const OFFERS: [(&str, i64, i64); 3] = [("diamonds_60", 6, 60), ("diamonds_300", 30, 300), ("diamonds_680", 68, 680)];
const ROUNDS: usize = 8;
const BUYERS_PER_ROUND: usize = 12;

/// A server whose game time runs twenty times as fast, with a retry schedule of a few seconds.
fn host() -> Host {
    Host::new(&["--clock", "x20"]).with(&[
        "--set",
        "platforms.mcrmb.orders.settle_after_seconds=[10, 20, 40]",
        "--set",
        "platforms.mcrmb.orders.watch_after_seconds=[30, 30]",
        "--set",
        "platforms.mcrmb.orders.retry_seconds=2",
        "--set",
        "platforms.mcrmb.circuit=(failures: 50, open_seconds: 5)",
    ])
}

fn faults(bank: &Bank, dice: &mut Lcg) {
    let ways = [
        json!("lose_answer"),
        json!({"apply_late": {"after_ms": 700}}),
        json!({"latency_ms": 900}),
        json!({"http_status": 503}),
        json!("garbage"),
        json!("wrong_types"),
        json!("cut_short"),
        json!({"refuse": {"code": 105, "msg": "提交的金额不对"}}),
    ];
    let mut any = || ways[dice.below(8) as usize].clone();
    let pay =
        [any(), any(), any()].map(|fault| json!({"platform": "mcrmb", "call": "Pay", "fault": fault, "times": 2}));
    let ask = json!({"platform": "mcrmb", "call": "CheckRecord", "fault": "lose_answer", "times": 2});
    bank.post("/faults", &json!([pay[0], pay[1], pay[2], ask]));
}

/// Logs a new buyer in and gives it points. Also returns its name.
fn buyer(server: &Server, bank: &Bank, device: &str) -> (Client, String) {
    let mut client = server.guest(device);
    let info = client.ask("get_player_info", json!({}));
    let name = info["data"]["name"].as_str().expect("everybody has a name").to_owned();
    bank.grant(&name, 200);
    (client, name)
}

/// Logs new buyers in, gives them points, and has them all buy without waiting.
fn buy(
    server: &Server,
    bank: &Bank,
    dice: &mut Lcg,
    names: &mut BTreeMap<String, String>,
    round: usize,
) -> Vec<Client> {
    let newcomers = round * BUYERS_PER_ROUND..(round + 1) * BUYERS_PER_ROUND;
    let mut clients: Vec<Client> = newcomers
        .map(|number| {
            let device = format!("buyer {number}");
            let (client, name) = buyer(server, bank, &device);
            names.insert(device, name);
            client
        })
        .collect();
    for client in &mut clients {
        for _ in 0..2 {
            let (offer, ..) = OFFERS[dice.below(3) as usize];
            let request = json!({"world": 0, "function": "buy_item", "data": {"offer": offer}}).to_string();
            client.send(Message::text(request)).expect("the server should read");
        }
    }
    clients
}

fn orders(server: &Server) -> Vec<Value> {
    let reply = server.operate("order_list", json!({"limit": 500}));
    assert_eq!(reply["data"]["next"], Value::Null, "all orders fit on a page");
    reply["data"]["orders"].as_array().unwrap_or_else(|| panic!("a list of orders: {reply}")).clone()
}

/// Whether its payment was in flight when the server was killed.
fn was_cut(server: &Server, order: &Value) -> bool {
    let shown = server.operate("order_inspect", json!({"order": order["order"]}));
    let steps = shown["data"]["history"].as_array().unwrap_or_else(|| panic!("all steps: {shown}"));
    steps.iter().any(|step| step["why"] == "the server stopped before the answer came")
}

fn is_over(order: &Value) -> bool {
    ["granted", "refused", "operator"].iter().any(|end| order["state"] == *end)
}

/// The payments that the platform has carried out, by the number of the order.
fn payments(bank: &Bank) -> BTreeMap<String, Vec<i64>> {
    let state: Value = serde_json::from_str(&bank.state()).expect("the state is JSON");
    let mut payments: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for payment in state["payments"].as_array().expect("a list of payments") {
        let number = payment["use"].as_str().and_then(|text| text.rsplit(' ').next()).expect("a purpose");
        payments.entry(number.to_owned()).or_default().push(payment["money"].as_i64().expect("an amount"));
    }
    payments
}

fn diamonds(server: &Server, device: &str) -> i64 {
    let info = server.guest(device).ask("get_player_info", json!({}));
    let items = info["data"]["items"].as_array().unwrap_or_else(|| panic!("a list of items: {info}"));
    items.iter().filter_map(|item| item.as_str()?.strip_prefix("3:5:")?.parse::<i64>().ok()).sum()
}

#[test]
fn a_server_that_is_killed_while_players_pay_takes_points_only_for_goods() {
    let host = host();
    let bank = Bank::open(&host);
    let host = bank.serve(host);
    let (mut dice, mut names) = (Lcg(4711), BTreeMap::new());
    for round in 0..ROUNDS {
        let mut server = host.start();
        faults(&bank, &mut dice);
        let clients = buy(&server, &bank, &mut dice, &mut names, round);
        std::thread::sleep(Duration::from_millis(dice.below(60)));
        server.process.kill();
        drop(clients);
    }
    bank.post("/faults", &json!([]));
    let server = host.start();
    wait_for("the end of every order", || orders(&server).iter().all(is_over).then_some(()));
    let (orders, mut payments) = (orders(&server), payments(&bank));
    let mut goods: BTreeMap<&str, i64> = BTreeMap::new();
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for order in &orders {
        let text = |key: &str| order[key].as_str().expect("a text");
        let price = order["wish"]["price"].as_i64().expect("a price");
        let paid = payments.remove(text("order")).unwrap_or_default();
        *ends.entry(text("state")).or_default() += 1;
        match text("state") {
            "granted" => {
                assert_eq!(paid, [price], "a granted order is paid once: {order}");
                let offer = OFFERS.iter().find(|(_, known, _)| *known == price).expect("a known price");
                *goods.entry(text("name")).or_default() += offer.2;
            }
            "refused" => assert_eq!(paid.len(), 0, "a refused order is not paid: {order}"),
            _ => panic!("nothing else moves these points, so the outcome of each order is known: {order}"),
        }
    }
    assert!(payments.is_empty(), "every payment has its order: {payments:?}");
    for (device, name) in &names {
        let granted = goods.get(name.as_str()).copied().unwrap_or_default();
        assert_eq!(diamonds(&server, device), granted, "each order is granted once to {name}");
    }
    assert!(ends.values().sum::<usize>() >= 40 && ends.len() == 2, "orders should have both outcomes: {ends:?}");
    let cut = orders.iter().filter(|order| was_cut(&server, order)).count();
    assert!(cut > 0, "no payment was in flight when the server was killed: {ends:?}");
}

#[test]
fn a_stop_answers_a_request_waiting_for_an_order_and_the_next_start_continues_it() {
    // Nothing but the stop ends the wait for the answer.
    let host = host().with(&["--set", "platforms.mcrmb.deadline_seconds=100000"]);
    let bank = Bank::open(&host);
    let host = bank.serve(host);
    let mut server = host.start();
    let (mut ann, name) = buyer(&server, &bank, "ann");
    bank.post("/faults", &json!([{"platform": "mcrmb", "call": "Pay", "fault": {"latency_ms": 20_000}}]));
    let request = json!({"world": 0, "function": "buy_item", "data": {"offer": "diamonds_60"}}).to_string();
    ann.send(Message::text(request)).expect("the server should read");
    wait_for("the payment", || (!payments(&bank).is_empty()).then_some(()));
    server.signal("TERM");
    let reply = ann.read_json().expect("a stopping server answers accepted requests");
    assert_eq!((&reply["message"], &reply["data"]["state"]), (&json!("pending"), &json!("pending")), "{reply}");
    assert_eq!(server.process.wait().code(), Some(0), "a waiting order does not delay the stop");
    bank.post("/faults", &json!([]));
    let server = host.start();
    wait_for("the end of the order", || orders(&server).iter().all(is_over).then_some(()));
    let order = orders(&server).remove(0);
    assert_eq!((&order["order"], &order["state"]), (&reply["data"]["order"], &json!("granted")), "{order}");
    assert_eq!((order["name"].as_str(), diamonds(&server, "ann")), (Some(name.as_str()), 60));
    assert_eq!(payments(&bank).values().map(Vec::len).sum::<usize>(), 1, "it was paid once");
}
