//! The counts of events and the reasons of status 11, as a client sees them on real sockets and across kills.

use crate::process::{Client, Host, Server};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// A frame without the count of events at its end, and the count.
pub(crate) fn split_count(frame: &str) -> (String, Option<u64>) {
    const BEFORE: &str = r#","n":"#;
    let found = frame.rsplit_once(BEFORE);
    let found = found.and_then(|(rest, count)| Some((rest, count.strip_suffix('}')?.parse().ok()?)));
    found.map_or((frame.to_owned(), None), |(rest, count)| (format!("{rest}}}"), Some(count)))
}

/// The next frame as it came.
fn frame(client: &mut Client) -> Value {
    loop {
        if let Message::Text(text) = client.read().expect("a frame should come") {
            return serde_json::from_str(&text).expect("JSON");
        }
    }
}

/// The first reply to a token on a new connection.
fn first_reply(server: &Server, token: &str) -> Value {
    let mut client = server.connect();
    let request = json!({"world": 0, "function": "get_player_info", "data": {"token": token}, "id": "x"});
    client.send(Message::text(request.to_string())).expect("a request should be sendable");
    frame(&mut client)
}

#[test]
fn a_client_sees_in_its_first_reply_what_it_missed_and_that_a_killed_server_counts_anew() {
    let host = Host::new(&[]);
    let mut server = host.start();
    let (mut ann, mut bob) = (server.guest("ann"), server.guest("bob"));
    let name = ann.ask("get_player_info", json!({}))["data"]["name"].clone();
    let first = first_reply(&server, &ann.token);
    let n = first["n"].as_u64().unwrap_or_else(|| panic!("the count stands beside the status: {first}"));
    assert_eq!((&first["status"], &first["id"], first["data"].get("n")), (&json!(0), &json!("x"), None), "{first}");
    let mail = json!({"gn_target": name, "subj": "hello", "body": "text"});
    assert_eq!(bob.ask("send_mail", mail)["status"], 0);
    let event = frame(&mut ann);
    assert_eq!((&event["event"], &event["n"]), (&json!("mail_received"), &json!(n + 1)), "{event}");
    assert_eq!(first_reply(&server, &ann.token)["n"], n + 1, "who was away sees that it missed one");
    let asked = json!({"token": ann.token, "role": name}).to_string();
    let (status, reply) = server.http_with_body("POST", "/bag", &[], &asked);
    assert!(status == 200 && !reply.contains(r#""n":"#), "HTTP has no counts: {reply}");
    server.process.kill();
    server = host.start();
    let anew = first_reply(&server, &ann.token)["n"].as_u64().expect("a count");
    assert!(anew > n + 1, "a server that was killed counts from a number that nobody has seen: {anew}");
}

#[test]
fn status_11_says_why_on_sockets_and_over_http_also_after_a_kill() {
    let host = Host::new(&[]);
    let mut server = host.start();
    let (replaced, mut cheat) = (server.guest("ann").token, server.guest("cheat"));
    let valid = server.guest("ann");
    for status in [0, 95] {
        assert_eq!(cheat.ask("enter_stage", json!({"stage": 3000}))["status"], status, "twice is abnormal");
    }
    let check = |server: &Server| {
        for (token, reason) in [(&*replaced, "replaced"), (&*cheat.token, "revoked"), ("nobody's", "unknown")] {
            let reply = first_reply(server, token);
            let expected = json!({"status": 11, "message": "invalid token", "data": {"reason": reason}, "id": "x"});
            assert_eq!(reply, expected, "a token that ended names nobody, so there is no count");
            let asked = json!({"token": token, "role": "who"}).to_string();
            let (status, reply) = server.http_with_body("POST", "/bag", &[], &asked);
            assert_eq!(status, 401, "{reply}");
            assert!(reply.contains(&format!(r#""data":{{"reason":"{reason}"}}"#)), "in error.data: {reply}");
        }
        assert_eq!(first_reply(server, &valid.token)["status"], 0, "the later token is valid");
    };
    check(&server);
    server.process.kill();
    server = host.start();
    check(&server);
    let mut client = server.connect();
    let elsewhere = client.ask("player_delete", json!({"token": valid.token, "name": "nobody"}));
    assert_eq!((&elsewhere["status"], &elsewhere["data"]["reason"]), (&json!(11), &json!("unknown")), "{elsewhere}");
}
