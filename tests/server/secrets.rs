//! Keys, card passwords and tokens never appear in clear text in anything the program writes, whatever goes wrong and
//! however verbose its log is.

use crate::process;
use std::io::{Read, Write};
use std::path::Path;

use crate::bank::{APP_SECRET, Bank, KEY};
use crate::process::{Client, Host, OPERATOR, Server};
use serde_json::{Value, json};

/// A player's session with SUD.
const SESSION: &str = "SudSessionThatNobodyMayRead";
/// As long as the passwords of channel 1.
const CARD_PASSWORD: &str = "CardPasswordNobody";
/// Of a card whose password is known to the sandbox but is not the one above.
const OWN_PASSWORD: &str = "SandboxCardsOwnPwd";
/// What a device calls itself, with which a guest logs in.
const DEVICE: &str = "DeviceThatNobodyMayRead";
const PLAYER_PASSWORD: &str = "PlayerPasswordThatNobodyMayRead";

/// Everything a run has written, with its source.
struct Written(Vec<(String, Vec<u8>)>);

impl Written {
    fn add_folder(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("the folder should be readable") {
            let path = entry.expect("the folder should be readable").path();
            if path.is_dir() {
                self.add_folder(&path);
            } else {
                let bytes = std::fs::read(&path).expect("the file should be readable");
                self.0.push((path.display().to_string(), bytes));
            }
        }
    }

    fn add(&mut self, place: &str, text: String) {
        self.0.push((place.to_owned(), text.into_bytes()));
    }

    /// The lines or bytes around each occurrence of a secret.
    fn find(&self, secret: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (place, bytes) in &self.0 {
            let at = bytes.windows(secret.len()).position(|window| window == secret.as_bytes());
            if let Some(at) = at {
                let around = &bytes[at.saturating_sub(200)..(at + secret.len() + 40).min(bytes.len())];
                found.push(format!("{place}: {}", String::from_utf8_lossy(around)));
            }
        }
        found
    }
}

fn charge(client: &mut Client, number: u32) -> Value {
    let card = json!({"ctype": 1, "cnum": format!("88{number:015}"), "cpwd": CARD_PASSWORD, "token": client.token});
    client.ask("charge", card)
}

/// Reports a round that the platform refuses at first, and queries it in both directions.
fn report(server: &Server, client: &mut Client, set_faults: &dyn Fn(Value)) {
    set_faults(json!([{"platform": "sud", "fault": {"http_status": 503}, "times": 1}]));
    let token = client.token.clone();
    let bound = client.ask("sud_bind", json!({"uid": "uid-7", "ss_token": SESSION, "token": token}));
    assert_eq!(bound["status"], 0, "{bound}");
    let entered = client.ask("enter_stage_boss", json!({"stage": 3001, "token": token}));
    assert_eq!(entered["status"], 0, "a newcomer may meet the boss: {entered}");
    client.ask("victory_stage_boss", json!({"stage": 3001, "damage": 100, "token": token}));
    let reports = server.operate("report_list", json!({}));
    assert_eq!(reports["status"], 0, "{reports}");
    server.operate("query_match", json!({"match_id": "nothing"}));
    let forged = r#"Authorization: Sud-Auth app_id="1",timestamp="1",nonce="1",signature="1""#;
    server.http("POST", "/v1/app/server/query_match_base", &[forged]);
}

