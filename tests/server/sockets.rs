//! The program seen from outside: its sockets, its HTTP routes, how it starts, refuses to start and stops, and what
//! ill-behaved clients can do to it.

use crate::fairness::without_rate_limits;
use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::time::Duration;

use crate::metrics::metric;
use crate::process::{Client, Ended, Host, Lcg, PROGRAM, Server, edited_assets, status_of, wait_for};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

const TEXT: u8 = 0x81;
const TEXT_TO_BE_CONTINUED: u8 = 0x01;
const CONTINUATION: u8 = 0x00;
const LAST_CONTINUATION: u8 = 0x80;
const PING: u8 = 0x89;
const MASKED: u8 = 0x80;
/// A WebSocket upgrade request, as bytes.
const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                       Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A frame as a client sends it. The mask is zero, so that the payload stays as it is.
fn frame(first_byte: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first_byte];
    match payload.len() {
        short @ 0..126 => frame.push(MASKED | u8::try_from(short).expect("it is below 126")),
        middle @ 126..65_536 => {
            frame.push(MASKED | 126);
            frame.extend(u16::try_from(middle).expect("it is below 65536").to_be_bytes());
        }
        long => {
            frame.push(MASKED | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

fn server_time(id: u64) -> String {
    json!({"world": 0, "function": "server_time", "data": {}, "id": id}).to_string()
}

/// A request padded with blanks to a length.
fn padded(length: usize) -> Vec<u8> {
    let mut text = server_time(1).into_bytes();
    text.resize(length, b' ');
    text
}

fn set(settings: &[&str]) -> Host {
    settings.iter().fold(Host::new(&[]), |host, setting| host.with(&["--set", setting]))
}

fn assert_alive(server: &Server) {
    let reply = server.connect().ask("server_time", json!({}));
    assert_eq!(reply["status"], 0, "the server should still serve others: {reply}");
}

/// Reads a TCP connection to its end; `None` when it does not end.
fn read_until_cut(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => None,
        _ => Some(bytes),
    }
}

// Stopping.

/// Pipelines sweeps while the server is being stopped; returns how many it answered with success.
fn stop_under_load(host: &Host, signal: &str) -> (i64, String) {
    let mut server = host.start();
    let mut client = server.guest("ann");
    client.ask("enter_stage_general", json!({"stage": 8}));
    client.ask("victory_stage_general", json!({"stage": 8}));
    let mut writer = client.stream().try_clone().expect("a socket should be clonable");
    let writing = std::thread::spawn(move || {
        let sweep = |id: u64| json!({"world": 0, "function": "mopping_up_stage", "data": {"stage": 8}, "id": id});
        (0..50_000).map_while(|id| writer.write_all(&frame(TEXT, sweep(id).to_string().as_bytes())).ok()).count()
    });
    let mut statuses = Vec::new();
    let ended = loop {
        match client.read_json() {
            Ok(reply) => {
                assert_eq!(reply["id"], statuses.len(), "replies come in the order of the requests: {reply}");
                statuses.push(reply["status"].as_i64());
            }
            Err(ended) => break ended,
        }
        if statuses.len() == 100 {
            server.signal(signal);
        }
    };
    let done = statuses.iter().take_while(|status| **status == Some(0)).count();
    assert!(
        statuses[done..].iter().all(|status| *status == Some(16)),
        "unfinished requests are refused with status 16"
    );
    assert_eq!(ended, Ended::Closed(CloseCode::Away), "a stopping server says so");
    assert_eq!(server.process.wait().code(), Some(0), "an orderly stop is a success");
    let _ = writing.join();
    (i64::try_from(done).expect("a count is small"), client.token)
}

#[test]
fn a_stop_answers_accepted_requests_and_stores_their_changes() {
    for signal in ["TERM", "INT"] {
        let host = without_rate_limits(Host::new(&[]));
        let assets = edited_assets(&host, &[("sweep.ron", "energy: 6,", "energy: 0,")]);
        let host = host.with(&["--assets", &assets]);
        let (done, token) = stop_under_load(&host, signal);
        let info = host.start().connect().ask("get_player_info", json!({"token": token}));
        assert_eq!(info["data"]["exp"], 680 + 120 * done, "SIG{signal}: exactly the answered sweeps are there");
    }
}

#[test]
fn a_stop_closes_idle_connections_and_frees_the_folder() {
    let host = Host::new(&["--worlds", "3", "--set", "limits.stop_seconds=600"]);
    let mut server = host.start();
    let mut clients: Vec<Client> = (0..9).map(|_| server.connect()).collect();
    assert_alive(&server);
    server.signal("TERM");
    for client in &mut clients {
        assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Away), "every world's thread closes its sockets");
    }
    drop(clients);
    assert_eq!(server.process.wait().code(), Some(0), "the stop does not need its time limit");
    assert_alive(&host.start());
}

