//! Rounds and their reports, through the protocol, against the sandbox of the platform.

use raidkeep::game::platforms::secret::Secret;
use raidkeep::game::platforms::signature::SudAuth;
use raidkeep::game::platforms::sud::query::QUERY_PATH;
use raidkeep::sandbox::SandboxSettings;
use raidkeep::server::config::Config;
use raidkeep::studio::testing::{TestPlayer, TestServer, TestSetup};
use serde_json::{Value, json};

/// The schedule of docs/contract/game-reports.md#retries.
const DELAYS: [i64; 10] = [60, 60, 60, 240, 600, 600, 3600, 7200, 14_400, 28_800];

/// A server that reports the sessions against the world bosses.
pub(crate) fn server() -> TestServer {
    let mut setup = TestSetup::default();
    if let Some(sud) = &mut setup.settings.platforms.sud {
        sud.reports_boss_sessions = true;
    }
    TestServer::with(setup)
}

pub(crate) fn fault(server: &mut TestServer, fault: Value) {
    let faults = serde_json::from_value(json!([fault])).expect("a fault");
    server.platforms.sandbox.set_faults(faults).expect("the sandbox takes it");
}

pub(crate) fn well(server: &mut TestServer) {
    server.platforms.sandbox.set_faults(Vec::new()).expect("no faults");
}

pub(crate) fn reports(server: &mut TestServer) -> Vec<Value> {
    let now_ms = server.now_ms();
    let state = serde_json::to_value(server.platforms.sandbox.state(now_ms)).expect("a page");
    state["reports"].as_array().expect("a list").clone()
}

pub(crate) fn fight(server: &mut TestServer, player: &TestPlayer, damage: u64) {
    let entered = server.ask(player, "enter_stage", json!({"stage": 3000}));
    assert_eq!(entered["status"], 0, "{entered}");
    server.settle();
    let left = server.ask(player, "pass_stage", json!({"stage": 3000, "damage": damage}));
    assert_eq!(left["status"], 0, "{left}");
    server.settle();
}

#[test]
fn a_session_against_the_bosses_is_reported_when_it_begins_and_when_it_ends() {
    let mut server = server();
    let ann = server.player("ann");
    let bound = server.ask(&ann, "sud_bind", json!({"uid": "u1", "ss_token": "a-session"}));
    assert_eq!(bound["status"], 0, "{bound}");
    fight(&mut server, &ann, 500);
    let told = reports(&mut server);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0]["report_type"], "game_start");
    assert_eq!(told[1]["report_type"], "game_settle");
    assert_eq!(told[0]["report_msg"]["game_round_id"], told[1]["report_msg"]["game_round_id"]);
    assert_eq!(told[0]["report_msg"]["players"], json!([{"uid": "u1", "is_ai": 0}]));
    assert_eq!(
        told[1]["report_msg"]["results"],
        json!([{"uid": "u1", "rank": 1, "is_escaped": 0, "is_ai": 0, "role": 0, "score": 500, "is_win": 2, "award": 0}])
    );
    let listed = server.operate("report_list", json!({}));
    assert_eq!(listed["data"]["pending"], 0, "{listed}");
}

#[test]
fn who_goes_away_from_the_bosses_has_escaped() {
    let mut server = server();
    let ann = server.player("ann");
    assert_eq!(server.ask(&ann, "enter_stage_boss", json!({"stage": 3001}))["status"], 0);
    assert_eq!(server.ask(&ann, "enter_stage_general", json!({"stage": 8}))["status"], 0);
    server.settle();
    let told = reports(&mut server);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1]["report_msg"]["results"][0]["is_escaped"], 1);
    assert_eq!(told[1]["report_msg"]["results"][0]["is_win"], 1);
}

#[test]
fn a_session_that_begins_and_ends_in_one_tick_is_a_round_too() {
    let mut server = server();
    let ann = server.player("ann");
    let frame = |function: &str, data: Value| json!({"world": 0, "function": function, "data": data}).to_string();
    let enter = frame("enter_stage", json!({"stage": 3000}));
    let pass = frame("pass_stage", json!({"stage": 3000, "damage": 7}));
    server.send_all_on(ann.connection, &[&enter, &pass]);
    server.settle();
    let told = reports(&mut server);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1]["report_msg"]["results"][0]["score"], 7);
}

