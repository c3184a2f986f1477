//! Incidents: what went wrong, as one list (docs/operating.md#incidents).

use bevy_app::App;
use bevy_ecs::prelude::*;
use raidkeep::engine::dispatch::RequestApp;
use raidkeep::engine::operators::Right;
use raidkeep::engine::realm::incidents::{self, IncidentKind, WAITING_INCIDENTS_MAX};
use raidkeep::engine::request::{Answer, Call, Operator, Success};
use raidkeep::studio::testing::{NOON_MS, TestServer, TestSetup, edit_asset, edit_assets};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::reports;

const NOON: i64 = NOON_MS / 1000;

/// `stumble {what}`: a function of these tests by which things go wrong.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Stumble {
    what: Vec<String>,
}

raidkeep::engine::request!(Operator, "stumble", Stumble => (), RIGHT = Right::HELP);

fn stumble(In(call): In<Call<Stumble>>, world: &mut World) -> Answer<()> {
    for what in &call.request.what {
        incidents::note(world, IncidentKind::Report, what, "", "in a test");
    }
    Ok(Success::empty())
}

fn with_stumbling(app: &mut App) {
    app.add_request::<Stumble, _>(stumble);
}

fn server() -> TestServer {
    let mut setup = TestSetup::default().with_realm();
    setup.extend.push(with_stumbling);
    if let Some(sud) = &mut setup.settings.platforms.sud {
        sud.reports_boss_sessions = true;
    }
    connected(TestServer::with(setup))
}

fn connected(mut server: TestServer) -> TestServer {
    server.connect();
    server
}

fn fail(server: &mut TestServer, what: &[String]) {
    let reply = server.operate("stumble", json!({"what": what}));
    assert_eq!(reply["status"], 0, "{reply}");
    server.settle();
}

fn fail_once(server: &mut TestServer, what: &str) {
    fail(server, &[what.to_owned()]);
}

fn list(server: &mut TestServer, query: Value) -> Value {
    server.settle();
    let mut reply = server.operate("incident_list", query);
    assert_eq!(reply["status"], 0, "{reply}");
    reply["data"].take()
}

/// State and count of the only incident.
fn only(server: &mut TestServer) -> (Value, Value) {
    let shown = list(server, json!({}));
    assert_eq!(shown["incidents"].as_array().map(Vec::len), Some(1), "{shown}");
    (shown["incidents"][0]["state"].clone(), shown["incidents"][0]["count"].clone())
}

/// The moment at which a world hands over what has happened since the last time.
fn pause(server: &mut TestServer) {
    server.advance_seconds(5);
    server.settle();
}

fn cheat(server: &mut TestServer) {
    let ann = server.player("ann");
    assert_eq!(server.ask(&ann, "enter_stage_boss", json!({"stage": 3001}))["status"], 0);
    let reply = server.ask(&ann, "victory_stage_boss", json!({"stage": 3001, "damage": 999_999_999_999_i64}));
    assert_eq!(reply["status"], 93, "{reply}");
    server.settle();
}

#[test]
fn abnormal_damage_is_one_incident_however_often_it_is_reported() {
    let mut server = server();
    cheat(&mut server);
    let shown = list(&mut server, json!({}));
    let entry = &shown["incidents"][0];
    let detail = entry["detail"].as_str().expect("a text");
    assert!(detail.starts_with("player 1 in stage 3001: damage 999999999999, at most "), "{detail}");
    let expected = json!({
        "incident": 1, "state": "open", "kind": "abnormal_data", "source": "", "detail": detail, "world": 0, "count": 1,
        "what": "a client reports damage that its player cannot have dealt, or none",
        "first_at": NOON, "last_at": NOON, "handled_at": null, "by": null, "note": "",
    });
    assert_eq!(shown, json!({"incidents": [expected], "next": null, "open": 1}));
    server.advance_seconds(60);
    cheat(&mut server);
    pause(&mut server);
    let shown = list(&mut server, json!({}));
    assert_eq!(shown["incidents"].as_array().map(Vec::len), Some(1), "{shown}");
    let entry = &shown["incidents"][0];
    assert_eq!((&entry["count"], &entry["first_at"], &entry["last_at"]), (&json!(2), &json!(NOON), &json!(NOON + 60)));
    assert_eq!(server.verify(), []);
}

#[test]
fn a_report_that_is_given_up_is_an_incident() {
    let mut server = server();
    let ann = server.player("ann");
    reports::fault(&mut server, json!({"platform": "sud", "call": "report", "fault": {"http_status": 503}}));
    reports::fight(&mut server, &ann, 500);
    (0..20).for_each(|_| {
        server.advance_seconds(28_800);
        server.settle();
    });
    let shown = list(&mut server, json!({"kind": "report"}));
    assert_eq!(shown["incidents"][0]["what"], "a report was not accepted and is given up", "{shown}");
    assert!(
        shown["incidents"][0]["detail"].as_str().is_some_and(|detail| detail.ends_with("HTTP status 503")),
        "{shown}"
    );
}