#[test]
fn a_stop_ends_in_time_when_a_client_reads_nothing() {
    let host = without_rate_limits(Host::new(&[])).with(&["--set", "limits.stop_seconds=1"]);
    let mut server = host.start();
    let mut deaf = server.guest("deaf");
    fill(&mut deaf);
    server.signal("TERM");
    assert_eq!(server.process.wait().code(), Some(0), "stop_seconds bounds the stop");
}

// Frames.

#[test]
fn a_frame_of_a_mebibyte_closes_with_1009() {
    let server = Host::new(&[]).start();
    let mut client = server.guest("ann");
    client.send_raw(&frame(TEXT, &padded(1 << 20)));
    assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Size));
    assert_alive(&server);
}

#[test]
fn the_frame_limit_is_exactly_65536_bytes() {
    let server = Host::new(&[]).start();
    let mut client = server.connect();
    client.send_raw(&frame(TEXT, &padded(65_536)));
    let reply = client.read_json().expect("a frame at the limit should be answered");
    assert_eq!((&reply["status"], &reply["id"]), (&json!(0), &json!(1)), "{reply}");
    client.send_raw(&frame(TEXT, &padded(65_537)));
    assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Size), "one byte more is too much");
}

#[test]
fn a_message_in_fragments_is_limited_as_a_whole() {
    let server = Host::new(&[]).start();
    let mut client = server.connect();
    client.send_raw(&frame(TEXT_TO_BE_CONTINUED, &padded(40_000)));
    client.send_raw(&frame(LAST_CONTINUATION, &[b' '; 25_536]));
    let reply = client.read_json().expect("fragments up to the limit should be answered");
    assert_eq!(reply["status"], 0, "{reply}");
    client.send_raw(&frame(TEXT_TO_BE_CONTINUED, &padded(40_000)));
    client.send_raw(&frame(LAST_CONTINUATION, &[b' '; 25_537]));
    assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Size), "many small frames do not circumvent the limit");
}

#[test]
fn a_frame_that_only_promises_to_be_huge_is_refused_at_once() {
    let server = Host::new(&[]).start();
    for length in [65_537, 1 << 40, (1 << 63) - 1] {
        let mut client = server.connect();
        let header = [&[TEXT, MASKED | 127][..], &u64::to_be_bytes(length), &[0; 4]].concat();
        client.send_raw(&header);
        assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Size), "length {length}");
    }
}

#[test]
fn text_that_is_not_utf8_closes_with_1007() {
    let server = Host::new(&[]).start();
    for bad in [&b"\xff\xfe"[..], b"{\"world\":0,\"function\":\"\xc3\x28\"}", b"\xed\xa0\x80", b"\xe7\x8e"] {
        let mut client = server.connect();
        client.send_raw(&frame(TEXT, bad));
        assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Invalid), "{bad:x?}");
    }
    assert_alive(&server);
}

#[test]
fn a_binary_frame_is_refused_and_the_connection_stays_open() {
    let server = Host::new(&[]).start();
    let mut client = server.connect();
    client.send(Message::binary(server_time(1).into_bytes())).expect("a frame should be sendable");
    let reply = client.read_json().expect("a binary frame should be answered");
    assert_eq!(reply["status"], 13, "{reply}");
    assert!(reply["message"].as_str().is_some_and(|message| message.contains("text")), "it should explain: {reply}");
    assert_eq!(client.ask("server_time", json!({}))["status"], 0, "and the connection stays open");
}

#[test]
fn frames_against_the_protocol_close_with_1002() {
    let server = Host::new(&[]).start();
    let unmasked = [&[TEXT, 2][..], b"{}"].concat();
    let cases: [(&str, Vec<u8>); 8] = [
        ("an unmasked frame", unmasked),
        ("a reserved bit", frame(0xc1, b"{}")),
        ("a reserved opcode", frame(0x83, b"{}")),
        ("a reserved control opcode", frame(0x8b, b"")),
        ("a continuation of nothing", frame(LAST_CONTINUATION, b"{}")),
        ("a ping in fragments", frame(0x09, b"")),
        ("a ping of 126 bytes", frame(PING, &[b'x'; 126])),
        ("text within text", [frame(TEXT_TO_BE_CONTINUED, b"{"), frame(TEXT, b"}")].concat()),
    ];
    for (what, bytes) in cases {
        let mut client = server.connect();
        client.send_raw(&bytes);
        assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Protocol), "{what}");
    }
    assert_alive(&server);
}

#[test]
fn random_bytes_after_the_handshake_end_only_their_own_connection() {
    const SEED: u64 = 42;
    let server = Host::new(&[]).start();
    let mut bystander = server.guest("bystander");
    let mut lcg = Lcg(SEED);
    for round in 0..100 {
        let mut client = server.connect();
        let length = 1 + lcg.below(3000);
        let noise: Vec<u8> = (0..length).map(|_| u8::try_from(lcg.below(256)).expect("it is below 256")).collect();
        client.send_raw(&noise);
        let _ = client.stream().shutdown(Shutdown::Write);
        assert_ne!(client.read_to_end(), Ended::Silent, "seed {SEED}, round {round}: the connection should end");
    }
    assert_eq!(bystander.ask("get_player_info", json!({}))["status"], 0, "others notice nothing");
    wait_for("the connections to be forgotten", || (metric(&server, "raidkeep_connections ")? <= 1.0).then_some(()));
}

