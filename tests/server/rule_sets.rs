//! Rule sets that the realm keeps: history, differences, going back, and what a pin changes. The real program.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::process::{Host, OPERATOR, Server, edited_assets, wait_for};
use crate::program::raidkeep_done;

/// A host with assets of its own. Nothing is read from them until somebody asks, unless they are watched.
fn host(is_watched: bool) -> (Host, PathBuf) {
    let host = Host::new(&["--worlds", "2"]);
    let folder = PathBuf::from(edited_assets(&host, &[]));
    let watch = format!("assets_watch={is_watched}");
    (host.with(&["--assets", &folder.display().to_string(), "--set", &watch]), folder)
}

/// Sets the maximum of energy in the folder.
fn write_maximum(folder: &std::path::Path, maximum: u32) {
    let energy = folder.join("energy.ron");
    let text = fs::read_to_string(&energy).expect("the asset is there");
    let start = text.find("maximum: ").expect("a maximum") + "maximum: ".len();
    let end = start + text[start..].find(',').expect("an end");
    fs::write(&energy, format!("{}{maximum}{}", &text[..start], &text[end..])).expect("a writable folder");
}

fn status(server: &Server, world: u32) -> Value {
    server.connect_operator().ask_in(world, "rules_status", json!({"token": OPERATOR}))["data"].clone()
}

fn fingerprint(server: &Server) -> String {
    status(server, 0)["fingerprint"].as_str().expect("a fingerprint").to_owned()
}

/// The history, once the start has been noted.
fn history(server: &Server) -> Value {
    wait_for("the history to begin", || {
        let reply = server.operate("rules_history", json!({}));
        assert_eq!(reply["status"], 0, "{reply}");
        (reply["data"]["sets"] != json!([])).then(|| reply["data"].clone())
    })
}

fn done(reply: Value) -> Value {
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"].clone()
}

/// Publishes a second set with a maximum of 130. Returns the fingerprints of both.
fn two_sets(server: &Server, folder: &std::path::Path) -> [String; 2] {
    history(server);
    let first = fingerprint(server);
    write_maximum(folder, 130);
    assert_eq!(done(server.operate("rules_reload", json!({})))["changed"], true);
    [first, fingerprint(server)]
}

#[test]
fn a_stop_right_after_the_start_does_not_wait_until_the_realm_has_kept_the_rules() {
    let host = Host::new(&[]);
    let mut server = host.start();
    server.stop();
    let told = server.process.stderr();
    assert!(!told.contains("it does not answer"), "a realm that stops is not asked again and again: {told}");
    let sets = history(&host.start())["sets"].clone();
    assert_eq!(sets.as_array().map(Vec::len), Some(1), "at the latest the next start has the rules kept: {sets}");
}

#[test]
fn the_history_says_which_sets_came_into_force_who_brought_them_and_how_they_differ() {
    let (host, folder) = host(false);
    let server = host.start();
    let [first, second] = two_sets(&server, &folder);
    let shown = history(&server);
    let sets = shown["sets"].as_array().expect("a list");
    let told: Vec<_> =
        sets.iter().map(|set| (&set["number"], &set["fingerprint"], &set["change"], &set["by"])).collect();
    let (published, token) = (json!("published"), json!("token"));
    let expected =
        [(&json!(2), &json!(second), &published, &token), (&json!(1), &json!(first), &published, &json!("the start"))];
    assert_eq!(told, expected, "the newest first: {shown}");
    assert_eq!((&shown["pinned"], &shown["next"]), (&json!(null), &json!(null)));

    let differs = done(server.operate("rules_diff", json!({"from": first, "to": second})));
    let expected = json!([{"key": "maximum", "from": "120", "to": "130"}]);
    assert_eq!(differs["differences"].as_array().map(Vec::len), Some(1), "{differs}");
    assert_eq!(differs["differences"][0]["file"], "energy.ron");
    assert_eq!(differs["differences"][0]["values"], expected);
    let same = done(server.operate("rules_diff", json!({})));
    assert_eq!(same["differences"], json!([]), "what runs is what the folder has");
    write_maximum(&folder, 140);
    let offered = done(server.operate("rules_diff", json!({})));
    assert_eq!(offered["differences"][0]["values"][0]["to"], "140", "the folder is compared before it is published");
    let unknown = server.operate("rules_diff", json!({"from": "0000000000000000"}));
    assert_eq!((&unknown["status"], &unknown["message"]), (&json!(96), &json!("no such rule set in the history")));
}

