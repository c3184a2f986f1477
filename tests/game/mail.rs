//! Mail: transcripts, refusals that change nothing, broadcasts that reach everybody exactly once,
//! and items that are neither lost nor paid twice.

use std::time::Duration;

use proptest::prelude::*;
use raidkeep::engine::account::AccountId;
use raidkeep::engine::clock::ClockMode;
use raidkeep::game;
use raidkeep::game::identity::Accounts;
use raidkeep::game::mail::{Broadcast, Broadcasts, MailAudience};
use raidkeep::studio::testing::{NOON_MS, TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};

const NOON: i64 = NOON_MS / 1000;
const DAY: i64 = 86_400;

const BAD_KEY: (i64, &str) = (99, "no mail has this key");
const NOTHING_TO_CLAIM: (i64, &str) = (98, "there is nothing to claim in this mail");
const ALREADY_CLAIMED: (i64, &str) = (97, "already claimed");
const UNCLAIMED: (i64, &str) = (97, "the items of this mail have not been claimed");
const DAILY_LIMIT: (i64, &str) = (99, "no more mails can be sent today");
const NO_SUCH_PLAYER: (i64, &str) = (98, "no such player");
const FULL: (i64, &str) = (97, "the mailbox of this player is full");

/// Asserts that the request is refused with this status and message, and that the refusal changes nothing.
fn check(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value, expect: (i64, &str)) {
    let before = server.state_hash();
    let reply = server.ask(player, function, data.clone());
    assert_eq!(reply, json!({"status": expect.0, "message": expect.1}), "{function} with {data}");
    assert_eq!(server.state_hash(), before, "{function} with {data}: a refusal changes nothing");
}

/// Asserts that the request succeeds; returns its `data`.
fn succeed(server: &mut TestServer, player: &TestPlayer, function: &str, data: Value) -> Value {
    let mut reply = server.ask(player, function, data.clone());
    assert_eq!((&reply["status"], &reply["message"]), (&json!(0), &json!("success")), "{function} with {data}");
    reply["data"].take()
}

fn name_of(server: &mut TestServer, player: &TestPlayer) -> String {
    let info = succeed(server, player, "get_player_info", json!({}));
    info["name"].as_str().expect("everybody has a name").to_owned()
}

/// How much of an item of group 3 the player has.
fn owned(server: &mut TestServer, player: &TestPlayer, item: u32) -> i64 {
    let info = succeed(server, player, "get_player_info", json!({}));
    let items = info["items"].as_array().expect("a list of items").clone();
    let prefix = format!("3:{item}:");
    let quantity = items.iter().find_map(|item| item.as_str()?.strip_prefix(&prefix)?.parse().ok());
    quantity.unwrap_or(0)
}

fn all_mail(server: &mut TestServer, player: &TestPlayer) -> Vec<Value> {
    let data = succeed(server, player, "get_all_mail", json!({}));
    data["mail"].as_array().expect("a list of mails").clone()
}

fn subjects(server: &mut TestServer, player: &TestPlayer) -> Vec<String> {
    let mails = all_mail(server, player);
    mails.iter().map(|mail| mail["subj"].as_str().expect("a subject").to_owned()).collect()
}

fn key_of(mails: &[Value], subj: &str) -> String {
    let mail = mails.iter().find(|mail| mail["subj"] == subj).unwrap_or_else(|| panic!("no {subj} in {mails:?}"));
    mail["key"].as_str().expect("a key is a string").to_owned()
}

fn send(server: &mut TestServer, from: &TestPlayer, to: &str, subj: &str) {
    let data = succeed(server, from, "send_mail", json!({"gn_target": to, "subj": subj, "body": "text"}));
    assert_eq!(data, Value::Null, "no data");
}

/// A gift of the system from noon on, valid for 30 days, for everybody who exists when it is announced.
fn gift(subj: &str, items: &[&str]) -> Broadcast {
    Broadcast {
        deliver_at: NOON,
        expires_at: NOON + 30 * DAY,
        from: "系统".to_owned(),
        subj: subj.to_owned(),
        body: "well done".to_owned(),
        items: items.iter().map(|item| item.parse().expect("an amount")).collect(),
        audience: MailAudience::UpTo(AccountId(0)),
    }
}

