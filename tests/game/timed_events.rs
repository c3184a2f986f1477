//! Timed events (docs/contract/events.md): what they change while they run, whatever happens meanwhile.

use raidkeep::engine::clock::ClockMode;
use raidkeep::engine::rules::AssetSource;
use raidkeep::game;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};
use tempfile::TempDir;

const EVERY_DAY: &str = "weekdays: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]";

/// The shipped assets with these events, which may be edited while a server runs.
pub(super) struct Events(TempDir);

impl Events {
    pub(super) fn new(events: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder"));
        std::fs::create_dir(folder.0.path().join("events")).expect("the test's folder should be writable");
        events.iter().for_each(|(id, text)| folder.write(id, text));
        folder
    }

    /// Writes an event; its name and braces are added.
    pub(super) fn write(&self, id: &str, text: &str) {
        let text = format!("(name: (zh: \"活动{id}\", en: \"{id}\"), {text})");
        std::fs::write(self.0.path().join(format!("events/{id}.ron")), text).expect("the folder should be writable");
    }

    /// Writes any asset.
    pub(super) fn write_file(&self, file: &str, text: &str) {
        let path = self.0.path().join(file);
        let folder = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder).expect("the test's folder should be writable");
        std::fs::write(path, text).expect("the folder should be writable");
    }

    /// Edits a shipped asset.
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) {
        let before = std::fs::read_to_string(self.0.path().join(file)).ok();
        let before = before.or_else(|| game::shipped_assets().text_files().ok()?.remove(file));
        let before = before.expect("the asset should be there");
        assert!(before.contains(from), "{file} should hold {from:?}");
        self.write_file(file, &before.replacen(from, to, 1));
    }

    pub(super) fn remove(&self, id: &str) {
        std::fs::remove_file(self.0.path().join(format!("events/{id}.ron"))).expect("the event should be there");
    }

    pub(super) fn assets(&self) -> AssetSource {
        AssetSource::Layers(vec![game::shipped_assets(), AssetSource::Folder(self.0.path().to_owned())])
    }

    /// A server at noon of a Tuesday in Shanghai, and a player.
    pub(super) fn serve(&self) -> (TestServer, TestPlayer) {
        let mut setup = TestSetup { assets: self.assets(), ..TestSetup::default() };
        setup.settings.clock = ClockMode::Real;
        let mut server = TestServer::with(setup);
        let ann = server.player("ann");
        (server, ann)
    }
}

/// An event every day from one to two o'clock.
pub(super) fn at_one(what: &str) -> String {
    format!("windows: [Weekly({EVERY_DAY}, from: \"13:00\", to: \"14:00\")], {what}")
}

const DOUBLE: &str = "changes: [(of: stage_rewards(from: 8, to: 24, item: \"3:1\"), multiply: 2)]";

/// Asks on a fresh connection, also after a restart.
pub(super) fn ask(server: &mut TestServer, player: &TestPlayer, function: &str, mut data: Value) -> Value {
    let connection = server.connect();
    data["token"] = player.token.clone().into();
    server.ask_on(connection, function, data)
}

/// Enters stage 8.
fn enter(server: &mut TestServer, player: &TestPlayer) -> Value {
    ask(server, player, "enter_stage_general", json!({"stage": 8}))
}

/// The coins that a victory over stage 8 brings.
fn win(server: &mut TestServer, player: &TestPlayer) -> String {
    let won = ask(server, player, "victory_stage_general", json!({"stage": 8}));
    let reward = won["data"]["reward"].as_array().unwrap_or_else(|| panic!("a victory: {won}"));
    let coins = reward.iter().filter_map(Value::as_str).find(|amount| amount.starts_with("3:1:"));
    coins.unwrap_or_default().to_owned()
}

fn play(server: &mut TestServer, player: &TestPlayer) -> String {
    assert_eq!(enter(server, player)["status"], 0);
    win(server, player)
}

#[test]
fn an_event_doubles_the_rewards_of_its_stages_from_its_first_second_to_its_last() {
    let events = Events::new(&[("double", &at_one(DOUBLE))]);
    let (mut server, ann) = events.serve();
    server.advance_seconds(3599);
    assert_eq!(play(&mut server, &ann), "3:1:375", "at 12:59:59 it has not begun");
    server.advance_seconds(1);
    assert_eq!(play(&mut server, &ann), "3:1:750", "it begins at 13:00");
    let mut server = server.crash_and_reopen();
    assert_eq!(play(&mut server, &ann), "3:1:750", "it runs on after a restart");
    server.advance_seconds(3599);
    assert_eq!(play(&mut server, &ann), "3:1:750", "at 13:59:59 it still runs");
    server.advance_seconds(1);
    assert_eq!(play(&mut server, &ann), "3:1:375", "it has ended at 14:00");
    let mut server = server.crash_and_reopen_after(23 * 3600);
    assert_eq!(play(&mut server, &ann), "3:1:750", "it has begun while the server was down");
}

