//! Challenges through the protocol (docs/contract/role-play.md#challenges).

use crate::duel::{self, Duelist, PNG, count, fight, http, refuse, refuse_code};
use raidkeep::game::challenges::AnswerPortrait;
use raidkeep::studio::testing::{TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

fn two(server: &mut TestServer) -> (Duelist, Duelist) {
    (Duelist::join(server, "ann"), Duelist::join(server, "bob"))
}

fn refrash(server: &mut TestServer, who: &Duelist) -> Value {
    who.succeed(server, "refrash", json!({"role": who.role}))
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_challenge_is_told_shown_and_accepted() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let data = json!({"role1": ann.role, "role2": bob.role, "image_data": PNG});
    let challenged = ann.succeed(&mut server, "challenge", data);
    let id = challenged["id"].clone();
    let expected = json!({"status_code": 200, "status": false, "image_data": null, "id": id});
    assert_eq!(challenged, expected, "the challenger does not wait for the answer");
    let info = json!({"id": id, "role": ann.role, "image_data": PNG});
    assert_eq!(bob.events(&mut server), [("challenge_info".to_owned(), info)]);
    let shown = json!({"id_list": [id], "role_list": [ann.role], "accpec_id": NOTHING, "accept_id": NOTHING});
    assert_eq!(refrash(&mut server, &bob), shown);
    assert_eq!(bob.succeed(&mut server, "refresh", json!({"role": bob.role})), shown, "both spellings are one");
    let entered = bob.succeed(&mut server, "accept_c", json!({"id": id, "status": true}));
    assert_eq!(entered, json!({"status": true}));
    let accepted = json!({"id": id, "role": bob.role, "status": true, "image_data": null});
    assert_eq!(ann.events(&mut server), [("challenge_accepted".to_owned(), accepted)]);
    let shown = json!({"id_list": NOTHING, "role_list": NOTHING, "accpec_id": [id], "accept_id": [id]});
    assert_eq!(refrash(&mut server, &ann), shown);
    assert_eq!(refrash(&mut server, &ann), shown, "a lost answer loses nothing");
    ann.succeed(&mut server, "battle", json!({"role": ann.role, "id": id, "text": "砍", "wait": false}));
    assert_eq!(refrash(&mut server, &ann)["accpec_id"], json!(NOTHING), "until the challenger has acted");
    assert_eq!(refrash(&mut server, &bob)["accpec_id"], json!(NOTHING), "only the challenger is notified");
}

#[test]
fn a_challenge_is_rejected_and_gone() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    for (number, function) in [(1, "accept_c"), (2, "reject_challenge")] {
        let id = ann.challenge(&mut server, &bob);
        assert_eq!(count(&id), number, "numbers are never reused");
        let reply = match function {
            "accept_c" => bob.succeed(&mut server, function, json!({"id": id, "status": false})),
            _ => bob.succeed(&mut server, function, json!({"role": bob.role, "id": id})),
        };
        let expected = if function == "accept_c" { json!({"status": false}) } else { json!({"status_code": 200}) };
        assert_eq!(reply, expected);
        let rejected = json!({"id": id, "role": bob.role, "status": false, "image_data": null});
        assert_eq!(ann.events(&mut server), [("challenge_rejected".to_owned(), rejected)]);
        refuse_code(&mut server, &bob, "accept_challenge", json!({"role": bob.role, "id": id}), 404);
        assert_eq!(refrash(&mut server, &bob)["id_list"], json!(NOTHING));
    }
}

