//! Mails of operators to all: who gets one, how often, and what a withdrawal takes back (docs/operating.md#mail-to-all).

use raidkeep::engine::tick::state_hash;
use raidkeep::studio::testing::{NOON_MS, TestServer, TestSetup};
use serde_json::{Value, json};

use crate::desk::{Client, help, server_of};
use crate::operators::{ask, operator};
use crate::replayed::replayed;
use crate::traveller::log_in;

const NOON: i64 = NOON_MS / 1000;
const DAY: i64 = 86_400;

fn server() -> (TestServer, Client, Client) {
    server_of(TestServer::with(TestSetup { journals: true, ..TestSetup::default() }.with_realm()))
}

/// A mail with 100 diamonds for ten days, and what else is said of it.
fn gift(more: Value) -> Value {
    let mut data = json!({
        "title": "节日礼物", "text": "祝您游戏愉快", "items": ["3:1:100"], "until": NOON + 10 * DAY, "reason": "festival",
    });
    data.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    data
}

fn pass_on(server: &mut TestServer) {
    server.step(3);
    server.settle();
}

fn mail_all(server: &mut TestServer, more: Value) -> u64 {
    let reply = server.operate("mail_all", gift(more));
    assert_eq!(reply["status"], 0, "{reply}");
    pass_on(server);
    reply["data"]["number"].as_u64().expect("a number")
}

fn withdraw(server: &mut TestServer, number: u64) -> Value {
    let reply = server.operate("mail_all_withdraw", json!({"number": number, "reason": "it was meant for others"}));
    pass_on(server);
    reply
}

/// The titles of a player's mails, newest first.
fn titles(server: &mut TestServer, who: &Client) -> Vec<String> {
    let all = who.succeed(server, "get_all_mail", json!({}));
    let mails = all["mail"].as_array().unwrap_or_else(|| panic!("mails: {all}"));
    mails.iter().map(|mail| mail["subj"].as_str().expect("a subject").to_owned()).collect()
}

fn count(server: &mut TestServer, who: &Client) -> usize {
    titles(server, who).len()
}

/// The server with as many connections as the clients of these tests have had.
fn connected(mut server: TestServer) -> TestServer {
    for _ in 0..16 {
        server.connect();
    }
    pass_on(&mut server);
    server
}

#[test]
fn each_player_gets_it_once_whenever_it_looks_and_whatever_the_server_goes_through() {
    let (mut server, ann, bob) = server();
    let number = mail_all(&mut server, json!({}));
    assert_eq!(server.events(ann.player.connection).last().expect("an event")["event"], "mail_received");
    let shown = ann.succeed(&mut server, "get_all_mail", json!({}))["mail"][0].clone();
    assert_eq!(
        (&shown["subj"], &shown["body"], &shown["items"]),
        (&json!("节日礼物"), &json!("祝您游戏愉快"), &json!(["3:1:100"]))
    );
    let before = ann.quantity(&mut server, "3:1");
    ann.succeed(&mut server, "claim_mail", json!({"key": shown["key"]}));
    assert_eq!(ann.quantity(&mut server, "3:1"), before + 100);
    assert_eq!(ann.ask(&mut server, "claim_mail", json!({"key": shown["key"]}))["status"], 97, "once");
    let late = Client::join(&mut server, "Carl", 3);
    assert_eq!(count(&mut server, &late), 0, "an account that is made later gets none");
    server.fold();
    let copy = server.copy();
    assert_eq!(count(&mut server, &bob), 1);
    for _ in 0..2 {
        server = connected(server.crash_and_reopen());
        assert_eq!((count(&mut server, &ann), count(&mut server, &bob), count(&mut server, &late)), (1, 1, 0));
    }
    let mut server = connected(server.put_back(copy));
    assert_eq!((count(&mut server, &ann), count(&mut server, &bob)), (1, 1), "a copy is as it was");
    ann.succeed(&mut server, "delete_mail", json!({"key": shown["key"]}));
    assert_eq!(count(&mut server, &ann), 0, "a deleted mail does not come again");
    let list = server.operate("mail_all_list", json!({}));
    assert_eq!(list["data"]["mails"][0]["number"], number);
    assert_eq!(server.verify(), []);
}

