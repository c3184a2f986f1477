//! `movement_undo`: one movement of the ledger is undone, once.

use crate::desk::{Client, helped, refused, server};
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

/// The number of Ann's last movement.
fn newest(server: &mut TestServer) -> Value {
    server.operate("ledger_list", json!({"name": "Ann", "limit": 1}))["data"]["entries"][0]["number"].clone()
}

fn given(server: &mut TestServer, ann: &Client, items: Value) -> Value {
    helped(server, "player_grant", ann, json!({"items": items}));
    newest(server)
}

#[test]
fn what_was_taken_comes_back_and_what_was_given_goes() {
    let (mut server, ann, _) = server();
    let granted = given(&mut server, &ann, json!(["3:1:10"]));
    helped(&mut server, "player_take", &ann, json!({"items": ["3:1:4"]}));
    let taken = newest(&mut server);
    let undone = helped(&mut server, "movement_undo", &ann, json!({"movement": taken}));
    assert_eq!(undone, json!({"changes": ["3:1:4"], "remain": ["3:1:10"]}));
    let undone = helped(&mut server, "movement_undo", &ann, json!({"movement": granted}));
    assert_eq!(undone, json!({"changes": ["3:1:-10"], "remain": ["3:1:0"]}));
    let entry = server.operate("ledger_list", json!({"name": "Ann", "limit": 1}))["data"]["entries"][0].clone();
    assert_eq!((&entry["why"], &entry["changes"][0]["change"]), (&json!("movement_undo"), &json!(-10)));
    let mut server = server.crash_and_reopen();
    server.connect();
    for movement in [taken, granted] {
        let refusal = refused(&mut server, "movement_undo", &ann, json!({"movement": movement}));
        assert_eq!(refusal, (96, "the movement was undone before".to_owned()), "also after a restart");
    }
    assert_eq!(server.verify(), []);
}

#[test]
fn what_the_player_no_longer_has_is_refused_or_taken_as_far_as_possible() {
    let (mut server, ann, _) = server();
    let granted = given(&mut server, &ann, json!(["3:1:10", "3:2:5"]));
    helped(&mut server, "player_take", &ann, json!({"items": ["3:1:7"]}));
    assert_eq!(refused(&mut server, "movement_undo", &ann, json!({"movement": granted})).0, 97);
    let asked = json!({"movement": granted, "as_far_as_possible": true});
    let undone = helped(&mut server, "movement_undo", &ann, asked);
    assert_eq!(undone, json!({"changes": ["3:1:-3", "3:2:-5"], "remain": ["3:1:0", "3:2:0"]}));
    let granted = given(&mut server, &ann, json!(["3:1:10"]));
    helped(&mut server, "player_take", &ann, json!({"items": ["3:1:10"]}));
    let asked = json!({"movement": granted, "as_far_as_possible": true});
    assert_eq!(refused(&mut server, "movement_undo", &ann, asked).0, 97, "nothing is left");
}

#[test]
fn a_movement_that_is_not_there_is_refused() {
    let (mut server, ann, bob) = server();
    let granted = given(&mut server, &ann, json!(["3:1:10"]));
    for movement in [json!(-1), json!(0), json!(9999)] {
        assert_eq!(refused(&mut server, "movement_undo", &ann, json!({"movement": movement})).0, 98);
    }
    assert_eq!(refused(&mut server, "movement_undo", &bob, json!({"movement": granted})).0, 98, "it is Ann's");
}