/// Every operation that involves secrets, successful and failing.
fn play(server: &Server, set_faults: &dyn Fn(Value)) -> Vec<String> {
    let mut ann = server.guest(DEVICE);
    let tokens = vec![ann.token.clone()];
    process::wait_for("the types of cards", || (charge(&mut ann, 1)["status"] == 0).then_some(()));
    assert_eq!(charge(&mut ann, 1)["status"], 202, "the card has been used");
    for (number, fault) in [
        json!("lose_answer"),
        json!("garbage"),
        json!("wrong_types"),
        json!("cut_short"),
        json!({"http_status": 503}),
        json!({"apply_late": {"after_ms": 10}}),
        json!({"refuse": {"code": 444, "msg": "no"}}),
    ]
    .iter()
    .enumerate()
    {
        for call in ["Charge", "Pay"] {
            set_faults(json!([{"platform": "mcrmb", "call": call, "fault": fault, "times": 1}]));
            charge(&mut ann, 2 + number as u32);
            let token = ann.token.clone();
            ann.ask("buy_item", json!({"offer": "starter", "token": token}));
        }
    }
    report(server, &mut ann, set_faults);
    let wrong = json!({"ctype": 1, "cnum": 7, "cpwd": CARD_PASSWORD});
    assert_eq!(ann.ask("charge", wrong)["status"], 13);
    assert_eq!(ann.ask("charge", json!({"ctype": [CARD_PASSWORD], "cnum": "7", "cpwd": CARD_PASSWORD}))["status"], 13);
    assert_eq!(ann.ask("no_such_function", json!({"cpwd": CARD_PASSWORD}))["status"], 10);
    let _ = ann.try_ask(&format!(r#"{{"function":"charge","cpwd":"{CARD_PASSWORD}","#));
    let account = json!({"email": "a@b.c", "username": "annabel", "password": PLAYER_PASSWORD, "ip": "127.0.0.1"});
    server.connect().ask("signup", account.clone());
    server.connect().ask("login", account);
    server.operate("manual", json!({"name": "annabel", "type": 1, "money": 5, "text": "gift"}));
    server.operate("order_list", json!({}));
    server.connect_operator().ask("order_list", json!({"token": format!("{OPERATOR}?")}));
    // Not HTTP at all, which leaves a line only in a verbose log.
    let mut stream = server.dial();
    stream.write_all(b"nonsense\r\n\r\n").expect("a server takes anything");
    let _ = stream.read_to_end(&mut Vec::new());
    tokens
}

fn assert_unseen(written: &Written, tokens: &[String]) {
    let secrets = [KEY, APP_SECRET, CARD_PASSWORD, OWN_PASSWORD, DEVICE, SESSION, PLAYER_PASSWORD, OPERATOR];
    for secret in secrets.into_iter().chain(tokens.iter().map(String::as_str)) {
        let found = written.find(secret);
        assert!(found.is_empty(), "{secret} is in clear text in {} places, first: {:?}", found.len(), found.first());
    }
    let log = written.0.iter().find(|(place, _)| place.ends_with("stderr.log")).expect("a log");
    assert!(String::from_utf8_lossy(&log.1).contains("DEBUG raidkeep"), "a terse log proves little");
}

#[test]
fn a_live_server_writes_no_secret_anywhere() {
    let host = Host::new(&["--set", "platforms.sud.report_boss_sessions=true"]).with_variable("RAIDKEEP_LOG", "trace");
    let bank = Bank::open(&host);
    let host = bank.serve(host);
    bank.post("/cards", &json!({"ctype": 1, "cnum": "77000000000000001", "cpwd": OWN_PASSWORD, "yuan": 50}));
    let mut server = host.start();
    let tokens = play(&server, &|faults| bank.post("/faults", &faults));
    let mut written = Written(Vec::new());
    written.add("/metrics", server.metrics());
    written.add("/state", bank.state());
    drop(bank);
    // The port is closed by now.
    let mut ann = server.guest(DEVICE);
    charge(&mut ann, 99);
    server.process.kill();
    let mut server = host.start();
    server.signal("TERM");
    server.process.wait();
    written.add("stdout", server.process.stdout());
    written.add_folder(host.path("data").parent().expect("a folder lies in another"));
    assert_unseen(&written, &tokens);
}

#[test]
fn a_server_with_its_own_sandbox_writes_no_secret_anywhere() {
    let host = Host::new(&["--set", "platforms.sud.report_boss_sessions=true"]).with_variable("RAIDKEEP_LOG", "trace");
    let journals = host.path("journals").display().to_string();
    let host = host.with(&["--journal", &journals]);
    let mut server = host.start();
    let tokens = play(&server, &|_| {});
    let mut written = Written(Vec::new());
    written.add("/metrics", server.metrics());
    server.signal("TERM");
    server.process.wait();
    written.add("stdout", server.process.stdout());
    assert!(host.data().join("sandbox.json").exists(), "the sandbox keeps its books next to the worlds");
    assert!(host.path("journals").is_dir(), "the journal is searched too");
    written.add_folder(host.path("data").parent().expect("a folder lies in another"));
    assert_unseen(&written, &tokens);
}