#[test]
fn a_set_of_before_is_pinned_in_all_worlds_through_a_restart_until_it_is_unpinned() {
    let (host, folder) = host(false);
    let mut server = host.start();
    let [first, second] = two_sets(&server, &folder);
    let back = done(server.operate("rules_back", json!({"fingerprint": first, "reason": "too much energy"})));
    assert_eq!((&back["changed"], &back["fingerprint"]), (&json!(true), &json!(first)), "{back}");
    assert_eq!(back["pinned"]["reason"], "too much energy");
    for world in 0..2 {
        wait_for("the world to have the former rules", || {
            let shown = status(&server, world);
            (shown["fingerprint"] == json!(first) && shown["pinned"]["by"] == "token").then_some(())
        });
    }
    write_maximum(&folder, 140);
    let kept = done(server.operate("rules_reload", json!({})));
    assert_eq!((&kept["changed"], &kept["fingerprint"]), (&json!(false), &json!(first)), "the pin holds: {kept}");

    server.stop();
    let server = host.start();
    let shown = status(&server, 1);
    assert_eq!(shown["fingerprint"], json!(first), "a restart keeps the pin: {shown}");
    assert_eq!(shown["pinned"]["reason"], "too much energy");
    let log = server.process.stderr();
    assert!(log.contains("the rules are PINNED"), "the start says so: {log}");
    let line = format!("the rules are PINNED to {first} by token");
    wait_for("the pin on the lines of the start", || server.process.stdout().contains(&line).then_some(()));

    let unpinned = done(server.operate("rules_unpin", json!({"reason": "found it"})));
    assert_eq!((&unpinned["changed"], &unpinned["pinned"]), (&json!(true), &json!(null)), "{unpinned}");
    let third = fingerprint(&server);
    assert!(third != first && third != second, "what the folder has now is in force");
    let shown = history(&server);
    let changes: Vec<&Value> = shown["sets"].as_array().expect("a list").iter().map(|set| &set["change"]).collect();
    assert_eq!(changes, ["unpinned", "went_back", "published", "published"], "{shown}");
    let again = server.operate("rules_unpin", json!({"reason": "again"}));
    assert_eq!((&again["status"], &again["message"]), (&json!(95), &json!("no rule set is pinned")));
    let unknown = server.operate("rules_back", json!({"fingerprint": "0000000000000000", "reason": "why not"}));
    assert_eq!(unknown["status"], 96, "{unknown}");
}

#[test]
fn while_a_set_is_pinned_the_watcher_checks_the_folder_and_publishes_nothing() {
    let (host, folder) = host(true);
    let server = host.start();
    history(&server);
    let first = fingerprint(&server);
    write_maximum(&folder, 130);
    wait_for("the watcher to publish", || (fingerprint(&server) != first).then_some(()));
    let shown = history(&server);
    assert_eq!(shown["sets"][0]["by"], "the watcher", "{shown}");
    done(server.operate("rules_back", json!({"fingerprint": first, "reason": "a try"})));

    let energy = folder.join("energy.ron");
    let text = fs::read_to_string(&energy).expect("the asset is there");
    fs::write(&energy, "(").expect("a writable folder");
    wait_for("mistakes to be found", || (status(&server, 0)["refused"] != json!(null)).then_some(()));
    fs::write(&energy, text.replace("130", "150")).expect("a writable folder");
    let shown = wait_for("them to be mended", || {
        let shown = status(&server, 0);
        (shown["refused"] == json!(null)).then_some(shown)
    });
    assert_eq!(shown["fingerprint"], json!(first), "the pinned set stays in force: {shown}");
    assert_ne!(shown["offered"], shown["fingerprint"], "the status says that the folder has another set");
    assert_eq!(history(&server)["sets"][0]["change"], "went_back", "nothing was published");
}