fn announce(server: &mut TestServer, mut broadcast: Broadcast) {
    let world = server.simulation().world_mut();
    if let MailAudience::UpTo(last) = &mut broadcast.audience {
        *last = world.resource::<Accounts>().last();
    }
    world.resource_mut::<Broadcasts>().announce(broadcast);
    server.step(1);
}

/// The events this player has received since the last call.
fn told(server: &mut TestServer, player: &TestPlayer) -> Vec<Value> {
    server.events(player.connection)
}

/// Evicts everybody.
fn put_away(server: &mut TestServer) {
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "everybody should be evicted");
}

fn edited(from: &str, to: &str) -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder should be made");
    let assets = edit_assets(folder.path(), "mail.ron", from, to);
    TestServer::with(TestSetup { assets, ..TestSetup::default() })
}

#[test]
fn a_mail_from_player_to_player() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let (ann_name, bob_name) = (name_of(&mut server, &ann), name_of(&mut server, &bob));
    let empty = json!({"mail": [], "count": {"cur": 0, "max": 100}});
    assert_eq!(succeed(&mut server, &bob, "get_all_mail", json!({})), empty);
    let mail = json!({"gn_target": bob_name, "subj": "你好", "body": "第一封信"});
    let reply = server.ask(&ann, "send_mail", mail);
    assert_eq!(reply, json!({"status": 0, "message": "success"}));
    let expected = json!({
        "mail": [{
            "read": 0, "body": "第一封信", "time": "2026-03-10 12:00:00", "from": ann_name, "type": "0",
            "subj": "你好", "key": "1",
        }],
        "count": {"cur": 1, "max": 100},
    });
    assert_eq!(succeed(&mut server, &bob, "get_new_mail", json!({})), expected);
    assert_eq!(succeed(&mut server, &bob, "get_all_mail", json!({})), expected, "looking marks nothing as read");
    let event = json!({"event": "mail_received", "data": {"key": "1", "subj": "你好", "from": ann_name}});
    assert_eq!(told(&mut server, &bob), [event], "bob is notified");
    assert_eq!(all_mail(&mut server, &ann), Vec::<Value>::new(), "the sender keeps no copy");
}

#[test]
fn new_mails_are_the_unread_ones_and_the_newest_come_first() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &bob);
    for subj in ["one", "two", "three"] {
        send(&mut server, &ann, &name, subj);
        server.advance_seconds(1);
    }
    assert_eq!(subjects(&mut server, &bob), ["three", "two", "one"]);
    let mails = all_mail(&mut server, &bob);
    assert_eq!((&mails[0]["time"], &mails[2]["time"]), (&json!("2026-03-10 12:00:02"), &json!("2026-03-10 12:00:00")));
    let key = key_of(&mails, "two");
    let reply = server.ask(&bob, "mark_read_mail", json!({"key": key}));
    assert_eq!(reply, json!({"status": 0, "message": "success"}));
    succeed(&mut server, &bob, "mark_read_mail", json!({"key": key}));
    let new = succeed(&mut server, &bob, "get_new_mail", json!({}));
    assert_eq!((&new["mail"][0]["subj"], &new["mail"][1]["subj"]), (&json!("three"), &json!("one")));
    assert_eq!(new["count"], json!({"cur": 3, "max": 100}), "the count is of all mails");
    assert_eq!(all_mail(&mut server, &bob)[1]["read"], 1);
    succeed(&mut server, &bob, "delete_read_mail", json!({}));
    assert_eq!(subjects(&mut server, &bob), ["three", "one"]);
    let reply = server.ask(&bob, "delete_mail", json!({"key": "1"}));
    assert_eq!(reply, json!({"status": 0, "message": "success"}));
    assert_eq!(subjects(&mut server, &bob), ["three"]);
}

