//! `player_rename`: index, ranking and family follow.

use crate::desk::{helped, refused, server};
use crate::duel::{self, Duelist};
use crate::traveller::sign_up;
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

fn member_names(server: &mut TestServer, player: &raidkeep::studio::testing::TestPlayer) -> Value {
    server.ask(player, "family_members", json!({}))["data"]["members"].clone()
}

#[test]
fn the_player_is_found_by_the_new_name_and_shown_under_it() {
    let (mut server, ann, bob) = server();
    ann.succeed(&mut server, "found_family", json!({"name": "青云门"}));
    ann.succeed(&mut server, "enter_stage", json!({"stage": 3000}));
    ann.succeed(&mut server, "pass_stage", json!({"stage": 3000, "damage": 500}));
    server.events(ann.player.connection);
    assert_eq!(helped(&mut server, "player_rename", &ann, json!({"name": "Anna"})), json!({"former": "Ann"}));
    assert_eq!(server.events(ann.player.connection), [json!({"event": "renamed", "data": {"name": "Anna"}})]);
    let letter = |name: &str| json!({"gn_target": name, "subj": "hello", "body": "text"});
    assert_eq!(bob.ask(&mut server, "send_mail", letter("ＡNNA"))["status"], 0, "in any spelling");
    assert_ne!(bob.ask(&mut server, "send_mail", letter("Ann"))["status"], 0, "the former name is free");
    assert_eq!(member_names(&mut server, &ann.player), json!(["Anna"]));
    let ranking = bob.succeed(&mut server, "stage_damage_ranking", json!({"page": 1}));
    assert_eq!(ranking["rank"][0]["name"], "Anna", "{ranking}");
    assert_eq!(ann.ask(&mut server, "bag", json!({"role": "Anna"}))["status"], 0, "it is the role from now on");
    assert_eq!(ann.ask(&mut server, "bag", json!({"role": "Ann"}))["status"], 403);
    assert_eq!(server.verify(), []);
    let mut server = server.crash_and_reopen();
    server.connect();
    assert_eq!(server.verify(), []);
    assert_eq!(server.operate("ledger_list", json!({"name": "Anna"}))["status"], 0, "it survives a restart");
}

#[test]
fn whoever_takes_the_former_name_gets_another_purse() {
    let (mut server, ann, _) = server();
    helped(&mut server, "player_rename", &ann, json!({"name": "Anna"}));
    let connection = server.connect();
    let data = json!({"email": "new@mail.example", "username": "Ann", "password": "secret-1", "ip": ""});
    assert_eq!(server.ask_on(connection, "signup", data)["data"]["status_code"], 200);
    let wname = |server: &mut TestServer, name: &str| {
        let reply = server.operate("player_export", json!({"name": name}));
        reply["data"]["document"]["parts"]["accounts"]["wname"].clone()
    };
    assert_eq!(wname(&mut server, "Anna"), "Ann", "the purse keeps its name");
    assert_eq!(wname(&mut server, "Ann"), "Ann~3");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_name_that_is_taken_illegal_or_in_use_is_refused() {
    let (mut server, ann, _) = server();
    for (name, code) in [("Bob", 98), ("bоb", 98), ("ＢＯＢ", 98), ("玩家#7", 422), ("A", 422), ("Ann!", 422)] {
        assert_eq!(refused(&mut server, "player_rename", &ann, json!({"name": name})).0, code, "{name}");
    }
    helped(&mut server, "player_rename", &ann, json!({"name": "ANN"}));
    assert_eq!(sign_up(&mut server, "Ann"), 409, "another spelling of one's own name is still that name");
    assert_eq!(server.verify(), []);
}

#[test]
fn whoever_is_challenged_keeps_its_name_until_that_is_over() {
    let mut server = duel::server();
    let [ann, bob] = ["ann", "bob"].map(|device| Duelist::join(&mut server, device));
    ann.succeed(&mut server, "challenge", json!({"role1": ann.role, "role2": bob.role}));
    for who in [&ann, &bob] {
        let data = json!({"player": who.account.0, "name": "Somebody", "reason": "ticket 17"});
        assert_eq!(server.operate("player_rename", data)["status"], 97);
    }
}
