//! Notes of operators about a player.

use crate::desk::{helped, refused, server};
use crate::traveller::export;
use serde_json::{Value, json};

#[test]
fn a_note_has_author_moment_and_number_and_is_removed_by_it() {
    let (mut server, ann, bob) = server();
    for (number, text) in [(1, "first"), (2, "second"), (3, "third")] {
        let added = helped(&mut server, "note_add", &ann, json!({"text": text}));
        assert_eq!(added, json!({"note": number}));
    }
    helped(&mut server, "note_remove", &ann, json!({"note": 2}));
    assert_eq!(refused(&mut server, "note_remove", &ann, json!({"note": 2})).0, 98, "it is gone");
    assert_eq!(refused(&mut server, "note_remove", &bob, json!({"note": 1})).0, 98, "it is about somebody else");
    let mut server = server.crash_and_reopen();
    server.connect();
    let notes = export(&mut server, "Ann")["parts"]["case_files"]["notes"].clone();
    let texts: Vec<&Value> = notes.as_array().expect("a list").iter().map(|note| &note["text"]).collect();
    assert_eq!(texts, ["first", "third"], "they survive a restart");
    assert!(notes[0]["by"].is_string() && notes[0]["at"].is_i64(), "{notes}");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_player_has_at_most_a_hundred() {
    let (mut server, ann, _) = server();
    for _ in 0..100 {
        helped(&mut server, "note_add", &ann, json!({"text": "again"}));
    }
    let refusal = refused(&mut server, "note_add", &ann, json!({"text": "again"}));
    assert_eq!(refusal, (97, "the player has 100 notes, remove one first".to_owned()));
    helped(&mut server, "note_remove", &ann, json!({"note": 50}));
    assert_eq!(helped(&mut server, "note_add", &ann, json!({"text": "again"}))["note"], 101);
    for text in ["", "  ", &"x".repeat(1001)] {
        assert_eq!(refused(&mut server, "note_add", &ann, json!({"text": text})).0, 13);
    }
}