#[test]
fn a_mail_with_items_is_claimed_once_also_across_a_crash() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    announce(&mut server, gift("boss", &["3:1:500", "3:5:2"]));
    let mails = all_mail(&mut server, &ann);
    let expected = json!({
        "read": 0, "body": "well done", "time": "2026-03-10 12:00:00", "from": "系统", "type": "1",
        "subj": "boss", "key": "1", "items": ["3:1:500", "3:5:2"], "claimed": 0,
    });
    assert_eq!(mails, [expected]);
    let before = owned(&mut server, &ann, 1);
    let claimed = succeed(&mut server, &ann, "claim_mail", json!({"key": "1"}));
    let remain = json!([format!("3:1:{}", before + 500), "3:5:2"]);
    assert_eq!(claimed, json!({"remain": remain, "reward": ["3:1:500", "3:5:2"]}));
    check(&mut server, &ann, "claim_mail", json!({"key": "1"}), ALREADY_CLAIMED);
    let mut server = server.crash_and_reopen();
    let ann = server.player("ann");
    check(&mut server, &ann, "claim_mail", json!({"key": "1"}), ALREADY_CLAIMED);
    assert_eq!(owned(&mut server, &ann, 1), before + 500, "paid once");
    let mails = all_mail(&mut server, &ann);
    assert_eq!((&mails[0]["claimed"], &mails[0]["read"]), (&json!(1), &json!(1)), "a claimed mail counts as read");
    succeed(&mut server, &ann, "delete_read_mail", json!({}));
    assert_eq!(all_mail(&mut server, &ann).len(), 0, "and can be deleted");
}

#[test]
fn a_claim_repeated_with_its_key_gets_its_reply_again_and_pays_once() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    announce(&mut server, gift("boss", &["3:5:7"]));
    all_mail(&mut server, &ann);
    let claim = json!({"world": 0, "function": "claim_mail", "data": {"token": ann.token, "key": "1"}, "once": "a"});
    let first = server.send_on(ann.connection, &claim.to_string());
    let mut server = server.crash_and_reopen();
    let again = server.send(&claim.to_string());
    assert_eq!(first, again);
    let ann = server.player("ann");
    assert_eq!(owned(&mut server, &ann, 5), 7);
}

#[test]
fn unclaimed_items_are_not_deleted() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    announce(&mut server, gift("boss", &["3:5:1"]));
    all_mail(&mut server, &ann);
    succeed(&mut server, &ann, "mark_read_mail", json!({"key": "1"}));
    succeed(&mut server, &ann, "delete_read_mail", json!({}));
    assert_eq!(subjects(&mut server, &ann), ["boss"], "read, but its items are unclaimed");
    check(&mut server, &ann, "delete_mail", json!({"key": "1"}), UNCLAIMED);
    succeed(&mut server, &ann, "claim_mail", json!({"key": "1"}));
    succeed(&mut server, &ann, "delete_mail", json!({"key": "1"}));
}

#[test]
fn unknown_keys_and_mails_without_items_are_refused() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &bob);
    send(&mut server, &ann, &name, "plain");
    for key in ["", "0", "2", "01", "x", "18446744073709551616"] {
        for function in ["mark_read_mail", "delete_mail", "claim_mail"] {
            check(&mut server, &bob, function, json!({"key": key}), BAD_KEY);
        }
    }
    check(&mut server, &ann, "delete_mail", json!({"key": "1"}), BAD_KEY);
    check(&mut server, &bob, "claim_mail", json!({"key": "1"}), NOTHING_TO_CLAIM);
    for function in ["mark_read_mail", "delete_mail", "claim_mail"] {
        for data in [json!({}), json!({"key": null}), json!({"key": 1})] {
            let before = server.state_hash();
            let reply = server.ask(&bob, function, data);
            assert_eq!(reply["status"], 13);
            assert!(reply["message"].as_str().is_some_and(|text| text.contains("key")), "names the field: {reply}");
            assert_eq!(server.state_hash(), before);
        }
    }
}