#[test]
fn challenge_info_shows_a_challenge_and_answers_it_with_a_portrait() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let id = ann.challenge(&mut server, &bob);
    let shown = json!({"id": id, "role": ann.role, "image_data": PNG, "status": false});
    assert_eq!(bob.succeed(&mut server, "challenge_info", json!({"id": id})), shown, "looking leaves it open");
    let damaged = json!({"id": id, "status": true, "image_data": "no image"});
    let expect =
        (13, "data.image_data: this image is not valid base64, expected base64 of a PNG or JPEG within the limits");
    refuse(&mut server, &bob, "challenge_info", damaged, expect);
    refuse(&mut server, &ann, "challenge_info", json!({"id": "99"}), (404, "no such challenge"));
    let answer = json!({"id": id, "status": true, "image_data": PNG});
    assert_eq!(bob.succeed(&mut server, "challenge_info", answer)["status"], true);
    let accepted = json!({"id": id, "role": bob.role, "status": true, "image_data": PNG});
    assert_eq!(ann.events(&mut server), [("challenge_accepted".to_owned(), accepted)]);
}

#[test]
fn each_mistaken_challenge_has_its_code_and_changes_nothing() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let carol = Duelist::join(&mut server, "carol");
    let challenge = |role1: &str, role2: &str| json!({"role1": role1, "role2": role2, "image_data": PNG});
    refuse_code(&mut server, &ann, "challenge", challenge(&bob.role, &carol.role), 403);
    refuse_code(&mut server, &ann, "challenge", challenge(&ann.role, "nobody"), 404);
    refuse_code(&mut server, &ann, "challenge", challenge(&ann.role, &ann.role), 422);
    let damaged = json!({"role1": ann.role, "role2": bob.role, "image_data": "no image"});
    refuse_code(&mut server, &ann, "challenge", damaged, 422);
    fight(&mut server, &ann, &bob);
    refuse_code(&mut server, &ann, "challenge", challenge(&ann.role, &carol.role), 409);
    server.disconnect(bob.player.connection);
    server.advance_seconds(30);
    refuse_code(&mut server, &carol, "challenge", challenge(&carol.role, &bob.role), 410);
}

#[test]
fn somebody_elses_challenge_is_none() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let carol = Duelist::join(&mut server, "carol");
    let id = ann.challenge(&mut server, &bob);
    for stranger in [&carol, &ann] {
        for function in ["accept_challenge", "reject_challenge"] {
            let data = json!({"role": stranger.role, "id": id});
            refuse_code(&mut server, stranger, function, data, 404);
        }
        assert!(!stranger.accept(&mut server, &id, true), "only the challenged player can accept");
    }
    refuse_code(&mut server, &bob, "accept_challenge", json!({"role": ann.role, "id": id}), 403);
    for wrong in ["", "0", "1", "99", "+1", "x"] {
        assert!(!bob.accept(&mut server, wrong, true), "{wrong:?} is not the number of a challenge");
    }
    assert!(bob.accept(&mut server, &id, true), "it is still open");
}

#[test]
fn a_challenge_ends_after_sixty_seconds_without_an_answer() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let id = ann.challenge(&mut server, &bob);
    bob.events(&mut server);
    server.advance_seconds(59);
    assert_eq!(refrash(&mut server, &bob)["id_list"], json!([id]));
    server.advance_seconds(1);
    let ended = [("challenge_ended".to_owned(), json!({"id": id}))];
    assert_eq!(ann.events(&mut server), ended);
    assert_eq!(bob.events(&mut server), ended, "both are notified");
    assert_eq!(refrash(&mut server, &bob)["id_list"], json!(NOTHING));
    assert!(!bob.accept(&mut server, &id, true), "it is too late");
}

#[test]
fn a_challenger_who_went_offline_cannot_be_had() {
    for function in ["accept_c", "accept_challenge"] {
        let mut server = TestServer::new();
        let (ann, bob) = two(&mut server);
        let id = ann.challenge(&mut server, &bob);
        server.disconnect(ann.player.connection);
        server.advance_seconds(30);
        let (data, expected) = match function {
            "accept_c" => (json!({"id": id, "status": true}), json!({"status": false})),
            _ => (json!({"role": bob.role, "id": id}), json!({"status_code": 410})),
        };
        assert_eq!(bob.succeed(&mut server, function, data.clone()), expected, "{function}");
        assert_eq!(refrash(&mut server, &bob)["id_list"], json!(NOTHING), "the challenge is gone");
        let carol = Duelist::join(&mut server, "carol");
        assert_eq!(count(&bob.challenge(&mut server, &carol)), 2, "bob is free");
    }
}

