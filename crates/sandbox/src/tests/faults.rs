//! Each way of misbehaving, and the control routes.

use serde_json::{Value, json};

use super::*;
use raidkeep_game::platforms::mcrmb::wire::{PlatformReply, ReplyError};

fn set(sandbox: &mut Sandbox, faults: Value) {
    assert_eq!(answer(sandbox, &post("/faults", &faults.to_string(), Vec::new())), r#"{"ok":true}"#);
}

/// A sandbox where the player "test" has 100 points and `Pay` misbehaves once.
fn with_fault(fault: Value) -> Sandbox {
    let mut sandbox = sandbox();
    sandbox.grant("test", 100, NOW_MS).expect("an amount above 0");
    set(&mut sandbox, json!([{"platform": "mcrmb", "call": "Pay", "fault": fault, "times": 1}]));
    sandbox
}

fn order(number: u32) -> Exchange {
    signed("Pay", "test", &[("use", &format!("order-{number}")), ("money", "10")])
}

/// Which orders were really paid.
fn paid(sandbox: &mut Sandbox, now_ms: i64) -> Vec<String> {
    sandbox.history(now_ms).iter().map(|payment| payment.r#use.clone()).collect()
}

fn delivery(sandbox: &mut Sandbox, request: &Exchange) -> Delivery {
    sandbox.receive(request, NOW_MS).delivery
}

#[test]
fn a_lost_answer_leaves_a_payment_behind() {
    let mut sandbox = with_fault(json!("lose_answer"));
    assert_eq!(delivery(&mut sandbox, &order(1)), Delivery::Lost);
    assert_eq!(paid(&mut sandbox, NOW_MS), ["order-1"], "the payment was carried out all the same");
    assert_eq!(answer(&mut sandbox, &order(2)), r#"{"code":"101","msg":"成功扣款!","data":[{"money":"80"}]}"#);
}

#[test]
fn a_late_request_is_applied_at_its_moment_and_not_before() {
    let mut sandbox = with_fault(json!({"apply_late": {"after_ms": 3000}}));
    assert_eq!(delivery(&mut sandbox, &order(1)), Delivery::Lost);
    assert!(paid(&mut sandbox, NOW_MS + 2999).is_empty(), "it is still under way");
    assert_eq!(sandbox.state(NOW_MS + 2999).late_requests, 1);
    let money = answer_at(&mut sandbox, &signed("CheckMoney", "test", &[]), NOW_MS + 60_000).1;
    assert!(money.contains(r#""money":"90""#), "a question afterwards sees it: {money}");
    assert_eq!(sandbox.history(NOW_MS + 60_000)[0].at_ms, NOW_MS + 3000, "it happened when it was due");
    assert_eq!(sandbox.state(NOW_MS + 60_000).late_requests, 0);
}

#[test]
fn late_requests_beyond_the_limit_are_lost() {
    let mut settings = SandboxSettings::shipped().expect("the shipped settings are right");
    settings.limits.late_requests = 1;
    let mut sandbox = Sandbox::new(settings);
    sandbox.grant("test", 100, NOW_MS).expect("an amount above 0");
    set(&mut sandbox, json!([{"platform": "mcrmb", "fault": {"apply_late": {"after_ms": 1}}}]));
    for number in 1..=2 {
        assert_eq!(delivery(&mut sandbox, &order(number)), Delivery::Lost);
    }
    assert_eq!(paid(&mut sandbox, NOW_MS + 1), ["order-1"]);
}

#[test]
fn an_http_failure_and_a_refusal_leave_nothing_behind() {
    let mut sandbox = with_fault(json!({"http_status": 503}));
    assert_eq!(answer_at(&mut sandbox, &order(1), NOW_MS), (503, String::new()));
    let refuse = json!({"refuse": {"code": 102, "msg": "您的余额不足,请充值!"}});
    set(&mut sandbox, json!([{"platform": "mcrmb", "call": "Pay", "fault": refuse, "times": 1}]));
    assert_eq!(answer(&mut sandbox, &order(2)), r#"{"code":"102","msg":"您的余额不足,请充值!","data":""}"#);
    assert!(paid(&mut sandbox, NOW_MS).is_empty());
    set(&mut sandbox, json!([{"platform": "sud", "fault": {"refuse": {"code": 7, "msg": "busy"}}}]));
    assert_eq!(answer(&mut sandbox, &report("{}")), r#"{"ret_code":7,"ret_msg":"busy"}"#);
}

#[test]
fn answers_nobody_can_read_leave_a_payment_behind() {
    for fault in ["garbage", "wrong_types"] {
        let mut sandbox = with_fault(json!(fault));
        let Delivery::Answer(Answered { status: 200, body }) = delivery(&mut sandbox, &order(1)) else {
            panic!("{fault} is an answer");
        };
        let read = PlatformReply::read(&body);
        let is_json = matches!(read, Err(ReplyError::Shape(_)));
        assert!(read.is_err() && is_json == (fault == "wrong_types"), "{fault}: {read:?}");
        assert_eq!(paid(&mut sandbox, NOW_MS), ["order-1"]);
    }
    let mut sandbox = with_fault(json!("cut_short"));
    let cut = delivery(&mut sandbox, &order(1));
    assert!(matches!(&cut, Delivery::CutShort(answered) if PlatformReply::read(&answered.body).is_ok()), "{cut:?}");
    assert_eq!(paid(&mut sandbox, NOW_MS), ["order-1"]);
}

#[test]
fn latency_delays_the_answer_and_not_the_payment() {
    let mut sandbox = with_fault(json!({"latency_ms": 250}));
    let reaction = sandbox.receive(&order(1), NOW_MS);
    assert_eq!(reaction.delay_ms, 250);
    assert!(matches!(reaction.delivery, Delivery::Answer(_)));
    assert_eq!(paid(&mut sandbox, NOW_MS), ["order-1"]);
    assert_eq!(sandbox.receive(&order(2), NOW_MS).delay_ms, 0, "only once");
}

#[test]
fn mistakes_in_control_requests_are_explained_and_change_nothing() {
    let mut sandbox = sandbox();
    for (path, body, reason) in [
        ("/faults", r#"[{"platform":"mcrmb","call":"pay","fault":"garbage"}]"#, "CheckMoney, CheckRecord"),
        ("/faults", r#"[{"platform":"mcrmb","fault":"explode"}]"#, "explode"),
        ("/faults", r#"[{"platform":"sud","fault":{"http_status":99}}]"#, "200 to 599"),
        ("/grant", r#"{"wname":"test","money":-1}"#, "above 0"),
        ("/grant", r#"{"wname":"","money":1}"#, "wname is empty"),
        ("/cards", r#"{"ctype":1,"cnum":"1","cpwd":"1","yuan":1}"#, "numbers of 17"),
        ("/cards", r#"{"ctype":13,"cnum":"1","cpwd":"1","yuan":1}"#, "no channel 13"),
        ("/cards", r#"{"ctype":5,"cnum":"1","cpwd":"1","yuan":0}"#, "above 0"),
        ("/channels", r#"{"ctype":5}"#, "open"),
        ("/grant", "", "EOF"),
    ] {
        let (status, told) = answer_at(&mut sandbox, &post(path, body, Vec::new()), NOW_MS);
        assert!(status == 400 && told.contains(reason), "{path} {body}: {status} {told}");
    }
    let state = sandbox.state(NOW_MS);
    assert!(state.balances.is_empty() && state.faults.is_empty() && state.cards.is_empty());
}

#[test]
fn the_state_shows_everything_but_secrets() {
    let mut sandbox = with_fault(json!("garbage"));
    let card = r#"{"ctype":5,"cnum":"4711","cpwd":"card-password","yuan":5}"#;
    answer(&mut sandbox, &post("/cards", card, Vec::new()));
    answer(&mut sandbox, &post("/channels", r#"{"ctype":1,"open":false}"#, Vec::new()));
    let state = answer(&mut sandbox, &Exchange { method: Method::Get, ..post("/state", "", Vec::new()) });
    for shown in [
        r#""test":{"money":100,"allcharge":100,"allpay":0}"#,
        r#"{"card":"5/4711","yuan":5,"is_used":false}"#,
        r#""closed_channels":[1]"#,
        r#"{"platform":"mcrmb","call":"Pay","fault":"garbage","times":1}"#,
    ] {
        assert!(state.contains(shown), "{shown} is missing in {state}");
    }
    let kept = serde_json::to_string(sandbox.books()).expect("the books are JSON");
    for secret in ["card-password", "abcabc", "test-app-secret"] {
        assert!(!state.contains(secret) && !kept.contains(secret), "{secret} is shown");
    }
}
