//! After a backup was put back, the payment platform knows what the world has lost; an operator is told.

use raidkeep::game::orders::{Order, OrderState};
use raidkeep::game::platforms::mcrmb::gateway::{Gateway, PlatformCall};
use raidkeep::studio::testing::{Network, TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

use crate::payer::{DECIDED, diamonds, pass, points, post, rich, state_of};

fn buy(server: &mut TestServer, player: &TestPlayer) -> Value {
    let reply = server.ask(player, "buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"]["order"].clone()
}

/// A payment that another program makes for a player.
fn pay_elsewhere(server: &mut TestServer, name: &str, purpose: &str, money: i64) {
    let now_ms = server.now_ms();
    let more = [("use", purpose), ("money", &money.to_string())];
    let exchange = server.simulation().world().resource::<Gateway>().call(PlatformCall::Pay, name, &more);
    server.platforms.sandbox.receive(&exchange.expect("there is a platform"), now_ms);
}

fn reconcile(server: &mut TestServer, name: &str) -> Value {
    let found = server.operate("order_reconcile", json!({"name": name}));
    assert_eq!(found["status"], 0, "{found}");
    found["data"].clone()
}

fn is_empty(list: &Value) -> bool {
    list.as_array().is_some_and(Vec::is_empty)
}

#[test]
fn a_world_that_was_not_restored_agrees_with_the_platform() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 100);
    buy(&mut server, &ann);
    buy(&mut server, &ann);
    let found = reconcile(&mut server, &name);
    assert_eq!((&found["fitting"], &found["wname"]), (&json!(2), &json!(name)), "{found}");
    for list in ["unknown_to_world", "unknown_to_platform", "different"] {
        assert!(is_empty(&found[list]), "{list}: {found}");
    }
    assert_eq!(found["others"].as_array().map(Vec::len), Some(1), "the points that were granted: {found}");
    server.fold();
    assert_eq!(reconcile(&mut server, &name), found, "orders are found on disk as in memory");
    let by_number = server.operate("order_reconcile", json!({"account": 1}));
    assert_eq!(by_number["data"], found);
    assert_eq!(server.operate("order_reconcile", json!({"name": "nobody"}))["status"], 99);
    assert_eq!(server.operate("order_reconcile", json!({}))["status"], 13);
}

#[test]
fn a_payment_that_the_restored_world_has_lost_is_told() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 100);
    let kept = buy(&mut server, &ann);
    let copy = server.copy();
    let lost = buy(&mut server, &ann);
    let mut server = server.put_back(copy);
    server.connect();
    let found = reconcile(&mut server, &name);
    let unknown = found["unknown_to_world"].as_array().expect("a list");
    assert_eq!(unknown.len(), 1, "{found}");
    let text = unknown[0]["text"].as_str().expect("a purpose");
    assert!(text.contains(lost.as_str().expect("a number")), "{text}");
    assert_eq!(unknown[0]["money"], -6);
    assert_eq!(found["fitting"], 1, "{kept} fits: {found}");
    let ann = server.player("ann");
    assert_eq!(diamonds(&mut server, &ann), 60, "telling changes nothing");
}

#[test]
fn an_order_that_the_platform_does_not_know_and_one_of_another_price_are_told() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 100);
    let order = buy(&mut server, &ann);
    server.settle();
    let mut fresh = TestServer::new();
    std::mem::swap(&mut server.platforms.sandbox, &mut fresh.platforms.sandbox);
    let found = reconcile(&mut server, &name);
    assert_eq!(found["unknown_to_platform"][0]["order"], order, "the platform was restored instead: {found}");
    let now_ms = server.now_ms();
    let other_price = format!("60钻石 {}", order.as_str().expect("a number"));
    server.platforms.sandbox.grant(&name, 50, now_ms).expect("points may be granted");
    pay_elsewhere(&mut server, &name, &other_price, 7);
    let found = reconcile(&mut server, &name);
    assert_eq!(found["different"][0]["order"]["order"], order, "{found}");
    assert_eq!(
        (&found["different"][0]["record"]["money"], &found["different"][0]["order"]["points"]),
        (&json!(-7), &json!(-6))
    );
    assert!(is_empty(&found["unknown_to_platform"]), "it knows it, at another price: {found}");
}

/// Both payments fitted their order, so nobody was told that the player had paid twice.
#[test]
fn a_second_payment_of_an_order_is_told() {
    let mut server = TestServer::new();
    let (ann, name) = rich(&mut server, "ann", 100);
    let order = buy(&mut server, &ann);
    server.settle();
    pay_elsewhere(&mut server, &name, &format!("60钻石 {}", order.as_str().expect("a number")), 6);
    let found = reconcile(&mut server, &name);
    assert_eq!(found["fitting"], 1, "one of them is right: {found}");
    assert_eq!(found["different"][0]["order"]["order"], order, "the other one is told: {found}");
}

#[test]
fn a_record_that_names_the_order_at_another_price_pays_for_nothing_and_goes_to_the_operator() {
    let mut server = TestServer::with(TestSetup::default().with_realm());
    let (ann, name) = rich(&mut server, "ann", 100);
    server.platforms.network_of = Some("Pay");
    server.platforms.network = Network::HoldsRequests;
    post(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}), None);
    server.settle();
    let world = server.simulation().world_mut();
    let order = world.query::<&Order>().single(world).expect("one order").clone();
    assert_eq!(order.state, OrderState::Sent, "nothing was answered");
    pay_elsewhere(&mut server, &name, &order.purpose(), 1);
    let mut server = server.crash_and_reopen();
    server.connect();
    pass(&mut server, &DECIDED);
    assert_eq!(state_of(&mut server, &json!(order.number)), "operator");
    let told = server.operate("order_inspect", json!({"order": order.number}))["data"]["history"].to_string();
    assert!(told.contains("another price"), "{told}");
    let incidents = server.operate("incident_list", json!({"kind": "order"}))["data"]["incidents"].take();
    assert_eq!(incidents[0]["what"], "a payment cannot be settled automatically", "{incidents}");
    assert_eq!(incidents[0]["detail"], format!("order {} of {name}", order.number));
    let ann = server.player("ann");
    assert_eq!(
        (diamonds(&mut server, &ann), points(&mut server, &ann)),
        (0, json!("99")),
        "one point buys no diamonds"
    );
}