#[test]
fn mails_that_are_too_long_or_for_nobody_are_refused() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &bob);
    let mail = |to: &str, subj: usize, body: usize| json!({"gn_target": to, "subj": "字".repeat(subj), "body": "文".repeat(body)});
    let long_subject = (13, "data.subj: expected a string of at most 40 characters");
    let long_body = (13, "data.body: expected a string of at most 1000 characters");
    check(&mut server, &ann, "send_mail", mail(&name, 41, 0), long_subject);
    check(&mut server, &ann, "send_mail", mail(&name, 40, 1001), long_body);
    check(&mut server, &ann, "send_mail", mail("nobody", 1, 1), NO_SUCH_PLAYER);
    check(&mut server, &ann, "send_mail", mail("", 1, 1), NO_SUCH_PLAYER);
    check(&mut server, &ann, "send_mail", mail(&"长".repeat(5000), 1, 1), NO_SUCH_PLAYER);
    succeed(&mut server, &ann, "send_mail", mail(&name, 40, 1000));
    let own = name_of(&mut server, &ann);
    succeed(&mut server, &ann, "send_mail", mail(&own, 0, 0));
    assert_eq!(all_mail(&mut server, &ann).len(), 1, "a note to oneself");
}

#[test]
fn a_full_box_refuses_mails_of_players_and_lets_broadcasts_wait() {
    let mut server = edited("box_max: 100", "box_max: 3");
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &bob);
    for subj in ["one", "two", "three"] {
        send(&mut server, &ann, &name, subj);
    }
    check(&mut server, &ann, "send_mail", json!({"gn_target": name, "subj": "four", "body": ""}), FULL);
    announce(&mut server, gift("gift", &["3:5:1"]));
    assert_eq!(subjects(&mut server, &bob), ["three", "two", "one"], "the gift waits");
    let mut server = server.crash_and_reopen();
    let bob = server.player("bob");
    succeed(&mut server, &bob, "delete_mail", json!({"key": "2"}));
    assert_eq!(subjects(&mut server, &bob), ["gift", "three", "one"], "now there is room");
    let count = succeed(&mut server, &bob, "get_new_mail", json!({}))["count"].clone();
    assert_eq!(count, json!({"cur": 3, "max": 3}));
}

#[test]
fn the_daily_limit_ends_at_local_midnight_and_not_before() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &bob);
    let mail = json!({"gn_target": name, "subj": "", "body": ""});
    for _ in 0..20 {
        succeed(&mut server, &ann, "send_mail", mail.clone());
    }
    check(&mut server, &ann, "send_mail", mail.clone(), DAILY_LIMIT);
    check(&mut server, &ann, "send_mail", json!({"gn_target": "nobody", "subj": "", "body": ""}), DAILY_LIMIT);
    server.advance_seconds(12 * 3600 - 1);
    check(&mut server, &ann, "send_mail", mail.clone(), DAILY_LIMIT);
    let mut server = server.crash_and_reopen();
    let ann = server.player("ann");
    check(&mut server, &ann, "send_mail", mail.clone(), DAILY_LIMIT);
    server.advance_seconds(1);
    for _ in 0..20 {
        succeed(&mut server, &ann, "send_mail", mail.clone());
    }
    server.advance_seconds(-DAY);
    check(&mut server, &ann, "send_mail", mail.clone(), DAILY_LIMIT);
}

#[test]
fn refused_mails_do_not_count() {
    let mut server = edited("sent_per_day: 20", "sent_per_day: 1");
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &bob);
    for _ in 0..3 {
        check(&mut server, &ann, "send_mail", json!({"gn_target": "x", "subj": "", "body": ""}), NO_SUCH_PLAYER);
    }
    send(&mut server, &ann, &name, "one");
}

#[test]
fn a_player_who_is_not_in_memory_gets_its_mail() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &bob);
    put_away(&mut server);
    send(&mut server, &ann, &name, "put away");
    let mut server = server.crash_and_reopen();
    let ann = server.player("ann");
    send(&mut server, &ann, &name, "after a crash");
    let mut server = server.crash_and_reopen();
    let bob = server.player("bob");
    assert_eq!(subjects(&mut server, &bob), ["after a crash", "put away"]);
}