#[test]
fn random_bytes_instead_of_http_are_refused() {
    const SEED: u64 = 43;
    let server = Host::new(&[]).start();
    let mut lcg = Lcg(SEED);
    for round in 0..50 {
        let mut stream = server.dial();
        let noise: Vec<u8> = (0..500).map(|_| u8::try_from(lcg.below(256)).expect("it is below 256")).collect();
        let _ = stream.write_all(&noise);
        let _ = stream.shutdown(Shutdown::Write);
        let reply = read_until_cut(&mut stream).unwrap_or_else(|| panic!("seed {SEED}, round {round}: no end"));
        assert!(reply.is_empty() || reply.starts_with(b"HTTP/1.1 4"), "seed {SEED}, round {round}: {reply:?}");
    }
    assert_alive(&server);
}

#[test]
fn a_ping_gets_a_pong_with_the_same_payload() {
    let server = Host::new(&[]).start();
    let mut client = server.connect();
    for payload in [&b""[..], b"are you there?", &[7; 125]] {
        client.send_raw(&frame(PING, payload));
        assert_eq!(client.read(), Ok(Message::Pong(payload.to_vec().into())));
    }
}

#[test]
fn a_fragmented_request_is_answered_even_with_a_ping_in_between() {
    let server = Host::new(&[]).start();
    let mut client = server.connect();
    let text = server_time(5).replace("server_time", "服务器");
    let bytes = text.as_bytes();
    client.send_raw(&frame(TEXT_TO_BE_CONTINUED, &bytes[..1]));
    client.send_raw(&frame(PING, b"x"));
    // The cuts fall inside multi-byte characters.
    for byte in &bytes[1..] {
        client.send_raw(&frame(CONTINUATION, &[*byte]));
    }
    client.send_raw(&frame(LAST_CONTINUATION, b""));
    assert_eq!(client.read(), Ok(Message::Pong(b"x".to_vec().into())), "a control frame may come in between");
    let reply = client.read_json().expect("the complete message should be answered");
    assert_eq!((&reply["status"], &reply["id"]), (&json!(10), &json!(5)), "{reply}");
}

#[test]
fn a_request_in_the_same_packet_as_the_handshake_is_answered() {
    let server = Host::new(&[]).start();
    let mut stream = server.dial();
    let bytes = [UPGRADE.as_bytes(), &frame(TEXT, server_time(9).as_bytes())].concat();
    stream.write_all(&bytes).expect("bytes should be sendable");
    let mut seen = Vec::new();
    wait_for("the reply", || {
        let mut part = [0; 1024];
        let count = stream.read(&mut part).expect("the server should answer");
        seen.extend_from_slice(&part[..count]);
        String::from_utf8_lossy(&seen).contains("\"id\":9").then_some(())
    });
}

#[test]
fn a_close_frame_of_the_client_is_echoed() {
    let server = Host::new(&[]).start();
    let mut client = server.guest("ann");
    client.send_raw(&frame(0x88, &1000_u16.to_be_bytes()));
    assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Normal));
}

#[test]
fn a_client_that_vanishes_frees_its_connection() {
    let server = Host::new(&[]).start();
    for number in 0..20 {
        let mut client = server.guest(&format!("guest-{number}"));
        let _ = client.send(Message::text(server_time(1)));
        // Dropped without a close frame.
    }
    wait_for("the connections to be forgotten", || (metric(&server, "raidkeep_connections ")? <= 0.0).then_some(()));
}

// Time limits.

#[test]
fn a_client_that_never_finishes_the_handshake_is_cut() {
    let server = set(&["limits.handshake_seconds=1"]).start();
    let mut half = server.dial();
    half.write_all(&UPGRADE.as_bytes()[..40]).expect("bytes should be sendable");
    let mut silent = server.dial();
    let mut dripping = server.dial();
    wait_for("the end of a client that sends a byte now and then", || {
        std::thread::sleep(Duration::from_millis(50));
        dripping.write_all(b"G").is_err().then_some(())
    });
    assert!(read_until_cut(&mut half).is_some(), "half a request times out");
    assert!(read_until_cut(&mut silent).is_some(), "and so does one that never begins");
    assert_alive(&server);
}

#[test]
fn a_client_that_does_not_log_in_is_closed_with_1008() {
    let server = set(&["limits.login_seconds=1"]).start();
    let mut stranger = server.connect();
    let mut player = server.guest("ann");
    assert_eq!(stranger.ask("server_time", json!({}))["status"], 0, "functions without token work meanwhile");
    assert_eq!(stranger.read_to_end(), Ended::Closed(CloseCode::Policy));
    assert_eq!(player.ask("get_player_info", json!({}))["status"], 0, "a logged-in connection may stay");
}

