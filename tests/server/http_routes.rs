//! Functions as HTTP routes, and the platforms of a freshly started server: the real program, real HTTP.

use std::io::{Read, Write};
use std::time::Duration;

use crate::process::{Host, Server, status_of, wait_for};
use raidkeep::game::platforms::secret::Secret;
use raidkeep::game::platforms::signature::{SudAuth, discovery_path, signed_query};
use serde_json::{Value, json};

const APP_ID: &str = "1461564080052506636";
const QUERY: &str = "/v1/app/server/query_match_base";

fn secret() -> Secret {
    Secret::new("test-app-secret")
}

fn body_of(reply: &str) -> Value {
    let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).unwrap_or_else(|error| panic!("a reply should be JSON, {error}: {reply}"))
}

fn signed(nonce: &str, body: &str) -> String {
    let now_ms = raidkeep::engine::clock::wall_ms();
    format!("Authorization: {}", SudAuth::sign(APP_ID, now_ms, nonce, body.as_bytes(), &secret()).to_header())
}

fn query(server: &Server, nonce: &str, body: &str) -> (u16, String) {
    server.http_with_body("POST", QUERY, &[&signed(nonce, body)], body)
}

/// The address of the sandbox, from the server's output.
pub(crate) fn sandbox_of(server: &Server) -> String {
    // After what to try and where to play.
    let line = (0..3).map(|_| server.line()).find(|line| line.contains("SANDBOXED"));
    let line = line.expect("a first run says clearly that no real money is paid");
    let rest = line.split_once("http://").expect("it says where to look").1;
    rest.trim_end_matches("/state").to_owned()
}

fn post(address: &str, path: &str, body: &str) -> (u16, String) {
    exchange(address, "POST", path, body)
}

/// The id of the first round that was reported to the sandbox.
fn reported_round(address: &str) -> String {
    wait_for("the report of a round", || {
        let (_, state) = exchange(address, "GET", "/state", "");
        // The room has the id of the world too, behind its name.
        let from = state.find("\"RK")? + 1;
        let end = state[from..].find(|next: char| !next.is_ascii_alphanumeric() && next != '-')?;
        Some(state[from..from + end].to_owned())
    })
}

fn exchange(address: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = std::net::TcpStream::connect(address).expect("the sandbox should listen");
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .expect("a request should be sendable");
    let mut reply = String::new();
    let _ = stream.read_to_string(&mut reply);
    (status_of(&reply), reply)
}

#[test]
fn a_first_run_sells_diamonds_for_sandboxed_points_and_keeps_them_over_a_restart() {
    let host = Host::new(&[]);
    let mut server = host.start();
    let sandbox = sandbox_of(&server);
    let mut ann = server.guest("ann");
    let name = ann.ask("get_player_info", json!({}))["data"]["name"].clone();
    assert_eq!(ann.ask("buy_item", json!({"offer": "diamonds_60"}))["status"], 95, "there are no points yet");
    let (status, reply) = post(&sandbox, "/grant", &json!({"wname": name, "money": 10}).to_string());
    assert_eq!(status, 200, "{reply}");
    let bought = ann.ask("buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!((&bought["status"], &bought["data"]["points"]), (&json!(0), &json!(4)), "{bought}");
    server.process.kill();
    let server = host.start();
    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("check_money", json!({}))["data"][0]["money"], "4", "the sandbox's books are stored");
    let items = ann.ask("get_player_info", json!({}))["data"]["items"].clone();
    assert!(items.as_array().is_some_and(|items| items.contains(&json!("3:5:60"))), "{items}");
}

#[test]
fn live_mode_without_a_secret_does_not_start_and_says_what_is_missing() {
    for (mode, variable) in [("mcrmb", "RAIDKEEP_MCRMB_KEY"), ("sud", "RAIDKEEP_SUD_SECRET")] {
        let host = Host::new(&["--set", &format!("platforms.{mode}.mode=live"), "--set", "platforms.mcrmb.sid=1"]);
        let more = ["--set", "platforms.sud.callback=https://localhost/x", "--set", "platforms.sud.app_id=1"];
        let (code, told) = host.with(&more).start_in_vain();
        assert_ne!(code, Some(0), "{mode}: {told}");
        assert!(told.contains(variable), "{mode}: the missing secret is named: {told}");
    }
}

