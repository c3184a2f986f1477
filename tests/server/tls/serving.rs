//! wss and HTTPS on one port, as the real program serves them.

use std::io::{Read, Write};
use std::net::SocketAddr;

use crate::process::wait_for;
use crate::tls::clients::{Files, Player, https, metric, secure, secure_with};
use rustls::ProtocolVersion;
use serde_json::json;
use tokio_tungstenite::tungstenite::{self, Message};

#[test]
fn wss_and_https_are_served_on_one_port_with_modern_protocols() {
    let files = Files::new();
    let root = files.certificate();
    let host = files.host(&[]);
    let mut server = host.start();
    let mut ann = Player::log_in(&server, &root, "ann");
    assert_eq!(ann.ask("enter_stage_general", json!({"stage": 8}))["data"]["energy"]["remain"], 114);
    let reply = https(&server, &root, "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(reply.starts_with("HTTP/1.1 200") && reply.contains("ready"), "{reply}");
    let body = json!({"mode": 0, "content": "小三"}).to_string();
    let length = body.len();
    let asked =
        format!("POST /legal HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    assert!(https(&server, &root, &asked).contains(r#"{"status":true}"#), "a route over HTTPS");
    for (version, expected) in
        [(&rustls::version::TLS12, ProtocolVersion::TLSv1_2), (&rustls::version::TLS13, ProtocolVersion::TLSv1_3)]
    {
        let stream = secure_with(server.address, &root, &[version]).expect("it is modern");
        assert_eq!(stream.conn.protocol_version(), Some(expected));
    }
    assert!(secure(server.address, &Files::new().certificate()).is_err(), "another root does not vouch for it");
    // A record of TLS 1.0 with a hello of TLS 1.1 and nothing newer.
    let mut old = server.dial();
    let hello = [&[0x16, 3, 1, 0, 45, 1, 0, 0, 41, 3, 2][..], &[7; 32], &[0, 0, 2, 0xc0, 0x14, 1, 0]].concat();
    old.write_all(&hello).expect("a hello should be sendable");
    let mut answer = Vec::new();
    let _ = old.read_to_end(&mut answer);
    assert_eq!(answer.first(), Some(&0x15), "older protocols get an alert and no handshake: {answer:?}");
    assert_eq!(server.connect_operator().ask("ping", json!({}))["status"], 0, "this machine's operators need no TLS");
    server.stop();
}

#[test]
fn a_long_exchange_passes_unchanged_however_it_is_cut() {
    let files = Files::new();
    let root = files.certificate();
    let host =
        files.host(&["limits.requests_per_second_per_connection=0", "limits.frames_per_second_per_connection=0"]);
    let server = host.start();
    let mut ann = Player::connect(&server, &root);
    let long = "x".repeat(60_000);
    for at in 0..50 {
        let request = json!({"world": 0, "function": "ping", "id": format!("{at} {long}")}).to_string();
        ann.socket.write(Message::text(request)).expect("a request should be sendable");
    }
    ann.socket.flush().expect("all is sent");
    for at in 0..50 {
        let Message::Text(text) = ann.socket.read().expect("a reply should come") else { panic!("text") };
        assert!(text.contains(&format!("\"{at} xxx")) && text.len() > 60_000, "in order and whole: {}", text.len());
    }
}

#[test]
fn who_speaks_no_tls_is_told_so() {
    let files = Files::new();
    let host = files.host(&[]);
    let server = host.start();
    let (status, reply) = server.http("GET", "/readyz", &[]);
    assert!(status == 400 && reply.contains("wss:// or https://"), "{reply}");
    let length: usize =
        reply.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok()).unwrap_or(0);
    assert_eq!(reply.split_once("\r\n\r\n").map(|(_, body)| body.len()), Some(length), "the hint is whole: {reply}");
    wait_for("the metric", || {
        (metric(&server, r#"raidkeep_tls_handshakes_total{outcome="plain"}"#) > 0.0).then_some(())
    });
}

#[test]
fn operators_beyond_this_machine_speak_tls_too() {
    let files = Files::new();
    let root = files.certificate();
    let host = files.host(&["admin.listen=0.0.0.0:0"]);
    let server = host.start();
    let address = SocketAddr::from(([127, 0, 0, 1], server.operators.port()));
    let stream = secure(address, &root).expect("a trusted certificate");
    let url = format!("wss://{address}/");
    let (mut socket, _) = tungstenite::client(url, stream).expect("a WebSocket over TLS");
    socket.send(Message::text(r#"{"world":0,"function":"ping","id":1}"#)).expect("a request should be sendable");
    assert!(socket.read().expect("a reply").to_string().contains(r#""status":0"#));
}

#[test]
fn a_full_server_tells_its_health_over_tls() {
    let files = Files::new();
    let root = files.certificate();
    let host = files.host(&["limits.connections=1", "limits.connections_per_address=0"]);
    let server = host.start();
    let _ann = Player::log_in(&server, &root, "ann");
    let asked =
        |path: &str| https(&server, &root, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    assert!(asked("/healthz").starts_with("HTTP/1.1 200"), "health");
    assert!(asked("/legal").starts_with("HTTP/1.1 503"), "and nothing else");
}
