//! Mutes: whatever a muted player writes is refused (docs/contract/identity.md#bans-and-mutes).

use crate::desk::{helped, refused, server};
use crate::duel::{self, Duelist, PNG};
use raidkeep::studio::testing::NOON_MS;
use serde_json::json;

const NOON: i64 = NOON_MS / 1000;

#[test]
fn letters_names_and_talk_are_refused_until_the_mute_ends() {
    let (mut server, ann, _) = server();
    let until = NOON + 3600;
    helped(&mut server, "player_mute", &ann, json!({"until": until}));
    let texts = [
        ("send_mail", json!({"gn_target": "Bob", "subj": "hello", "body": "text"})),
        ("found_family", json!({"name": "青云门"})),
        ("merge", json!({"role": "Ann", "mode": 0, "num": 1, "des": "火球术：向敌人投出火焰"})),
        ("main", json!({"text": "hello"})),
        ("task_request", json!({"role": "Ann", "text": "hello"})),
        ("others", json!({"role": "Ann", "info": "text", "text": "hello"})),
        ("feedback", json!({"role": "Ann", "text": "hello", "items": [], "skills": [], "roles": []})),
    ];
    for (function, data) in &texts {
        let before = server.state_hash();
        let reply = ann.ask(&mut server, function, data.clone());
        assert_eq!(reply, json!({"status": 423, "message": "you are muted", "data": {"until": until}}), "{function}");
        assert_eq!(server.state_hash(), before, "{function}: a refusal changes nothing");
    }
    assert_eq!(ann.ask(&mut server, "enter_stage_general", json!({"stage": 8}))["status"], 0, "Ann may play");
    server.advance_seconds(3600);
    for (function, data) in texts {
        assert_ne!(ann.ask(&mut server, function, data)["status"], 423, "{function}: the mute is over");
    }
}

#[test]
fn a_mute_without_end_has_no_moment_and_is_lifted() {
    let (mut server, ann, bob) = server();
    helped(&mut server, "player_mute", &ann, json!({}));
    let found = json!({"name": "青云门"});
    let muted = json!({"status": 423, "message": "you are muted"});
    assert_eq!(ann.ask(&mut server, "found_family", found.clone()), muted);
    let mut server = server.crash_and_reopen();
    server.connect();
    let connection = server.connect();
    let mut asked = found.clone();
    asked["token"] = ann.player.token.clone().into();
    assert_eq!(server.ask_on(connection, "found_family", asked.clone()), muted, "it survives a restart");
    helped(&mut server, "player_unmute", &ann, json!({}));
    assert_eq!(server.ask_on(connection, "found_family", asked)["status"], 0);
    for client in [&ann, &bob] {
        let refusal = refused(&mut server, "player_unmute", client, json!({}));
        assert_eq!(refusal, (98, "the player is not muted".to_owned()));
    }
    assert_eq!(refused(&mut server, "player_mute", &ann, json!({"until": NOON})).0, 13, "a moment that is over");
}

#[test]
fn a_muted_player_shows_no_picture_and_fights_without_words() {
    let mut server = duel::server();
    let [ann, bob] = ["ann", "bob"].map(|device| Duelist::join(&mut server, device));
    let mute = json!({"player": ann.account.0, "reason": "spam"});
    assert_eq!(server.operate("player_mute", mute)["status"], 0);
    let shown = json!({"role1": ann.role, "role2": bob.role, "image_data": PNG});
    assert_eq!(ann.ask(&mut server, "challenge", shown)["status"], 423);
    let challenge = ann.succeed(&mut server, "challenge", json!({"role1": ann.role, "role2": bob.role}));
    let id = challenge["id"].clone();
    bob.succeed(&mut server, "challenge_info", json!({"id": id, "status": true}));
    let said = json!({"role": ann.role, "id": id, "text": "I strike", "wait": false});
    assert_eq!(ann.ask(&mut server, "battle", said)["status"], 423);
    ann.succeed(&mut server, "battle", json!({"role": ann.role, "id": id, "text": "", "wait": false}));
}