#[test]
fn a_wrong_token_does_not_count_as_a_login() {
    let server = set(&["limits.login_seconds=1"]).start();
    let mut client = server.connect();
    assert_eq!(client.ask("get_player_info", json!({"token": "guessed"}))["status"], 11);
    assert_eq!(client.read_to_end(), Ended::Closed(CloseCode::Policy));
}

#[test]
fn an_idle_connection_is_closed_with_1000_and_a_pinging_one_is_not() {
    let server = set(&["limits.idle_seconds=1"]).start();
    let mut idle = server.guest("idle");
    let mut pinging = server.guest("pinging");
    let reader = std::thread::spawn(move || idle.read_to_end());
    let mut pings = 0;
    wait_for("the end of the idle connection", || {
        pinging.send_raw(&frame(PING, b""));
        assert!(matches!(pinging.read(), Ok(Message::Pong(_))), "a ping counts as activity, after {pings} of them");
        pings += 1;
        std::thread::sleep(Duration::from_millis(50));
        reader.is_finished().then_some(())
    });
    assert_eq!(reader.join().ok(), Some(Ended::Closed(CloseCode::Normal)));
    assert_eq!(pinging.ask("get_player_info", json!({}))["status"], 0);
}

// Admission.

#[test]
fn connections_beyond_the_limit_get_503_until_one_ends() {
    let server = set(&["limits.connections=4", "limits.connections_per_address=0"]).start();
    let mut clients: Vec<Client> = (0..4).map(|_| server.connect()).collect();
    for client in &mut clients {
        assert_eq!(client.ask("server_time", json!({}))["status"], 0);
    }
    for _ in 0..20 {
        let refused = Client::connect(server.address).err().expect("the fifth connection should be refused");
        assert!(refused.contains("503"), "the reply should say why: {refused}");
    }
    drop(clients.pop());
    let mut client = wait_for("a free place", || Client::connect(server.address).ok());
    assert_eq!(client.ask("server_time", json!({}))["status"], 0);
}

#[test]
fn only_allowed_origins_may_open_a_websocket() {
    let server = set(&["allowed_origins=[\"https://game.example\"]"]).start();
    let connect = |origin: &str| Client::connect_with(server.address, "/ws", &[("Origin", origin)]).err();
    for origin in ["https://evil.example", "null", "https://game.example.evil.example", "http://game.example"] {
        let refused = connect(origin).unwrap_or_else(|| panic!("{origin} should be refused"));
        assert!(refused.contains("403"), "{origin}: {refused}");
    }
    assert_eq!(connect("https://game.example"), None, "the listed origin may");
    assert_eq!(connect("HTTPS://Game.Example"), None, "origins are case-insensitive");
    assert!(Client::connect(server.address).is_ok(), "a client other than a browser sends no origin");
}

#[test]
fn any_origin_may_connect_by_default() {
    let server = Host::new(&[]).start();
    let connected = Client::connect_with(server.address, "/ws", &[("Origin", "https://anything.example")]);
    assert!(connected.is_ok(), "{:?}", connected.err());
}

// HTTP.

#[test]
fn http_routes_answer_as_documented() {
    let server = Host::new(&[]).start();
    let cases = [
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 404),
        ("GET", "/", 200),
        ("GET", "/ws", 426),
        ("GET", "/nothing", 404),
        ("GET", "/healthz/", 404),
        ("POST", "/nothing", 404),
        ("POST", "/", 405),
        ("DELETE", "/ws", 405),
        ("PUT", "/metrics", 404),
        ("POST", "/healthz", 405),
    ];
    for (method, path, expected) in cases {
        let (status, reply) = server.http(method, path, &[]);
        assert_eq!(status, expected, "{method} {path}: {reply}");
    }
    let (_, front) = server.http("GET", "/", &[]);
    assert!(front.contains("WebSocket"), "a browser is shown what this is: {front}");
}

#[test]
fn a_broken_upgrade_is_refused_with_a_reason() {
    let server = Host::new(&[]).start();
    let upgrade = ["Connection: keep-alive, Upgrade", "Upgrade: websocket"];
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    let (status, reply) = server.http("GET", "/", &[&upgrade[..], &["Sec-WebSocket-Version: 13"]].concat());
    assert_eq!(status, 400, "without a key: {reply}");
    let (status, reply) = server.http("GET", "/", &[&upgrade[..], &[key, "Sec-WebSocket-Version: 12"]].concat());
    assert_eq!(status, 426, "with another version: {reply}");
    assert!(reply.to_lowercase().contains("sec-websocket-version: 13"), "the right version is named: {reply}");
    let refused = Client::connect_with(server.address, "/elsewhere", &[]).err();
    assert!(refused.is_some_and(|refused| refused.contains("404")), "only / and /ws are WebSockets");
    assert!(Client::connect_with(server.address, "/ws", &[]).is_ok());
}

