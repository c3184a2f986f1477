//! Players with points on the platform's sandbox, for the tests of payments.

use raidkeep::sandbox::{Fault, Misbehavior, Platform};
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

/// A card that exists in the sandbox without being added, with the lengths of channel 1. It is worth 100 points.
pub(crate) const CARD: (&str, &str) = ("88000000000000001", "123456789012345678");
/// An offer of 60 diamonds for 6 points.
pub(crate) const DIAMONDS_60: &str = "diamonds_60";
/// How a second order is refused.
pub(crate) const UNSETTLED: (i64, &str) = (98, "an earlier order is still being settled");
/// The platform's message for a purchase that costs too much.
pub(crate) const SHORT: &str = "您的余额不足,请充值!";
/// How a request whose exchange takes too long is answered.
pub(crate) const TIMED_OUT: (i64, &str) = (-2, "timed out, retry with the same once key");

/// A player with points, and its name on the platform.
pub(crate) fn rich(server: &mut TestServer, device: &str, points: i64) -> (TestPlayer, String) {
    // The first connection is the operator's, so that nobody's unanswered request holds it up.
    if device == "ann" {
        server.connect();
    }
    let player = server.player(device);
    let info = server.ask(&player, "get_player_info", json!({}));
    let name = info["data"]["name"].as_str().expect("everybody has a name").to_owned();
    if points > 0 {
        let now_ms = server.now_ms();
        server.platforms.sandbox.grant(&name, points, now_ms).expect("points may be granted");
    }
    (player, name)
}

/// Makes the platform misbehave in these ways in the next requests to a call.
pub(crate) fn faults(server: &mut TestServer, call: &str, faults: &[Misbehavior]) {
    let fault = |fault: &Misbehavior| Fault {
        platform: Platform::Mcrmb,
        call: Some(call.to_owned()),
        fault: fault.clone(),
        times: Some(1),
    };
    server.platforms.sandbox.set_faults(faults.iter().map(fault).collect()).expect("the faults are right");
}

/// The player's points according to the platform.
pub(crate) fn points(server: &mut TestServer, player: &TestPlayer) -> Value {
    server.ask(player, "check_money", json!({}))["data"][0]["money"].clone()
}

/// The diamonds of a player.
pub(crate) fn diamonds(server: &mut TestServer, player: &TestPlayer) -> i64 {
    let info = server.ask(player, "get_player_info", json!({}));
    let items = info["data"]["items"].as_array().unwrap_or_else(|| panic!("a list of items: {info}"));
    items.iter().filter_map(|item| item.as_str()?.strip_prefix("3:5:")?.parse::<i64>().ok()).sum()
}

/// The payments that the platform has carried out for orders of this world.
pub(crate) fn paid(server: &mut TestServer) -> usize {
    let now_ms = server.now_ms();
    server.platforms.sandbox.history(now_ms).len()
}

/// How often a call has left the server.
pub(crate) fn sent(server: &TestServer, call: &str) -> usize {
    let ending = format!("/{call}");
    server.platforms.sent.iter().filter(|exchange| exchange.endpoint().ends_with(&ending)).count()
}

/// Asserts the refusal, without data, and that nothing is sent to the platform.
pub(crate) fn check(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value, expect: (i64, &str)) {
    let before = (sent(server, "Pay"), sent(server, "Charge"));
    let reply = server.ask(player, function, data.clone());
    assert_eq!(reply, json!({"status": expect.0, "message": expect.1}), "{function} with {data}");
    assert_eq!((sent(server, "Pay"), sent(server, "Charge")), before, "{function} with {data}: nothing is sent");
}

/// Sends a request and does not wait for its reply.
pub(crate) fn post(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value, once: Option<&str>) {
    data["token"] = player.token.clone().into();
    let mut request = json!({"world": 0, "function": function, "data": data});
    if let Some(once) = once {
        request["once"] = once.into();
    }
    server.post(player.connection, &request.to_string());
    server.settle();
}

/// The one reply received since.
pub(crate) fn reply(server: &mut TestServer, player: &TestPlayer) -> Value {
    server.settle();
    let replies = server.collect(player.connection);
    let [reply] = replies.as_slice() else { panic!("one reply should have come: {replies:?}") };
    serde_json::from_str(reply).expect("a reply is JSON")
}

/// Advances the clock step by step, following the retry schedule of an order in doubt.
pub(crate) fn pass(server: &mut TestServer, seconds: &[i64]) {
    for seconds in seconds {
        server.settle();
        server.advance_seconds(*seconds);
    }
    server.settle();
}

/// The delays until an order in doubt is decided.
pub(crate) const DECIDED: [i64; 9] = [5, 5, 10, 15, 30, 60, 120, 300, 600];

/// The state of an order, as operators see it.
pub(crate) fn state_of(server: &mut TestServer, order: &Value) -> Value {
    server.operate("order_inspect", json!({"order": order}))["data"]["state"].clone()
}

/// A player with 100 points buys 60 diamonds while the platform misbehaves, until the answer is given up on.
pub(crate) fn bought_with(fault: Misbehavior) -> (TestServer, TestPlayer, Value) {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    faults(&mut server, "Pay", &[fault]);
    post(&mut server, &ann, "buy_item", json!({"offer": DIAMONDS_60}), Some("k1"));
    pass(&mut server, &[10]);
    let pending = reply(&mut server, &ann);
    let data = json!({"order": pending["data"]["order"], "state": "pending", "remain": [], "reward": []});
    assert_eq!(pending, json!({"status": 0, "message": "pending", "data": data}), "nobody knows yet");
    let order = data["order"].clone();
    (server, ann, order)
}

/// The event that tells how an order of 60 diamonds went on.
pub(crate) fn settled(order: &Value, state: &str, message: &str, amounts: &[&str], points: Value) -> Value {
    json!({"event": "order_settled", "data": {
        "order": order, "offer": "60钻石", "state": state, "message": message,
        "remain": amounts, "reward": amounts, "points": points,
    }})
}
