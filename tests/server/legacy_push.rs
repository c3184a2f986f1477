//! Challenges that are pushed to the address of an old client (docs/contract/role-play.md#push-to-old-clients): only
//! where the operator enables it, only to the host that the login came from, and whatever the client answers.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};

use crate::fairness::without_rate_limits;
use crate::process::{Client, Host, PATIENCE, Server, exchange, wait_for};
use raidkeep::engine::exchange::lines::LineSettings;
use raidkeep::game::challenges::PushSettings;
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNh+M9QDwADlQGD5CrorAAAAABJRU5ErkJggg==";

/// Where an old client listens.
struct Listener(TcpListener);

impl Listener {
    fn on(address: &str) -> Self {
        let listener = TcpListener::bind(address).expect("an address of this host should be free");
        listener.set_nonblocking(true).expect("a listener should be settable");
        Self(listener)
    }

    fn port(&self) -> u16 {
        self.0.local_addr().expect("a listener has an address").port()
    }

    /// Whether a connection has come in, and from where.
    fn accept(&self) -> Option<TcpStream> {
        match self.0.accept() {
            Ok((stream, _)) => Some(stream),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => panic!("a listener should go on listening: {error}"),
        }
    }

    fn receive(&self) -> Told {
        Told::read(wait_for("a push", || self.accept()))
    }
}

/// A push that waits for its answer.
struct Told {
    request: String,
    body: Value,
    stream: TcpStream,
}

impl Told {
    fn read(stream: TcpStream) -> Self {
        stream.set_nonblocking(false).expect("a socket should be settable");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket should take a time limit");
        let mut reader = BufReader::new(&stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a request should come");
            if line.trim().is_empty() {
                break;
            }
            lines.push(line.trim().to_lowercase());
        }
        let length = lines.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.expect("a body has a length")];
        reader.read_exact(&mut body).expect("the body should come");
        let body = serde_json::from_slice(&body).expect("the body should be JSON");
        Self { request: lines.swap_remove(0), body, stream }
    }

    /// Sends these bytes and closes. The other side may have hung up already.
    fn answer(mut self, text: &str) {
        let _ = self.stream.write_all(text.as_bytes());
    }
}