#[test]
fn accepting_one_makes_the_challengers_others_answer_false() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let (carol, dave) = (Duelist::join(&mut server, "carol"), Duelist::join(&mut server, "dave"));
    let ids = [&bob, &carol, &dave].map(|other| ann.challenge(&mut server, other));
    assert_eq!(ids.each_ref().map(|id| count(id)), [1, 2, 3]);
    assert!(bob.accept(&mut server, &ids[0], true));
    assert!(!carol.accept(&mut server, &ids[1], true), "ann is in a battle");
    let accepted = dave.succeed(&mut server, "accept_challenge", json!({"role": dave.role, "id": ids[2]}));
    assert_eq!(accepted, json!({"status_code": 409}));
    assert_eq!(refrash(&mut server, &ann)["accpec_id"], json!([ids[0]]), "the first stands");
}

#[test]
fn who_is_in_a_battle_accepts_no_other() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let carol = Duelist::join(&mut server, "carol");
    let open = carol.challenge(&mut server, &bob);
    fight(&mut server, &ann, &bob);
    refuse_code(&mut server, &bob, "accept_challenge", json!({"role": bob.role, "id": open}), 409);
    assert!(!bob.accept(&mut server, &open, true));
    assert_eq!(refrash(&mut server, &bob)["id_list"], json!([open]), "it stays open until its time is up");
}

#[test]
fn two_who_challenge_each_other_fight_once() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let (first, second) = (ann.challenge(&mut server, &bob), bob.challenge(&mut server, &ann));
    assert!(bob.accept(&mut server, &first, true));
    assert!(!ann.accept(&mut server, &second, true));
}

#[test]
fn the_same_challenge_is_not_made_twice_and_open_ones_are_limited() {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "challenges.ron", "sent_max: 10", "sent_max: 2");
    let mut server = TestServer::with(TestSetup { assets, ..TestSetup::default() });
    let (ann, bob) = two(&mut server);
    let (carol, dave) = (Duelist::join(&mut server, "carol"), Duelist::join(&mut server, "dave"));
    let id = ann.challenge(&mut server, &bob);
    assert_eq!(ann.challenge(&mut server, &bob), id, "it is open already");
    assert_eq!(bob.events(&mut server).len(), 1, "and was announced once");
    ann.challenge(&mut server, &carol);
    let third = json!({"role1": ann.role, "role2": dave.role, "image_data": ""});
    refuse_code(&mut server, &ann, "challenge", third.clone(), 429);
    assert!(!bob.accept(&mut server, &id, false));
    assert_eq!(ann.succeed(&mut server, "challenge", third)["status_code"], 200, "an answered one makes room");
}

#[test]
fn an_open_challenge_survives_a_crash_and_its_time_goes_on() {
    let mut server = TestServer::new();
    let (mut ann, mut bob) = two(&mut server);
    let id = ann.challenge(&mut server, &bob);
    server.advance_seconds(20);
    let mut server = server.crash_and_reopen();
    ann.rejoin(&mut server);
    bob.rejoin(&mut server);
    assert_eq!(refrash(&mut server, &bob)["id_list"], json!([id]));
    server.advance_seconds(39);
    assert_eq!(refrash(&mut server, &bob)["id_list"], json!([id]));
    let mut late = server.crash_and_reopen();
    late.advance_seconds(1);
    ann.rejoin(&mut late);
    bob.rejoin(&mut late);
    assert_eq!(refrash(&mut late, &bob)["id_list"], json!(NOTHING), "60 seconds are over");
    assert_eq!(count(&ann.challenge(&mut late, &bob)), 2, "its number is not reused");
}