#[test]
fn without_the_setting_nothing_is_reported() {
    let mut server = TestServer::new();
    let ann = server.player("ann");
    fight(&mut server, &ann, 500);
    assert!(reports(&mut server).is_empty());
}

#[test]
fn a_report_that_is_not_taken_is_sent_again_as_the_document_says_and_then_given_up() {
    let mut server = server();
    let ann = server.player("ann");
    fault(&mut server, json!({"platform": "sud", "call": "report", "fault": {"http_status": 503}}));
    fight(&mut server, &ann, 500);
    assert_eq!(server.platforms.sent.iter().filter(|sent| sent.url.contains("/sud/")).count(), 1);
    for (at, delay) in DELAYS.iter().enumerate() {
        server.advance_seconds(delay - 1);
        server.settle();
        let sent = server.platforms.sent.iter().filter(|sent| sent.url.contains("/sud/")).count();
        assert_eq!(sent, at + 1, "not before it is due");
        server.advance_seconds(1);
        server.settle();
        let sent = server.platforms.sent.iter().filter(|sent| sent.url.contains("/sud/")).count();
        assert_eq!(sent, at + 2, "retry {} after {delay} s, of the game_start only", at + 1);
    }
    let listed = server.operate("report_list", json!({"state": "given_up"}));
    assert_eq!(listed["data"]["reports"].as_array().map(Vec::len), Some(2), "{listed}");
    assert_eq!(listed["data"]["reports"][0]["last_error"], "HTTP status 503", "{listed}");
    server.advance_seconds(1_000_000);
    server.settle();
    assert_eq!(server.platforms.sent.iter().filter(|sent| sent.url.contains("/sud/")).count(), 11, "it is given up");

    well(&mut server);
    let number = listed["data"]["reports"][0]["report"].clone();
    let retried = server.operate("report_retry", json!({"report": number}));
    assert_eq!(retried["data"]["state"], "waiting", "{retried}");
    server.settle();
    let kinds: Vec<Value> = reports(&mut server).iter().map(|report| report["report_type"].clone()).collect();
    assert_eq!(kinds, ["game_start", "game_settle"], "an operator can send both, in order");
}

#[test]
fn a_receiver_that_fails_for_an_hour_gets_everything_in_order_and_the_game_does_not_notice() {
    let mut server = server();
    let players: Vec<TestPlayer> = (0..20).map(|n| server.player(&format!("p{n}"))).collect();
    fault(&mut server, json!({"platform": "sud", "call": "report", "fault": "lose_answer"}));
    for minute in 0..60 {
        for (at, player) in players.iter().enumerate().filter(|(at, _)| at % 20 == minute % 20) {
            let entered = server.ask(player, "enter_stage", json!({"stage": 3000}));
            assert_eq!(entered["status"], 0, "{at}: {entered}");
            let left = server.ask(player, "pass_stage", json!({"stage": 3000, "damage": 5}));
            assert_eq!(left["status"], 0, "{at}: {left}");
        }
        server.advance_seconds(60);
        server.settle();
    }
    let mut server = server.crash_and_reopen();
    well(&mut server);
    for _ in 0..200 {
        server.advance_seconds(60);
        server.settle();
    }
    assert_eq!(server.operate("report_list", json!({}))["data"]["pending"], 0);
    let told = reports(&mut server);
    assert_eq!(told.len(), 120, "60 rounds, two reports each, none twice");
    for report in told.iter().filter(|report| report["report_type"] == "game_settle") {
        let start = told.iter().find(|other| {
            other["report_type"] == "game_start"
                && other["report_msg"]["game_round_id"] == report["report_msg"]["game_round_id"]
        });
        let start = start.expect("each end has its beginning");
        assert!(start["number"].as_u64() < report["number"].as_u64(), "the beginning was reported first");
    }
}

