//! Players as documents: an export is complete, an import restores the player, and a deleted player is gone.

use crate::{duel, payer};
use std::time::Duration;

use crate::duel::Duelist;
use crate::traveller::{PASSWORD, delete, essence, export, import, join, log_in, operate, played, sign_up, succeed};
use proptest::prelude::*;
use raidkeep::engine::storage::PlayerEntity;
use raidkeep::game::stages::StageSession;
use raidkeep::sandbox::Misbehavior;
use raidkeep::studio::testing::{TestServer, TestSetup};
use serde_json::{Value, json};

const INVALID_TOKEN: (i64, &str) = (11, "invalid token");

fn put_everybody_away(server: &mut TestServer) {
    server.fold();
    server.reconnect_all();
    server.pass_real_time(Duration::from_secs(700));
    assert_eq!(server.players_in_memory(), 0, "idle players are evicted after a fold");
}

/// The status and the message of a refusal that has changed nothing.
fn refused(server: &mut TestServer, function: &str, data: Value) -> (i64, String) {
    let before = server.state_hash();
    let reply = server.operate(function, data);
    assert_eq!(reply.get("data"), None, "a refusal has no data: {reply}");
    assert_eq!(server.state_hash(), before, "a refusal changes nothing");
    (reply["status"].as_i64().unwrap_or_default(), reply["message"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_document_tells_everything_in_words_and_no_token() {
    let (mut server, ann) = played();
    let document = export(&mut server, "Ann");
    assert_eq!((&document["format"], &document["account"]), (&json!(1), &json!(1)));
    let tables: Vec<&str> = document["parts"].as_object().expect("parts").keys().map(String::as_str).collect();
    // The rows of an open session are in the part named after its counts.
    let mut expected = server.simulation().player_tables().tables;
    expected.retain(|table| *table != <StageSession as PlayerEntity>::TABLE);
    expected.sort_unstable();
    assert_eq!(tables, expected, "every kind of rows of players is a part");
    let parts = &document["parts"];
    assert_eq!((&parts["accounts"]["name"], &parts["accounts"]["email"]), (&json!("Ann"), &json!("Ann@mail.example")));
    assert_eq!(parts["accounts"]["created_at_rfc3339"], "2026-03-10T04:00:00Z", "timestamps are readable");
    let owned = parts["inventory"]["owned"].as_array().expect("a list");
    assert!(owned.iter().all(|amount| amount.as_str().is_some_and(|amount| amount.starts_with("3:"))), "{owned:?}");
    let first = &parts["inventory"]["ledger"][0];
    assert_eq!((&first["number"], &first["why"]), (&json!(1), &json!("victory")), "the ledger is included");
    assert_eq!(parts["sessions"]["open"]["stage"], 9, "so is the open session");
    assert_eq!(parts["boss_records"]["best"], 20_000);
    let text = document.to_string();
    for secret in [&*ann.token, PASSWORD, "SessionThatNobodyMayRead"] {
        assert!(!text.contains(secret), "{secret} is not in it");
    }
    assert!(parts["accounts"]["password_hash"].as_str().is_some_and(|hash| hash.starts_with("$argon2id$")));
    put_everybody_away(&mut server);
    assert_eq!(essence(&export(&mut server, "Ann")), essence(&document), "the player need not be in memory");
    assert_eq!(server.players_in_memory(), 0, "and is not loaded");
}

#[test]
fn a_document_that_is_too_long_for_a_reply_says_how_else() {
    let mut setup = TestSetup::default();
    setup.settings.portability.export_bytes_max = 1000;
    let mut server = TestServer::with(setup);
    join(&mut server, "Ann");
    let (status, message) = refused(&mut server, "player_export", json!({"name": "Ann"}));
    assert!(status == 97 && message.contains("raidkeep export --data"), "{status} {message}");
}

#[test]
fn only_an_operator_exports_deletes_and_imports() {
    let (mut server, ann) = played();
    let document = export(&mut server, "Ann");
    for (function, data) in [
        ("player_export", json!({"name": "Bob"})),
        ("player_delete", json!({"name": "Bob"})),
        ("player_import", json!({"document": document})),
        ("player_import_piece", json!({"piece": 0, "text": "{"})),
    ] {
        let reply = server.ask(&ann, function, data);
        assert_eq!((reply["status"].as_i64(), &reply["message"]), (Some(INVALID_TOKEN.0), &json!(INVALID_TOKEN.1)));
    }
    for function in ["player_export", "player_delete"] {
        let expected = (99, "no such player".to_owned());
        assert_eq!(refused(&mut server, function, json!({"name": "Nobody"})), expected, "{function}");
    }
}

#[test]
fn who_is_deleted_is_gone_and_its_name_begins_anew() {
    let (mut server, ann) = played();
    assert_eq!(delete(&mut server, "Ann"), json!({"name": "Ann", "account": 1, "wname": "Ann"}));
    assert_eq!(server.verify(), [], "nothing refers to the deleted player");
    let reply = server.ask(&ann, "get_player_info", json!({}));
    assert_eq!(reply["data"]["reason"], "revoked", "its connection is signed out: {reply}");
    let elsewhere = server.connect();
    let reply = server.ask_on(elsewhere, "get_player_info", json!({"token": ann.token}));
    assert_eq!(reply["status"], 11, "its token is revoked on other connections too");
    assert_eq!(log_in(&mut server, "Ann").1["status_code"], 404, "nobody has this address");
    let bob = log_in(&mut server, "Bob").0;
    let ranked = server.ask(&bob, "stage_damage_ranking", json!({"page": 1})).to_string();
    assert!(!ranked.contains("Ann"), "it is not in the ranking: {ranked}");
    let mail = succeed(&mut server, &bob, "get_all_mail", json!({}));
    assert_eq!(mail["mail"][0]["from"], "Ann", "its mails stay with their recipients");
    for table in server.simulation().player_tables().tables {
        let mut own = 0;
        let count = &mut |key: &[u8], _: &[u8]| own += usize::from(key.starts_with(&1_u64.to_be_bytes()));
        server.rows().scan(table, count).expect("the disk is readable");
        assert_eq!(own, 0, "{table} has no row of the player");
    }
    let anew = join(&mut server, "Ann");
    let info = succeed(&mut server, &anew, "get_player_info", json!({}));
    let newcomer = join(&mut server, "Cid");
    let mut expected = succeed(&mut server, &newcomer, "get_player_info", json!({}));
    expected["name"] = "Ann".into();
    assert_eq!(info, expected, "the next player of that name starts as a newcomer");
    assert_eq!(export(&mut server, "Ann")["account"], 3, "the number is not reused");
    assert_eq!(server.crash_and_reopen().verify(), [], "also after a crash");
}

#[test]
fn who_is_not_in_memory_is_deleted_too() {
    let (mut server, ann) = played();
    put_everybody_away(&mut server);
    delete(&mut server, "Ann");
    assert_eq!(server.verify(), []);
    let mut server = server.crash_and_reopen();
    let connection = server.connect();
    let reply = server.ask_on(connection, "get_player_info", json!({"token": ann.token}));
    assert_eq!(reply["status"], 11, "a restart does not bring it back: {reply}");
    assert_eq!(refused(&mut server, "player_export", json!({"name": "Ann"})).0, 99);
}

#[test]
fn what_was_read_before_a_deletion_does_not_come_back_with_it() {
    let (mut server, ann) = played();
    let bob = log_in(&mut server, "Bob").0;
    put_everybody_away(&mut server);
    operate(&mut server, "player_export", json!({"name": "Ann"}));
    server.hold_reads();
    let connection = server.connect();
    let asked = json!({"world": 0, "function": "get_player_info", "data": {"token": ann.token}});
    server.post(connection, &asked.to_string());
    let letter = json!({"token": bob.token, "gn_target": "Ann", "subj": "a", "body": "b"});
    server.post(bob.connection, &json!({"world": 0, "function": "send_mail", "data": letter}).to_string());
    let deletion = json!({"token": raidkeep::studio::testing::OPERATOR_TOKEN, "name": "Ann"});
    server.post(0, &json!({"world": 0, "function": "player_delete", "data": deletion}).to_string());
    for _ in 0..6 {
        // All are requested again and again while the disk is slow.
        server.step(3);
        server.release_reads();
        server.hold_reads();
    }
    server.release_reads();
    server.settle();
    let replies: Vec<String> = [0, connection, bob.connection].iter().flat_map(|at| server.collect(*at)).collect();
    assert_eq!(replies.len(), 3, "everybody is answered: {replies:?}");
    assert!(replies[0].contains(r#""status":0"#), "{}", replies[0]);
    assert_eq!(server.verify(), [], "nobody came back");
    assert_eq!(refused(&mut server, "player_export", json!({"name": "Ann"})).0, 99);
}

#[test]
fn nobody_is_deleted_while_an_order_is_not_settled() {
    let mut server = TestServer::new();
    let (ann, name) = payer::rich(&mut server, "ann", 1000);
    payer::faults(&mut server, "Pay", &[Misbehavior::LoseAnswer]);
    payer::post(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}), None);
    let listed = operate(&mut server, "order_list", json!({}));
    let order = listed["orders"][0]["order"].as_str().expect("an order is there").to_owned();
    let (status, message) = refused(&mut server, "player_delete", json!({"name": name}));
    assert_eq!(status, 98);
    assert!(message.contains(&order), "the order is named: {message}");
    let document = export(&mut server, &name);
    assert_eq!(document["mentions"]["orders"][0]["number"], json!(order), "a document mentions it");
    payer::pass(&mut server, &payer::DECIDED);
    for _ in 0..40 {
        payer::pass(&mut server, &[3600]);
    }
    assert_eq!(payer::state_of(&mut server, &json!(order)), "granted");
    let document = export(&mut server, &name);
    assert_eq!(document["mentions"]["orders_closed"][0]["number"], json!(order), "also when it is closed");
    delete(&mut server, &name);
    assert_eq!(server.verify(), [], "the closed order stays, and is no breach");
    assert_eq!(payer::state_of(&mut server, &json!(order)), "granted", "it can be inspected");
}

#[test]
fn the_other_one_wins_the_battle_and_challenges_end() {
    let mut server = duel::server();
    let (ann, bob, id) = duel::battle(&mut server);
    let cid = Duelist::join(&mut server, "cid");
    cid.challenge(&mut server, &ann);
    cid.events(&mut server);
    bob.post(&mut server, "battle", bob.turn(&id, "slash"));
    delete(&mut server, &ann.role);
    let replies = bob.replies(&mut server);
    assert_eq!(replies.len(), 1, "the waiting player is answered: {replies:?}");
    let won = bob.events(&mut server);
    assert!(won.iter().any(|(name, _)| name == "battle_verdict"), "bob learns how it ended: {won:?}");
    let told = cid.events(&mut server);
    assert!(told.iter().any(|(name, _)| name == "challenge_ended"), "cid learns that nobody will answer: {told:?}");
    assert_eq!(server.verify(), [], "an ended battle may name a deleted player");
    let again = duel::fight(&mut server, &bob, &cid);
    assert_ne!(again, id, "bob is free for another battle");
    server.advance_seconds(7200);
    server.settle();
    assert_eq!(server.crash_and_reopen().verify(), [], "whatever happened to the battle since");
}

/// How many rounds are open.
fn rounds(server: &mut TestServer) -> usize {
    let mut count = 0;
    server.rows().scan("rounds", &mut |_, _| count += 1).expect("the disk is readable");
    count
}

#[test]
fn a_session_that_was_reported_as_a_round_ends_with_its_player() {
    let mut setup = TestSetup::default();
    let sud = setup.settings.platforms.sud.as_mut().expect("the tests' sandbox has SUD");
    sud.reports_boss_sessions = true;
    let mut server = TestServer::with(setup);
    server.connect();
    let ann = join(&mut server, "Ann");
    succeed(&mut server, &ann, "enter_stage_boss", json!({"stage": 3001}));
    server.settle();
    assert_eq!(rounds(&mut server), 1, "the session is a round");
    delete(&mut server, "Ann");
    server.settle();
    assert_eq!(rounds(&mut server), 0, "which has ended");
    assert_eq!(server.verify(), [], "no round stays open with a deleted player");
}

#[test]
fn a_disk_that_fails_at_any_write_leaves_all_of_a_player_or_nothing() {
    let (mut left, mut gone) = (0, 0);
    for writes in 0..12 {
        let (mut server, _) = played();
        let document = export(&mut server, "Ann");
        server.disks().log.fail_after(writes);
        let deleted = server.operate("player_delete", json!({"name": "Ann"}));
        let mut server = server.crash_and_reopen();
        assert_eq!(server.verify(), [], "after {writes} writes: nothing is half deleted");
        let reply = server.operate("player_export", json!({"name": "Ann"}));
        if reply["status"] == 0 {
            assert_ne!(deleted["status"], 0, "after {writes} writes: a confirmed deletion has happened");
            assert_eq!(essence(&reply["data"]["document"]), essence(&document), "after {writes} writes: all is kept");
            left += 1;
        } else {
            assert_eq!(reply["status"], 99, "after {writes} writes: {reply}");
            server.disks().log.fail_after(writes);
            let imported = server.operate("player_import", json!({"document": document}));
            let mut server = server.crash_and_reopen();
            assert_eq!(server.verify(), [], "after {writes} writes of the import: nothing is half imported");
            let back = server.operate("player_export", json!({"name": "Ann"}));
            if imported["status"] == 0 || back["status"] == 0 {
                assert_eq!(
                    essence(&back["data"]["document"]),
                    essence(&document),
                    "after {writes} writes: everything is back"
                );
            }
            gone += 1;
        }
    }
    assert!(left > 0 && gone > 0, "the disk should fail before and after the deletion: {left} and {gone}");
}

#[test]
fn an_import_is_the_same_player_under_a_new_number() {
    let (mut server, _) = played();
    // The gift for the boss's death is due, but not yet delivered.
    server.advance_seconds(48 * 3600);
    let document = export(&mut server, "Ann");
    assert!(document["parts"]["mail"]["mails"].as_array().is_some_and(|mails| !mails.is_empty()), "it is exported");
    delete(&mut server, "Ann");
    assert_eq!(import(&mut server, &document), json!({"name": "Ann", "account": 3}));
    assert_eq!(server.verify(), [], "the imported rows are consistent");
    assert_eq!(essence(&export(&mut server, "Ann")), essence(&document), "and are those that were exported");
    let (ann, reply) = log_in(&mut server, "Ann");
    assert_eq!(reply["status_code"], 200, "the password is the same");
    let rank = succeed(&mut server, &ann, "stage_damage_ranking", json!({"page": 1})).to_string();
    assert!(rank.contains("Ann"), "it is ranked as before: {rank}");
    let mail = succeed(&mut server, &ann, "get_all_mail", json!({}));
    assert_eq!(
        mail["count"]["cur"],
        document["parts"]["mail"]["mails"].as_array().map_or(0, Vec::len),
        "no gift twice"
    );
    let mut keyed = json!({"world": 0, "function": "enter_stage_general", "data": {"stage": 9}, "once": "key-1"});
    keyed["data"]["token"] = ann.token.clone().into();
    let before = succeed(&mut server, &ann, "get_player_info", json!({}))["energy"].clone();
    assert!(server.send_on(ann.connection, &keyed.to_string()).contains(r#""status":0"#));
    let after = succeed(&mut server, &ann, "get_player_info", json!({}))["energy"].clone();
    assert_eq!(after, before, "a request whose key was used is not carried out again");
    let mut server = server.crash_and_reopen();
    assert_eq!(server.verify(), [], "also after a crash");
    assert_eq!(export(&mut server, "Ann")["parts"]["inventory"], document["parts"]["inventory"]);
}

#[test]
fn a_guest_is_called_by_its_new_number() {
    let mut server = TestServer::new();
    server.player("bob");
    let ann = server.player("ann");
    succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
    let document = export(&mut server, "玩家#2");
    delete(&mut server, "玩家#2");
    assert_eq!(import(&mut server, &document), json!({"name": "玩家#3", "account": 3}));
    let back = server.player("ann");
    let info = succeed(&mut server, &back, "get_player_info", json!({}));
    assert_eq!((&info["name"], &info["energy"]["remain"]), (&json!("玩家#3"), &json!(114)), "its device finds it");
    assert_eq!(server.verify(), []);
}

#[test]
fn numbers_of_another_world_mean_nothing_here() {
    let (mut server, ann) = played();
    let now_ms = server.now_ms();
    server.platforms.sandbox.grant("Ann", 1000, now_ms).expect("points may be granted");
    succeed(&mut server, &ann, "buy_item", json!({"offer": "diamonds_60"}));
    let document = export(&mut server, "Ann");
    let mut elsewhere = TestServer::with(TestSetup { seed: 8, ..TestSetup::default() });
    let zoe = join(&mut elsewhere, "Zoe");
    succeed(&mut elsewhere, &zoe, "enter_stage_boss", json!({"stage": 3001}));
    succeed(&mut elsewhere, &zoe, "victory_stage_boss", json!({"stage": 3001, "damage": 20_000}));
    assert_eq!(import(&mut elsewhere, &document)["account"], 2);
    assert_eq!(elsewhere.verify(), []);
    let there = export(&mut elsewhere, "Ann");
    let ledger = there["parts"]["inventory"]["ledger"].as_array().expect("a ledger");
    assert!(ledger.iter().all(|movement| movement["order"].is_null()), "orders have other numbers here");
    assert_eq!(there["parts"]["inventory"]["owned"], document["parts"]["inventory"]["owned"]);
    assert_eq!(there["parts"]["boss_records"]["best"], 0, "it has not struck the bosses of this world");
    assert_eq!(log_in(&mut elsewhere, "Ann").1["status_code"], 200, "the password came with it");
    assert_eq!(elsewhere.crash_and_reopen().verify(), []);
}

#[test]
fn a_ledger_whose_beginning_was_dropped_goes_on_where_it_ended() {
    let keeping = |entries| {
        let mut setup = TestSetup::default();
        setup.settings.ledger.entries_per_player = entries;
        let mut server = TestServer::with(setup);
        server.connect();
        server
    };
    let mut server = keeping(4);
    let ann = join(&mut server, "Ann");
    for _ in 0..9 {
        succeed(&mut server, &ann, "enter_stage_general", json!({"stage": 8}));
        succeed(&mut server, &ann, "victory_stage_general", json!({"stage": 8}));
    }
    let document = export(&mut server, "Ann");
    assert_eq!(document["parts"]["inventory"]["dropped"], 5, "four of nine movements are kept");
    delete(&mut server, "Ann");
    import(&mut server, &document);
    assert_eq!(server.verify(), []);
    assert_eq!(essence(&export(&mut server, "Ann")), essence(&document));
    let mut elsewhere = keeping(2);
    import(&mut elsewhere, &document);
    assert_eq!(elsewhere.verify(), [], "fewer are kept there, and they are consistent");
    let kept = export(&mut elsewhere, "Ann");
    assert_eq!(kept["parts"]["inventory"]["ledger"].as_array().map(Vec::len), Some(2));
    let ann = log_in(&mut elsewhere, "Ann").0;
    succeed(&mut elsewhere, &ann, "enter_stage_general", json!({"stage": 8}));
    succeed(&mut elsewhere, &ann, "victory_stage_general", json!({"stage": 8}));
    assert_eq!(elsewhere.verify(), [], "the next movement continues from the last");
}

#[test]
fn a_name_an_address_and_a_device_are_taken_once() {
    let (mut server, _) = played();
    let document = export(&mut server, "Ann");
    let import = |document: &Value| json!({"document": document});
    let expected = (98, "the name Ann is taken in this world".to_owned());
    assert_eq!(refused(&mut server, "player_import", import(&document)), expected);
    let mut renamed = document.clone();
    renamed["parts"]["accounts"]["name"] = "Else".into();
    let expected = (98, "the e-mail address Ann@mail.example is taken in this world".to_owned());
    assert_eq!(refused(&mut server, "player_import", import(&renamed)), expected);
    server.player("device-7");
    let guest = export(&mut server, "玩家#3");
    let expected = (98, "its unique_id is taken in this world".to_owned());
    assert_eq!(refused(&mut server, "player_import", import(&guest)), expected);
}

#[test]
fn whatever_is_wrong_in_a_document_is_named_with_its_place() {
    let (mut server, _) = played();
    let document = export(&mut server, "Ann");
    delete(&mut server, "Ann");
    let parts = "data.document.parts";
    let cases: Vec<(&str, Value, String)> = vec![
        ("/parts/energy/points", json!(-1), format!("{parts}.energy.points: expected 0 or more")),
        ("/parts/experience/total", json!(-1), format!("{parts}.experience.total: expected 0 or more")),
        ("/parts/energy/points", json!("many"), format!("{parts}.energy.points: ")),
        ("/parts/inventory/owned/0", json!("3:1:-5"), format!("{parts}.inventory.owned[0]: ")),
        ("/parts/inventory/owned/0", json!("3:1:5"), format!("{parts}.inventory.owned: the ledger ends with")),
        ("/parts/inventory/ledger/1/number", json!(9), format!("{parts}.inventory.ledger[1].number: ")),
        ("/parts/inventory/ledger/1/changes/0/after", json!(1), format!("{parts}.inventory.ledger[1]: item ")),
        ("/parts/inventory/ledger/0/at_ms", json!(0), format!("{parts}.inventory.ledger[0].at_ms")),
        ("/parts/hang_up/hanging/since", json!(i64::MIN), format!("{parts}.hang_up.hanging.since: ")),
        ("/parts/boss_records/season", json!(9), format!("{parts}.boss_records.season: expected at most 1")),
        ("/parts/boss_records/reached", json!(9), format!("{parts}.boss_records.reached: is not the number")),
        ("/parts/accounts/password_hash", json!("secret"), format!("{parts}.accounts.password_hash: ")),
        ("/parts/accounts/name", json!(""), format!("{parts}.accounts.name: ")),
        ("/parts/accounts/email", Value::Null, format!("{parts}.accounts: expected an email or a unique_id")),
        ("/parts/accounts/created_at_rfc3339", json!("x"), format!("{parts}.accounts.created_at_rfc3339: ")),
        ("/parts/once/0/ordinal", json!(u64::MAX), format!("{parts}.once[0].ordinal: ")),
        ("/parts/mail", json!({}), format!("{parts}.mail: missing field")),
        ("/parts/tasks/activ", json!(1), format!("{parts}.tasks.activ: unknown field")),
        ("/parts/pets", json!({}), format!("{parts}.pets: unknown part")),
        ("/parts", json!({}), format!("{parts}.accounts: is missing")),
        ("/world", json!(7), "data.document.world: ".to_owned()),
        ("/format", json!("2"), "the document has format \"2\"; this program reads format 1".to_owned()),
    ];
    for (place, value, expected) in cases {
        let mut wrong = document.clone();
        let (parent, field) = place.rsplit_once('/').expect("a path");
        match wrong.pointer_mut(parent).expect("the parent is there") {
            Value::Array(list) => list[field.parse::<usize>().expect("an index")] = value.clone(),
            parent => parent[field] = value.clone(),
        }
        let (status, message) = refused(&mut server, "player_import", json!({"document": wrong}));
        assert!(message.starts_with(&expected), "{place} = {value}: {message}");
        assert_eq!(status, if place == "/format" { 99 } else { 13 }, "{place} = {value}");
    }
    import(&mut server, &document);
    assert_eq!(server.verify(), [], "the document itself is valid");
}

#[test]
fn a_long_document_comes_in_pieces() {
    let (mut server, _) = played();
    let document = export(&mut server, "Ann");
    delete(&mut server, "Ann");
    let nothing = (97, "there is no document: send one, or its pieces with player_import_piece".to_owned());
    assert_eq!(refused(&mut server, "player_import", json!({})), nothing);
    let text: Vec<char> = document.to_string().chars().collect();
    for (piece, text) in text.chunks(1000).enumerate() {
        let text: String = text.iter().collect();
        operate(&mut server, "player_import_piece", json!({"piece": piece, "text": text}));
    }
    let (status, message) = refused(&mut server, "player_import_piece", json!({"piece": "x", "text": ""}));
    assert_eq!(status, 13, "{message}");
    let (status, message) = refused(&mut server, "player_import_piece", json!({"piece": 99, "text": ""}));
    assert!(status == 98 && message.starts_with("received piece 99, expected piece"), "{status} {message}");
    assert_eq!(operate(&mut server, "player_import", json!({}))["name"], "Ann", "the earlier pieces are still there");
    assert_eq!(refused(&mut server, "player_import", json!({})), nothing, "an import uses up the pieces");
    operate(&mut server, "player_import_piece", json!({"piece": 0, "text": "{"}));
    let (status, message) = refused(&mut server, "player_import", json!({}));
    assert!(status == 13 && message.starts_with("data.document: is not JSON"), "{status} {message}");
    let mut setup = TestSetup::default();
    setup.settings.portability.document_bytes_max = 10;
    let mut server = TestServer::with(setup);
    operate(&mut server, "player_import_piece", json!({"piece": 0, "text": "0123456789"}));
    let (status, message) = refused(&mut server, "player_import_piece", json!({"piece": 1, "text": "0"}));
    assert!(status == 97 && message.contains("longer than 10 bytes"), "{status} {message}");
}

#[derive(Debug, Clone)]
enum Step {
    Ask(&'static str, Value),
    Wait(i64),
    Fold,
    Crash,
    Friend,
    /// The first public task is begun.
    Task,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let asks = prop::sample::select(vec![
        ("enter_stage_general", json!({"stage": 8})),
        ("victory_stage_general", json!({"stage": 8})),
        ("mopping_up_stage", json!({"stage": 8, "count": 2})),
        ("start_hang_up", json!({"stage": 8})),
        ("get_hang_up_info", json!({})),
        ("get_hang_up_reward", json!({})),
        ("enter_stage_boss", json!({"stage": 3001})),
        ("victory_stage_boss", json!({"stage": 3001, "damage": 12_000})),
        ("buy_item", json!({"offer": "starter"})),
        ("buy_item", json!({"offer": "diamonds_60"})),
        ("get_all_mail", json!({})),
        ("claim_mail", json!({"key": "1"})),
        ("mark_read_mail", json!({"key": "1"})),
        ("delete_read_mail", json!({})),
        ("send_mail", json!({"gn_target": "Bob", "subj": "a", "body": "局"})),
        ("merge", json!({"role": "Ann", "mode": 0, "num": 1, "name": "火球", "des": "一团很热很热的火"})),
        ("sud_bind", json!({"uid": "uid", "ss_token": "token"})),
    ]);
    let step = prop_oneof![
        8 => asks.prop_map(|(function, data)| Step::Ask(function, data)),
        2 => (1_i64..200_000).prop_map(Step::Wait),
        1 => Just(Step::Fold),
        1 => Just(Step::Crash),
        1 => Just(Step::Friend),
        1 => Just(Step::Task),
    ];
    proptest::collection::vec(step, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(6), ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_player_did_it_is_the_same_after_export_deletion_and_import(steps in steps()) {
        let mut server = TestServer::new();
        server.connect();
        let mut ann = join(&mut server, "Ann");
        join(&mut server, "Bob");
        let now_ms = server.now_ms();
        server.platforms.sandbox.grant("Ann", 1000, now_ms).expect("points may be granted");
        for step in steps {
            match step {
                Step::Ask(function, data) => drop(server.ask(&ann, function, data)),
                Step::Wait(seconds) => server.advance_seconds(seconds),
                Step::Fold => server.fold(),
                Step::Crash => {
                    server = server.crash_and_reopen();
                    server.connect();
                    ann = log_in(&mut server, "Ann").0;
                }
                Step::Task => {
                    let name = server.ask(&ann, "task_info", json!({"role": "Ann"}))["data"]["task_list"][0].take();
                    server.ask(&ann, "select", json!({"role": "Ann", "task_name": name}));
                }
                Step::Friend => {
                    let bob = log_in(&mut server, "Bob").0;
                    server.ask(&bob, "send_mail", json!({"gn_target": "Ann", "subj": "b", "body": "c"}));
                    server.ask(&bob, "enter_stage_boss", json!({"stage": 3001}));
                    server.ask(&bob, "victory_stage_boss", json!({"stage": 3001, "damage": 12_000}));
                }
            }
        }
        server.settle();
        let document = export(&mut server, "Ann");
        prop_assert_eq!(server.verify(), []);
        delete(&mut server, "Ann");
        prop_assert_eq!(server.verify(), []);
        import(&mut server, &document);
        prop_assert_eq!(server.verify(), []);
        prop_assert_eq!(essence(&export(&mut server, "Ann")), essence(&document));
        let mut server = server.crash_and_reopen();
        prop_assert_eq!(essence(&export(&mut server, "Ann")), essence(&document), "from the disk too");
        let mut elsewhere = TestServer::with(TestSetup { seed: 8, ..TestSetup::default() });
        import(&mut elsewhere, &document);
        prop_assert_eq!(elsewhere.verify(), []);
        prop_assert_eq!(sign_up(&mut elsewhere, "Ann"), json!(409));
    }
}

/// The path of every value in the parts of a document, except the player's identity.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, value)| places(value, &format!("{at}/{name}"), found)),
        _ => {}
    }
    if !at.is_empty() && !at.starts_with("/accounts") && !at.ends_with("_rfc3339") {
        found.push(at.to_owned());
    }
}

/// Calls every function that uses what a document holds. Refusals count as answers.
fn use_everything(server: &mut TestServer) {
    let ann = log_in(server, "Ann").0;
    let asks = [
        ("get_player_info", json!({})),
        ("get_all_mail", json!({})),
        ("claim_mail", json!({"key": "1"})),
        ("victory_stage_general", json!({"stage": 8})),
        ("enter_stage_general", json!({"stage": 8})),
        ("mopping_up_stage", json!({"stage": 8, "count": 2})),
        ("get_hang_up_info", json!({})),
        ("get_hang_up_reward", json!({})),
        ("start_hang_up", json!({"stage": 8})),
        ("enter_stage_boss", json!({"stage": 3001})),
        ("victory_stage_boss", json!({"stage": 3001, "damage": 30_000})),
        ("stage_damage_ranking", json!({"page": 1})),
        ("send_mail", json!({"gn_target": "Ann", "subj": "a", "body": "b"})),
        ("merge", json!({"role": "Ann", "mode": 0, "num": 1, "name": "火球", "des": "一团很热很热的火"})),
        ("status", json!({"role": "Ann"})),
        ("bag", json!({"role": "Ann"})),
        ("task_info", json!({"role": "Ann"})),
        ("main", json!({"role": "Ann", "text": "hello"})),
    ];
    for (function, data) in asks {
        let reply = server.ask(&ann, function, data);
        assert_ne!(reply["status"], -1, "{function} should not be an internal error");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::stories(8), ..ProptestConfig::default() })]

    #[test]
    fn no_document_harms_a_world(
        place in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![
            json!(0), json!(1), json!(-1), json!(i64::MAX), json!(i64::MIN), json!(u64::MAX), json!(u32::MAX),
            json!(i32::MIN), json!(i32::MAX), json!(253_402_300_799_i64), json!(""), json!("x"), Value::Null, json!([]),
            json!({}), json!("3:1:9223372036854775807"), json!("9:4294967295:1"),
        ]),
        is_elsewhere in any::<bool>(),
    ) {
        let document = PACKED.with(Value::clone);
        let mut all = Vec::new();
        places(&document["parts"], "", &mut all);
        let at = place.get(&all);
        let mut mutated = document.clone();
        let target = mutated["parts"].pointer_mut(at).expect("the place is there");
        *target = value;
        let mut server = TestServer::with(TestSetup { seed: if is_elsewhere { 8 } else { 7 }, ..TestSetup::default() });
        server.connect();
        // The first record of this season is nobody's, as in the world that the document is of.
        let zed = join(&mut server, "Zed");
        for damage in [10, 20] {
            succeed(&mut server, &zed, "enter_stage_boss", json!({"stage": 3001}));
            succeed(&mut server, &zed, "victory_stage_boss", json!({"stage": 3001, "damage": damage}));
        }
        let reply = server.operate("player_import", json!({"document": mutated}));
        if reply["status"] == 0 {
            prop_assert_eq!(server.verify(), [], "{} is imported", at);
            use_everything(&mut server);
            server.advance_seconds(86_400);
            use_everything(&mut server);
            prop_assert_eq!(server.verify(), [], "playing on after {} breaks nothing", at);
            let mut server = server.crash_and_reopen();
            server.connect();
            use_everything(&mut server);
            export(&mut server, "Ann");
            delete(&mut server, "Ann");
            prop_assert_eq!(server.verify(), []);
        } else {
            let message = reply["message"].as_str().unwrap_or_default();
            prop_assert!(reply["status"] == 13 && message.starts_with("data.document.parts."), "{}: {}", at, reply);
        }
    }
}

thread_local! {
    /// The document of a player who has a bit of everything.
    static PACKED: Value = {
        let (mut server, ann) = played();
        let bob = log_in(&mut server, "Bob").0;
        succeed(&mut server, &bob, "send_mail", json!({"gn_target": "Ann", "subj": "b", "body": "c"}));
        let task = succeed(&mut server, &ann, "task_info", json!({"role": "Ann"}))["task_list"][0].take();
        succeed(&mut server, &ann, "select", json!({"role": "Ann", "task_name": task}));
        server.advance_seconds(48 * 3600);
        succeed(&mut server, &ann, "get_all_mail", json!({}));
        let mut document = export(&mut server, "Ann");
        let craft = json!([{"name": "火球", "description": "一团很热很热的火", "strength": 3}]);
        document["parts"]["possessions"]["skills"] = craft;
        document
    };
}