#[test]
fn it_comes_at_its_moment_and_until_its_end() {
    let (mut server, ann, bob) = server();
    server.events(ann.player.connection);
    mail_all(&mut server, json!({"from": NOON + 3600, "until": NOON + 7200}));
    assert_eq!((count(&mut server, &ann), server.events(ann.player.connection).len()), (0, 0));
    server.advance_seconds(3600);
    assert_eq!(server.events(ann.player.connection).len(), 1, "connected players are told");
    assert_eq!(count(&mut server, &ann), 1);
    server.advance_seconds(3600);
    assert_eq!((count(&mut server, &ann), count(&mut server, &bob)), (1, 0), "who has it keeps it");
}

#[test]
fn newcomers_get_it_only_where_they_are_meant_and_up_to_their_date() {
    let (mut server, ann, _) = server();
    let welcome = json!({"newcomers": true, "made_from": NOON + DAY, "made_before": NOON + 2 * DAY});
    mail_all(&mut server, json!({"title": "welcome", "audience": welcome}));
    let early = Client::join(&mut server, "Carl", 3);
    server.advance_seconds(DAY);
    let right = Client::join(&mut server, "Dora", 4);
    server.advance_seconds(DAY);
    let late = Client::join(&mut server, "Emil", 5);
    let counts = [&ann, &early, &right, &late].map(|who| count(&mut server, who));
    assert_eq!(counts, [0, 0, 1, 0]);
    server = connected(server.crash_and_reopen());
    assert_eq!(count(&mut server, &right), 1);
}

#[test]
fn a_preview_counts_exactly_those_who_get_it() {
    let (mut server, ann, mut bob) = server();
    help(&mut server, "player_grant", &ann, json!({"experience": 10_000, "items": ["3:5:70"]}));
    server.advance_seconds(2 * DAY);
    bob.player = log_in(&mut server, bob.name).0;
    let carl = Client::join(&mut server, "Carl", 3);
    let mut server = connected(server.crash_and_reopen());
    let everybody = [&ann, &bob, &carl];
    let cases = [
        (json!({}), vec!["Ann", "Bob", "Carl"]),
        (json!({"newcomers": true}), vec!["Ann", "Bob", "Carl"]),
        (json!({"level_min": 3}), vec!["Ann"]),
        (json!({"level_max": 2}), vec!["Bob", "Carl"]),
        (json!({"made_from": NOON + DAY}), vec!["Carl"]),
        (json!({"made_before": NOON + DAY}), vec!["Ann", "Bob"]),
        (json!({"seen_from": NOON + DAY}), vec!["Bob", "Carl"]),
        (json!({"seen_before": NOON + DAY}), vec!["Ann"]),
        (json!({"names": ["carl", "ANN", "nobody"]}), vec!["Ann", "Carl"]),
        (json!({"has": ["3:5:70"]}), vec!["Ann"]),
        (json!({"made_before": NOON + DAY, "seen_from": NOON + DAY}), vec!["Bob"]),
        (json!({"names": ["nobody"]}), vec![]),
    ];
    for (at, (audience, expected)) in cases.iter().enumerate() {
        let preview = server.operate("mail_all_preview", json!({"audience": audience}));
        assert_eq!(preview["data"]["players"], expected.len(), "{audience}: {preview}");
        let title = format!("mail {at}");
        mail_all(&mut server, json!({"title": title, "audience": audience}));
    }
    // What was written is measured as of then.
    server.advance_seconds(60);
    let ann = Client { player: log_in(&mut server, "Ann").0, ..ann.clone() };
    for (at, (audience, expected)) in cases.iter().enumerate() {
        let title = format!("mail {at}");
        let got = [&ann, everybody[1], everybody[2]]
            .into_iter()
            .filter(|who| titles(&mut server, who).contains(&title))
            .map(|who| who.name);
        assert_eq!(got.collect::<Vec<_>>(), *expected, "{audience}");
    }
}