#[test]
fn a_killed_server_goes_on_with_its_reports_where_it_was() {
    let mut server = server();
    let ann = server.player("ann");
    server.platforms.network = raidkeep::studio::testing::Network::HoldsRequests;
    let entered = server.ask(&ann, "enter_stage", json!({"stage": 3000}));
    assert_eq!(entered["status"], 0);
    let mut server = server.crash_and_reopen();
    server.settle();
    assert_eq!(reports(&mut server).len(), 1, "the beginning is reported after the restart");
    let ann = server.player("ann");
    let left = server.ask(&ann, "pass_stage", json!({"stage": 3000, "damage": 5}));
    assert_eq!(left["status"], 0, "{left}");
    server.settle();
    assert_eq!(reports(&mut server).len(), 2);
}

#[test]
fn operators_may_drop_a_report() {
    let mut server = server();
    let ann = server.player("ann");
    fault(&mut server, json!({"platform": "sud", "fault": {"refuse": {"code": 5, "msg": "no"}}}));
    fight(&mut server, &ann, 500);
    let listed = server.operate("report_list", json!({}));
    let start = &listed["data"]["reports"][0];
    assert_eq!((&start["state"], &start["last_error"]), (&json!("waiting"), &json!("ret_code 5: no")), "{listed}");
    assert_eq!(listed["data"]["reports"][1]["state"], "blocked", "{listed}");
    let number = start["report"].clone();
    assert_eq!(server.operate("report_drop", json!({"report": number, "reason": " "}))["status"], 13);
    assert_eq!(server.operate("report_drop", json!({"report": 9999, "reason": "x"}))["status"], 99);
    assert_eq!(server.operate("report_drop", json!({"report": number, "reason": "test"}))["status"], 0);
    well(&mut server);
    server.settle();
    let told = reports(&mut server);
    assert_eq!(told.len(), 1, "the end is reported without its beginning: {told:?}");
}

#[test]
fn a_clock_that_jumps_back_holds_no_report_up() {
    let mut server = server();
    let ann = server.player("ann");
    fault(&mut server, json!({"platform": "sud", "fault": {"http_status": 500}, "times": 1}));
    fight(&mut server, &ann, 500);
    server.advance_seconds(-86_400);
    server.settle();
    server.advance_seconds(60);
    server.settle();
    assert_eq!(reports(&mut server).len(), 2);
}

#[test]
fn the_configured_platform_is_asked_for_matches() {
    let mut server = server();
    let ann = server.player("ann");
    fight(&mut server, &ann, 500);
    let round = reports(&mut server)[0]["report_msg"]["game_round_id"].clone();
    let reply = server.operate("query_match", json!({"match_id": round}));
    assert_eq!((&reply["status"], &reply["data"]["data"]["status"]), (&json!(0), &json!("CLOSED")), "{reply}");
    assert_eq!(server.operate("query_match", json!({"match_id": "nobody"}))["status"], 70420);
    assert_eq!(server.operate("query_match", json!({}))["status"], 13);
    fault(&mut server, json!({"platform": "sud", "fault": "garbage"}));
    assert_eq!(server.operate("query_match", json!({"match_id": round}))["status"], 16);
}

const APP_ID: &str = "1461564080052506636";

fn signed(server: &TestServer, nonce: &str, body: &str) -> String {
    let secret = Secret::new("test-app-secret");
    SudAuth::sign(APP_ID, server.now_ms(), nonce, body.as_bytes(), &secret).to_header()
}

/// The room of the bosses in the world of this round.
fn room(round: &Value) -> Value {
    let world = round.as_str().and_then(|round| round.split('-').next());
    json!(format!("world_boss-{}", world.expect("a round has a number")))
}

/// Queries as SUD does.
pub(crate) fn query(server: &mut TestServer, nonce: &str, body: Value) -> Value {
    let body = body.to_string();
    let header = signed(server, nonce, &body);
    let (status, reply) = server.http(QUERY_PATH, Some(&header), &body);
    assert_eq!(status, 200, "{reply}");
    reply
}

