//! Names: one name is one account however it is typed, nobody is found by a look-alike, and listed words and hidden
//! characters are refused everywhere.

use crate::traveller::{delete, export, import, join, log_in, operate, sign_up, succeed};
use raidkeep::engine::account::AccountId;
use raidkeep::engine::storage::{Batch, IndexKey, encode_value};
use raidkeep::studio::testing::{TestPlayer, TestServer};
use serde_json::{Value, json};

fn server() -> TestServer {
    let mut server = TestServer::new();
    server.connect();
    server
}

/// The code of a sign-up with an e-mail address of its own.
fn code_of(server: &mut TestServer, name: &str) -> Value {
    let connection = server.connect();
    let email = format!("address{connection}@mail.example");
    server.ask_on(connection, "signup", json!({"email": email, "username": name, "password": "secret"}))["data"]
        ["status_code"]
        .clone()
}

fn send(server: &mut TestServer, from: &TestPlayer, to: &str) -> Value {
    let subj: String = to.chars().filter(|c| c.is_alphanumeric() && *c != '\u{3164}').collect();
    server.ask(from, "send_mail", json!({"gn_target": to, "subj": subj, "body": "text"}))["status"].clone()
}

/// The senders and the subjects of a player's mail, the newest first.
fn letters(server: &mut TestServer, player: &TestPlayer) -> Vec<(String, String)> {
    let mails = succeed(server, player, "get_all_mail", json!({}))["mail"].clone();
    let text = |mail: &Value, field: &str| mail[field].as_str().expect("a text").to_owned();
    mails.as_array().expect("a list").iter().map(|mail| (text(mail, "from"), text(mail, "subj"))).collect()
}

#[test]
fn one_name_is_one_account_however_it_is_typed() {
    let mut server = server();
    assert_eq!(code_of(&mut server, "Sword"), 200);
    for name in ["Sword", "sword", "SWORD", "ＳＷＯＲＤ", "ｓword"] {
        assert_eq!(code_of(&mut server, name), 409, "{name} is the same name");
    }
    for name in ["Ѕword", "swоrd", "Sw0rd", "ꓢword"] {
        assert_eq!(code_of(&mut server, name), 409, "{name} looks like an existing name");
    }
    for hidden in
        ["\u{3164}", "\u{115f}", "\u{1160}", "\u{ffa0}", "\u{200b}", "\u{202e}", "\u{2066}", "\u{ad}", "\u{0}"]
    {
        for name in [format!("Sword{hidden}"), format!("{hidden}{hidden}")] {
            assert_eq!(code_of(&mut server, &name), 422, "{}: characters that nobody sees", name.escape_unicode());
        }
    }
    for name in ["Swords", "Schwert", "剑"] {
        let expected = if name == "剑" { 422 } else { 200 };
        assert_eq!(code_of(&mut server, name), expected, "{name} is another name");
    }
    let mut server = server.crash_and_reopen();
    assert_eq!(code_of(&mut server, "sWORD"), 409, "also after a crash");
    assert_eq!(code_of(&mut server, "Ѕword"), 409);
    assert_eq!(server.verify(), []);
}

#[test]
fn a_player_is_found_by_every_spelling_and_called_as_it_typed_its_name() {
    let mut server = server();
    let ann = join(&mut server, "Ann");
    let sword = join(&mut server, "Ｓword");
    for name in ["Ｓword", "sword", "SWORD"] {
        assert_eq!(send(&mut server, &ann, name), 0, "{name} is found");
        let challenged = server.ask(&ann, "challenge", json!({"role1": "ANN", "role2": name}));
        assert_ne!(challenged["data"]["status_code"], 404, "{name} can be challenged: {challenged}");
        assert_eq!(server.ask(&sword, "bag", json!({"role": name}))["status"], 0, "{name} is its own role");
        assert_eq!(operate(&mut server, "ledger_list", json!({"name": name}))["entries"], json!([]));
        let document = export(&mut server, name);
        assert_eq!(document["parts"]["accounts"]["name"], "Ｓword", "the name is kept as it was typed");
    }
    assert_eq!(server.ask(&sword, "bag", json!({"role": "Ѕword"}))["status"], 403, "a look-alike is not the own role");
    send(&mut server, &sword, "ANN");
    assert_eq!(letters(&mut server, &ann), [("Ｓword".to_owned(), "ANN".to_owned())], "mail is signed as typed");
    assert_eq!(log_in(&mut server, "Ｓword").1["username"], "Ｓword");
    assert_eq!(delete(&mut server, "sword")["name"], "Ｓword");
    assert_eq!(code_of(&mut server, "Ѕword"), 200, "the name and what looks like it are free again");
    assert_eq!(server.verify(), []);
}