#[test]
fn an_operator_marks_and_closes_it_and_it_opens_again_when_it_happens_again() {
    let mut server = server();
    fail_once(&mut server, "the roof leaks");
    assert_eq!(server.operate("incident_seen", json!({"incident": 1, "note": "called the roofer"}))["status"], 0);
    pause(&mut server);
    fail_once(&mut server, "the roof leaks");
    assert_eq!(only(&mut server), (json!("seen"), json!(2)), "who knows of it need not be told again");
    assert_eq!(server.operate("incident_close", json!({"incident": 1, "reason": "mended"}))["status"], 0);
    let shown = list(&mut server, json!({}));
    let entry = &shown["incidents"][0];
    assert_eq!((&entry["state"], &entry["by"], &entry["note"]), (&json!("closed"), &json!("token"), &json!("mended")));
    assert_eq!(shown["open"], 0);
    for function in ["incident_close", "incident_seen"] {
        let reply = server.operate(function, json!({"incident": 1, "reason": "again"}));
        assert_eq!((&reply["status"], &reply["message"]), (&json!(98), &json!("the incident is closed")), "{function}");
        let reply = server.operate(function, json!({"incident": 2, "reason": "again"}));
        assert_eq!((&reply["status"], &reply["message"]), (&json!(99), &json!("no such incident")), "{function}");
    }
    for (function, data) in [
        ("incident_close", json!({"incident": 1})),
        ("incident_close", json!({"incident": 1, "reason": " "})),
        ("incident_seen", json!({"incident": 1, "note": ""})),
    ] {
        assert_eq!(server.operate(function, data.clone())["status"], 13, "{function} {data}");
    }
    pause(&mut server);
    fail_once(&mut server, "the roof leaks");
    assert_eq!(only(&mut server), (json!("open"), json!(3)));
}

#[test]
fn the_audit_has_what_operators_did_about_incidents_and_not_the_incidents() {
    let mut server = server();
    cheat(&mut server);
    list(&mut server, json!({}));
    assert_eq!(server.operate("incident_close", json!({"incident": 1, "reason": "a test account"}))["status"], 0);
    let audit = server.operate("audit_list", json!({}));
    let entries = audit["data"]["entries"].as_array().expect("a list");
    let told: Vec<_> = entries.iter().map(|entry| (&entry["function"], &entry["reason"])).collect();
    assert_eq!(told, [(&json!("incident_close"), &json!("a test account"))]);
    let what = "a client reports damage that its player cannot have dealt, or none";
    assert_eq!(entries[0]["changes"], json!([what]), "it says which incident");
}

#[test]
fn refused_rules_are_incidents_at_their_lines_until_rules_are_accepted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let assets = edit_assets(folder.path(), "energy.ron", "maximum: 120", "maximum: 120");
    let mut server = connected(TestServer::with(TestSetup { assets, ..TestSetup::default() }.with_realm()));
    edit_asset(folder.path(), "shop.ron", "price: 6,", "price: 0,");
    assert_eq!(server.operate("rules_reload", json!({}))["status"], 99);
    let shown = list(&mut server, json!({"kind": "rules"}));
    let text = std::fs::read_to_string(folder.path().join("shop.ron")).expect("the file that was edited");
    let line = 1 + text.lines().position(|line| line.contains("price: 0,")).expect("the edited line");
    let entry = &shown["incidents"][0];
    let source = entry["source"].as_str().expect("a place");
    assert!(source.starts_with(&format!("shop.ron:{line}:")), "{shown}");
    assert_eq!((&entry["state"], &entry["world"]), (&json!("open"), &json!(0)), "{shown}");
    assert_eq!(server.operate("incident_seen", json!({"incident": 1}))["status"], 0);

    pause(&mut server);
    edit_asset(folder.path(), "shop.ron", "price: 0,", "price: 6,");
    assert_eq!(server.operate("rules_reload", json!({}))["status"], 0);
    let entry = list(&mut server, json!({}))["incidents"][0].take();
    assert_eq!((&entry["state"], &entry["by"]), (&json!("closed"), &json!(null)), "it is over by itself: {entry}");

    pause(&mut server);
    edit_asset(folder.path(), "shop.ron", "price: 6,", "price: 0,");
    assert_eq!(server.operate("rules_reload", json!({}))["status"], 99);
    assert_eq!(only(&mut server), (json!("open"), json!(2)), "the same mistake again");

    // A world that starts has rules without mistakes.
    edit_asset(folder.path(), "shop.ron", "price: 0,", "price: 6,");
    let mut server = connected(server.crash_and_reopen());
    pause(&mut server);
    assert_eq!(only(&mut server), (json!("closed"), json!(2)));
}