#[test]
fn a_round_can_be_asked_for_while_it_goes_on_and_when_it_is_over() {
    let mut server = server();
    let ann = server.player("ann");
    let account = "1";
    assert_eq!(server.ask(&ann, "enter_stage", json!({"stage": 3000}))["status"], 0);
    server.settle();
    let round = reports(&mut server)[0]["report_msg"]["game_round_id"].clone();
    let room = room(&round);
    let began = (server.now_ms() / 1000).to_string();
    let reply = query(&mut server, "n1", json!({"match_id": round}));
    let playing = json!({"ret_code": 0, "ret_msg": "", "data": {
        "mg_id": "1461227817776713818", "room_id": room, "game_mode": 2, "match_id": round,
        "battle_start_at": began, "report_game_info_key": round, "report_game_info_extras": "", "status": "PLAYING"
    }});
    assert_eq!(reply, playing);

    server.advance_seconds(7);
    assert_eq!(server.ask(&ann, "pass_stage", json!({"stage": 3000, "damage": 12}))["status"], 0);
    let ended = (server.now_ms() / 1000).to_string();
    let closed = json!({"ret_code": 0, "ret_msg": "", "data": {
        "mg_id": "1461227817776713818", "room_id": room, "game_mode": 2, "match_id": round,
        "battle_start_at": began, "battle_end_at": ended, "battle_duration": "7",
        "results": [{"is_ai": 0, "uid": account, "score": 12, "remain_score": 12, "commission_score": 0}],
        "report_game_info_key": round, "report_game_info_extras": "", "status": "CLOSED"
    }});
    let by_key = json!({"report_game_info_key": round});
    assert_eq!(query(&mut server, "n2", by_key.clone()), closed, "found by its key");
    let mut server = server.crash_and_reopen();
    assert_eq!(query(&mut server, "n3", by_key), closed, "the key is known after a restart");
    let null = json!({"match_id": null, "report_game_info_key": round});
    assert_eq!(query(&mut server, "n0", null)["ret_code"], 0, "null is no id, so the key counts");
    let both = json!({"match_id": round, "report_game_info_key": "nobody"});
    assert_eq!(query(&mut server, "n4", both), closed, "match_id wins");
    let both = json!({"match_id": "nobody", "report_game_info_key": round});
    assert_eq!(query(&mut server, "n5", both)["ret_code"], 70420, "match_id wins also when it is unknown");
}

#[test]
fn questions_without_sense_get_the_documented_codes() {
    let mut server = server();
    for (at, body, code) in [
        (0, json!({}), 10002),
        (1, json!({"match_id": ""}), 10002),
        (2, json!({"match_id": 7}), 10002),
        (3, json!([]), 10002),
        (4, json!({"match_id": "1659497694003"}), 70420),
        (5, json!({"report_game_info_key": "mkey001"}), 70420),
    ] {
        let reply = query(&mut server, &format!("n{at}"), body.clone());
        assert_eq!(reply["ret_code"], code, "{body}: {reply}");
    }
}