#[test]
fn a_keyed_challenge_that_is_repeated_is_the_same() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let data = json!({"token": ann.player.token, "role1": ann.role, "role2": bob.role, "image_data": PNG});
    let text = json!({"world": 0, "function": "challenge", "data": data, "once": "k"}).to_string();
    let first = server.send_on(ann.player.connection, &text);
    let challenged: Value = serde_json::from_str(&first).expect("a reply is JSON");
    assert!(!bob.accept(&mut server, challenged["data"]["id"].as_str().expect("a number"), false));
    assert_eq!(server.send_on(ann.player.connection, &text), first, "the lost answer is sent again");
    assert_eq!(refrash(&mut server, &bob)["id_list"], json!(NOTHING), "no second challenge");
}

#[test]
fn a_challenger_without_a_connection_finds_acceptance_and_portrait_where_it_asks() {
    let mut server = duel::server();
    let (mut ann, mut bob) = two(&mut server);
    server.disconnect(ann.player.connection);
    let duel = json!({"role1": ann.role, "role2": bob.role, "image_data": PNG});
    let made = http(&mut server, &ann, "/challenge", duel.clone());
    let id = made["id"].clone();
    assert_eq!(made, json!({"status_code": 200, "status": false, "image_data": null, "id": id}));
    let shown = json!({"id": id, "role": bob.role, "image_data": null, "status": false});
    assert_eq!(http(&mut server, &ann, "/challenge_info", json!({"id": id})), shown, "bob has not answered");
    let answer = json!({"id": id, "status": true, "image_data": PNG});
    assert_eq!(bob.succeed(&mut server, "challenge_info", answer)["status"], true);
    let accepted = json!({"status_code": 200, "status": true, "image_data": PNG, "id": id});
    let shown = json!({"id": id, "role": bob.role, "image_data": PNG, "status": true});
    for _ in 0..2 {
        assert_eq!(http(&mut server, &ann, "/challenge", duel.clone()), accepted, "as often as it asks");
        assert_eq!(http(&mut server, &ann, "/challenge_info", json!({"id": id})), shown);
    }
    let mut server = server.crash_and_reopen();
    ann.rejoin(&mut server);
    bob.rejoin(&mut server);
    assert_eq!(http(&mut server, &ann, "/challenge", duel), accepted, "and after a crash");
    server.disconnect(ann.player.connection);
    server.disconnect(bob.player.connection);
    let kept = |server: &mut TestServer| {
        let world = server.simulation().world_mut();
        world.query::<&AnswerPortrait>().iter(world).count()
    };
    assert_eq!(kept(&mut server), 1);
    server.advance_seconds(30);
    server.advance_seconds(400);
    server.advance_seconds(60);
    assert_eq!(kept(&mut server), 0, "the portrait is dropped with the battle");
}

#[test]
fn a_challenger_sees_that_it_was_accepted_without_a_portrait_or_rejected() {
    let mut server = TestServer::new();
    let (ann, bob) = two(&mut server);
    let id = ann.challenge(&mut server, &bob);
    assert!(!bob.accept(&mut server, &id, false));
    refuse(&mut server, &ann, "challenge_info", json!({"id": id}), (404, "no such challenge"));
    let next = ann.challenge(&mut server, &bob);
    assert_eq!(count(&next), 2, "a rejected challenge can be made again");
    assert!(bob.accept(&mut server, &next, true));
    let duel = json!({"role1": ann.role, "role2": bob.role});
    let accepted = json!({"status_code": 200, "status": true, "image_data": null, "id": next});
    assert_eq!(ann.succeed(&mut server, "challenge", duel), accepted);
    let carol = Duelist::join(&mut server, "carol");
    refuse(&mut server, &carol, "challenge_info", json!({"id": next}), (404, "no such challenge"));
    refuse(&mut server, &bob, "challenge_info", json!({"id": next}), (404, "no such challenge"));
}
