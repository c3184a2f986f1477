//! The names by which platforms know an account: it gets them once, keeps them, and shares them with nobody.

use raidkeep::engine::outside::WorldPlace;
use raidkeep::engine::storage::encode_value;
use raidkeep::game::identity::collisions::{Sharer, shared_purses};
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

use crate::payer::points;
use crate::traveller::{delete, export, import, join, succeed};

fn grant(server: &mut TestServer, wname: &str, money: i64) {
    let now_ms = server.now_ms();
    server.platforms.sandbox.grant(wname, money, now_ms).expect("points may be granted");
}

/// The last `wname` that the platform was asked about, still encoded.
fn asked_about(server: &mut TestServer, player: &TestPlayer) -> String {
    succeed_or_empty(server, player);
    let sent = server.platforms.sent.last().expect("the platform was asked");
    let wname = sent.url.split('&').find_map(|part| part.strip_prefix("wname="));
    wname.expect("each call has a wname").to_owned()
}

fn succeed_or_empty(server: &mut TestServer, player: &TestPlayer) {
    let reply = server.ask(player, "check_money", json!({}));
    assert!(matches!(reply["status"].as_i64(), Some(0 | 103)), "{reply}");
}

fn world(number: u32, worlds: u32) -> TestServer {
    let mut server = TestServer::with(TestSetup { place: WorldPlace { number, worlds }, ..TestSetup::default() });
    server.connect();
    server
}

#[test]
fn a_name_signed_up_anew_inherits_nothing() {
    let mut server = world(0, 1);
    let ann = join(&mut server, "Ann");
    grant(&mut server, "Ann", 500);
    assert_eq!(points(&mut server, &ann), "500");
    let deleted = server.operate("player_delete", json!({"name": "Ann"}));
    assert_eq!(deleted["data"]["wname"], "Ann", "the operator is told where the points are: {deleted}");
    let newcomer = join(&mut server, "Ann");
    assert_eq!(points(&mut server, &newcomer), Value::Null, "the purse is not that of the name");
    assert_eq!(asked_about(&mut server, &newcomer), "Ann~2");
    assert_eq!(server.ask(&newcomer, "check_record", json!({}))["data"], json!(""), "nor are the records");
    let mut server = server.crash_and_reopen();
    delete(&mut server, "Ann");
    let third = join(&mut server, "Ann");
    assert_eq!(asked_about(&mut server, &third), "Ann~3", "what was taken once is remembered over a restart");
    assert_eq!(server.verify(), []);
}

#[test]
fn a_guest_who_leaves_and_comes_back_keeps_its_purse() {
    let mut server = world(0, 1);
    server.player("bob");
    let ann = server.player("ann");
    grant(&mut server, "玩家#2", 500);
    let records = server.ask(&ann, "check_record", json!({}))["data"].clone();
    let document = export(&mut server, "玩家#2");
    delete(&mut server, "玩家#2");
    assert_eq!(import(&mut server, &document), json!({"name": "玩家#3", "account": 3}));
    let ann = server.player("ann");
    assert_eq!(points(&mut server, &ann), "500", "it is called otherwise, and its points are there");
    assert_eq!(server.ask(&ann, "check_record", json!({}))["data"], records);
    succeed(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}));
    assert_eq!(points(&mut server, &ann), "494", "and can be spent");
    let again = export(&mut server, "玩家#3");
    assert_eq!(again["parts"]["accounts"]["wname"], "玩家#2");
    assert_eq!(again["parts"]["accounts"]["uid"], "2", "SUD knows it under the same id");
}

#[test]
fn with_several_worlds_names_say_which() {
    let (mut first, mut second) = (world(0, 2), world(1, 2));
    let names = |server: &mut TestServer| {
        let (guest, ann) = (server.player("device"), join(server, "Ann"));
        let guest = asked_about(server, &guest);
        let document = export(server, "Ann");
        (guest, asked_about(server, &ann), document["parts"]["accounts"]["uid"].clone())
    };
    let here = names(&mut first);
    let there = names(&mut second);
    assert_eq!(here, ("%E7%8E%A9%E5%AE%B6%231%400".to_owned(), "Ann%400".to_owned(), json!("2@0")));
    assert_eq!(there, ("%E7%8E%A9%E5%AE%B6%231%401".to_owned(), "Ann%401".to_owned(), json!("2@1")));
}

#[test]
fn a_name_is_never_computed_again() {
    let mut server = world(0, 1);
    join(&mut server, "Ann");
    let document = export(&mut server, "Ann");
    let mut elsewhere =
        TestServer::with(TestSetup { seed: 8, place: WorldPlace { number: 1, worlds: 2 }, ..TestSetup::default() });
    elsewhere.connect();
    import(&mut elsewhere, &document);
    assert_eq!(export(&mut elsewhere, "Ann")["parts"]["accounts"]["wname"], "Ann", "a move takes the purse along");
    join(&mut elsewhere, "Bob");
    let mut claimed = export(&mut elsewhere, "Bob");
    delete(&mut elsewhere, "Bob");
    claimed["parts"]["accounts"]["wname"] = "ann".into();
    let refused = elsewhere.operate("player_import", json!({"document": claimed}));
    assert_eq!(refused["status"], 13, "somebody here has this purse: {refused}");
    assert!(
        refused["message"].as_str().is_some_and(|text| text.contains("accounts.wname: ann belongs to")),
        "{refused}"
    );
}