#[test]
fn a_question_that_is_not_signed_lately_and_for_the_first_time_is_refused() {
    let mut server = server();
    let body = r#"{"match_id": "x"}"#;
    let good = signed(&server, "n1", body);
    let refused = |server: &mut TestServer, header: Option<&str>, body: &str, why: &str| {
        assert_eq!(server.http(QUERY_PATH, header, body).0, 401, "{why}");
    };
    refused(&mut server, None, body, "no signature");
    refused(&mut server, Some("Bearer x"), body, "another scheme");
    refused(&mut server, Some(&good), r#"{"match_id":"x"}"#, "bytes other than those that were signed");
    refused(&mut server, Some(&good.replace(APP_ID, "1")), body, "another application");
    assert_eq!(server.http(QUERY_PATH, Some(&good), body).0, 200, "refused attempts use up no nonce");
    refused(&mut server, Some(&good), body, "the same nonce again");
    let stale = signed(&server, "n2", body);
    server.advance_seconds(301);
    refused(&mut server, Some(&stale), body, "signed too long ago");
    let fresh = signed(&server, "n3", body);
    let mut fields: Vec<&str> = fresh.trim_start_matches("Sud-Auth ").split(',').collect();
    fields.reverse();
    let reordered = format!("Sud-Auth {}", fields.join(", "));
    assert_eq!(server.http(QUERY_PATH, Some(&reordered), body).0, 200, "the fields may come in any order");
}

#[test]
fn only_so_many_rounds_that_are_over_are_kept() {
    let mut setup = TestSetup::default();
    if let Some(sud) = &mut setup.settings.platforms.sud {
        sud.reports_boss_sessions = true;
        sud.rounds_kept = 2;
    }
    let mut server = TestServer::with(setup);
    let players: Vec<TestPlayer> = (0..3).map(|n| server.player(&format!("p{n}"))).collect();
    for player in &players {
        fight(&mut server, player, 5);
    }
    let reported = reports(&mut server);
    let starts = reported.iter().filter(|report| report["report_type"] == "game_start");
    let keys: Vec<Value> = starts.map(|report| report["report_msg"]["report_game_info_key"].clone()).collect();
    let mut ask = |n: usize| {
        let key = json!({"report_game_info_key": keys[n - 1]});
        query(&mut server, &format!("n{n}"), key)["ret_code"].clone()
    };
    assert_eq!((ask(1), ask(2), ask(3)), (json!(70420), json!(0), json!(0)), "the oldest is forgotten");
}

/// Exactly what the contract shows, in its order (docs/contract/game-reports.md#the-body).
#[test]
fn the_bodies_of_both_reports_are_the_documents_to_the_letter() {
    let mut server = server();
    let ann = server.player("ann");
    server.ask(&ann, "sud_bind", json!({"uid": "u1", "ss_token": "fyRTOsubRLCGrRvKoKm7wIcMM1DL7cfb"}));
    let began = server.now_ms() / 1000;
    assert_eq!(server.ask(&ann, "enter_stage", json!({"stage": 3000}))["status"], 0);
    server.advance_seconds(5);
    assert_eq!(server.ask(&ann, "pass_stage", json!({"stage": 3000, "damage": 9}))["status"], 0);
    server.settle();
    let told: Vec<String> = server
        .platforms
        .sent
        .iter()
        .filter(|sent| sent.url.ends_with("/sud/report"))
        .map(|sent| String::from_utf8(sent.body.clone()).expect("JSON is UTF-8"))
        .collect();
    let round = reports(&mut server)[0]["report_msg"]["game_round_id"].as_str().expect("an id").to_owned();
    let room = room(&json!(round));
    let head = format!(
        r#""mg_id":1461227817776713818,"mg_id_str":"1461227817776713818","room_id":{room},"game_mode":2,"game_round_id":"{round}","battle_start_at":{began}"#
    );
    let tail = format!(
        r#""report_game_info_extras":"","report_game_info_key":"{round}"}},"uid":"u1","ss_token":"fyRTOsubRLCGrRvKoKm7wIcMM1DL7cfb"}}"#
    );
    let start =
        format!(r#"{{"report_type":"game_start","report_msg":{{{head},"players":[{{"uid":"u1","is_ai":0}}],{tail}"#);
    let ended = began + 5;
    let settle = format!(
        r#"{{"report_type":"game_settle","report_msg":{{{head},"battle_end_at":{ended},"battle_duration":5,"results":[{{"uid":"u1","rank":1,"is_escaped":0,"is_ai":0,"role":0,"score":9,"is_win":2,"award":0}}],{tail}"#
    );
    assert_eq!(told, [start, settle]);
}

#[test]
fn the_default_configuration_reports_no_boss_sessions_and_has_the_documents_schedule() {
    let config = Config::load(None, &[]).expect("the shipped configuration");
    let sandbox = SandboxSettings::shipped().expect("the shipped sandbox");
    let platforms = config.platforms.resolve(Some(("http://x", &sandbox)), "http://y", &|_| None).expect("valid");
    let sud = platforms.sud.expect("the sandbox");
    assert_eq!((sud.reports_boss_sessions, sud.retry_seconds.as_slice()), (false, DELAYS.as_slice()));
}
