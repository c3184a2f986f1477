//! The game page: who is shown it, and how it is served.

use crate::browsers::header;
use crate::process::{Host, Server, http_at};
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest};

/// The status and the reply to a browser on this machine.
fn open(server: &Server, path: &str, headers: &[&str]) -> (u16, String) {
    let host = format!("Host: {}", server.address);
    http_at(server.address, "GET", path, &[&[host.as_str()], headers].concat(), "")
}

fn set(setting: &str) -> Host {
    Host::new(&["--set", setting])
}

#[test]
fn a_first_start_names_the_game_page_and_serves_it_with_all_that_it_loads() {
    let server = Host::new(&[]).start();
    let line = server.line();
    assert_eq!(line, format!("play in the browser: http://{}/play/", server.address), "who starts it finds the game");
    let (status, page) = open(&server, "/play/", &[]);
    assert_eq!((status, header(&page, "content-type")), (200, Some("text/html; charset=utf-8")), "{page}");
    let security = header(&page, "content-security-policy");
    assert!(security.is_some_and(|rules| rules.contains("script-src 'self'")), "no foreign script runs in it");
    let loaded: Vec<&str> =
        page.split(['"', '\'']).filter(|name| name.ends_with(".js") || name.ends_with(".css")).collect();
    assert!(!loaded.is_empty(), "a game has a script: {page}");
    for name in loaded {
        let (status, file) = open(&server, &format!("/play/{}", name.trim_start_matches("./")), &[]);
        assert_eq!(status, 200, "{name}: {file}");
        assert_eq!(header(&file, "x-content-type-options"), Some("nosniff"), "{name}");
    }
    let (status, moved) = open(&server, "/play", &[]);
    assert_eq!(
        (status, header(&moved, "location")),
        (308, Some("/play/")),
        "the folder may be typed without its slash"
    );
    assert_eq!(open(&server, "/play/../../Cargo.toml", &[]).0, 404, "nothing else is served");
    assert!(open(&server, "/", &[]).1.contains("/play/"), "who opens the server itself is told");
}

#[test]
fn a_browser_that_has_the_page_gets_it_again_only_when_it_has_changed() {
    let server = Host::new(&[]).start();
    let (_, page) = open(&server, "/play/", &[]);
    let tag = header(&page, "etag").expect("a page has a tag");
    let (status, again) = open(&server, "/play/", &[&format!("If-None-Match: {tag}")]);
    assert_eq!((status, header(&again, "content-length")), (304, None), "the same content is not sent again: {again}");
    assert_eq!(open(&server, "/play/", &["If-None-Match: \"0123456789abcdef\""]).0, 200, "another one is");
}

#[test]
fn beyond_this_machine_the_page_is_shown_only_if_the_operator_wants_it() {
    let server = Host::new(&[]).start();
    let (status, _) = http_at(server.address, "GET", "/play/", &["Host: game.example"], "");
    assert_eq!(status, 404, "behind a proxy, or under a name that somebody pointed here, there is no page");
    let reachable = Host::new(&["--set", "platforms.public_sandbox=true"]).listening_on("0.0.0.0:0").start();
    assert_eq!(open(&reachable, "/play/", &[]).0, 404, "other machines could open it");
    let behind_a_proxy = set("trusted_proxies=[\"10.0.0.1\"]").start();
    assert_eq!(open(&behind_a_proxy, "/play/", &[]).0, 404, "the proxy would show it to everybody");
    let always = set("play=always").start();
    let (status, _) = http_at(always.address, "GET", "/play/", &["Host: game.example"], "");
    assert_eq!(status, 200, "the operator wants everybody to see it");
    let never = set("play=never").start();
    assert_eq!(open(&never, "/play/", &[]).0, 404, "the operator wants nobody to see it");
    assert!(never.line().starts_with("try: "), "and it is not announced");
    let mistake = set("play=sometimes").try_start().err().expect("a server with a wrong setting should not start");
    assert!(mistake.contains("play: found \"sometimes\", expected loopback, always or never"), "{mistake}");
}

#[test]
fn the_page_may_connect_where_no_other_page_may() {
    let server = set("allowed_origins=[]").start();
    let upgrade = |origin: &str| {
        let url = format!("ws://{}/ws", server.address);
        let mut request = url.into_client_request().expect("a URL should become a request");
        request.headers_mut().insert("origin", origin.parse().expect("an origin should be a header"));
        tungstenite::client(request, server.dial()).is_ok()
    };
    assert!(upgrade(&format!("http://{}", server.address)), "the server's own page");
    assert!(!upgrade("http://evil.example"), "a page of another site");
    let (status, refusal) = http_at(
        server.address,
        "GET",
        "/ws",
        &[
            "Host: evil.example",
            "Origin: http://evil.example",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Connection: upgrade",
        ],
        "",
    );
    assert_eq!(status, 403, "a page whose name somebody pointed at this machine: {refusal}");
}
