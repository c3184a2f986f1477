//! How connections end that an operator ends: the last event, and the close code. The real program.

use raidkeep::engine::clock::wall_ms;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use crate::process::{Client, Ended, Host};

/// Reads to the end: the events that came, and how it ended.
fn last_words(client: &mut Client) -> (Vec<Value>, Ended) {
    let mut events = Vec::new();
    loop {
        match client.read_json() {
            Ok(event) => events.push(event["event"].clone()),
            Err(ended) => return (events, ended),
        }
    }
}

#[test]
fn who_is_sent_away_is_told_why_by_the_close_code() {
    let server = Host::new(&[]).start();
    let until = wall_ms() / 1000 + 3600;
    let actions = [
        ("player_kick", json!({}), 4000, "the token stays"),
        ("tokens_end", json!({}), 4001, "the client has to log in again"),
        ("player_ban", json!({"until": until, "message": "for cheating"}), 4003, "the event says why and how long"),
    ];
    // Players have numbers in the order in which they come.
    let guests: Vec<Client> = actions.iter().map(|(function, ..)| server.guest(function)).collect();
    let mut other = server.guest("another");
    for (number, (mut client, (function, mut data, code, rule))) in (1..).zip(guests.into_iter().zip(actions)) {
        data["player"] = json!(number);
        data["reason"] = "ticket 17".into();
        let reply = server.operate(function, data);
        assert_eq!(reply["status"], 0, "{function}: {reply}");
        let (events, ended) = last_words(&mut client);
        assert_eq!(ended, Ended::Closed(CloseCode::Library(code)), "{function}: {rule}");
        assert_eq!(events.contains(&json!("banned")), function == "player_ban", "{events:?}");
        assert_eq!(other.ask("get_player_info", json!({}))["status"], 0, "{function} is for one player");
    }
    let reply = server.operate("maintenance", json!({"until": until, "message": "a new boss"}));
    assert_eq!(reply["status"], 0, "{reply}");
    let (events, ended) = last_words(&mut other);
    assert_eq!(ended, Ended::Closed(CloseCode::Library(4004)), "the game is closed for maintenance");
    assert!(events.contains(&json!("maintenance")), "who plays is told before: {events:?}");
}