#[test]
fn what_is_withdrawn_is_gone_from_those_who_have_not_claimed_it_and_stays_with_who_has() {
    let (mut server, ann, bob) = server();
    let number = mail_all(&mut server, json!({}));
    let key = |server: &mut TestServer, who: &Client| {
        who.succeed(server, "get_all_mail", json!({}))["mail"][0]["key"].as_str().expect("a key").to_owned()
    };
    let (of_ann, of_bob) = (key(&mut server, &ann), key(&mut server, &bob));
    let late = Client::join(&mut server, "Carl", 3);
    ann.succeed(&mut server, "claim_mail", json!({"key": of_ann}));
    assert_eq!(withdraw(&mut server, number)["status"], 0);
    let owned = bob.quantity(&mut server, "3:1");
    for function in ["claim_mail", "mark_read_mail", "delete_mail"] {
        let before = server.state_hash();
        assert_eq!(bob.ask(&mut server, function, json!({"key": of_bob}))["status"], 99, "{function}");
        assert_eq!(server.state_hash(), before, "{function} of what is withdrawn changes nothing");
    }
    let view = server.operate("player_view", json!({"player": bob.number, "part": "mail"}));
    assert_eq!(view["data"]["parts"]["mail"]["entries"], json!([]), "nor do operators see it: {view}");
    assert_eq!((count(&mut server, &ann), count(&mut server, &bob), count(&mut server, &late)), (1, 0, 0));
    assert_eq!(bob.quantity(&mut server, "3:1"), owned);
    server = connected(server.crash_and_reopen());
    assert_eq!((count(&mut server, &ann), count(&mut server, &bob)), (1, 0));
    assert_eq!(withdraw(&mut server, number)["status"], 98, "once");
    assert_eq!(withdraw(&mut server, 9)["status"], 99);
    mail_all(&mut server, json!({"title": "the right one"}));
    assert_eq!(titles(&mut server, &bob), ["the right one"], "another mail is not affected");
    assert_eq!(server.verify(), []);
}

#[test]
fn what_makes_no_sense_is_refused_at_its_field_and_changes_nothing() {
    let (mut server, ..) = server();
    for (more, field) in [
        (json!({"title": " "}), "data.title"),
        (json!({"text": "x".repeat(1001)}), "data.text"),
        (json!({"items": ["3:1:0"]}), "data.items"),
        (json!({"items": vec!["3:1:1"; 21]}), "data.items"),
        (json!({"items": ["diamonds"]}), "data.items: \"diamonds\""),
        (json!({"from": -1}), "data.from"),
        (json!({"until": NOON}), "data.until"),
        (json!({"from": NOON + 60, "until": NOON + 60}), "data.until"),
        (json!({"worlds": [1]}), "data.worlds"),
        (json!({"reason": ""}), "data.reason"),
        (json!({"audience": {"level_min": 5, "level_max": 4}}), "data.audience.level_max"),
        (json!({"audience": {"made_from": 9, "made_before": 9}}), "data.audience.made_before"),
        (json!({"audience": {"seen_from": 9, "seen_before": 9}}), "data.audience.seen_before"),
        (json!({"audience": {"names": [""]}}), "data.audience.names"),
        (json!({"audience": {"has": ["3:1:0"]}}), "data.audience.has"),
        (json!({"audience": {"level_mim": 5}}), "data.audience"),
    ] {
        let before = server.state_hash();
        let reply = server.operate("mail_all", gift(more.clone()));
        assert_eq!(reply["status"], 13, "{more}: {reply}");
        let told = reply["message"].as_str().expect("a message");
        assert!(told.starts_with(field), "{more} is refused at {field}: {told}");
        assert_eq!(server.state_hash(), before, "{more}");
    }
    for more in [json!({"items": ["3:99999:1"]}), json!({"audience": {"has": ["3:99999:1"]}})] {
        let reply = server.operate("mail_all", gift(more));
        assert_eq!((&reply["status"], &reply["message"]), (&json!(98), &json!("no item 3:99999")));
    }
    let preview = server.operate("mail_all_preview", json!({"audience": {"level_min": 5, "level_max": 4}}));
    assert_eq!(preview["status"], 13);
    assert_eq!(server.operate("mail_all_list", json!({}))["data"]["mails"], json!([]));
}