#[test]
fn an_event_may_be_moved_stopped_and_started_while_it_runs() {
    let events = Events::new(&[("double", &at_one(DOUBLE))]);
    let (mut server, ann) = events.serve();
    server.advance_seconds(3600);
    assert_eq!(play(&mut server, &ann), "3:1:750");
    events.write("double", &at_one(DOUBLE).replace("\"14:00\"", "\"15:00\""));
    assert_eq!(server.operate("rules_reload", json!({}))["data"]["changed"], true);
    server.advance_seconds(5400);
    assert_eq!(play(&mut server, &ann), "3:1:750", "its end was moved to 15:00");
    events.remove("double");
    server.operate("rules_reload", json!({}));
    assert_eq!(play(&mut server, &ann), "3:1:375", "it was taken away");
    events.write("double", &at_one(DOUBLE).replace("\"14:00\"", "\"24:00\""));
    server.operate("rules_reload", json!({}));
    assert_eq!(play(&mut server, &ann), "3:1:750", "it has come back, and began long ago");
}

#[test]
fn events_change_one_after_the_other_in_the_order_of_their_files() {
    let add = "changes: [(of: stage_rewards(from: 8, item: \"3:1\"), add: 100)], intended: \"a test\"";
    let double = "changes: [(of: stage_rewards(from: 8, to: 24, item: \"3:1\"), multiply: 2)], intended: \"a test\"";
    let (first, last) = (at_one(add), at_one(double));
    for (a, b, coins) in [(&first, &last, "3:1:950"), (&last, &first, "3:1:850")] {
        let events = Events::new(&[("a", a), ("b", b)]);
        let (mut server, ann) = events.serve();
        server.advance_seconds(3600);
        assert_eq!(play(&mut server, &ann), coins, "a changes before b");
    }
}