#[test]
fn sud_discovers_the_routes_of_the_server_and_queries_them() {
    let host = Host::new(&["--set", "platforms.sud.report_boss_sessions=true"]);
    let mut server = host.start();
    let sandbox = sandbox_of(&server);
    let path = format!("/{}", discovery_path(APP_ID, &secret()));
    assert_eq!(path, "/69b198d59bc9d492a515643914d9f82b", "the published vector");
    let (status, reply) = server.http("GET", &path, &[]);
    let url = format!("http://{}{QUERY}", server.address);
    assert_eq!((status, body_of(&reply)), (200, json!({"api": {"query_match_base": url}})));

    let mut ann = server.guest("ann");
    assert_eq!(ann.ask("enter_stage", json!({"stage": 3000}))["status"], 0);
    let body = &json!({"report_game_info_key": reported_round(&sandbox)}).to_string();
    let (status, reply) = query(&server, "nonce-1", body);
    let answer = body_of(&reply);
    assert_eq!(
        (status, &answer["ret_code"], &answer["data"]["status"]),
        (200, &json!(0), &json!("PLAYING")),
        "{reply}"
    );
    assert_eq!(ann.ask("pass_stage", json!({"stage": 3000, "damage": 5}))["status"], 0);
    let answer = body_of(&query(&server, "nonce-2", body).1);
    assert_eq!((&answer["data"]["status"], &answer["data"]["results"][0]["score"]), (&json!("CLOSED"), &json!(5)));
    assert_eq!(query(&server, "nonce-2", body).0, 401, "a nonce counts once");
    assert_eq!(server.http_with_body("POST", QUERY, &[], body).0, 401, "no signature");
    assert_eq!(server.http("GET", QUERY, &[&signed("nonce-3", "")]).0, 405, "it accepts only POST");

    // SUD's own example has ten digits.
    let seconds = raidkeep::engine::clock::wall_ms() / 1000;
    let auth = SudAuth::sign(APP_ID, seconds, "nonce-4", body.as_bytes(), &secret()).to_header();
    let auth = format!("Authorization: {auth}");
    let (status, reply) = server.http_with_body("POST", QUERY, &[&auth], body);
    assert_eq!((status, &body_of(&reply)["ret_code"]), (200, &json!(0)), "{reply}");
    server.process.kill();
    let server = host.start();
    let (status, reply) = server.http_with_body("POST", QUERY, &[&auth], body);
    let answer = body_of(&reply);
    assert_eq!((status, &answer["ret_code"]), (401, &json!(401)), "a killed server knows its nonces: {reply}");
    assert_eq!(answer["ret_msg"], "the nonce was used before");
}

#[test]
fn a_plugin_of_the_payment_platform_sees_the_points_of_the_game() {
    let server = Host::new(&[]).start();
    let sandbox = sandbox_of(&server);
    let mut ann = server.guest("ann");
    let name = ann.ask("get_player_info", json!({}))["data"]["name"].as_str().expect("a name").to_owned();
    let ask = |call: &str, parameters: &[(&str, &str)]| {
        let parameters = [&[("sid", "1"), ("wname", name.as_str())], parameters, &[("time", "1700000000")]].concat();
        let query = signed_query(&parameters, &Secret::new("abcabc"));
        let mut stream = std::net::TcpStream::connect(&sandbox).expect("the sandbox should listen");
        let head = format!("GET /Api/{call}?{query} HTTP/1.1\r\nUser-Agent: Java/17.0.15\r\nHost: {sandbox}");
        let accept = "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2";
        write!(stream, "{head}\r\n{accept}\r\nConnection: close\r\n\r\n").expect("a request should be sendable");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("the sandbox should answer");
        body_of(&reply)
    };
    let given = ask("Manual", &[("type", "1"), ("text", "VIP"), ("money", "10")]);
    assert_eq!(given, json!({"code": "102", "msg": "API接口新用户加款操作成功", "data": ""}));
    assert_eq!(ann.ask("buy_item", json!({"offer": "diamonds_60"}))["status"], 0);
    let left = json!([{"money": "4", "allcharge": "10", "allpay": "6"}]);
    assert_eq!(ask("CheckMoney", &[])["data"], left);
    assert_eq!(ann.ask("check_money", json!({}))["data"], left, "the game is told the same");
}