fn http(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// A server without rate limits.
fn server(more: &[&str]) -> (Host, Server) {
    let arguments: Vec<&str> = more.iter().flat_map(|setting| ["--set", setting]).collect();
    let host = without_rate_limits(Host::new(&arguments));
    let server = host.start();
    (host, server)
}

/// 杨过, who logs in over HTTP and names an address; returns the token.
fn log_in(server: &Server, ip: &Value) -> String {
    let data = json!({"email": "yg@x.org", "username": "杨过", "password": "hashed", "ip": ip});
    exchange(server.address, "GET", "/signup", "", &data);
    let (_, reply) = exchange(server.address, "GET", "/login", "", &data);
    let token = reply["token"].as_str().unwrap_or_else(|| panic!("a login gives a token: {reply}")).to_owned();
    assert_eq!(refrash(server, &token)["id_list"], json!([]), "he is there");
    token
}

fn refrash(server: &Server, token: &str) -> Value {
    exchange(server.address, "GET", "/refrash", token, &json!({"role": "杨过"})).1
}

/// A guest over WebSocket who challenges him.
struct Challenger {
    client: Client,
    role: String,
}

impl Challenger {
    fn join(server: &Server) -> Self {
        let mut client = server.guest("ann");
        let info = client.ask("get_player_info", json!({}));
        Self { client, role: info["data"]["name"].as_str().expect("a name").to_owned() }
    }

    /// Challenges; the same challenge stays open, and has the same number.
    fn challenge(&mut self) -> Value {
        let data = json!({"role1": self.role, "role2": "杨过", "image_data": PNG});
        let reply = self.client.ask("challenge", data);
        assert_eq!(reply["data"]["status_code"], 200, "{reply}");
        reply["data"]["id"].clone()
    }

    fn event(&mut self) -> Value {
        self.client.read_json().expect("an event should come")
    }
}

#[test]
fn a_challenge_goes_to_the_port_that_was_named_at_the_address_of_the_login_and_its_answer_counts() {
    for (accepts, event) in [(true, "challenge_accepted"), (false, "challenge_rejected")] {
        let (_host, server) = server(&["legacy_push=true"]);
        let client = Listener::on("127.0.0.1:0");
        let elsewhere = Listener::on(&format!("127.0.0.2:{}", client.port()));
        // The address that the client believes to be its own is another host's.
        let token = log_in(&server, &json!(format!("127.0.0.2:{}", client.port())));
        let mut ann = Challenger::join(&server);
        let id = ann.challenge();
        let told = client.receive();
        assert_eq!(told.request, "post /challenge_info http/1.1");
        assert_eq!(told.body, json!({"id": id, "role": ann.role, "image_data": PNG}), "as the contract has it");
        told.answer(&http("200 OK", &json!({"status": accepts, "id": id, "image_data": PNG}).to_string()));
        let data = json!({"id": id, "role": "杨过", "status": accepts, "image_data": PNG});
        assert_eq!(ann.event(), json!({"event": event, "data": data}));
        assert_eq!(refrash(&server, &token)["id_list"], json!([]), "the challenge is answered");
        let turn = json!({"role": ann.role, "id": id, "text": "看剑", "wait": false});
        let fights = ann.client.ask("battle", turn)["status"] == 0;
        assert_eq!(fights, accepts, "a player who accepts is in the battle");
        assert!(elsewhere.accept().is_none(), "nothing goes to an address that is merely named");
    }
}

#[test]
fn pushes_are_off_unless_the_operator_enables_them() {
    for settings in [&[][..], &["legacy_push=false"]] {
        let (_host, mut server) = server(settings);
        let client = Listener::on("127.0.0.1:0");
        let token = log_in(&server, &json!(format!("127.0.0.1:{}", client.port())));
        let id = Challenger::join(&server).challenge();
        assert_eq!(refrash(&server, &token)["id_list"], json!([id]), "it is listed as always");
        server.signal("TERM");
        server.process.wait();
        assert!(client.accept().is_none(), "no push goes to a client that did not ask for it: {settings:?}");
    }
}

#[test]
fn an_invalid_answer_changes_nothing() {
    let (_host, server) = server(&["legacy_push=true"]);
    let client = Listener::on("127.0.0.1:0");
    let elsewhere = Listener::on("127.0.0.1:0");
    let token = log_in(&server, &json!(format!("127.0.0.1:{}", client.port())));
    let mut ann = Challenger::join(&server);
    let id = ann.challenge();
    let yes = json!({"status": true, "id": id, "image_data": null}).to_string();
    let hostile = [
        String::new(),
        "no HTTP at all\r\n\r\n".to_owned(),
        http("500 Internal Server Error", &yes),
        format!(
            "HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:{}/\r\nContent-Length: 0\r\n\r\n",
            elsewhere.port()
        ),
        http("200 OK", "{"),
        http("200 OK", &"[".repeat(100_000)),
        http("200 OK", &format!("{yes}{}", " ".repeat(2 << 20))),
        http("200 OK", r#"{"status":"yes","id":"1"}"#),
        http("200 OK", r#"{"status":true,"id":"999"}"#),
        http("200 OK", &json!({"status": true, "id": id, "image_data": "bm8gcG5n"}).to_string()),
        yes.clone(),
    ];
    let mut told = client.receive();
    for answer in hostile {
        told.answer(&answer);
        // It is pushed again only when the previous message is finished, and while the challenge is open.
        told = Told::read(wait_for("the next push", || {
            assert_eq!(ann.challenge(), id, "the challenge is open after {answer:.60}");
            client.accept()
        }));
        assert_eq!(refrash(&server, &token)["id_list"], json!([id]), "unanswered after {answer:.60}");
    }
    told.answer(&http("200 OK", &yes));
    assert_eq!(ann.event()["event"], "challenge_accepted", "an answer still counts");
    assert!(elsewhere.accept().is_none(), "no client sends the server elsewhere");
}

#[test]
fn an_answer_that_comes_after_another_changes_nothing() {
    // Only one message is in flight at a time, so the next one shows that the previous one is finished.
    let (_host, server) = server(&["legacy_push=true", "legacy_push_line.in_flight=1"]);
    let client = Listener::on("127.0.0.1:0");
    let token = log_in(&server, &json!(format!("127.0.0.1:{}", client.port())));
    let mut ann = Challenger::join(&server);
    let id = ann.challenge();
    let told = client.receive();
    let (_, rejected) = exchange(server.address, "GET", "/accept_c", &token, &json!({"id": id, "status": false}));
    assert_eq!(rejected, json!({"status": false}));
    assert_eq!(ann.event()["event"], "challenge_rejected");
    told.answer(&http("200 OK", &json!({"status": true, "id": id}).to_string()));
    let next = Told::read(wait_for("the next push", || {
        assert_ne!(ann.challenge(), id, "an answered challenge is over");
        client.accept()
    }));
    assert_ne!(next.body["id"], id, "another challenge");
    let turn = json!({"role": ann.role, "id": id, "text": "看剑", "wait": false});
    assert_eq!(ann.client.ask("battle", turn)["status"], 404, "no battle has begun");
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));
const SERVER_PORT: u16 = 7350;

/// Challenges 杨过, who has logged in from [`HERE`] naming `ip`; returns the URLs that the server has sent requests to,
/// other than the platforms.
fn sent_to(ip: &Value, is_on: bool, stays_connected: bool) -> Vec<String> {
    let mut setup = TestSetup::default();
    let line = LineSettings { in_flight: 1, deadline_seconds: 60, circuit: None, answer_within_seconds: None };
    setup.settings.legacy_push = is_on.then(|| PushSettings { line, refused_ports: vec![SERVER_PORT] });
    let mut server = TestServer::with(setup);
    let his = server.connect_from(Some(HERE));
    let data = json!({"email": "yg@x.org", "username": "杨过", "password": "hashed", "ip": ip});
    server.ask_on(his, "signup", data.clone());
    let token = server.ask_on(his, "login", data)["data"]["token"].take();
    let body = json!({"role": "杨过", "token": token}).to_string();
    assert_eq!(server.http("/refrash", None, &body).0, 200, "he is there");
    if !stays_connected {
        server.disconnect(his);
    }
    let ann = server.player("ann");
    let role = server.ask(&ann, "get_player_info", json!({}))["data"]["name"].take();
    let challenge = json!({"role1": role, "role2": "杨过"});
    assert_eq!(server.ask(&ann, "challenge", challenge)["data"]["status_code"], 200, "he is challenged");
    server.settle();
    let urls = server.platforms.sent.iter().map(|exchange| exchange.url.clone());
    urls.filter(|url| !url.starts_with("http://sandbox/")).collect()
}

#[test]
fn only_a_client_with_a_port_of_its_own_and_no_connection_gets_a_push() {
    let good = json!("10.0.0.1:8000");
    assert_eq!(sent_to(&good, true, false), ["http://203.0.113.9:8000/challenge_info"], "the host of the login");
    assert!(sent_to(&good, false, false).is_empty(), "it is off");
    assert!(sent_to(&good, true, true).is_empty(), "a connected player gets the event instead");
    for ip in [json!("h:7350"), json!("h:1023"), json!("h"), json!(8000), json!(null), json!({"port": 8000})] {
        assert!(sent_to(&ip, true, false).is_empty(), "{ip} names no port that may be used");
    }
}