#[test]
fn the_energy_of_a_stage_the_price_of_an_offer_and_the_life_of_a_boss_follow_an_event() {
    let changes = "changes: [
        (of: stage_energy(from: 8), set: 2),
        (of: offer_price(offer: \"diamonds_60\"), multiply: 0.5),
        (of: boss_life(boss: \"slime_king\"), multiply: 3),
        (of: sweep_rewards(from: 8, item: \"3:1\"), multiply: 3),
    ]";
    let events = Events::new(&[("cheap", &at_one(changes))]);
    let (mut server, ann) = events.serve();
    let all = |server: &mut TestServer| {
        let energy = enter(server, &ann)["data"]["energy"]["reward"].clone();
        win(server, &ann);
        let offers = ask(server, &ann, "get_shop", json!({}))["data"]["offers"].clone();
        let offer = offers.as_array().and_then(|offers| offers.iter().find(|offer| offer["id"] == "diamonds_60"));
        let price = offer.unwrap_or_else(|| panic!("the offer: {offers}"))["price"].clone();
        let life = ask(server, &ann, "get_config_boss", json!({}))["data"].to_string();
        let swept = ask(server, &ann, "mopping_up_stage", json!({"stage": 8}))["data"]["reward"].to_string();
        (energy, price, life.contains("30000"), swept.contains("3:1:600"))
    };
    let before = all(&mut server);
    assert_eq!((&before.0, before.2, before.3), (&json!(-6), false, false));
    server.advance_seconds(3600);
    let price = before.1.as_i64().expect("a price");
    assert_eq!(all(&mut server), (json!(-2), json!((price + 1) / 2), true, true));
    server.advance_seconds(3600);
    assert_eq!(all(&mut server), before, "afterwards all is as before");
}

#[test]
fn a_players_first_days_change_its_own_rewards_after_those_of_everybody() {
    let first_week = "player_days: (from: 1, to: 7), intended: \"a test\",
        changes: [(of: stage_rewards(from: 8, item: \"3:1\"), add: 100), (of: stage_energy(from: 8), multiply: 0.5)]";
    let events = Events::new(&[("double", &at_one(DOUBLE)), ("first_week", first_week)]);
    let (mut server, ann) = events.serve();
    assert_eq!(enter(&mut server, &ann)["data"]["energy"]["reward"], -3);
    assert_eq!(win(&mut server, &ann), "3:1:475");
    server.advance_seconds(3600);
    assert_eq!(play(&mut server, &ann), "3:1:850", "double for everybody, and then her own hundred");
    server.advance_seconds(7 * 86_400 - 3600 - 1);
    assert_eq!(enter(&mut server, &ann)["data"]["energy"]["reward"], -3, "the last second of her week");
    server.advance_seconds(1);
    assert_eq!(win(&mut server, &ann), "3:1:475", "what she entered in her week is paid by its terms");
    assert_eq!(play(&mut server, &ann), "3:1:375");
    let bob = server.player("bob");
    assert_eq!(play(&mut server, &bob), "3:1:475", "each player has days of its own");
}

/// The subjects of the mails in a box.
pub(super) fn subjects(server: &mut TestServer, player: &TestPlayer) -> Vec<String> {
    let mails = ask(server, player, "get_all_mail", json!({}))["data"]["mail"].clone();
    let subject = |mail: &Value| mail["subj"].as_str().unwrap_or_default().to_owned();
    mails.as_array().map(|mails| mails.iter().map(subject).collect()).unwrap_or_default()
}

const MAIL: &str = "mail: (subject: (zh: \"礼\", en: \"gift\"), body: (zh: \"好\", en: \"good\"), items: [\"3:1:7\"])";

#[test]
fn the_mail_of_an_event_comes_once_whatever_happens_while_it_runs() {
    let events = Events::new(&[("gift", &at_one(MAIL))]);
    let (mut server, ann) = events.serve();
    assert_eq!(subjects(&mut server, &ann), [""; 0]);
    server.advance_seconds(3600);
    assert_eq!(subjects(&mut server, &ann), ["礼 / gift"], "it comes when the event begins");
    events.write("gift", &at_one(MAIL).replace("\"13:00\"", "\"12:30\"").replace("\"14:00\"", "\"15:00\""));
    server.operate("rules_reload", json!({}));
    let mut server = server.crash_and_reopen_after(1800);
    server.advance_seconds(1);
    assert_eq!(subjects(&mut server, &ann).len(), 1, "moved, and after a restart, it is the same event");
    let mut server = server.crash_and_reopen_after(48 * 3600);
    server.advance_seconds(1);
    assert_eq!(subjects(&mut server, &ann).len(), 3, "what began while the server was down is made up for");
    let bob = server.player("bob");
    assert_eq!(subjects(&mut server, &bob).len(), 0, "who came later gets none");
}

#[test]
fn an_event_opens_an_activity_stage_in_its_own_windows_and_each_time_pays_once() {
    let events = Events::new(&[("hunt", &at_one("opens: [2001]"))]);
    let (mut server, ann) = events.serve();
    server.advance_seconds(1800);
    let pays = |server: &mut TestServer, player: &TestPlayer| {
        if ask(server, player, "enter_stage", json!({"stage": 2001}))["status"] != 0 {
            return None;
        }
        ask(server, player, "pass_stage", json!({"stage": 2001}))["data"]["pass_stages"][0]["reward"].as_i64()
    };
    assert_eq!(pays(&mut server, &ann), Some(1000), "the noon of every day");
    server.advance_seconds(3600);
    assert_eq!(pays(&mut server, &ann), None, "the event overlaps the noon, so it is the same window");
    let moved = at_one("opens: [2001]").replace("\"13:00\"", "\"16:00\"").replace("\"14:00\"", "\"17:00\"");
    events.write("hunt", &moved);
    server.operate("rules_reload", json!({}));
    server.advance_seconds(2 * 3600);
    assert_eq!(pays(&mut server, &ann), None, "half past three");
    server.advance_seconds(1800);
    assert_eq!(pays(&mut server, &ann), Some(1000), "a window of its own");
    assert_eq!(pays(&mut server, &ann), None, "it pays once");
    server.advance_seconds(3600);
    assert_eq!(pays(&mut server, &ann), None, "and it ends");
}

#[test]
fn players_are_told_of_the_events_that_run_and_of_those_to_come() {
    let soon = "windows: [Dates(from: \"2026-03-14\", to: \"2026-03-16\")], changes: [(of: sweep_exp(), multiply: 2)]";
    let late = soon.replace("2026-03-14", "2026-04-14").replace("2026-03-16", "2026-04-16");
    let own = "player_days: (from: 1, to: 7), changes: [(of: sweep_energy(), multiply: 0.5)], about: (zh: \"新\", en: \"new\")";
    let events = Events::new(&[("double", &at_one(DOUBLE)), ("late", &late), ("own", own), ("soon", soon)]);
    let (mut server, ann) = events.serve();
    let now = server.now_ms() / 1000;
    let listed = ask(&mut server, &ann, "list_events", json!({}))["data"]["events"].clone();
    let double = json!({"id": "double", "name": {"zh": "活动double", "en": "double"}, "running": false, "own": false,
        "opens": [], "at": {"begins_at": now + 3600, "ends_at": now + 7200}});
    let own = json!({"id": "own", "name": {"zh": "活动own", "en": "own"}, "about": {"zh": "新", "en": "new"}, "running": true,
        "own": true, "opens": [], "at": {"begins_at": now, "ends_at": now + 7 * 86_400}});
    let begins_at = now + 3 * 86_400 + 12 * 3600;
    let soon = json!({"id": "soon", "name": {"zh": "活动soon", "en": "soon"}, "running": false, "own": false, "opens": [],
        "at": {"begins_at": begins_at, "ends_at": begins_at + 2 * 86_400}});
    assert_eq!(listed, json!([own, double, soon]), "what begins in a month is not told yet");
    server.advance_seconds(3600);
    let listed = ask(&mut server, &ann, "list_events", json!({}))["data"]["events"].clone();
    assert_eq!((&listed[1]["id"], &listed[1]["running"]), (&json!("double"), &json!(true)));
}