#[test]
fn a_server_with_a_pinned_set_starts_without_its_folder_and_unpin_waits_for_one_that_is_valid() {
    let (host, folder) = host(false);
    let mut server = host.start();
    let [first, second] = two_sets(&server, &folder);
    done(server.operate("rules_back", json!({"fingerprint": first, "reason": "a try"})));
    server.stop();
    let aside = folder.with_extension("aside");
    fs::rename(&folder, &aside).expect("a writable folder");
    let mut server = host.start();
    assert_eq!(fingerprint(&server), first, "the pinned set needs no folder");
    let refused = server.operate("rules_unpin", json!({"reason": "over"}));
    assert_eq!(refused["status"], 99, "there is nothing to put into force: {refused}");
    assert_eq!(status(&server, 0)["pinned"]["fingerprint"], json!(first), "and so the pin stays");
    fs::rename(&aside, &folder).expect("a writable folder");
    server.stop();

    let host = host.with(&["--unpin-rules"]);
    let server = host.start();
    assert_eq!(fingerprint(&server), second, "the start was told to run what the folder has");
    let shown = wait_for("the pin to be removed", || {
        let shown = history(&server);
        (shown["pinned"] == json!(null)).then_some(shown)
    });
    assert_eq!(shown["sets"][0]["change"], "unpinned", "{shown}");
    assert_eq!(status(&server, 0)["pinned"], json!(null));
}

#[test]
fn two_changes_at_once_come_one_after_the_other() {
    let (host, folder) = host(false);
    let server = host.start();
    let [first, second] = two_sets(&server, &folder);
    std::thread::scope(|scope| {
        for (function, data) in [
            ("rules_back", json!({"token": OPERATOR, "fingerprint": first, "reason": "a try"})),
            ("rules_back", json!({"token": OPERATOR, "fingerprint": second, "reason": "another"})),
            ("rules_reload", json!({"token": OPERATOR})),
        ] {
            let mut client = server.connect_operator();
            scope.spawn(move || done(client.ask(function, data)));
        }
    });
    let pinned = history(&server)["pinned"]["fingerprint"].clone();
    for world in 0..2 {
        wait_for("the world to follow the last change", || {
            (status(&server, world)["fingerprint"] == pinned).then_some(())
        });
    }
}

#[test]
fn a_backup_that_is_put_back_has_the_pin_and_a_journal_with_one_is_replayed_to_the_same_rows() {
    let (host, folder) = host(false);
    let [journals, backups] = ["journals", "backups"].map(|name| host.path(name).display().to_string());
    let host = host.with(&["--journal", &journals, "--set", &format!("backups={backups}")]);
    let mut server = host.start();
    let [first, _] = two_sets(&server, &folder);
    done(server.operate("rules_back", json!({"fingerprint": first, "reason": "a try"})));
    let url = format!("ws://{}", server.operators);
    raidkeep_done(&["backup", "--name", "pinned", "--admin-url", &url]);
    done(server.operate("rules_unpin", json!({"reason": "over"})));
    server.stop();

    let files = fs::read_dir(&journals).expect("the folder of the journals").flatten().map(|entry| entry.path());
    let parts: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "journal")).collect();
    assert_eq!(parts.len(), 3, "of two worlds and the realm: {parts:?}");
    for part in parts {
        raidkeep_done(&["replay", &part.display().to_string(), "--against", &host.data().display().to_string()]);
    }

    let other = Host::new(&["--worlds", "2", "--assets", &folder.display().to_string()]);
    raidkeep_done(&[
        "restore",
        "--backup",
        &format!("{backups}/pinned"),
        "--data",
        &other.data().display().to_string(),
    ]);
    let server = other.start();
    let shown = status(&server, 1);
    assert_eq!(shown["fingerprint"], json!(first), "the backup was made while the set was pinned: {shown}");
    assert_eq!(shown["pinned"]["reason"], "a try");
    let changes: Vec<Value> =
        history(&server)["sets"].as_array().expect("a list").iter().map(|set| set["change"].clone()).collect();
    assert_eq!(changes, ["went_back", "published", "published"]);
}
