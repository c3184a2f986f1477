//! The receiver of reports and the platform that is asked for rounds.

use super::*;

const OK: &str = r#"{"ret_code":0,"ret_msg":""}"#;

fn start(round: &str) -> String {
    format!(
        r#"{{"report_type":"game_start","report_msg":{{"mg_id":146,"mg_id_str":"146","room_id":"r1","game_mode":1,"game_round_id":"{round}","battle_start_at":1638845715,"players":[{{"uid":"u2","is_ai":0}}],"report_game_info_extras":"extras","report_game_info_key":"key-1"}},"uid":"u1","ss_token":"token-of-u1"}}"#
    )
}

fn settle(round: &str) -> String {
    format!(
        r#"{{"report_type":"game_settle","report_msg":{{"mg_id":146,"mg_id_str":"146","room_id":"r1","game_mode":1,"game_round_id":"{round}","battle_start_at":1638845715,"battle_end_at":1638845720,"battle_duration":5,"results":[{{"uid":"u2","rank":1,"is_escaped":0,"is_ai":0,"score":7}}],"report_game_info_extras":"extras","report_game_info_key":"key-1"}},"uid":"u1","ss_token":"token-of-u1"}}"#
    )
}

fn kinds(sandbox: &mut Sandbox) -> Vec<(String, &'static str, u32)> {
    let reports = sandbox.state(NOW_MS).reports;
    let told =
        reports.iter().map(|report| (report.message.game_round_id().to_owned(), report.message.kind(), report.repeats));
    told.collect()
}

#[test]
fn reports_are_kept_in_order_and_duplicates_only_counted() {
    let mut sandbox = sandbox();
    for body in [start("b"), start("a"), settle("b"), start("b"), settle("b"), settle("b"), settle("a")] {
        assert_eq!(answer(&mut sandbox, &report(&body)), OK, "a duplicate is a success for its sender");
    }
    let expected = [("b", "game_start", 1), ("a", "game_start", 0), ("b", "game_settle", 2), ("a", "game_settle", 0)];
    assert_eq!(kinds(&mut sandbox), expected.map(|(round, kind, repeats)| (round.to_owned(), kind, repeats)));
    let state = serde_json::to_string(&sandbox.state(NOW_MS)).expect("the state is JSON");
    assert!(!state.contains("token-of-u1"), "the token of a player is not kept");
}