#[test]
fn a_request_head_without_end_is_refused() {
    let server = Host::new(&[]).start();
    let mut stream = server.dial();
    let head = format!("GET / HTTP/1.1\r\nX-Long: {}\r\n", "x".repeat(1 << 20));
    let _ = stream.write_all(head.as_bytes());
    let reply = read_until_cut(&mut stream).expect("the connection should end");
    let reply = String::from_utf8_lossy(&reply).into_owned();
    assert!(matches!(status_of(&reply), 0 | 431), "the size of a head is limited: {reply}");
    assert_alive(&server);
}

#[test]
fn a_connection_can_be_kept_alive_for_several_requests() {
    let server = Host::new(&[]).start();
    let mut stream = server.dial();
    let request = "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n".repeat(3);
    let last = "GET /readyz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";
    stream.write_all(format!("{request}{last}").as_bytes()).expect("bytes should be sendable");
    let reply = read_until_cut(&mut stream).expect("the connection should end");
    assert_eq!(String::from_utf8_lossy(&reply).matches("HTTP/1.1 200 OK").count(), 4);
}

/// Whether a name of Prometheus' text format is well formed.
fn is_metric_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(is_plain)
}

/// Splits a sample into name, labels and value, and checks their form.
fn parse_sample(line: &str) -> (String, String, f64) {
    let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("a sample needs a value: {line}"));
    let value = value.parse().unwrap_or_else(|_| panic!("a value should be a number: {line}"));
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    assert!(is_metric_name(name), "a name should be well formed: {line}");
    let labels = labels.strip_suffix('}').unwrap_or_else(|| panic!("labels should be closed: {line}"));
    for label in labels.split(',').filter(|label| !label.is_empty()) {
        let (key, quoted) = label.split_once('=').unwrap_or_else(|| panic!("a label needs a value: {line}"));
        assert!(is_metric_name(key) && quoted.len() >= 2, "a label should be well formed: {line}");
        assert!(quoted.starts_with('"') && quoted.ends_with('"'), "a label's value is quoted: {line}");
    }
    (name.to_owned(), labels.to_owned(), value)
}

#[test]
fn metrics_are_valid_prometheus_text() {
    let server = Host::new(&[]).start();
    let mut client = server.guest("ann");
    client.ask("enter_stage_general", json!({"stage": 8}));
    client.ask("nonsense \"quoted\"\n", json!({}));
    let reply = server.metrics();
    assert!(reply.to_lowercase().contains("content-type: text/plain; version=0.0.4"), "{reply}");
    let (_, page) = reply.split_once("\r\n\r\n").expect("a reply should have a body");
    let mut kinds = HashMap::new();
    let mut series = HashSet::new();
    for line in page.lines().filter(|line| !line.is_empty() && !line.starts_with("# HELP ")) {
        if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type line has a name and a kind");
            assert!(["counter", "gauge", "summary", "histogram"].contains(&kind), "{line}");
            assert_eq!(kinds.insert(name.to_owned(), kind.to_owned()), None, "a type is declared once: {line}");
            continue;
        }
        let (name, labels, value) = parse_sample(line);
        assert!(value >= 0.0, "nothing here can be negative: {line}");
        let family = ["_sum", "_count", "_bucket"].iter().find_map(|suffix| name.strip_suffix(suffix));
        assert!(
            kinds.contains_key(&name) || family.is_some_and(|family| kinds.contains_key(family)),
            "a sample follows its type: {line}"
        );
        assert!(series.insert((name, labels)), "a series occurs once: {line}");
    }
    let counted = r#"raidkeep_requests_total{world="0",function="enter_stage_general",status="0"}"#;
    assert!(page.contains(counted), "requests are counted by function and status");
    for prefix in ["raidkeep_", "process_"] {
        assert!(series.iter().any(|(name, _)| name.starts_with(prefix)), "there should be {prefix} metrics");
    }
    assert!(!page.contains("nonsense"), "a client cannot make up series: {page}");
}

// Several worlds, several servers.

#[test]
fn worlds_of_one_process_are_independent() {
    let server = Host::new(&["--worlds", "2"]).start();
    let mut client = server.connect();
    let log_in = |client: &mut Client, world| client.ask_in(world, "login_unique", json!({"unique_id": "ann"}));
    let first = log_in(&mut client, 0);
    let second = log_in(&mut client, 1);
    assert_eq!((&first["status"], &second["status"]), (&json!(1), &json!(1)), "a new account in each world");
    let (first, second) = (&first["data"]["token"], &second["data"]["token"]);
    client.ask_in(0, "enter_stage_general", json!({"token": first, "stage": 8}));
    client.ask_in(0, "victory_stage_general", json!({"token": first, "stage": 8}));
    let exp = |client: &mut Client, world, token: &Value| {
        client.ask_in(world, "get_player_info", json!({"token": token}))["data"]["exp"].clone()
    };
    assert_eq!(exp(&mut client, 0, first), 680, "the victory happened in world 0");
    assert_eq!(exp(&mut client, 1, second), 180, "and not in world 1");
    let mut fresh = server.connect();
    for (world, token) in [(0, second), (1, first)] {
        let reply = fresh.ask_in(world, "get_player_info", json!({"token": token}));
        assert_eq!(reply["status"], 11, "a token is valid in its own world only: {reply}");
    }
    for world in [2, 63, 4_000_000_000] {
        let reply = client.ask_in(world, "get_player_info", json!({"token": first}));
        assert_eq!(reply["status"], 14, "there is no world {world}: {reply}");
    }
}

