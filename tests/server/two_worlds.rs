//! Two worlds of one server share the platforms, and nothing on them: no purse, no round, no number.

use std::process::Command;

use raidkeep::engine::clock::wall_ms;
use raidkeep::engine::storage::store::Store;
use raidkeep::engine::storage::{Batch, encode_value};
use raidkeep::game::platforms::secret::Secret;
use raidkeep::game::platforms::signature::SudAuth;
use raidkeep::game::platforms::sud::query::QUERY_PATH;
use serde_json::{Value, json};

use crate::bank::{APP_SECRET, Bank};
use crate::process::{Client, Host, OPERATOR, PROGRAM, Server, wait_for};

const APP_ID: &str = "1461564080052506636";

/// A guest of a world.
struct Guest {
    world: u32,
    client: Client,
    role: String,
}

impl Guest {
    fn join(server: &Server, world: u32, device: &str) -> Self {
        let mut client = server.connect();
        let login = client.ask_in(world, "login_unique", json!({"unique_id": device}));
        assert!(matches!(login["status"].as_i64(), Some(0 | 1)), "{login}");
        let info = client.ask_in(world, "get_player_info", json!({}));
        let role = info["data"]["name"].as_str().expect("a guest has a name").to_owned();
        Self { world, client, role }
    }

    fn succeed(&mut self, function: &str, data: Value) -> Value {
        let reply = self.client.ask_in(self.world, function, data);
        assert_eq!(reply["status"], 0, "{function}: {reply}");
        reply["data"].clone()
    }

    /// Null where there never were points.
    fn points(&mut self) -> Value {
        let reply = self.client.ask_in(self.world, "check_money", json!({}));
        assert_ne!(reply["status"], 16, "the platform should answer: {reply}");
        reply["data"][0]["money"].clone()
    }
}

/// Asks about a round as SUD does: the HTTP status and the answer.
fn query(server: &Server, nonce: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    let auth = SudAuth::sign(APP_ID, wall_ms(), nonce, body.as_bytes(), &Secret::new(APP_SECRET)).to_header();
    let (status, reply) = server.http_with_body("POST", QUERY_PATH, &[&format!("Authorization: {auth}")], &body);
    let (_, body) = reply.split_once("\r\n\r\n").expect("an answer has a head");
    (status, serde_json::from_str(body).unwrap_or_else(|error| panic!("the answer should be JSON, {error}: {reply}")))
}

/// Two guests of a world begin a battle; its number.
fn battle(server: &Server, world: u32) -> (Guest, Guest, String) {
    let (mut ann, mut bob) = (Guest::join(server, world, "ann"), Guest::join(server, world, "bob"));
    let id = ann.succeed("challenge", json!({"role1": ann.role, "role2": bob.role}))["id"].clone();
    assert_eq!(bob.succeed("accept_c", json!({"id": id, "status": true})), json!({"status": true}));
    (ann, bob, id.as_str().expect("a challenge has a number").to_owned())
}