#[test]
fn reports_without_a_fitting_signature_are_refused() {
    let mut sandbox = sandbox();
    let good = report(&start("a"));
    let mut changed = good.clone();
    changed.body.push(b' ');
    let unsigned = Exchange { headers: Vec::new(), ..good.clone() };
    let foreign = SudAuth::sign("1", NOW_MS, "n", &good.body, &Secret::new("test-app-secret"));
    let foreign = Exchange { headers: foreign.to_headers(), ..good.clone() };
    for request in [changed, unsigned, foreign] {
        let (status, body) = answer_at(&mut sandbox, &request, NOW_MS);
        assert!(status == 401 && body.starts_with(r#"{"ret_code":401,"#), "{status} {body}");
    }
    assert!(kinds(&mut sandbox).is_empty(), "what is not signed is not kept");
}

#[test]
fn reports_of_another_shape_are_refused_with_the_reason() {
    let mut sandbox = sandbox();
    let too_long = "剑".repeat(22);
    for (body, reason) in [
        ("{}".to_owned(), "uid"),
        (start("a").replace("game_start", "game_pause"), "game_pause"),
        (start("a").replace("\"room_id\":\"r1\",", ""), "room_id"),
        (start("a").replace("\"mg_id\":146", "\"mg_id\":\"146\""), "expected i64"),
        (start("a").replace("\"mg_id_str\":\"146\"", "\"mg_id_str\":\"147\""), "mg_id_str"),
        (start(""), "game_round_id is empty"),
        (start("a").replace("key-1", &too_long), "longer than 64 bytes"),
        (settle("a").replace("\"extras\"", &format!("\"{}\"", "x".repeat(1025))), "longer than 1024 bytes"),
    ] {
        let told = answer(&mut sandbox, &report(&body));
        assert!(told.starts_with(r#"{"ret_code":10002,"#) && told.contains(reason), "{reason}: {told}");
    }
    assert!(kinds(&mut sandbox).is_empty());
}

#[test]
fn a_round_is_told_of_while_it_runs_and_when_it_is_over() {
    let mut sandbox = sandbox();
    answer(&mut sandbox, &report(&start("a")));
    assert_eq!(
        answer(&mut sandbox, &query_for(r#"{"match_id":"a"}"#, NOW_MS, "1")),
        r#"{"ret_code":0,"ret_msg":"","data":{"mg_id":"146","room_id":"r1","game_mode":1,"match_id":"a","battle_start_at":"1638845715","report_game_info_key":"key-1","report_game_info_extras":"extras","status":"PLAYING"}}"#
    );
    answer(&mut sandbox, &report(&settle("a")));
    let closed = r#"{"ret_code":0,"ret_msg":"","data":{"mg_id":"146","room_id":"r1","game_mode":1,"match_id":"a","battle_start_at":"1638845715","battle_end_at":"1638845720","battle_duration":"5","results":[{"is_ai":0,"uid":"u2","score":7,"remain_score":0}],"report_game_info_key":"key-1","report_game_info_extras":"extras","status":"CLOSED"}}"#;
    assert_eq!(answer(&mut sandbox, &query_for(r#"{"match_id":"a"}"#, NOW_MS, "2")), closed);
    assert_eq!(answer(&mut sandbox, &query_for(r#"{"report_game_info_key":"key-1"}"#, NOW_MS, "3")), closed);
}

#[test]
fn the_match_id_wins_over_the_key_and_the_latest_round_over_the_others_with_it() {
    let mut sandbox = sandbox();
    for round in ["z", "a"] {
        answer(&mut sandbox, &report(&start(round)));
    }
    let both = answer(&mut sandbox, &query_for(r#"{"match_id":"z","report_game_info_key":"key-1"}"#, NOW_MS, "1"));
    assert!(both.contains(r#""match_id":"z""#), "{both}");
    let by_key = answer(&mut sandbox, &query_for(r#"{"match_id":"","report_game_info_key":"key-1"}"#, NOW_MS, "2"));
    assert!(by_key.contains(r#""match_id":"a""#), "{by_key}");
    let unknown = answer(&mut sandbox, &query_for(r#"{"match_id":"q","report_game_info_key":"key-1"}"#, NOW_MS, "3"));
    assert!(unknown.starts_with(r#"{"ret_code":70420,"#), "the key does not help a wrong match_id: {unknown}");
}

#[test]
fn queries_that_ask_for_nothing_or_cannot_be_read_are_bad() {
    let mut sandbox = sandbox();
    for (nonce, body) in
        ["{}", r#"{"match_id":"","report_game_info_key":""}"#, "[", r#"{"match_id":7}"#].iter().enumerate()
    {
        let told = answer(&mut sandbox, &query_for(body, NOW_MS, &nonce.to_string()));
        assert!(told.starts_with(r#"{"ret_code":10002,"#), "{body}: {told}");
    }
}

#[test]
fn queries_are_refused_when_unsigned_stale_or_sent_again() {
    let mut sandbox = sandbox();
    let body = r#"{"match_id":"a"}"#;
    let mut status_of = |request: &Exchange, now_ms: i64| answer_at(&mut sandbox, request, now_ms).0;
    assert_eq!(status_of(&post(QUERY_PATH, body, Vec::new()), NOW_MS), 401, "no header");
    let mut changed = query_for(body, NOW_MS, "1");
    changed.body = br#"{"match_id":"b"}"#.to_vec();
    assert_eq!(status_of(&changed, NOW_MS), 401, "another body");
    let window_ms = 300_000;
    assert_eq!(status_of(&query_for(body, NOW_MS - window_ms - 1, "2"), NOW_MS), 401, "too old");
    assert_eq!(status_of(&query_for(body, NOW_MS + window_ms + 1, "3"), NOW_MS), 401, "from the future");
    let good = query_for(body, NOW_MS, "1");
    assert_eq!(status_of(&good, NOW_MS), 200, "a refused request does not use up its nonce");
    assert_eq!(status_of(&good, NOW_MS + window_ms), 401, "sent again, as late as its timestamp allows");
    assert_eq!(status_of(&query_for(body, NOW_MS + 2 * window_ms, "1"), NOW_MS + 2 * window_ms), 200);
}

#[test]
fn nonces_beyond_the_limit_are_refused_rather_than_forgotten() {
    let mut settings = SandboxSettings::shipped().expect("the shipped settings are right");
    settings.limits.nonces_kept = 2;
    let mut sandbox = Sandbox::new(settings);
    let mut status_of = |nonce: &str, at_ms: i64| answer_at(&mut sandbox, &query_for("{}", at_ms, nonce), at_ms).0;
    assert_eq!([status_of("1", NOW_MS), status_of("2", NOW_MS), status_of("3", NOW_MS)], [200, 200, 401]);
    assert_eq!(status_of("3", NOW_MS + 300_001), 200, "there is room when the others are too old to come again");
}
