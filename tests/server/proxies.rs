//! Clients behind proxies: every limit counts the client, and only proxies that the operator trusts are believed.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use serde_json::json;

use crate::process::{Client, Host, Server, exchange, status_of, wait_for};

fn start(settings: &[&str]) -> Server {
    settings.iter().fold(Host::new(&[]), |host, setting| host.with(&["--set", setting])).start()
}

/// Sends bytes over a connection of its own, and returns the whole reply.
fn send(server: &Server, bytes: &[u8]) -> String {
    let mut stream = server.dial();
    // A server that refuses the connection may have closed it already.
    let _ = stream.write_all(bytes);
    rest_of(stream)
}

fn rest_of(mut stream: TcpStream) -> String {
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    String::from_utf8_lossy(&reply).into_owned()
}

/// A request as a proxy passes it on for a client.
fn forwarded(path: &str, client: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {client}\r\nConnection: close\r\n\r\n")
}

const PLAIN: &str = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[test]
fn clients_behind_a_trusted_proxy_have_limits_of_their_own() {
    let server = start(&["trusted_proxies=[\"127.0.0.0/8\"]", "limits.requests_per_second_per_address=1"]);
    let ask = |client: &str| status_of(&send(&server, forwarded("/nothing", client).as_bytes()));
    let statuses: Vec<u16> = (0..8).map(|_| ask("203.0.113.9")).collect();
    assert!(statuses.contains(&429), "one client has used up its requests: {statuses:?}");
    assert_eq!(ask("203.0.113.10"), 404, "another one has not");
    assert_eq!(ask("203.0.113.10, 127.0.0.9"), 404, "also behind two proxies");
    let statuses: Vec<u16> = (0..8).map(|at| ask(&format!("1.1.1.{at}, 203.0.113.11"))).collect();
    assert!(statuses.contains(&429), "what a client claims itself does not count: {statuses:?}");
    let statuses: Vec<u16> = (0..8).map(|at| ask(&format!("2001:db8:1:2::{at}"))).collect();
    assert!(statuses.contains(&429), "all addresses of a /64 are one client: {statuses:?}");
}

#[test]
fn a_header_from_a_client_that_is_no_trusted_proxy_is_ignored() {
    let server = start(&["trusted_proxies=[\"10.0.0.7\"]", "limits.requests_per_second_per_address=1"]);
    let ask = |at: u8| status_of(&send(&server, forwarded("/nothing", &format!("203.0.113.{at}")).as_bytes()));
    let statuses: Vec<u16> = (0..8).map(ask).collect();
    assert!(statuses.contains(&429), "it is one client, whatever it says: {statuses:?}");
}

#[test]
fn connections_through_a_trusted_proxy_are_counted_by_client() {
    let server = start(&["trusted_proxies=[\"127.0.0.1\"]", "limits.connections_per_address=2"]);
    let connect = |client: &str| Client::connect_with(server.address, "/ws", &[("X-Forwarded-For", client)]);
    let mut held: Vec<Client> = (0..2).filter_map(|_| connect("203.0.113.9").ok()).collect();
    let refused = connect("203.0.113.9").err().expect("a third connection is too many");
    assert!(refused.contains("503"), "{refused}");
    let mut other = connect("203.0.113.10").expect("another client has its own places");
    assert_eq!(other.ask("ping", json!({}))["status"], 0);
    held.pop();
    wait_for("a free place", || connect("203.0.113.9").ok());
}

#[test]
fn a_login_through_a_proxy_binds_the_address_of_the_client() {
    let server = start(&["trusted_proxies=[\"127.0.0.1\"]", "legacy_address_binding=true"]);
    let ann = json!({"email": "ann@x.org", "username": "ann", "password": "password", "ip": "127.0.0.1:1"});
    let (status, _) = exchange(server.address, "GET", "/signup", "", &ann);
    assert_eq!(status, 200);
    let ask = |path: &str, client: &str, body: serde_json::Value| {
        let (body, client) = (body.to_string(), format!("X-Forwarded-For: {client}"));
        server.http_with_body("GET", path, &[&client], &body).0
    };
    assert_eq!(ask("/login", "203.0.113.9", ann.clone()), 200);
    assert_eq!(ask("/status", "203.0.113.9", json!({"role": "ann"})), 200, "the client that logged in");
    assert_eq!(ask("/status", "203.0.113.10", json!({"role": "ann"})), 401, "another one behind the same proxy");
}

