//! Mails to players of other worlds, as the world that they leave checks them. How they cross is in the tests of the server.

use raidkeep::engine::outside::WorldPlace;
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

use crate::desk::{Client, helped, server_of};

const NO_SUCH_PLAYER: (i64, &str) = (98, "no such player");

fn of_two_worlds() -> (TestServer, Client, Client) {
    let place = WorldPlace { number: 0, worlds: 2 };
    server_of(TestServer::with(TestSetup { place, ..TestSetup::default() }.with_realm()))
}

fn letter(to: &str) -> Value {
    json!({"gn_target": to, "subj": "hello", "body": "text"})
}

#[track_caller]
fn refused(server: &mut TestServer, who: &Client, data: Value, (status, message): (i64, &str)) {
    let before = server.state_hash();
    let reply = who.ask(server, "send_mail", data.clone());
    assert_eq!(reply, json!({"status": status, "message": message}), "{data}");
    assert_eq!(server.state_hash(), before, "{data}: a refusal changes nothing");
}

#[test]
fn a_mail_to_another_world_is_checked_like_any_other_before_it_leaves() {
    let (mut server, ann, _) = of_two_worlds();
    for nowhere in ["Bob@2", "Bob@4294967294", "Bob@x", &format!("{}@1", "x".repeat(257))] {
        refused(&mut server, &ann, letter(nowhere), NO_SUCH_PLAYER);
    }
    let indecent = json!({"gn_target": "Bob@1", "subj": "fuck", "body": "text"});
    refused(&mut server, &ann, indecent, (422, "data.subj: an indecent word"));
    let long = json!({"gn_target": "Bob@1", "subj": "x".repeat(41), "body": "text"});
    assert_eq!(ann.ask(&mut server, "send_mail", long)["status"], 13);
    for number in 0..20 {
        assert_eq!(ann.ask(&mut server, "send_mail", letter("Bob@1"))["status"], 0, "mail {number} of the day");
    }
    server.settle();
    refused(&mut server, &ann, letter("Bob@1"), (99, "no more mails can be sent today"));
    refused(&mut server, &ann, letter("Bob"), (99, "no more mails can be sent today"));
    helped(&mut server, "player_mute", &ann, json!({}));
    assert_eq!(ann.ask(&mut server, "send_mail", letter("Bob@1"))["status"], 423);
    server.step(5);
    server.settle();
    assert_eq!(server.verify(), []);
}

#[test]
fn a_server_of_one_world_or_without_a_realm_knows_nobody_elsewhere() {
    let (mut server, ann, bob) = server_of(TestServer::with(TestSetup::default().with_realm()));
    refused(&mut server, &ann, letter("Bob@1"), NO_SUCH_PLAYER);
    assert_eq!(ann.ask(&mut server, "send_mail", letter("Bob@0"))["status"], 0, "its own number is known");
    let got = bob.succeed(&mut server, "get_all_mail", json!({}));
    assert_eq!(got["mail"][0]["from"], "Ann");
    let place = WorldPlace { number: 0, worlds: 2 };
    let (mut server, ann, _) = server_of(TestServer::with(TestSetup { place, ..TestSetup::default() }));
    refused(&mut server, &ann, letter("Bob@1"), NO_SUCH_PLAYER);
}

#[test]
fn what_waits_to_leave_at_a_loss_of_power_leaves_after_it() {
    let (mut server, ann, _) = of_two_worlds();
    assert_eq!(ann.ask(&mut server, "send_mail", letter("Bob@1"))["status"], 0);
    let mut server = server.crash_and_reopen();
    for _ in 0..2 {
        server.step(5);
        server.settle();
        let rows = |server: &mut TestServer, table| server.rows().count(table).expect("the disk is readable");
        server.fold();
        assert_eq!(rows(&mut server, "outgoing_letters"), 0, "the realm has taken it");
        assert_eq!(rows(&mut server, "realm_messages"), 1, "and sends it once");
        server = server.crash_and_reopen();
    }
}