#[test]
fn only_who_may_reach_everybody_writes_to_all_and_the_audit_says_who_did() {
    let (mut server, ann, _) = server();
    let support = operator(&mut server, "sue", "support");
    let number = json!({"number": 1, "reason": "x"});
    for (function, data) in
        [("mail_all", gift(json!({}))), ("mail_all_preview", json!({})), ("mail_all_withdraw", number.clone())]
    {
        assert_eq!(ask(&mut server, &support, function, data)["status"], 20, "{function}");
    }
    let designer = operator(&mut server, "dan", "designer");
    assert_eq!(ask(&mut server, &designer, "mail_all", gift(json!({"audience": {"level_min": 1}})))["status"], 0);
    assert_eq!(ask(&mut server, &designer, "mail_all_withdraw", number)["status"], 0);
    pass_on(&mut server);
    let audit = server.operate("audit_list", json!({"operator": "dan"}));
    let entries = audit["data"]["entries"].as_array().unwrap_or_else(|| panic!("entries: {audit}"));
    let told: Vec<_> =
        entries.iter().map(|entry| json!([entry["function"], entry["reason"], entry["changes"]])).collect();
    assert!(told.contains(&json!(["mail_all", "festival", ["mail to all 1 is sent"]])), "{audit}");
    assert!(told.contains(&json!(["mail_all_withdraw", "x", ["mail to all 1 is withdrawn"]])), "{audit}");
    let list = ask(&mut server, &support, "mail_all_list", json!({}));
    let entry = &list["data"]["mails"][0];
    assert_eq!((&entry["by"], &entry["reason"], &entry["worlds"]), (&json!("dan"), &json!("festival"), &json!([0])));
    assert_eq!((&entry["withdrawn_at"], &entry["audience"]["level_min"]), (&json!(NOON), &json!(1)));
    assert_eq!(count(&mut server, &ann), 0);
}

#[test]
fn the_list_has_pages_and_only_so_many_can_be_on_their_way() {
    let (mut server, ..) = server();
    for _ in 0..100 {
        mail_all(&mut server, json!({"items": []}));
    }
    assert_eq!(server.operate("mail_all", gift(json!({})))["status"], 97);
    let page = server.operate("mail_all_list", json!({}))["data"].clone();
    assert_eq!((page["mails"].as_array().map(Vec::len), &page["mails"][0]["number"]), (Some(50), &json!(100)));
    let rest = server.operate("mail_all_list", json!({"before": page["next"]}))["data"].clone();
    assert_eq!((&rest["mails"][0]["number"], rest["mails"].as_array().map(Vec::len)), (&json!(50), Some(50)));
    assert_eq!(withdraw(&mut server, 1)["status"], 0);
    mail_all(&mut server, json!({}));
}

#[test]
fn a_journal_with_mails_to_all_comes_out_the_same() {
    let (mut server, ann, bob) = server();
    server.operate("mail_all_preview", json!({"audience": {"level_min": 1}}));
    let number = mail_all(&mut server, json!({"audience": {"names": ["Ann", "Bob"]}}));
    assert_eq!((count(&mut server, &ann), count(&mut server, &bob)), (1, 1));
    mail_all(&mut server, json!({"items": []}));
    withdraw(&mut server, number);
    assert_eq!((count(&mut server, &ann), count(&mut server, &bob)), (1, 1));
    let hash = server.state_hash();
    let mut replay = replayed(&server, &server.journals[0].bytes());
    assert_eq!(state_hash(replay.simulation().world_mut()), hash);
}