/// A header of version 2 for a client.
fn version_2(client: Ipv4Addr) -> Vec<u8> {
    let addresses = [&client.octets()[..], &[10, 0, 0, 1, 0x12, 0x67, 0, 80]].concat();
    [&b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"[..], &addresses].concat()
}

#[test]
fn the_proxy_protocol_tells_the_client_in_both_versions() {
    let server = start(&[
        "trusted_proxies=[\"127.0.0.1\"]",
        "proxy_protocol=true",
        "limits.requests_per_second_per_address=1",
        "limits.handshake_seconds=1",
    ]);
    let ask = |header: &[u8]| status_of(&send(&server, &[header, PLAIN.as_bytes()].concat()));
    let first = b"PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n";
    let statuses: Vec<u16> = (0..8).map(|_| ask(first)).collect();
    assert!(statuses.contains(&404) && statuses.contains(&429), "the limit is that of the client: {statuses:?}");
    assert_eq!(ask(&version_2(Ipv4Addr::new(203, 0, 113, 9))), 429, "the same client in version 2");
    assert_eq!(ask(&version_2(Ipv4Addr::new(203, 0, 113, 10))), 404, "another client");
    assert_eq!(ask(b"PROXY UNKNOWN\r\n"), 404, "the proxy itself, as in a health check");
    for nonsense in [&b""[..], b"PROXY TCP4 nonsense\r\n", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff"] {
        assert_eq!(send(&server, &[nonsense, PLAIN.as_bytes()].concat()), "", "closed: {}", nonsense.escape_ascii());
    }
    let mut slow = server.dial();
    slow.write_all(b"PROXY TCP4 203").expect("bytes should be sendable");
    assert_eq!(rest_of(slow), "", "one that does not finish in time is closed");
}

#[test]
fn a_websocket_works_behind_the_proxy_protocol() {
    let server = start(&["trusted_proxies=[\"127.0.0.1\"]", "proxy_protocol=true", "limits.connections_per_address=1"]);
    let upgrade = "GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let connect = |client: u8| {
        let mut stream = server.dial();
        let header = version_2(Ipv4Addr::new(203, 0, 113, client));
        stream.write_all(&[&header, upgrade.as_bytes()].concat()).expect("bytes should be sendable");
        let mut head = [0; 12];
        stream.read_exact(&mut head).expect("the server should answer");
        (String::from_utf8_lossy(&head).into_owned(), stream)
    };
    let (first, _held) = connect(9);
    assert_eq!(first, "HTTP/1.1 101");
    assert_eq!(connect(9).0, "HTTP/1.1 503", "a second connection of this client is too many");
    assert_eq!(connect(10).0, "HTTP/1.1 101", "another client has its own place");
}

#[test]
fn the_proxy_protocol_is_not_spoken_with_strangers() {
    let server = start(&["trusted_proxies=[\"10.0.0.7\"]", "proxy_protocol=true"]);
    assert_eq!(status_of(&send(&server, PLAIN.as_bytes())), 404, "who comes directly is served");
    let header = b"PROXY TCP4 203.0.113.9 127.0.0.1 4711 80\r\n";
    let reply = send(&server, &[header, PLAIN.as_bytes()].concat());
    assert_eq!(status_of(&reply), 400, "the header is no HTTP: {reply}");
}

#[test]
fn settings_of_proxies_that_cannot_work_are_refused_with_the_reason() {
    let refused = |settings: &[&str]| {
        let host = settings.iter().fold(Host::new(&[]), |host, setting| host.with(&["--set", setting]));
        let (code, told) = host.start_in_vain();
        assert_eq!(code, Some(1), "{told}");
        told
    };
    let told = refused(&["trusted_proxies=[\"10.0.0.0/33\"]"]);
    assert!(told.contains("trusted_proxies") && told.contains("10.0.0.0/33"), "{told}");
    let told = refused(&["proxy_protocol=true"]);
    assert!(told.contains("proxy_protocol") && told.contains("trusted_proxies"), "{told}");
    let told = refused(&["limits.bytes_per_second_per_connection=1"]);
    assert!(told.contains("bytes_per_second_per_connection") && told.contains("1024"), "{told}");
}
