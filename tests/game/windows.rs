//! Windows of activity stages while designers change them (docs/contract/stages.md#activity-stages).

use std::path::Path;

use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup, edit_assets};
use serde_json::{Value, json};
use tempfile::TempDir;

const NOON: &str = r#"name: "noon",
                    weekdays: [monday, tuesday, wednesday, thursday, friday, saturday, sunday],
                    from: "12:00", to: "14:00""#;

/// A server at noon, whose window at noon can be edited, and a player.
fn at_noon(first: &str) -> (TempDir, TestServer, TestPlayer) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(folder.path(), "stages/activity.ron", NOON, &noon(first));
    let mut server = TestServer::with(TestSetup { assets, ..TestSetup::default() });
    let ann = server.player("ann");
    (folder, server, ann)
}

/// The window at noon with another head: name, or hours.
fn noon(change: &str) -> String {
    let (from, to) = change.split_once(" -> ").expect("what is changed, and to what");
    assert!(NOON.contains(from), "the window should hold {from}");
    NOON.replacen(from, to, 1)
}

fn reload(server: &mut TestServer, folder: &Path, from: &str, to: &str) {
    let path = folder.join("stages/activity.ron");
    let text = std::fs::read_to_string(&path).expect("the asset should be there");
    assert!(text.contains(from), "activity.ron should hold {from:?}");
    std::fs::write(path, text.replacen(from, to, 1)).expect("the test's folder should be writable");
    assert_eq!(server.operate("rules_reload", json!({}))["data"]["changed"], true);
}

/// Asks on a fresh connection, also after a restart.
fn ask(server: &mut TestServer, player: &TestPlayer, function: &str) -> Value {
    let connection = server.connect();
    server.ask_on(connection, function, json!({"token": player.token, "stage": 2001}))
}

/// What the stage pays; `None` when it cannot be entered.
fn hunt(server: &mut TestServer, player: &TestPlayer) -> Option<i64> {
    if ask(server, player, "enter_stage")["status"] == 99 {
        return None;
    }
    let won = ask(server, player, "pass_stage");
    Some(won["data"]["pass_stages"][0]["reward"].as_i64().unwrap_or(0))
}

#[test]
fn a_window_that_is_moved_while_it_is_open_pays_nobody_twice() {
    let (folder, mut server, ann) = at_noon(r#""14:00" -> "14:30""#);
    assert_eq!(hunt(&mut server, &ann), Some(1000));
    let moved = noon(r#"from: "12:00", to: "14:00" -> from: "11:30", to: "15:00""#);
    reload(&mut server, folder.path(), &noon(r#""14:00" -> "14:30""#), &moved);
    assert_eq!(hunt(&mut server, &ann), None, "moved to an earlier begin");
    let later = noon(r#"from: "12:00", to: "14:00" -> from: "12:30", to: "16:00""#);
    reload(&mut server, folder.path(), &moved, &later);
    server.advance_seconds(3600);
    assert_eq!(hunt(&mut server, &ann), None, "moved to a later one");
    let bob = server.player("bob");
    assert_eq!(hunt(&mut server, &bob), Some(1000), "who was not paid is");
    let mut server = server.crash_and_reopen();
    server.advance_seconds(23 * 3600);
    server.advance_seconds(3600);
    assert_eq!(hunt(&mut server, &ann), Some(1000), "the next noon pays again");
}

#[test]
fn a_window_that_gets_a_name_while_it_is_open_pays_nobody_twice() {
    let (folder, mut server, ann) = at_noon("name: \"noon\", -> ");
    assert_eq!(hunt(&mut server, &ann), Some(1000), "a window without a name");
    reload(&mut server, folder.path(), &noon("name: \"noon\", -> "), NOON);
    assert_eq!(hunt(&mut server, &ann), None, "it is the same one");
    server.advance_seconds(8 * 3600);
    assert_eq!(hunt(&mut server, &ann), Some(1000), "the evening is another");
}

#[test]
fn a_window_over_midnight_is_one_on_both_sides_of_it_and_pays_again_on_the_next_evening() {
    let (_folder, mut server, ann) = at_noon(r#"from: "12:00", to: "14:00" -> from: "22:00", to: "02:00""#);
    assert_eq!(hunt(&mut server, &ann), None, "it is noon");
    server.advance_seconds(10 * 3600);
    assert_eq!(hunt(&mut server, &ann), Some(1000), "it opens at 22:00");
    server.advance_seconds(4 * 3600 - 1);
    assert_eq!(hunt(&mut server, &ann), None, "at 1:59:59 it is the window that has paid");
    let bob = server.player("bob");
    assert_eq!(hunt(&mut server, &bob), Some(1000), "and who was not paid is");
    let late = server.player("late");
    server.advance_seconds(1);
    assert_eq!(hunt(&mut server, &late), None, "at 2:00 it has closed");
    server.advance_seconds(20 * 3600);
    assert_eq!(hunt(&mut server, &ann), Some(1000), "the next evening is another");
}

#[test]
fn windows_that_touch_or_overlap_are_one_whatever_their_names_and_24_00_ends_one() {
    let (_folder, mut server, ann) = at_noon(r#"to: "14:00" -> to: "20:00""#);
    assert_eq!(hunt(&mut server, &ann), Some(1000), "paid at noon");
    server.advance_seconds(9 * 3600);
    assert_eq!(hunt(&mut server, &ann), None, "the evening touches the noon");
    let (_folder, mut server, ann) = at_noon(r#"from: "12:00", to: "14:00" -> from: "19:00", to: "24:00""#);
    server.advance_seconds(11 * 3600);
    assert_eq!(hunt(&mut server, &ann), Some(1000), "open until 24:00, paid under either name");
    server.advance_seconds(3599);
    assert_eq!(hunt(&mut server, &ann), None, "it is the same window");
    server.advance_seconds(1);
    let late = server.player("late");
    assert_eq!(hunt(&mut server, &late), None, "it ends with the day");
}