#[test]
fn replies_come_in_order_when_requests_alternate_between_worlds() {
    let server = Host::new(&["--worlds", "3"]).start();
    let mut client = server.connect();
    for world in 0..3 {
        client.ask_in(world, "login_unique", json!({"unique_id": "ann"}));
    }
    for id in 0..60 {
        let request = json!({"world": id % 3, "function": "start_hang_up", "data": {"stage": 1 + id % 7}, "id": id});
        client.send(Message::text(request.to_string())).expect("a request should be sendable");
    }
    for id in 0..60 {
        let reply = client.read_json().expect("each request should be answered");
        assert_eq!(reply["id"], id, "{reply}");
    }
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_and_the_first_lives() {
    let host = Host::new(&[]);
    let mut first = host.start();
    let (code, stderr) = host.start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("in use by another server"), "it should say why: {stderr}");
    assert!(stderr.contains(&host.data().display().to_string()), "and name the folder: {stderr}");
    assert!(first.process.is_running());
    assert_alive(&first);
    first.process.kill();
    assert_alive(&host.start());
}

#[test]
fn a_port_in_use_is_reported_with_its_address() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port should be free");
    let address = taken.local_addr().expect("a listener has an address");
    let (code, stderr) = Host::new(&[]).listening_on(&address.to_string()).start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains(&format!("cannot listen on {address}")), "it should name the address: {stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

/// The line, counted from 1, that holds `text` in a file.
fn line_of(path: &str, text: &str) -> usize {
    let content = std::fs::read_to_string(path).expect("the file should be readable");
    let at = content.lines().position(|line| line.contains(text));
    at.unwrap_or_else(|| panic!("{path} should hold {text}")) + 1
}

