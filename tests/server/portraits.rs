//! Portraits as clients have them: JPEG or PNG, bare or as a `data:` URL, up to 256 KiB. Others get a small PNG.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::process::{Client, Ended, Host, Server, exchange};
use serde_json::{Value, json};

/// 16 by 16 pixels in two colours.
const JPEG: &[u8] = include_bytes!("../../crates/game/src/images/two_colours.jpg");

/// The same picture in a file of exactly this many bytes, made longer by comments.
fn jpeg(bytes: usize) -> Vec<u8> {
    let (start, rest) = JPEG.split_at(2);
    let mut file = start.to_vec();
    let mut missing = bytes - JPEG.len();
    while missing > 0 {
        // Marker and length take four bytes; what is left must have room for them.
        let segment = if missing > 60_004 { 60_000 } else { missing };
        let length = u16::try_from(segment - 2).expect("a segment is short");
        file.extend([0xff, 0xfe]);
        file.extend(length.to_be_bytes());
        file.resize(file.len() + segment - 4, b'.');
        missing -= segment;
    }
    file.extend(rest);
    file
}

struct Player {
    client: Client,
    role: String,
}

impl Player {
    fn join(server: &Server, name: &str) -> Self {
        let mut client = server.guest(name);
        let role = client.ask("get_player_info", json!({}))["data"]["name"].as_str().expect("a name").to_owned();
        Self { client, role }
    }

    /// The portrait in the next message, which should be this event.
    fn portrait_in(&mut self, event: &str) -> Vec<u8> {
        let told = self.client.read_json().expect("an event should come");
        assert_eq!(told["event"], event, "{told}");
        let portrait = told["data"]["image_data"].as_str().unwrap_or_else(|| panic!("a portrait: {told}"));
        BASE64_STANDARD.decode(portrait).expect("base64")
    }
}

fn assert_small_png(portrait: &[u8]) {
    assert!(portrait.starts_with(b"\x89PNG"), "whatever was sent, it is a PNG");
    assert!(portrait.len() <= 24_576, "{} bytes", portrait.len());
}

#[test]
fn a_jpeg_of_256_kib_reaches_the_opponent_as_a_small_png() {
    let server = Host::new(&[]).start();
    let (ann, mut bob) = (Player::join(&server, "ann"), Player::join(&server, "bob"));
    let image_data = format!("data:image/jpeg;base64,{}", BASE64_STANDARD.encode(jpeg(262_144)));
    let roles = (ann.role.clone(), bob.role.clone());
    let duel = |image_data: &str| json!({"role1": roles.0, "role2": roles.1, "image_data": image_data});
    let challenge = |data: &Value| exchange(server.address, "POST", "/challenge", &ann.client.token, data);
    let (status, too_long) = challenge(&duel(&BASE64_STANDARD.encode(jpeg(262_145))));
    assert_eq!((status, &too_long["status_code"]), (200, &json!(422)), "one byte more: {too_long}");
    let (status, made) = challenge(&duel(&image_data));
    assert_eq!((status, &made["status_code"]), (200, &json!(200)), "{made}");
    assert_small_png(&bob.portrait_in("challenge_info"));
    let answer = json!({"id": made["id"], "status": true, "image_data": image_data});
    let (_, entered) = exchange(server.address, "POST", "/challenge_info", &bob.client.token, &answer);
    assert_eq!(entered["status"], true, "{entered}");
    let (_, accepted) = challenge(&duel(&image_data));
    assert_eq!((&accepted["status"], &accepted["id"]), (&json!(true), &made["id"]), "{accepted}");
    let portrait = accepted["image_data"].as_str().expect("the opponent's portrait");
    assert_small_png(&BASE64_STANDARD.decode(portrait).expect("base64"));
}

#[test]
fn a_connection_that_has_logged_in_may_send_portraits_and_no_more() {
    let server = Host::new(&[]).start();
    let (mut ann, mut bob) = (Player::join(&server, "ann"), Player::join(&server, "bob"));
    let image_data = BASE64_STANDARD.encode(jpeg(262_144));
    let duel = json!({"role1": ann.role, "role2": bob.role, "image_data": image_data});
    let made = ann.client.ask("challenge", duel);
    assert_eq!(made["data"]["status_code"], 200, "{made}");
    assert_small_png(&bob.portrait_in("challenge_info"));
    let answer = json!({"id": made["data"]["id"], "status": true, "image_data": image_data});
    assert_eq!(bob.client.ask("challenge_info", answer)["data"]["status"], true);
    assert_small_png(&ann.portrait_in("challenge_accepted"));
    for (length, is_allowed) in [(409_600, true), (409_601, false)] {
        let request = r#"{"world":0,"function":"server_time"}"#;
        let padded = format!("{request}{}", " ".repeat(length - request.len()));
        ann.client.send(Message::text(padded)).expect("a frame should be sendable");
        if is_allowed {
            assert_eq!(ann.client.read_json().expect("a reply")["status"], 0);
        } else {
            assert_eq!(ann.client.read_to_end(), Ended::Closed(CloseCode::Size), "one byte more is too much");
        }
    }
}

#[test]
fn a_long_frame_may_follow_the_login_at_once() {
    let server = Host::new(&[]).start();
    let mut client = server.connect();
    let login = json!({"world": 0, "function": "login_unique", "data": {"unique_id": "ann"}}).to_string();
    let padded = format!(r#"{{"world":0,"function":"server_time"}}{}"#, " ".repeat(300_000));
    client.send(Message::text(login)).expect("a frame should be sendable");
    client.send(Message::text(padded)).expect("a frame should be sendable");
    assert!(client.read_json().expect("a reply")["data"]["token"].is_string());
    assert_eq!(client.read_json().expect("a reply")["status"], 0);
}

#[test]
fn what_is_no_image_is_refused_and_harms_nobody() {
    let server = Host::new(&[]).start();
    let (ann, mut bob) = (Player::join(&server, "ann"), Player::join(&server, "bob"));
    let cut = jpeg(100_000)[..99_900].to_vec();
    let mut promise = JPEG.to_vec();
    let sizes = promise.windows(2).position(|marker| marker == [0xff, 0xc0]).expect("a frame header") + 5;
    promise[sizes..sizes + 4].copy_from_slice(&[0xff; 4]);
    for wrong in [&b"GIF89a"[..], &cut, &promise, &JPEG[..50], b"\x89PNG\r\n\x1a\n"] {
        let data = json!({"role1": ann.role, "role2": bob.role, "image_data": BASE64_STANDARD.encode(wrong)});
        let (_, refused) = exchange(server.address, "POST", "/challenge", &ann.client.token, &data);
        assert_eq!(refused["status_code"], 422, "{refused}");
    }
    assert_eq!(bob.client.ask("server_time", json!({}))["status"], 0, "bob has got no event");
}
