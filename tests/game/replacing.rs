//! A player is replaced by a document in one step: afterwards there is the one or the other, never neither.

use crate::payer;
use crate::traveller::{PASSWORD, essence, export, log_in, operate, played, succeed};
use raidkeep::sandbox::Misbehavior;
use raidkeep::studio::testing::TestServer;
use serde_json::{Value, json};

fn replacement(document: &Value) -> Value {
    json!({"document": document, "replace": true})
}

/// The status of a replacement that is refused and has changed nothing.
fn refused(server: &mut TestServer, document: &Value) -> i64 {
    let before = server.state_hash();
    let reply = server.operate("player_import", replacement(document));
    assert_eq!(server.state_hash(), before, "a refusal changes nothing: {reply}");
    reply["status"].as_i64().unwrap_or_default()
}

#[test]
fn a_replaced_player_is_as_in_its_document_with_rank_and_purse() {
    let (mut server, ann) = played();
    let document = export(&mut server, "Ann");
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 9}));
    let replaced = operate(&mut server, "player_import", replacement(&document));
    assert_eq!(replaced, json!({"name": "Ann", "account": 3, "replaced": 1}));
    assert_eq!(server.verify(), [], "nothing refers to the one before");
    let now = export(&mut server, "Ann");
    assert_eq!(essence(&now), essence(&document), "what it did since is undone");
    assert_eq!(now["parts"]["accounts"]["wname"], document["parts"]["accounts"]["wname"], "it has its purse");
    assert_eq!(server.ask(&ann, "get_player_info", json!({}))["status"], 11, "earlier tokens are revoked");
    let (ann, _) = log_in(&mut server, "Ann");
    let rank = succeed(&mut server, &ann, "stage_damage_ranking", json!({"page": 1})).to_string();
    assert_eq!(rank.matches("Ann").count(), 1, "it is ranked once: {rank}");
    let again = operate(&mut server, "player_import", replacement(&document));
    assert_eq!(again["replaced"], 3, "a retry replaces the one that was imported");
    let mut server = server.crash_and_reopen();
    assert_eq!(server.verify(), [], "also after a crash");
    assert_eq!(essence(&export(&mut server, "Ann")), essence(&document));
}

#[test]
fn a_player_who_is_renamed_in_its_document_keeps_its_purse() {
    let (mut server, _) = played();
    let mut document = export(&mut server, "Ann");
    document["parts"]["accounts"]["name"] = json!("Annabel");
    let renamed = operate(&mut server, "player_import", replacement(&document));
    assert_eq!((&renamed["name"], &renamed["replaced"]), (&json!("Annabel"), &json!(1)));
    let renamed = export(&mut server, "Annabel");
    assert_eq!(renamed["parts"]["accounts"]["wname"], "Ann", "the points are where they were");
    let nobody = server.operate("player_export", json!({"name": "Ann"}));
    assert_eq!(nobody["status"], 99, "the earlier name is nobody's: {nobody}");
    let connection = server.connect();
    let data = json!({"email": "other@mail.example", "username": "Ann", "password": PASSWORD, "ip": ""});
    assert_eq!(server.ask_on(connection, "signup", data)["data"]["status_code"], 200, "it is free");
    let own = export(&mut server, "Ann");
    assert_ne!(own["parts"]["accounts"]["wname"], "Ann", "who takes the name does not get the purse");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_replacement_that_cannot_be_imported_leaves_the_player_as_it_was() {
    let (mut server, _) = played();
    let document = export(&mut server, "Ann");
    let with = |path: &str, value: Value| {
        let mut changed = document.clone();
        *changed.pointer_mut(path).expect("a part of the document") = value;
        changed
    };
    assert_eq!(refused(&mut server, &with("/parts/energy/points", json!(-1))), 13, "one mistake");
    assert_eq!(refused(&mut server, &with("/parts/accounts/name", json!("Bob"))), 98, "a name of a third");
    let mut stranger = with("/parts/accounts/name", json!("Nobody"));
    stranger["parts"]["accounts"]["email"] = json!("nobody@mail.example");
    assert_eq!(refused(&mut server, &stranger), 95, "there is nobody to replace");
    assert_eq!(essence(&export(&mut server, "Ann")), essence(&document));
}

#[test]
fn nobody_is_replaced_while_an_order_is_not_settled() {
    let mut server = TestServer::new();
    let (ann, name) = payer::rich(&mut server, "ann", 1000);
    let document = export(&mut server, &name);
    payer::faults(&mut server, "Pay", &[Misbehavior::LoseAnswer]);
    payer::post(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}), None);
    assert_eq!(refused(&mut server, &document), 94, "its payment would be lost");
}

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let (mut server, _) = played();
    let document = export(&mut server, "Ann");
    let before = server.state_hash();
    let mut dry = |function: &str, mut data: Value| {
        data["dry_run"] = json!(true);
        let reply = server.operate(function, data);
        assert_eq!(server.state_hash(), before, "{function} changes nothing: {reply}");
        reply
    };
    let replaced = dry("player_import", replacement(&document));
    assert_eq!(replaced["data"], json!({"name": "Ann", "account": 3, "replaced": 1}), "{replaced}");
    assert_eq!(dry("player_import", json!({"document": document}))["status"], 98, "it tells refusals too");
    assert_eq!(dry("player_delete", json!({"name": "Ann"}))["data"]["account"], 1);
}

#[test]
fn a_disk_that_fails_at_any_write_leaves_the_one_or_the_other() {
    let (mut earlier, mut later) = (0, 0);
    for writes in 0..8 {
        let (mut server, ann) = played();
        let document = export(&mut server, "Ann");
        succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 9}));
        server.disks().log.fail_after(writes);
        let replaced = server.operate("player_import", replacement(&document));
        let mut server = server.crash_and_reopen();
        assert_eq!(server.verify(), [], "after {writes} writes: nothing is half replaced");
        let account = export(&mut server, "Ann")["account"].clone();
        if account == json!(1) {
            assert_ne!(replaced["status"], 0, "after {writes} writes: a confirmed replacement has happened");
            earlier += 1;
        } else {
            later += 1;
        }
    }
    assert!(earlier > 0 && later > 0, "the disk should fail before and after it: {earlier} and {later}");
}