#[test]
fn guests_of_two_worlds_and_players_of_one_name_do_not_share_points() {
    let host = Host::new(&["--worlds", "2"]);
    let bank = Bank::open(&host);
    let host = bank.serve(host);
    let server = host.start();
    let (mut here, mut there) = (Guest::join(&server, 0, "ann"), Guest::join(&server, 1, "ann"));
    assert_eq!((here.role.as_str(), there.role.as_str()), ("玩家#1", "玩家#1"), "each is the first of its world");
    bank.grant("玩家#1@0", 100);
    assert_eq!((here.points(), there.points()), (json!("100"), Value::Null));
    let short = there.client.ask_in(1, "buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(short["status"], 95, "the guest of world 1 has no points: {short}");
    here.succeed("buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(here.points(), json!("94"));
    bank.grant("Sword@1", 50);
    let mut purses = Vec::new();
    for world in [0, 1] {
        let mut client = server.connect();
        let account = json!({"email": "sword@mail.example", "username": "Sword", "password": "0123456789", "ip": ""});
        let signed_up = client.ask_in(world, "signup", account.clone());
        assert_eq!(signed_up["data"]["status_code"], 200, "a name belongs to its world: {signed_up}");
        client.ask_in(world, "login", account);
        let mut sword = Guest { world, client, role: "Sword".to_owned() };
        purses.push(sword.points());
    }
    assert_eq!(purses, [Value::Null, json!("50")], "one name in both worlds is two purses");
}

#[test]
fn a_query_finds_the_round_of_any_world() {
    let host = Host::new(&["--worlds", "2"]);
    let bank = Bank::open(&host);
    let host = bank.serve(host);
    let server = host.start();
    let battles = [battle(&server, 0), battle(&server, 1)];
    assert_ne!(battles[0].2, battles[1].2, "rooms and keys of two worlds differ");
    for (world, (.., key)) in battles.iter().enumerate() {
        let (status, answer) = query(&server, &format!("key-{world}"), &json!({"report_game_info_key": key}));
        assert_eq!((status, &answer["ret_code"]), (200, &json!(0)), "a round of world {world}: {answer}");
        assert_eq!(answer["data"]["room_id"], json!(key));
        let round = answer["data"]["match_id"].clone();
        let reported = || bank.state().contains(round.as_str().expect("a round has an id")).then_some(());
        wait_for("the report of the round", reported);
        let (_, by_id) = query(&server, &format!("id-{world}"), &json!({"match_id": round}));
        assert_eq!(by_id["data"], answer["data"], "the round that was reported");
    }
    let (_, nobody) = query(&server, "nobody", &json!({"match_id": "RK00000000-E100000000-1"}));
    assert_eq!(nobody["ret_code"], 70420, "{nobody}");
    let (status, _) = query(&server, "nobody", &json!({"match_id": "again"}));
    assert_eq!(status, 401, "a nonce counts once, whichever world answered");
}

/// Stores an account as earlier programs did: name, e-mail, device, password, made at.
fn account_of_before(host: &Host, world: &str, number: u64, name: &str, device: &str) {
    let mut store = Store::open_folder(&host.data(), world).expect("a stopped server's folder can be opened");
    let mut batch = Batch::new(store.recovered.last_batch.next(), store.recovered.moment_ms.unwrap_or_default());
    let row = (name, None::<String>, Some(device), None::<String>, 0_i64);
    batch.put("accounts", &number.to_be_bytes(), |out| encode_value(1, &row, out));
    store.log.append(&[batch], 0).expect("the log should be writable");
}

#[test]
fn accounts_of_before_that_share_a_purse_are_listed_at_the_start_until_one_gets_another() {
    let host = Host::new(&["--worlds", "2"]);
    let bank = Bank::open(&host);
    let host = bank.serve(host);
    let mut server = host.start();
    for world in [0, 1] {
        Guest::join(&server, world, "ann");
    }
    server.signal("TERM");
    server.process.wait();
    for world in ["world-0", "world-1"] {
        account_of_before(&host, world, 1, "玩家#1", "ann");
    }
    let mut server = host.start();
    let told = "玩家#1 of world-0 (玩家#1), 玩家#1 of world-1 (玩家#1)";
    wait_for("the list of shared purses", || server.process.stderr().contains(told).then_some(()));
    bank.grant("玩家#1", 100);
    assert_eq!(Guest::join(&server, 1, "ann").points(), json!("100"), "it keeps what it had");
    let assign = json!({"token": OPERATOR, "name": "玩家#1"});
    let assigned = server.connect_operator().ask_in(1, "wname_assign", assign);
    assert_eq!(assigned["data"]["wname"], "玩家#1@1", "{assigned}");
    assert_eq!(Guest::join(&server, 1, "ann").points(), Value::Null, "from now on it has its own");
    assert_eq!(Guest::join(&server, 0, "ann").points(), json!("100"), "and the other keeps the purse");
    server.signal("TERM");
    server.process.wait();
    let data = host.data();
    let verified = Command::new(PROGRAM).args(["verify", "--data"]).arg(&data).output().expect("the program runs");
    let verified = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.contains("world-1: consistent") && !verified.contains("share a purse"), "{verified}");
}

#[test]
fn each_start_gives_numbers_that_no_copy_gives() {
    let host = Host::new(&["--worlds", "2"]);
    let bank = Bank::open(&host);
    let host = bank.serve(host);
    let mut server = host.start();
    bank.grant("玩家#1@1", 100);
    Guest::join(&server, 1, "ann");
    server.signal("TERM");
    server.process.wait();
    let copy = |from: &str, to: &str| {
        for file in ["world-1.rows.redb", "world-1.log", "world-1.mark"] {
            let (from, to) = (host.path(from).join(file), host.path(to).join(file));
            std::fs::create_dir_all(to.parent().expect("a file is in a folder")).expect("a folder should be possible");
            std::fs::copy(from, to).expect("a stopped server's files can be copied");
        }
    };
    copy("data", "copy");
    let mut orders = Vec::new();
    for _ in 0..2 {
        copy("copy", "data");
        let mut server = host.start();
        let bought = Guest::join(&server, 1, "ann").succeed("buy_item", json!({"offer": "diamonds_60"}));
        orders.push(bought["order"].clone());
        server.signal("TERM");
        server.process.wait();
    }
    let ends = |order: &Value| order.as_str().is_some_and(|order| order.ends_with("-1"));
    assert!(orders.iter().all(ends), "both are the first order to their copy: {orders:?}");
    assert_ne!(orders[0], orders[1], "the platform can tell them apart");
}