#[test]
fn nobody_is_found_by_a_look_alike() {
    let mut server = server();
    let ann = join(&mut server, "Ann");
    join(&mut server, "Sword");
    let document = export(&mut server, "Sword");
    for name in ["Ѕword", "Sw0rd", "Sword\u{3164}", "Sword\u{200b}"] {
        assert_eq!(send(&mut server, &ann, name), 98, "{}: nobody has it", name.escape_unicode());
        let challenged = server.ask(&ann, "challenge", json!({"role1": "Ann", "role2": name}));
        assert_eq!(challenged["data"]["status_code"], 404, "{}", name.escape_unicode());
        for function in ["player_export", "player_delete", "ledger_list"] {
            let reply = server.operate(function, json!({"name": name}));
            assert_eq!(reply["status"], 99, "{function} {}: {reply}", name.escape_unicode());
        }
        let gift = json!({"name": name, "type": 1, "money": 5, "text": "gift"});
        let reply = server.operate("manual", gift);
        assert_eq!(
            (&reply["status"], &reply["message"]),
            (&json!(99), &json!("no such player")),
            "no points for a look-alike that nobody has: {reply}"
        );
    }
    assert_eq!(export(&mut server, "Sword")["parts"], document["parts"], "nothing has happened to Sword");
}

#[test]
fn points_go_to_the_account_and_not_to_the_spelling() {
    let mut server = server();
    let sword = join(&mut server, "Sword");
    let reply = server.operate("manual", json!({"name": "SWORD", "type": 1, "money": 5, "text": "gift"}));
    assert_eq!(reply["status"], 0, "{reply}");
    let money = server.ask(&sword, "check_money", json!({}))["data"][0]["money"].clone();
    assert_eq!(money.as_str().map_or_else(|| money.to_string(), str::to_owned), "5", "Sword has them");
}

#[test]
fn listed_words_are_caught_in_every_disguise() {
    let mut server = server();
    let words = ["系\u{1160}统", "系·统", "管-理-员", "ａｄｍｉｎ", "ѕystem", "系統", "SYS_TEM", "管理員"];
    for name in words {
        assert_eq!(code_of(&mut server, name), 422, "{}", name.escape_unicode());
        let connection = server.connect();
        let judged = server.ask_on(connection, "legal", json!({"mode": 0, "content": name}));
        assert_eq!(judged["data"]["status"], false, "{}", name.escape_unicode());
    }
    let connection = server.connect();
    for text in ["傻 \u{2060}逼", "傻-逼", "ｆｕｃｋ", "fuсk", "草泥馬", "剑\u{202e}客"] {
        let judged = server.ask_on(connection, "legal", json!({"mode": 1, "content": text}));
        assert_eq!(judged["data"]["status"], false, "{}", text.escape_unicode());
    }
    let judged = server.ask_on(connection, "legal", json!({"mode": 1, "content": "来自系统之外的剑客❤\u{fe0f}"}));
    assert_eq!(judged["data"]["status"], true, "a description may name the system, and have emoji");
}

#[test]
fn what_is_not_shown_gets_into_no_text() {
    let mut server = server();
    let ann = join(&mut server, "Ann");
    join(&mut server, "Bob");
    for hidden in ["\u{0}", "\u{202e}", "\u{2066}", "\u{3164}", "\u{200b}", "\u{feff}", "\u{200d}"] {
        let text = format!("ab{hidden}cd");
        let asks = [
            ("send_mail", json!({"gn_target": "Bob", "subj": text, "body": "text"})),
            ("send_mail", json!({"gn_target": "Bob", "subj": "text", "body": text})),
            ("merge", json!({"role": "Ann", "mode": 0, "num": 1, "name": text, "des": "text"})),
            ("merge", json!({"role": "Ann", "mode": 0, "num": 1, "name": "火球", "des": text})),
            ("main", json!({"role": "系统", "text": text})),
            ("task_request", json!({"role": "Ann", "text": text})),
            ("others", json!({"role": "Ann", "info": text, "text": "text"})),
            ("others", json!({"role": "Ann", "info": "text", "text": text})),
            ("feedback", json!({"role": "Ann", "text": text, "items": [], "skills": [], "roles": []})),
            ("battle", json!({"role": "Ann", "id": "1", "text": text})),
        ];
        for (function, data) in asks {
            let before = server.state_hash();
            let reply = server.ask(&ann, function, data.clone());
            assert_eq!(reply["status"], 422, "{function} {data}: {reply}");
            assert_eq!(server.state_hash(), before, "{function}: a refusal changes nothing");
        }
    }
    for body in ["两行\n文字", "❤\u{fe0f} 👩\u{200d}👩\u{200d}👧 1\u{fe0f}\u{20e3}", "系统之外"] {
        let sent = server.ask(&ann, "send_mail", json!({"gn_target": "Bob", "subj": "信", "body": body}));
        assert_eq!(sent["status"], 0, "{body}: {sent}");
    }
    let sent = server.ask(&ann, "send_mail", json!({"gn_target": "Bob", "subj": "信", "body": "傻.逼"}));
    assert_eq!(sent["status"], 422, "no mail may have indecent words: {sent}");
}