/// An account as earlier programs stored it: name, e-mail, device, password, made at.
fn account_of_before(server: &mut TestServer, number: u64, name: &str, device: &str) {
    let row = (name, None::<String>, Some(device), None::<String>, 0_i64);
    server.damage(|batch| batch.put("accounts", &number.to_be_bytes(), |out| encode_value(1, &row, out)));
}

#[test]
fn an_account_of_before_keeps_the_purse_of_its_name() {
    let mut server = world(1, 2);
    server.player("ann");
    account_of_before(&mut server, 1, "玩家#1", "ann");
    let mut server = server.crash_and_reopen();
    grant(&mut server, "玩家#1", 70);
    let ann = server.player("ann");
    assert_eq!(points(&mut server, &ann), "70");
    let mut document = export(&mut server, "玩家#1");
    for later in ["wname", "uid"] {
        document["parts"]["accounts"].as_object_mut().expect("an account").remove(later);
    }
    delete(&mut server, "玩家#1");
    import(&mut server, &document);
    let accounts = export(&mut server, "玩家#2")["parts"]["accounts"].clone();
    assert_eq!(
        (&accounts["wname"], &accounts["uid"]),
        (&json!("玩家#1"), &json!("1")),
        "also from a document of before"
    );
    assert_eq!(server.verify(), []);
}

#[test]
fn an_operator_gives_an_account_a_purse_of_its_own() {
    let mut server = world(1, 2);
    server.player("ann");
    account_of_before(&mut server, 1, "玩家#1", "ann");
    let mut server = server.crash_and_reopen();
    let assign = |server: &mut TestServer, data: Value| {
        let reply = server.operate("wname_assign", data);
        (reply["status"].clone(), reply["data"]["wname"].clone())
    };
    let reply = server.operate("wname_assign", json!({"name": "玩家#1"}));
    assert_eq!(reply["data"], json!({"name": "玩家#1", "wname": "玩家#1@1", "former": "玩家#1"}));
    let ann = server.player("ann");
    assert_eq!(asked_about(&mut server, &ann), "%E7%8E%A9%E5%AE%B6%231%401");
    assert_eq!(assign(&mut server, json!({"name": "玩家#1"})), (json!(0), json!("玩家#1@1~1")), "and another one");
    assert_eq!(
        assign(&mut server, json!({"name": "玩家#1", "wname": "玩家#1"})),
        (json!(97), Value::Null),
        "it was had"
    );
    assert_eq!(assign(&mut server, json!({"name": "nobody"})), (json!(99), Value::Null));
    join(&mut server, "Bob");
    let bobs = json!({"name": "玩家#1", "wname": "Bob@1"});
    assert_eq!(assign(&mut server, bobs), (json!(97), Value::Null), "it is the purse of another account");
    assert_eq!(assign(&mut server, json!({"name": "玩家#1", "wname": "AnnOfOld"})), (json!(0), json!("AnnOfOld")));
    let mut server = server.crash_and_reopen();
    let ann = server.player("ann");
    assert_eq!(asked_about(&mut server, &ann), "AnnOfOld", "for good");
}

#[test]
fn accounts_of_before_that_share_a_purse_are_listed() {
    let (mut first, mut second) = (world(0, 2), world(1, 2));
    for server in [&mut first, &mut second] {
        server.player("ann");
        server.player("bob");
        account_of_before(server, 1, "玩家#1", "ann");
    }
    account_of_before(&mut second, 3, "Sword", "cid");
    account_of_before(&mut second, 4, "sword", "dan");
    let rows = [first.rows().clone(), second.rows().clone()];
    let purses = shared_purses(&rows).expect("the disks are readable");
    let names = |sharers: &Vec<Sharer>| sharers.iter().map(|sharer| (sharer.account.0, sharer.wname.clone())).collect();
    let names: Vec<Vec<(u64, String)>> = purses.iter().map(names).collect();
    let swords = vec![(3, "Sword".to_owned()), (4, "sword".to_owned())];
    let guests = vec![(1, "玩家#1".to_owned()), (1, "玩家#1".to_owned())];
    assert_eq!(names, [swords, guests], "of one world, if the platform ignores case, and of two");
    let mut second = second.crash_and_reopen();
    second.operate("wname_assign", json!({"name": "玩家#1"}));
    let purses = shared_purses(&[rows[0].clone(), second.rows().clone()]).expect("the disks are readable");
    assert_eq!(purses.len(), 1, "a purse of its own is shared with nobody");
}
