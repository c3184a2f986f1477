//! Browsers and load balancers: pages of other sites (CORS), HEAD, and bodies that are refused unread.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::process::{Host, Server, status_of};
use serde_json::{Value, json};

const QUERY: &str = "/v1/app/server/query_match_base";

/// A header of a reply.
pub(crate) fn header<'r>(reply: &'r str, name: &str) -> Option<&'r str> {
    let (head, _) = reply.split_once("\r\n\r\n")?;
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn preflight(server: &Server, path: &str, origin: &str) -> (u16, String) {
    let asked = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization"];
    server.http("OPTIONS", path, &[&format!("Origin: {origin}"), asked[0], asked[1]])
}

const GAME: &str = "https://game.example";
const ALLOWED: &str = "access-control-allow-origin";

#[test]
fn only_a_listed_site_may_call_the_routes_of_players() {
    let server = Host::new(&["--set", "allowed_origins=[\"https://game.example\"]"]).start();
    for path in ["/login", "/challenge", "/status"] {
        let (status, reply) = preflight(&server, path, GAME);
        assert_eq!((status, header(&reply, ALLOWED)), (204, Some(GAME)), "{path}: {reply}");
        let headers = header(&reply, "access-control-allow-headers").unwrap_or_default();
        for needed in ["authorization", "content-type", "idempotency-key"] {
            assert!(headers.contains(needed), "{path}: {headers}");
        }
        assert_eq!(header(&reply, "access-control-allow-methods"), Some("GET, POST"));
        assert_eq!(header(&reply, "vary"), Some("origin"), "a cache must not give it to another site");
        assert_eq!(header(&reply, "access-control-allow-credentials"), None, "no cookies are used");
        let (status, reply) = preflight(&server, path, "https://evil.example");
        assert_eq!((status, header(&reply, ALLOWED)), (204, None), "{path}: {reply}");
    }
    let origin = format!("Origin: {GAME}");
    let judged = json!({"mode": 0, "content": "小三"}).to_string();
    let (status, reply) = server.http_with_body("POST", "/legal", &[&origin], &judged);
    assert_eq!((status, header(&reply, ALLOWED)), (200, Some(GAME)), "{reply}");
    let (status, reply) = server.http_with_body("POST", "/status", &[&origin], "{}");
    assert_eq!((status, header(&reply, ALLOWED)), (400, Some(GAME)), "a script may read why it is refused: {reply}");
    let (status, reply) = server.http_with_body("POST", "/legal", &["Origin: https://evil.example"], &judged);
    assert_eq!((status, header(&reply, ALLOWED)), (200, None), "the browser keeps the reply from the script");
    for path in [QUERY, "/metrics", "/healthz"] {
        let (_, reply) = preflight(&server, path, GAME);
        assert_eq!(header(&reply, ALLOWED), None, "{path} is not for web pages: {reply}");
        assert_eq!(header(&server.http("GET", path, &[&origin]).1, ALLOWED), None, "{path}");
    }
}

#[test]
fn every_site_may_by_default_and_none_with_an_empty_list() {
    for (list, expected) in [("[\"*\"]", Some("*")), ("[]", None)] {
        let server = Host::new(&["--set", &format!("allowed_origins={list}")]).start();
        let (status, reply) = preflight(&server, "/login", GAME);
        assert_eq!((status, header(&reply, ALLOWED)), (204, expected), "{list}: {reply}");
    }
}

#[test]
fn health_and_readiness_can_be_asked_without_a_body() {
    let server = Host::new(&[]).start();
    for path in ["/healthz", "/readyz", "/"] {
        let (status, whole) = server.http("GET", path, &[]);
        let (head_status, head) = server.http("HEAD", path, &[]);
        assert_eq!((status, head_status), (200, 200), "{path}");
        assert!(head.ends_with("\r\n\r\n"), "{path}: HEAD has no body: {head}");
        assert_eq!(header(&head, "content-length"), header(&whole, "content-length"), "{path}: {head}");
    }
    let (status, reply) = server.http("POST", "/readyz", &[]);
    assert_eq!((status, header(&reply, "allow")), (405, Some("GET, HEAD")), "{reply}");
    let (status, reply) = server.http("DELETE", "/login", &[]);
    assert_eq!((status, header(&reply, "allow")), (405, Some("GET, POST")), "{reply}");
}

fn rest_of(mut stream: TcpStream) -> String {
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    String::from_utf8_lossy(&reply).into_owned()
}

fn error_of(reply: &str) -> Value {
    let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    let reply: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {reply}"));
    reply["error"]["message"].clone()
}

#[test]
fn a_body_that_is_announced_too_long_is_refused_before_it_is_sent() {
    let server = Host::new(&[]).start();
    for (path, most) in [("/status", 65_536), ("/challenge", 409_600)] {
        let mut stream = server.dial();
        let length = most + 1;
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("a head should be sendable");
        let reply = rest_of(stream);
        assert_eq!(status_of(&reply), 413, "the client is not asked to continue: {reply}");
        assert_eq!(error_of(&reply), "the body is too long");
    }
    let mut stream = server.dial();
    let head =
        "POST /legal HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 29\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("a head should be sendable");
    let mut first = [0; 25];
    stream.read_exact(&mut first).expect("the server should ask for a short body");
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(br#"{"mode":0, "content": "anna"}"#).expect("a body should be sendable");
    assert_eq!(status_of(&rest_of(stream)), 200);
}

#[test]
fn who_sends_a_body_that_is_too_long_without_asking_still_sees_the_refusal() {
    let server = Host::new(&[]).start();
    let (status, reply) = server.http_with_body("POST", "/status", &[], &"x".repeat(2_000_000));
    assert_eq!(status, 413, "{reply}");
    let mut stream = server.dial();
    stream.write_all(b"POST /status HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").expect("a head");
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));
    for _ in 0..4 {
        stream.write_all(chunk.as_bytes()).expect("a chunk should be sendable");
    }
    stream.write_all(b"0\r\n\r\n").expect("the end should be sendable");
    let reply = rest_of(stream);
    assert_eq!(status_of(&reply), 413, "a body without a length is counted: {reply}");
}

#[test]
fn an_idempotency_key_in_its_header_makes_a_repeated_request_harmless() {
    let server = Host::new(&[]).start();
    let mut ann = server.guest("ann");
    let role = ann.ask("get_player_info", json!({}))["data"]["name"].clone();
    let bearer = format!("Authorization: Bearer {}", ann.token);
    let wish = json!({"role": role, "text": "我想去寻宝"}).to_string();
    let ask = |headers: &[&str]| {
        let (status, reply) = server.http_with_body("POST", "/task_request", headers, &wish);
        (status, reply.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()))
    };
    let first = ask(&[&bearer, "Idempotency-Key: \"8e03978e\""]);
    assert_eq!(first.0, 200, "{first:?}");
    assert_eq!(ask(&[&bearer, "Idempotency-Key: 8e03978e"]), first, "with or without quotes");
    assert_ne!(ask(&[&bearer]), first, "without a key it is another wish");
    assert_eq!(ask(&[&bearer, &format!("Idempotency-Key: {}", "k".repeat(65))]).0, 400);
}