#[test]
fn a_mail_to_a_player_whom_a_slow_disk_loads_arrives_once() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let name = name_of(&mut server, &bob);
    put_away(&mut server);
    all_mail(&mut server, &ann);
    server.hold_reads();
    let data = json!({"token": ann.token, "gn_target": name, "subj": "slow", "body": ""});
    server.post(ann.connection, &json!({"world": 0, "function": "send_mail", "data": data}).to_string());
    server.step(3);
    assert_eq!(server.collect(ann.connection), Vec::<String>::new(), "it waits");
    server.release_reads();
    server.step(3);
    let replies = server.collect(ann.connection);
    assert_eq!(replies, [r#"{"status":0,"message":"success"}"#]);
    assert_eq!(subjects(&mut server, &bob), ["slow"]);
}

#[test]
fn a_broadcast_reaches_everybody_there_is_once_online_or_offline_and_nobody_made_later() {
    let mut server = TestServer::new();
    let bob = server.player("bob");
    name_of(&mut server, &bob);
    put_away(&mut server);
    server.player("ann");
    announce(&mut server, gift("boss", &["3:5:1"]));
    let mut server = server.crash_and_reopen();
    for round in 0..3 {
        let cem = server.player("cem, who is new");
        assert_eq!(subjects(&mut server, &cem), Vec::<String>::new(), "cem did not exist in round {round}");
        for device in ["ann", "bob"] {
            let player = server.player(device);
            assert_eq!(subjects(&mut server, &player), ["boss"], "{device} in round {round}");
            if round == 0 {
                let key = key_of(&all_mail(&mut server, &player), "boss");
                succeed(&mut server, &player, "claim_mail", json!({"key": key}));
            }
            assert_eq!(owned(&mut server, &player, 5), 1, "{device} in round {round}");
        }
        match round {
            0 => server = server.crash_and_reopen(),
            _ => put_away(&mut server),
        }
    }
    let bob = server.player("bob");
    succeed(&mut server, &bob, "delete_mail", json!({"key": "1"}));
    assert_eq!(subjects(&mut server, &bob), Vec::<String>::new(), "not again after it was deleted");
}

#[test]
fn a_broadcast_is_delivered_when_it_is_due_and_told_once() {
    let mut server = TestServer::new();
    let bob = server.player("bob");
    announce(&mut server, Broadcast { deliver_at: NOON + 3600, ..gift("later", &[]) });
    server.advance_seconds(3599);
    assert_eq!((told(&mut server, &bob), subjects(&mut server, &bob)), (vec![], vec![]));
    server.advance_seconds(1);
    let event = json!({"event": "mail_received", "data": {"subj": "later", "from": "系统"}});
    assert_eq!(told(&mut server, &bob), [event], "announced when it is due");
    let mails = all_mail(&mut server, &bob);
    assert_eq!((&mails[0]["time"], &mails[0]["type"]), (&json!("2026-03-10 13:00:00"), &json!("0")));
    server.advance_seconds(10);
    let mut server = server.crash_and_reopen();
    let bob = server.player("bob");
    server.step(3);
    assert_eq!(told(&mut server, &bob), Vec::<Value>::new(), "announced once");
}

#[test]
fn an_expired_broadcast_goes_off_the_record_and_stays_with_those_who_took_it() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    announce(&mut server, Broadcast { expires_at: NOON + DAY, ..gift("short", &["3:5:1"]) });
    assert_eq!(subjects(&mut server, &ann), ["short"]);
    server.advance_seconds(DAY);
    assert_eq!(subjects(&mut server, &bob), Vec::<String>::new(), "too late");
    assert!(server.simulation().world().resource::<Broadcasts>().is_empty());
    server.advance_seconds(-DAY);
    assert_eq!(subjects(&mut server, &ann), ["short"], "not again when the clock jumps back");
    assert_eq!(succeed(&mut server, &ann, "claim_mail", json!({"key": "1"}))["reward"], json!(["3:5:1"]));
}