#[test]
fn a_storm_costs_one_request_in_a_while_and_is_cut_off() {
    let mut server = server();
    let storm: Vec<String> = (0..WAITING_INCIDENTS_MAX + 50).map(|number| format!("trouble {number}")).collect();
    fail(&mut server, &storm);
    assert_eq!(list(&mut server, json!({}))["open"], WAITING_INCIDENTS_MAX);
    for _ in 0..20 {
        fail(&mut server, &storm[..2]);
    }
    let counts = |server: &mut TestServer| {
        let shown = list(server, json!({"limit": 500}));
        let entries = shown["incidents"].as_array().expect("a list").iter();
        entries.filter_map(|entry| entry["count"].as_u64()).sum::<u64>()
    };
    let most = WAITING_INCIDENTS_MAX as u64;
    assert_eq!(counts(&mut server), most, "the realm hears nothing for some seconds");
    pause(&mut server);
    assert_eq!(counts(&mut server), most + 40, "and then everything at once");
}

#[test]
fn pages_and_filters() {
    let mut server = server();
    let three = ["one", "two", "three"].map(str::to_owned);
    fail(&mut server, &three);
    pause(&mut server);
    fail_once(&mut server, "one");
    let numbers = |server: &mut TestServer, query: Value| {
        let shown = list(server, query);
        let entries = shown["incidents"].as_array().expect("a list").iter();
        (entries.map(|entry| entry["incident"].as_u64().expect("a number")).collect::<Vec<_>>(), shown["next"].clone())
    };
    assert_eq!(numbers(&mut server, json!({})), (vec![1, 3, 2], json!(null)), "what happened last comes first");
    let (first, next) = numbers(&mut server, json!({"limit": 2}));
    assert_eq!(first, [1, 3]);
    assert_eq!(numbers(&mut server, json!({"limit": 2, "before": next})), (vec![2], json!(null)));
    assert_eq!(server.operate("incident_close", json!({"incident": 3, "reason": "done"}))["status"], 0);
    assert_eq!(numbers(&mut server, json!({"state": "closed"})).0, [3]);
    assert_eq!(numbers(&mut server, json!({"state": "open"})).0, [1, 2]);
    assert_eq!(numbers(&mut server, json!({"kind": "order"})).0, [0; 0]);
    for (data, status) in [
        (json!({"limit": 0}), 13),
        (json!({"limit": 501}), 13),
        (json!({"before": -1}), 13),
        (json!({"state": "lost"}), 13),
    ] {
        assert_eq!(server.operate("incident_list", data.clone())["status"], status, "{data}");
    }
}

#[test]
fn a_full_list_loses_closed_incidents_first_and_open_ones_last() {
    let mut server = server();
    let all: Vec<String> = (1..=500).map(|number| format!("trouble {number}")).collect();
    for some in all.chunks(50) {
        fail(&mut server, some);
        pause(&mut server);
    }
    for number in [7, 3] {
        assert_eq!(server.operate("incident_close", json!({"incident": number, "reason": "done"}))["status"], 0);
    }
    assert_eq!(server.operate("incident_seen", json!({"incident": 1}))["status"], 0);
    let has = |server: &mut TestServer, number: u64| {
        let shown = list(server, json!({"limit": 500}));
        let entries = shown["incidents"].as_array().expect("a list");
        assert!(entries.len() <= 500, "{}", entries.len());
        entries.iter().any(|entry| entry["incident"] == number)
    };
    for (what, gone) in [("a", 3), ("b", 7), ("c", 1), ("d", 2)] {
        assert!(has(&mut server, gone));
        fail_once(&mut server, what);
        pause(&mut server);
        assert!(!has(&mut server, gone), "{gone} should make room for {what}");
    }
    assert_eq!(server.verify(), []);
    let mut server = connected(server.crash_and_reopen());
    assert!(!has(&mut server, 2) && has(&mut server, 504), "the rows are gone too");
}

#[test]
fn nothing_is_lost_or_counted_twice_when_the_power_fails() {
    let mut server = server();
    fail_once(&mut server, "the roof leaks");
    pause(&mut server);
    // The reply leaves with the commit; what follows from it is lost.
    server.hold_commits();
    let text = json!({
        "world": 0, "function": "stumble",
        "data": {"what": ["the roof leaks"], "token": "operator-token-of-the-tests"},
    });
    server.post(0, &text.to_string());
    server.step(1);
    server.release_commits();
    let mut server = connected(server.crash_and_reopen());
    server.settle();
    assert_eq!(only(&mut server), (json!("open"), json!(2)));
    let mut server = connected(server.crash_and_reopen());
    pause(&mut server);
    assert_eq!(only(&mut server), (json!("open"), json!(2)), "it is not told again after the next start");
}

#[test]
fn a_world_without_a_realm_notes_nothing() {
    let mut server = TestServer::new();
    cheat(&mut server);
    server.advance_seconds(60);
    assert_eq!(server.operate("incident_list", json!({}))["status"], 10, "there is no list");
    assert_eq!(server.verify(), []);
}
