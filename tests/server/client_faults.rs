//! Clients that vanish silently, flood, read nothing, or send garbage, over real sockets: only they themselves are
//! affected. There are more such tests in `sockets.rs`.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use crate::metrics::metric;
use crate::process::{Client, Host, wait_for};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

fn set(settings: &[&str]) -> Host {
    settings.iter().fold(Host::new(&["--clock", "manual"]), |host, setting| host.with(&["--set", setting]))
}

fn roles(client: &mut Client) -> (String, Value) {
    let info = client.ask("get_player_info", json!({}));
    let role = info["data"]["name"].as_str().expect("everybody has a name").to_owned();
    let list = client.ask("get_list", json!({"role": role}));
    (role, list["data"]["roles"].clone())
}

/// The other end of a half-open connection does not answer a close frame either; its socket stays open here.
#[test]
fn a_client_that_vanishes_silently_loses_its_connection_and_is_offline() {
    let server = set(&["limits.idle_seconds=1"]).start();
    let mut gone = server.guest("gone");
    let (role, roles_before) = roles(&mut gone);
    assert_eq!(roles_before, json!([role]));
    wait_for("the half-open connection to be cut", || (metric(&server, "raidkeep_connections ")? <= 0.0).then_some(()));
    server.operate("clock_advance", json!({"seconds": 31}));
    let (other, roles_after) = roles(&mut server.guest("ann"));
    assert_eq!(roles_after, json!([other]), "a vanished player is offline after 30 s of silence");
    drop(gone);
}

#[test]
fn an_http_client_that_vanishes_between_two_requests_loses_its_connection() {
    let server = set(&["limits.handshake_seconds=1"]).start();
    let mut stream = server.dial();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n").expect("bytes should be sendable");
    let mut reply = Vec::new();
    let ended = stream.read_to_end(&mut reply);
    assert!(
        ended.is_ok() && reply.starts_with(b"HTTP/1.1 200"),
        "it is answered, and cut when nothing more arrives: {ended:?}"
    );
}

#[test]
fn a_flood_is_answered_with_the_time_to_wait_and_others_are_served() {
    let server = Host::new(&[]).start();
    let mut flooding = server.guest("flooding");
    let mut writer = flooding.stream().try_clone().expect("a socket should be clonable");
    const COUNT: u64 = 600;
    let writing = std::thread::spawn(move || {
        (0..COUNT).all(|id| {
            let text = json!({"world": 0, "function": "get_player_info", "id": id}).to_string();
            writer.write_all(&text_frame(text.as_bytes())).is_ok()
        })
    });
    let mut refused = 0;
    for id in 0..COUNT {
        let reply = flooding.read_json().expect("a flood is answered, not cut");
        assert_eq!(reply["id"], id, "in the order of the requests: {reply}");
        if reply["status"] == 15 {
            assert!(reply["data"]["retry_after_ms"].as_u64().is_some_and(|wait| wait >= 1), "{reply}");
            refused += 1;
        }
        if id % 100 == 0 {
            assert_eq!(
                server.guest("ann").ask("get_player_info", json!({}))["status"],
                0,
                "others are served meanwhile"
            );
        }
    }
    assert!(writing.join().is_ok_and(|all| all), "the server reads what it answers");
    assert!((1..COUNT / 2).contains(&refused), "it is told so, and then slowed: {refused} refusals of {COUNT}");
    let served = |client: &mut Client| client.ask("get_player_info", json!({}))["status"] == 0;
    wait_for("the flood to be forgiven", || served(&mut flooding).then_some(()));
}

/// A text frame as a client sends it, with a mask of zero.
fn text_frame(payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).ok().filter(|length| *length < 126).expect("the frames here are short");
    [&[0x81, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

#[test]
fn pings_whose_answers_nobody_reads_do_not_fill_the_memory() {
    let server = Host::new(&[]).start();
    let mut deaf = server.guest("deaf");
    let before = server.resident_kib();
    let ping = [&[0x89, 0x80 | 125, 0, 0, 0, 0][..], &[7; 125]].concat().repeat(1000);
    let stream = deaf.stream();
    stream.set_write_timeout(Some(Duration::from_millis(200))).expect("a socket takes a time limit");
    // 128 MB, if the server accepts all of it.
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(3) && stream.write_all(&ping).is_ok() {}
    let grown = server.resident_kib().saturating_sub(before);
    assert!(grown < 32 << 10, "unread replies are bounded, but memory grew by {grown} KiB");
    assert_eq!(server.guest("ann").ask("get_player_info", json!({}))["status"], 0, "others are served");
}

#[test]
fn compression_is_not_agreed_to() {
    let server = Host::new(&[]).start();
    let mut stream = server.dial();
    let upgrade = "GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                   Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n";
    stream.write_all(upgrade.as_bytes()).expect("bytes should be sendable");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("the server should answer");
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_lowercase();
    assert!(head.starts_with("http/1.1 101"), "the handshake succeeds: {head}");
    assert!(!head.contains("sec-websocket-extensions"), "and the client knows that it must not compress: {head}");
}

#[test]
fn text_that_is_no_request_is_refused_and_the_connection_stays_open() {
    let server = set(&["limits.requests_per_second_per_connection=0"]).start();
    let mut client = server.guest("ann");
    let deep = "[".repeat(60_000);
    let deep_data = format!(r#"{{"world":0,"function":"server_time","data":{}"#, r#"{"a":"#.repeat(10_000));
    let long_number = format!(r#"{{"world":{},"function":"server_time"}}"#, "9".repeat(60_000));
    let long_name = format!(r#"{{"world":0,"function":"{}"}}"#, "x".repeat(60_000));
    let texts = [
        "",
        " ",
        "null",
        "[]",
        "7",
        "\"server_time\"",
        "{",
        "{}",
        "{\"world\":0}",
        "{\"world\":0,\"function\":null}",
        "{\"world\":0,\"function\":\"\\ud800\"}",
        "{\"world\":-1,\"function\":\"server_time\"}",
        "{\"world\":1e999,\"function\":\"server_time\"}",
        "{\"world\":0,\"function\":\"server_time\",\"data\":[]}",
        "{\"world\":0,\"function\":\"server_time\"} {}",
        "{\"world\":0,\"world\":0,\"function\":\"server_time\"}",
        "\u{feff}{\"world\":0,\"function\":\"server_time\"}",
        "{\"world\":0,\"function\":\"server\u{0}time\"}",
        &deep,
        &deep_data,
        &long_number,
        &long_name,
    ];
    for text in texts {
        let shown: String = text.chars().take(80).collect();
        client.send(Message::text(text)).expect("a frame should be sendable");
        let reply = client.read_json().unwrap_or_else(|ended| panic!("{shown} should be answered: {ended:?}"));
        let status = reply["status"].as_i64();
        assert!(matches!(status, Some(10 | 13 | 14)), "{shown} is refused with an explanation: {reply}");
        assert!(
            reply["message"].as_str().is_some_and(|told| !told.is_empty() && told.len() < 1000),
            "{shown}: {reply}"
        );
    }
    assert_eq!(client.ask("get_player_info", json!({}))["status"], 0, "the connection stays open");
}