#[test]
fn a_ranked_broadcast_reaches_only_its_accounts_with_their_own_items() {
    let mut server = TestServer::new();
    let (ann, bob) = (server.player("ann"), server.player("bob"));
    let own = vec!["3:4:30".parse().expect("an amount")];
    let audience = MailAudience::Ranked(vec![(AccountId(2), own), (AccountId(77), Vec::new())]);
    announce(&mut server, Broadcast { audience, ..gift("season", &["3:5:1"]) });
    assert_eq!((told(&mut server, &ann).len(), told(&mut server, &bob).len()), (0, 1), "only bob is notified");
    assert_eq!(subjects(&mut server, &ann), Vec::<String>::new());
    let mut server = server.crash_and_reopen();
    let bob = server.player("bob");
    let mails = all_mail(&mut server, &bob);
    assert_eq!(mails[0]["items"], json!(["3:5:1", "3:4:30"]));
}

#[test]
fn an_idle_world_is_woken_when_a_broadcast_is_due() {
    let woken = |clock: ClockMode| {
        let mut setup = TestSetup::default();
        setup.settings.clock = clock;
        let mut server = TestServer::with(setup);
        server.settle();
        announce(&mut server, Broadcast { deliver_at: NOON + 3600, ..gift("later", &[]) });
        let first = server.wakes_after();
        announce(&mut server, Broadcast { deliver_at: NOON + 20 * DAY, ..gift("much later", &[]) });
        server.advance_seconds(3600);
        server.step(1);
        (first.map(|delay| delay.as_secs()), server.wakes_after().map(|delay| delay.as_secs()))
    };
    let woken_real = woken(ClockMode::Real);
    assert_eq!(woken_real.0, Some(3600));
    assert!(woken_real.1.is_some_and(|seconds| seconds <= 86_400), "the next midnight comes first: {woken_real:?}");
    assert_eq!(woken(ClockMode::Times(60.0)).0, Some(60), "60 times as fast");
    assert_eq!(woken(ClockMode::Manual), (None, None), "a clock moved by hand needs no wake-up");
}

#[test]
fn mistakes_in_the_rules_are_reported() {
    let mistakes = [
        ("box_max: 100", "box_max: 0", "box_max"),
        ("body_max_chars: 1000", "body_max_chars: 1000000", "body_max_chars"),
        ("\"系统\"", "\" \"", "system_sender"),
    ];
    for (from, to, key) in mistakes {
        let folder = tempfile::tempdir().expect("a temporary folder should be made");
        let assets = edit_assets(folder.path(), "mail.ron", from, to);
        let problems = game::load_rules(&TestSetup::default().settings, &assets).err().map(|found| found.to_string());
        assert!(problems.as_ref().is_some_and(|text| text.contains(key)), "{to}: {problems:?}");
    }
}

/// The model of a player's box.
#[derive(Debug, Default)]
struct Model {
    /// Oldest first.
    mails: Vec<ModelMail>,
    /// Announced, but not yet delivered: the box is full, or the player has not looked.
    waiting: Vec<(String, i64)>,
    sent: usize,
    paid: i64,
}

#[derive(Debug, Clone)]
struct ModelMail {
    subj: String,
    items: i64,
    read: bool,
    claimed: bool,
}

const ROOM: usize = 5;

impl Model {
    fn receive(&mut self, subj: String, items: i64) {
        self.mails.push(ModelMail { subj, items, read: false, claimed: false });
    }

    fn look(&mut self) {
        while self.mails.len() < ROOM && !self.waiting.is_empty() {
            let (subj, items) = self.waiting.remove(0);
            self.receive(subj, items);
        }
    }

    /// The status of the reply.
    fn claim(&mut self, at: usize) -> i64 {
        match self.mails.get_mut(at) {
            None => 99,
            Some(mail) if mail.items == 0 => 98,
            Some(mail) if mail.claimed => 97,
            Some(mail) => {
                (mail.claimed, mail.read) = (true, true);
                self.paid += mail.items;
                0
            }
        }
    }