#[test]
fn http_requests_are_limited_in_size_time_and_number() {
    let limits = ["limits.frame_bytes=2048", "limits.handshake_seconds=1", "limits.requests_per_second_per_address=2"];
    let arguments: Vec<&str> = limits.iter().flat_map(|limit| ["--set", limit]).collect();
    let server = Host::new(&arguments).start();
    let long = "x".repeat(4000);
    assert_eq!(query(&server, "n", &long).0, 413, "a body that is too long");
    let mut slow = server.dial();
    write!(slow, "POST {QUERY} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{{")
        .expect("a request should be sendable");
    slow.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket should take a time limit");
    let mut reply = [0; 15];
    slow.read_exact(&mut reply).expect("the server should answer when the body does not arrive");
    assert!(reply.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&reply));
    let statuses: Vec<u16> = (0..8).map(|_| server.http_with_body("POST", QUERY, &[], "{}").0).collect();
    assert!(statuses.contains(&401) && statuses.contains(&429), "beyond the limit of an address: {statuses:?}");
}

#[test]
fn old_clients_may_act_without_a_token_only_if_the_operator_allows_it() {
    let ann = json!({"email": "ann@x.org", "username": "ann", "password": "hashed", "ip": "127.0.0.1:1"});
    let login = json!({"email": "ann@x.org", "password": "hashed", "ip": "127.0.0.1:1"});
    for (setting, expected) in [("false", 401), ("true", 200)] {
        let server = Host::new(&["--set", &format!("legacy_address_binding={setting}")]).start();
        let (status, reply) = server.http_with_body("GET", "/signup", &[], &ann.to_string());
        assert_eq!((status, &body_of(&reply)["status_code"]), (200, &json!(200)), "{reply}");
        let (status, reply) = server.http_with_body("GET", "/login", &[], &login.to_string());
        assert_eq!((status, &body_of(&reply)["username"]), (200, &json!("ann")), "{reply}");
        let token = body_of(&reply)["token"].as_str().expect("a login gives a token").to_owned();
        let asks = json!({"role": "ann"}).to_string();
        assert_eq!(server.http_with_body("GET", "/status", &[], &asks).0, expected, "setting {setting}");
        let bearer = format!("Authorization: Bearer {token}");
        assert_eq!(server.http_with_body("POST", "/status", &[&bearer], &asks).0, 200, "a token always counts");
        let other = json!({"role": "bob"}).to_string();
        assert_eq!(server.http_with_body("GET", "/status", &[], &other).0, 401, "bob has not logged in from here");
    }
}

/// Requests a route (docs/contract/role-play.md#routes) as a client without a WebSocket does; returns the bare reply.
fn ask(address: std::net::SocketAddr, path: &str, token: &str, data: &Value) -> Value {
    let mut stream = std::net::TcpStream::connect(address).expect("the server should listen");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out should be settable");
    let body = data.to_string();
    let (bearer, length) = (format!("Authorization: Bearer {token}"), body.len());
    // Real clients send GET with a body.
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: x\r\n{bearer}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .expect("a request should be sendable");
    let mut reply = String::new();
    let _ = stream.read_to_string(&mut reply);
    assert_eq!(status_of(&reply), 200, "{path} with {data}: {reply}");
    body_of(&reply)
}

#[test]
fn two_clients_fight_over_http_and_each_reply_waits_for_the_verdict() {
    let server = Host::new(&[]).start();
    let [ann, bob] = ["ann", "bob"].map(|name| {
        let mut guest = server.guest(name);
        let role = guest.ask("get_player_info", json!({}))["data"]["name"].as_str().expect("a name").to_owned();
        (guest.token, role)
    });
    let address = server.address;
    let challenge = json!({"role1": ann.1, "role2": bob.1, "image_data": null});
    let id = ask(address, "/challenge", &ann.0, &challenge)["id"].clone();
    assert_eq!(ask(address, "/accept_c", &bob.0, &json!({"id": id, "status": true})), json!({"status": true}));
    for round in 1..=3 {
        let act = |(token, role): &(String, String)| {
            let (token, turn) =
                (token.clone(), json!({"role": role, "id": id, "text": role, "items": [], "skills": []}));
            std::thread::spawn(move || ask(address, "/battle", &token, &turn))
        };
        let both = [act(&ann), act(&bob)];
        let [ann_told, bob_told] = both.map(|told| told.join().expect("both are answered"));
        assert_eq!((&ann_told["role"], &ann_told["action"]), (&json!(bob.1), &json!(bob.1)), "round {round}");
        assert_eq!((&bob_told["role"], &bob_told["action"]), (&json!(ann.1), &json!(ann.1)), "round {round}");
        assert_eq!(ann_told["result"], bob_told["result"], "one verdict for both");
    }
}