#[test]
fn a_broken_asset_stops_the_start_and_is_named_with_file_and_line() {
    let cases =
        [("exp: 500,", "exp: many,"), ("exp: 500,", "expp: 500,"), ("rewards: [\"3:9:125\"", "rewards: [\"3:9\"")];
    for (good, bad) in cases {
        let host = Host::new(&[]);
        let assets = edited_assets(&host, &[("stages/general.ron", good, bad)]);
        let line = line_of(&format!("{assets}/stages/general.ron"), bad);
        let (code, stderr) = host.with(&["--assets", &assets]).start_in_vain();
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains(&format!("stages/general.ron:{line}")), "{bad:?} should be located: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

#[test]
fn every_broken_asset_is_reported_at_once() {
    let host = Host::new(&[]);
    let edits = [("sweep.ron", "exp: 120", "exp: -1"), ("energy.ron", "maximum: 120", "maximum: \"many\"")];
    let assets = edited_assets(&host, &edits);
    let places = edits.map(|(name, _, bad)| format!("{name}:{}", line_of(&format!("{assets}/{name}"), bad)));
    let (code, stderr) = host.with(&["--assets", &assets]).start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    for place in places {
        assert!(stderr.contains(&place), "{place} should be named: {stderr}");
    }
}

#[test]
fn a_broken_configuration_stops_the_start_and_is_named_with_file_and_line() {
    let host = Host::new(&[]);
    let path = host.path("mine.ron");
    std::fs::write(&path, "(\n  wolds: 2,\n  limits: (\n    connections: \"many\",\n  ),\n)").expect("it is writable");
    let name = path.display().to_string();
    let (code, stderr) = host.with(&["--config", &name]).start_in_vain();
    assert_eq!(code, Some(1), "{stderr}");
    for line in [2, 4] {
        assert!(stderr.contains(&format!("{name}:{line}")), "line {line} should be named: {stderr}");
    }
}

#[test]
fn a_mistake_on_the_command_line_stops_the_start() {
    for (mistake, hint) in [("limits.conections=5", "did you mean connections"), ("worlds=0", "1 to 64")] {
        let (code, stderr) = set(&[mistake]).start_in_vain();
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains(hint), "{mistake} should be explained: {stderr}");
    }
}

// The operator.

#[test]
fn an_operator_token_is_made_for_the_owner_only_and_works() {
    let host = Host::new(&["--clock", "manual"]).without_operator_variable();
    let server = host.start();
    let path = host.data().join("operator_token");
    let token = std::fs::read_to_string(&path).expect("the token should be in the data folder");
    let mode = std::fs::metadata(&path).expect("the file is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only the owner may read it");
    assert!(token.len() >= 43, "256 bits cannot be guessed: {} characters", token.len());
    let advance = |server: &Server, token: &str| {
        server.connect_operator().ask("clock_advance", json!({"token": token, "seconds": 60}))["status"].clone()
    };
    assert_eq!(advance(&server, &token), 0);
    assert_eq!(advance(&server, "guessed"), 11);
    assert_eq!(advance(&server, &server.guest("ann").token), 11, "a player is not an operator");
    assert!(!server.process.stderr().contains(token.trim()), "a secret is not logged");
    drop(server);
    assert_eq!(advance(&host.start(), &token), 0, "it stays the same after a restart");
}

#[test]
fn the_ledger_shows_an_operator_the_latest_changes() {
    let host = Host::new(&[]);
    let server = host.start();
    let mut ann = server.guest("ann");
    let name = ann.ask("get_player_info", json!({}))["data"]["name"].clone();
    for stage in [8, 9] {
        ann.ask("enter_stage_general", json!({"stage": stage}));
        assert_eq!(ann.ask("victory_stage_general", json!({"stage": stage}))["status"], 0);
        let reply = server.operate("ledger_list", json!({"name": name, "limit": 1}));
        assert_eq!(reply["data"]["entries"][0]["number"], stage - 7, "an answered entry is in the list: {reply}");
        assert_eq!(reply["data"]["entries"][0]["why"], "victory");
    }
}

#[test]
fn no_operator_token_is_written_when_the_environment_has_one() {
    let host = Host::new(&["--clock", "manual"]);
    let server = host.start();
    assert!(!host.data().join("operator_token").exists());
    assert_eq!(server.operate("clock_advance", json!({"seconds": 1}))["status"], 0);
}

// Load.

/// Sends requests until the server accepts no more.
fn fill(client: &mut Client) {
    let request = json!({"world": 0, "function": "get_player_info", "data": {}}).to_string();
    let burst = frame(TEXT, request.as_bytes()).repeat(100);
    let stream = client.stream();
    stream.set_write_timeout(Some(Duration::from_millis(200))).expect("a socket takes a time limit");
    // 40 MB, far more than the buffers of both kernels hold.
    let is_full = (0..4000).any(|_| stream.write_all(&burst).is_err());
    assert!(is_full, "a server should stop reading when its replies are not read");
}

#[test]
fn clients_that_read_nothing_neither_stop_others_nor_fill_the_memory() {
    let server = without_rate_limits(Host::new(&[])).start();
    let before = server.resident_kib();
    let mut deaf: Vec<Client> = (0..8).map(|number| server.guest(&format!("deaf-{number}"))).collect();
    std::thread::scope(|scope| deaf.iter_mut().for_each(|client| drop(scope.spawn(|| fill(client)))));
    let mut client = server.guest("ann");
    for _ in 0..100 {
        assert_eq!(client.ask("get_player_info", json!({}))["status"], 0, "others are served");
    }
    let grown = server.resident_kib().saturating_sub(before);
    assert!(grown < 64 << 10, "unread replies are bounded, but memory grew by {grown} KiB");
}

#[test]
fn a_client_that_reads_nothing_is_cut_when_it_is_idle_too_long() {
    let server = without_rate_limits(Host::new(&[])).with(&["--set", "limits.idle_seconds=1"]).start();
    let mut deaf = server.guest("deaf");
    fill(&mut deaf);
    wait_for("the deaf connection to be cut", || (metric(&server, "raidkeep_connections ")? <= 0.0).then_some(()));
}

#[test]
fn two_hundred_connections_pipeline_and_each_gets_its_replies_in_order() {
    let server = Host::new(&["--worlds", "2"]).start();
    let mut clients: Vec<Client> = (0..200).map(|_| server.connect()).collect();
    for (number, client) in (0..).zip(&mut clients) {
        for id in 0..16 {
            let world = number % 2;
            let request = match id {
                0 => json!({"world": world, "function": "login_unique", "data": {"unique_id": number.to_string()}}),
                3 => json!({"world": world, "function": "no such function", "data": {}}),
                7 => json!({"world": 9, "function": "server_time", "data": {}}),
                11 => json!({"function": 5}),
                _ => json!({"world": world, "function": "start_hang_up", "data": {"stage": 1 + id % 7}}),
            };
            let Value::Object(mut request) = request else { unreachable!("it is written as an object") };
            request.insert("id".to_owned(), json!(format!("{number}-{id}")));
            client.send(Message::text(Value::Object(request).to_string())).expect("a request should be sendable");
        }
    }
    for (number, client) in clients.iter_mut().enumerate() {
        for id in 0..16 {
            let reply = client.read_json().expect("each request should be answered");
            assert_eq!(reply["id"], format!("{number}-{id}"), "{reply}");
            let expected = [(0, 1), (1, 0), (3, 10), (7, 14), (11, 13)].iter().find(|(at, _)| *at == id);
            let expected = expected.map_or(1, |(_, status)| *status);
            assert_eq!(reply["status"], expected, "connection {number}, request {id}: {reply}");
        }
    }
}

#[test]
fn requests_beyond_the_rate_are_refused_with_the_time_to_wait() {
    let server = set(&["limits.requests_per_second_per_connection=5"]).start();
    let mut client = server.connect();
    let replies: Vec<Value> = (0..20).map(|_| client.ask("server_time", json!({}))).collect();
    let refused: Vec<&Value> = replies.iter().filter(|reply| reply["status"] == 15).collect();
    assert!((5..=10).contains(&refused.len()), "a burst of twice the rate passes: {} refused", refused.len());
    for reply in refused {
        let wait = reply["data"]["retry_after_ms"].as_u64();
        assert!(wait.is_some_and(|wait| (1..=200).contains(&wait)), "{reply}");
    }
    assert_eq!(server.connect().ask("server_time", json!({}))["status"], 0, "another connection is not affected");
}

// The client that is part of the program.

fn call(url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(["call", "--url", url]).args(arguments).env_remove("RAIDKEEP_OPERATOR_TOKEN");
    command.output().expect("the program should be there")
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn call_prints_the_reply_of_one_function() {
    let server = Host::new(&[]).start();
    let url = format!("ws://{}", server.address);
    let text = printed(&call(&url, &["enter_stage_general", r#"{"stage":8}"#]));
    let reply: Value = serde_json::from_str(&text).expect("a reply should be printed as JSON");
    assert_eq!((&reply["status"], &reply["data"]["energy"]["reward"]), (&json!(0), &json!(-6)), "{text}");
    let text = printed(&call(&url, &["--guest", "somebody-else", "get_player_info"]));
    assert!(text.contains("\"remain\": 120"), "another guest is another player: {text}");
}

#[test]
fn call_plays_a_script_and_prints_each_reply() {
    let host = Host::new(&[]);
    let server = host.start();
    let url = format!("ws://{}", server.address);
    let path = host.path("script.txt").display().to_string();
    let script =
        "# a victory\n\nenter_stage_general {\"stage\":8}\n  victory_stage_general {\"stage\": 8}\nget_player_info\n";
    std::fs::write(&path, script).expect("it is writable");
    let text = printed(&call(&url, &["--script", &path]));
    let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("> ")).collect();
    assert_eq!(headings, ["> enter_stage_general", "> victory_stage_general", "> get_player_info"], "{text}");
    assert_eq!(text.matches("\"status\": 0").count(), 3, "{text}");
    assert!(text.contains("\"exp\": 680"), "{text}");
}

#[test]
fn call_explains_its_failures() {
    let host = Host::new(&[]);
    let server = host.start();
    let url = format!("ws://{}", server.address);
    let path = host.path("script.txt").display().to_string();
    std::fs::write(&path, "get_player_info\n\nenter_stage_general {stage}\n").expect("it is writable");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let nowhere = format!("ws://{}", free.expect("a port should be free"));
    let cases = [
        (call(&url, &["--script", &path]), format!("{path}:3:")),
        (call(&url, &["--script", "/no/such/file"]), "cannot read /no/such/file".to_owned()),
        (call(&url, &["get_player_info", "[]"]), "JSON object".to_owned()),
        (call(&nowhere, &["get_player_info"]), "no server answers".to_owned()),
    ];
    for (output, expected) in cases {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(&expected), "{expected:?} should be printed: {stderr}");
    }
}

/// The clock of the sockets once stopped while there were none, and the next client was disconnected as if it had been
/// connected all that time. Real-time limits cannot be tested without letting some time pass.
#[test]
fn a_client_that_comes_after_a_quiet_time_is_neither_late_nor_idle() {
    for limit in ["limits.login_seconds=1", "limits.idle_seconds=1"] {
        let server = set(&[limit]).start();
        std::thread::sleep(Duration::from_millis(2500));
        let mut client = server.connect();
        std::thread::sleep(Duration::from_millis(50));
        let reply = client.try_ask(r#"{"world":0,"function":"login_unique","data":{"unique_id":"ann"}}"#);
        assert!(reply.is_ok(), "{limit} counts from when the client came: {reply:?}");
    }
}

/// Such a client once kept its slot among the connections forever.
#[test]
fn an_http_client_that_reads_nothing_is_cut() {
    let server = set(&["limits.http_seconds=2"]).start();
    let mut deaf = server.dial();
    deaf.set_write_timeout(Some(Duration::from_millis(300))).expect("a socket should take a time limit");
    let requests = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
    assert!((0..10_000).any(|_| deaf.write_all(requests.as_bytes()).is_err()), "the server reads no further");
    wait_for("the deaf client to be cut", || (metric(&server, "raidkeep_connections ")? <= 0.0).then_some(()));
}
