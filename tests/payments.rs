//! Points, orders and the shop, through the protocol, against the sandbox of the platform.

use raidkeep::platforms::sandbox::SandboxSettings;
use raidkeep::testing::{Network, TestPlayer, TestServer};
use serde_json::{Value, json};

const CNUM: &str = "88000000000000001";
const CPWD: &str = "123456789012345678";

fn rich(server: &mut TestServer, device: &str, points: i64) -> (TestPlayer, String) {
    let player = server.player(device);
    let info = server.ask(&player, "get_player_info", json!({}));
    let name = info["data"]["name"].as_str().expect("a name").to_owned();
    if points > 0 {
        let now_ms = server.now_ms();
        server.platforms.sandbox.grant(&name, points, now_ms).expect("points may be granted");
    }
    (player, name)
}

fn points(server: &mut TestServer, player: &TestPlayer) -> Value {
    server.ask(player, "check_money", json!({}))["data"][0]["money"].clone()
}

#[test]
fn an_offer_is_paid_with_points_and_granted() {
    let mut server = TestServer::new();
    let (ann, _) = rich(&mut server, "ann", 100);
    let reply = server.ask(&ann, "buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(reply["status"], 0, "{reply}");
    assert_eq!(reply["data"]["state"], "granted", "{reply}");
    assert_eq!(reply["data"]["reward"], json!(["3:5:60"]), "{reply}");
    assert_eq!(reply["data"]["remain"], json!(["3:5:60"]), "{reply}");
    assert_eq!(reply["data"]["points"], 94, "{reply}");
    assert_eq!(points(&mut server, &ann), json!("94"));
}
