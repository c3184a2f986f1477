//! `attempt_return`: an operator gives back what an attempt at a stage has cost, once.

use crate::desk::{helped, refused, server};
use serde_json::json;

#[test]
fn an_open_attempt_is_closed_and_its_cost_comes_back_once() {
    let (mut server, ann, _) = server();
    let energy = ann.energy(&mut server);
    ann.succeed(&mut server, "enter_stage_general", json!({"stage": 8}));
    let returned = helped(&mut server, "attempt_return", &ann, json!({"stage": 8}));
    assert_eq!(returned, json!({"energy": 6, "items": [], "ticket": null, "was_open": true}));
    assert_eq!(ann.energy(&mut server), energy);
    assert_eq!(ann.ask(&mut server, "victory_stage_general", json!({"stage": 8}))["status"], 94, "it is over");
    let refusal = refused(&mut server, "attempt_return", &ann, json!({"stage": 8}));
    assert_eq!(refusal, (97, "every attempt of the player was won or given back".to_owned()));
    assert_eq!(server.verify(), []);
}

#[test]
fn an_attempt_that_was_abandoned_comes_back_and_one_that_was_won_does_not() {
    let (mut server, ann, _) = server();
    ann.succeed(&mut server, "enter_stage_general", json!({"stage": 8}));
    ann.succeed(&mut server, "enter_stage_general", json!({"stage": 7}));
    let returned = helped(&mut server, "attempt_return", &ann, json!({"stage": 8}));
    assert_eq!((&returned["energy"], &returned["was_open"]), (&json!(6), &json!(false)));
    assert_eq!(refused(&mut server, "attempt_return", &ann, json!({"stage": 8})).0, 97, "the other is under way");
    ann.succeed(&mut server, "victory_stage_general", json!({"stage": 7}));
    let mut server = server.crash_and_reopen();
    server.connect();
    assert_eq!(refused(&mut server, "attempt_return", &ann, json!({"stage": 7})).0, 97, "it was won");
}

#[test]
fn a_ticket_comes_back() {
    let (mut server, ann, _) = server();
    let entered = ann.succeed(&mut server, "enter_stage_boss", json!({"stage": 3001}));
    let left = entered["BOSS"]["limits"].clone();
    let returned = helped(&mut server, "attempt_return", &ann, json!({"stage": 3001}));
    let kind = returned["ticket"].as_u64().expect("a ticket").to_string();
    let again = ann.succeed(&mut server, "enter_stage_boss", json!({"stage": 3001}));
    assert_eq!(again["BOSS"]["limits"][&kind], left[&kind], "the second entry has taken the ticket that came back");
}

#[test]
fn an_attempt_of_the_legacy_functions_has_their_cost() {
    let (mut server, ann, _) = server();
    let energy = ann.energy(&mut server);
    ann.succeed(&mut server, "enter_stage", json!({"stage": 3000}));
    assert_eq!(refused(&mut server, "attempt_return", &ann, json!({"stage": 3000})).0, 98, "only a legacy one");
    let returned = helped(&mut server, "attempt_return", &ann, json!({"stage": 3000, "legacy": true}));
    assert_eq!(returned["was_open"], true);
    assert_eq!(ann.energy(&mut server), energy);
    for stage in [0, 999, 2001, 70_000] {
        assert_eq!(refused(&mut server, "attempt_return", &ann, json!({"stage": stage})).0, 98, "{stage}");
    }
}