    fn delete(&mut self, at: usize) -> i64 {
        match self.mails.get(at) {
            None => 99,
            Some(mail) if mail.items > 0 && !mail.claimed => 97,
            Some(_) => {
                self.mails.remove(at);
                0
            }
        }
    }

    fn mark_read(&mut self, at: usize) -> i64 {
        self.mails.get_mut(at).map_or(99, |mail| {
            mail.read = true;
            0
        })
    }

    fn send(&mut self, subj: &str) -> i64 {
        if self.sent == 20 {
            99
        } else if self.mails.len() >= ROOM {
            97
        } else {
            self.sent += 1;
            self.receive(subj.to_owned(), 0);
            0
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Announce(i64),
    Send,
    Read(usize),
    Delete(usize),
    DeleteRead,
    Claim(usize),
    Crash,
    PutAway,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop_oneof![Just(0), 1_i64..1000].prop_map(Step::Announce),
        2 => Just(Step::Send),
        2 => (0..=ROOM).prop_map(Step::Read),
        2 => (0..=ROOM).prop_map(Step::Delete),
        2 => Just(Step::DeleteRead),
        4 => (0..=ROOM).prop_map(Step::Claim),
        1 => Just(Step::Crash),
        1 => Just(Step::PutAway),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::stories(8)))]

    #[test]
    fn no_order_of_things_loses_items_or_pays_them_twice(steps in proptest::collection::vec(step(), 1..50)) {
        let mut server = edited("box_max: 100", "box_max: 5");
        let (mut ann, mut bob) = (server.player("ann"), server.player("bob"));
        let name = name_of(&mut server, &bob);
        let mut model = Model::default();
        for (number, step) in steps.into_iter().enumerate() {
            let mails = all_mail(&mut server, &bob);
            model.look();
            let mut keys: Vec<String> = mails.iter().map(|mail| mail["key"].to_string().replace('"', "")).collect();
            // All mails are of the same second, so the newest is the one that came last.
            keys.reverse();
            let key = |at: usize| json!({"key": keys.get(at).map_or("404", String::as_str)});
            let subj = format!("mail {number}");
            let (status, expected) = match step {
                Step::Announce(items) => {
                    let text = format!("3:5:{items}");
                    announce(&mut server, gift(&subj, &[&text]));
                    model.waiting.push((subj, items));
                    (json!(0), 0)
                }
                Step::Send => {
                    let mail = json!({"gn_target": name, "subj": subj, "body": ""});
                    (server.ask(&ann, "send_mail", mail)["status"].clone(), model.send(&subj))
                }
                Step::Read(at) => (server.ask(&bob, "mark_read_mail", key(at))["status"].clone(), model.mark_read(at)),
                Step::Delete(at) => (server.ask(&bob, "delete_mail", key(at))["status"].clone(), model.delete(at)),
                Step::DeleteRead => {
                    model.mails.retain(|mail| !mail.read || (mail.items > 0 && !mail.claimed));
                    (server.ask(&bob, "delete_read_mail", json!({}))["status"].clone(), 0)
                }
                Step::Claim(at) => (server.ask(&bob, "claim_mail", key(at))["status"].clone(), model.claim(at)),
                Step::Crash => {
                    server = server.crash_and_reopen();
                    (ann, bob) = (server.player("ann"), server.player("bob"));
                    (json!(0), 0)
                }
                Step::PutAway => {
                    put_away(&mut server);
                    (json!(0), 0)
                }
            };
            prop_assert_eq!(status, json!(expected));
        }
        model.look();
        let shown = all_mail(&mut server, &bob);
        prop_assert_eq!(shown.len(), model.mails.len());
        for (shown, mail) in shown.iter().rev().zip(&model.mails) {
            prop_assert_eq!(&shown["subj"], &json!(mail.subj));
            prop_assert_eq!(&shown["read"], &json!(i32::from(mail.read)));
            let claimed = if mail.items > 0 { json!(i32::from(mail.claimed)) } else { Value::Null };
            prop_assert_eq!(&shown["claimed"], &claimed);
        }
        prop_assert_eq!(owned(&mut server, &bob, 5), model.paid, "diamonds");
    }
}
