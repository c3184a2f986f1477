//! The version of the protocol in the handshake of a WebSocket.

use crate::process::{Host, Server};
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::{self, ClientRequestBuilder, Error, HandshakeError, Message};

/// The answer to a handshake that offers these; errs with a refusal.
fn offer(server: &Server, names: &[&str]) -> Result<Response, Box<Response>> {
    let url = format!("ws://{}/ws", server.address).parse().expect("a URL");
    let request = names.iter().fold(ClientRequestBuilder::new(url), |request, name| request.with_sub_protocol(*name));
    match tungstenite::client(request, server.dial()) {
        Ok((mut socket, response)) => {
            socket.send(Message::text(r#"{"world":0,"function":"ping"}"#)).expect("a request should be sendable");
            assert!(socket.read().expect("a reply should come").to_string().contains(r#""status":0"#));
            Ok(response)
        }
        Err(HandshakeError::Failure(Error::Http(refusal))) => Err(refusal),
        Err(error) => panic!("{error}"),
    }
}

fn named(response: &Response) -> Option<&str> {
    response.headers().get("sec-websocket-protocol").and_then(|name| name.to_str().ok())
}

#[test]
fn the_version_is_named_if_it_is_offered_and_who_offers_none_is_served_as_before() {
    let server = Host::new(&[]).start();
    for names in [&["raidkeep.v1"][..], &["raidkeep.v2", "raidkeep.v1"], &["chat", "raidkeep.v1"]] {
        let response = offer(&server, names).expect("a version in common");
        assert_eq!(named(&response), Some("raidkeep.v1"), "{names:?}");
    }
    assert_eq!(named(&offer(&server, &[]).expect("nothing was asked for")), None);
}

#[test]
fn who_speaks_only_other_versions_is_refused_with_both_named() {
    let server = Host::new(&[]).start();
    let refusal = offer(&server, &["raidkeep.v2"]).expect_err("no version in common");
    assert_eq!(refusal.status(), StatusCode::BAD_REQUEST);
    let told = refusal.body().as_deref().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    assert!(told.contains("raidkeep.v1") && told.contains("raidkeep.v2"), "{told}");
}

#[test]
fn protocols_of_other_programs_are_left_unnamed() {
    let server = Host::new(&[]).start();
    let request = "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: chat, json\r\n\r\n";
    let mut stream = server.dial();
    std::io::Write::write_all(&mut stream, request.as_bytes()).expect("a request should be sendable");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        std::io::Read::read_exact(&mut stream, &mut byte).expect("a head should come");
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101") && !head.contains("sec-websocket-protocol"), "{head}");
}
