//! A world that was restored gives no number again that it gave before: the platforms would take the new order or round
//! for the old one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::bank::Bank;
use crate::process::{Host, PROGRAM, Server, copy_folder};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("a text: {value}")).to_owned()
}

/// The numbers that the world gives for an order and a challenge of two newcomers.
fn numbers(server: &Server, bank: &Bank, label: &str) -> [String; 2] {
    let [mut ann, mut bob] = ["ann", "bob"].map(|name| server.guest(&format!("{name} {label}")));
    let [own, other] =
        [&mut ann, &mut bob].map(|client| text(&client.ask("get_player_info", json!({}))["data"]["name"]));
    bank.grant(&own, 1000);
    let bought = ann.ask("buy_item", json!({"offer": "diamonds_60"}));
    let challenged = ann.ask("challenge", json!({"role1": own, "role2": other, "image_data": null}));
    [text(&bought["data"]["order"]), text(&challenged["data"]["id"])]
}

fn stop(server: &mut Server) {
    server.signal("TERM");
    assert!(server.process.wait().success(), "{}", server.process.stderr());
}

fn restore(from: [&str; 2], into: &Path) {
    let ran = Command::new(PROGRAM).arg("restore").args(from).arg("--data").arg(into).output();
    let ran = ran.expect("the program runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn a_world_that_was_restored_gives_no_number_that_was_given_after_that_moment() {
    let bank = Bank::open_in_memory();
    let host = Host::new(&[]);
    let [archive, backups] = ["archive", "backups"].map(|name| host.path(name).display().to_string());
    let host = bank.serve(host.with(&["--archive", &archive, "--set", &format!("backups={backups}")]));
    let mut given = BTreeSet::new();
    let mut give = |server: &Server, label: &str| {
        for (kind, number) in ["order", "challenge"].into_iter().zip(numbers(server, &bank, label)) {
            assert!(given.insert((kind, number.clone())), "{label}: the {kind} {number} was given before");
        }
    };
    let mut server = host.start();
    give(&server, "at first");
    assert_eq!(server.operate("backup", json!({"name": "night"}))["status"], 0);
    for label in ["after the backup", "and on"] {
        give(&server, label);
    }
    stop(&mut server);
    let [by_archive, by_backup] = ["by archive", "by backup"].map(|name| host.path(name));
    restore(["--archive", &archive], &by_archive);
    restore(["--backup", &host.path("backups/night").display().to_string()], &by_backup);
    for folder in [&by_archive, &by_backup] {
        fs::remove_dir_all(host.data()).expect("it can be deleted");
        copy_folder(folder, &host.data());
        let mut server = host.start();
        give(&server, &folder.display().to_string());
        server.process.kill();
    }
}