/// Gives two guests names that an earlier program accepted, with the index that it wrote.
fn earlier(mut server: TestServer, names: [&str; 2]) -> TestServer {
    let put = |batch: &mut Batch, number: u64, name: &str| {
        let guest = format!("玩家#{number}");
        let device = format!("device-{number}");
        batch.delete("index", IndexKey::new("name", guest.as_bytes()).as_bytes());
        batch.delete("index", IndexKey::new("folded", guest.as_bytes()).as_bytes());
        let account = (name, None::<&str>, Some(device), None::<&str>, 0_i64);
        batch.put("accounts", &number.to_be_bytes(), |out| encode_value(1, &account, out));
        let key = IndexKey::new("name", name.as_bytes());
        batch.put("index", key.as_bytes(), |out| encode_value(1, &AccountId(number), out));
    };
    server.damage(|batch| {
        for (number, name) in (1..).zip(names) {
            put(batch, number, name);
        }
        batch.delete("name_index", b"");
    });
    server.crash_and_reopen()
}

#[test]
fn earlier_accounts_that_share_a_name_are_found_by_their_exact_spelling_only() {
    let mut server = server();
    server.player("device-1");
    server.player("device-2");
    let mut server = earlier(server, ["Sword", "sword"]);
    let (one, two) = (server.player("device-1"), server.player("device-2"));
    let ann = join(&mut server, "Ann");
    let name = |server: &mut TestServer, player: &TestPlayer| {
        succeed(server, player, "get_player_info", json!({}))["name"].clone()
    };
    assert_eq!((name(&mut server, &one), name(&mut server, &two)), (json!("Sword"), json!("sword")), "both play on");
    for (spelling, status) in [("Sword", 0), ("sword", 0), ("SWORD", 98), ("ｓword", 98)] {
        assert_eq!(send(&mut server, &ann, spelling), status, "{spelling}");
    }
    assert_eq!(letters(&mut server, &one), [("Ann".to_owned(), "Sword".to_owned())]);
    assert_eq!(letters(&mut server, &two), [("Ann".to_owned(), "sword".to_owned())]);
    for taken in ["SWORD", "Ѕword"] {
        assert_eq!(code_of(&mut server, taken), 409, "{taken}: nobody else gets it");
    }
    assert_eq!(server.verify(), []);
    let mut server = server.crash_and_reopen();
    let ann = TestPlayer { connection: server.connect(), ..ann };
    assert_eq!(send(&mut server, &ann, "SWORD"), 98, "a restart makes neither unique");
    delete(&mut server, "sword");
    assert_eq!(send(&mut server, &ann, "SWORD"), 0, "the one left is found by every spelling");
    assert_eq!(code_of(&mut server, "sword"), 409, "and keeps the name from others");
    assert_eq!(server.verify(), []);
    delete(&mut server, "SWORD");
    assert_eq!(code_of(&mut server, "sword"), 200, "when both are gone it is free");
}

#[test]
fn an_import_takes_a_name_that_looks_alike_but_none_that_is_the_same() {
    let mut server = server();
    join(&mut server, "Sword");
    let document = export(&mut server, "Sword");
    delete(&mut server, "Sword");
    assert_eq!(sign_up(&mut server, "SWORD"), 200);
    let refused = server.operate("player_import", json!({"document": document}));
    assert_eq!(
        (&refused["status"], &refused["message"]),
        (&json!(98), &json!("the name Sword is taken in this world"))
    );
    delete(&mut server, "sword");
    assert_eq!(sign_up(&mut server, "Ѕword"), 200);
    import(&mut server, &document);
    for name in ["Sword", "ѕword"] {
        assert_eq!(operate(&mut server, "ledger_list", json!({"name": name}))["entries"], json!([]), "{name} is found");
    }
    delete(&mut server, "Sword");
    assert_eq!(code_of(&mut server, "Sword"), 409, "the look-alike is still there");
    assert_eq!(server.verify(), []);
}
