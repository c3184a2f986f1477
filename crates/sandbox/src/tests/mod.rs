//! The sandbox as its clients see it, without HTTP: requests and moments in, answers out.

mod faults;
mod gateway;
mod plugins;
mod sud;

use super::*;
use raidkeep_game::platforms::secret::Secret;
use raidkeep_game::platforms::signature::{AUTHORIZATION, SudAuth, signed_query};

/// The moment the tests begin at, in Unix milliseconds.
const NOW_MS: i64 = 1_700_000_000_000;

fn sandbox() -> Sandbox {
    Sandbox::new(SandboxSettings::shipped().expect("the shipped settings are right"))
}

fn key() -> Secret {
    Secret::new("abcabc")
}

fn get(url: String) -> Exchange {
    let headers = vec![("User-Agent", "java/21".to_owned())];
    Exchange { method: Method::Get, url, headers, body: Vec::new() }
}

fn post(path: &str, body: &str, headers: Vec<(&'static str, String)>) -> Exchange {
    Exchange { method: Method::Post, url: path.to_owned(), headers, body: body.as_bytes().to_vec() }
}

/// A call of the gateway for a player, signed as it should be.
fn signed(call: &str, wname: &str, parameters: &[(&str, &str)]) -> Exchange {
    let all = [&[("sid", "1"), ("wname", wname)], parameters].concat();
    get(format!("http://sandbox/Api/{call}?{}", signed_query(&all, &key())))
}

/// A signed report.
fn report(body: &str) -> Exchange {
    post(REPORT_PATH, body, sud_auth(body, NOW_MS, "n").to_headers())
}

/// A signed query.
fn query_for(body: &str, at_ms: i64, nonce: &str) -> Exchange {
    post(QUERY_PATH, body, vec![(AUTHORIZATION, sud_auth(body, at_ms, nonce).to_header())])
}

fn sud_auth(body: &str, at_ms: i64, nonce: &str) -> SudAuth {
    SudAuth::sign("1461564080052506636", at_ms, nonce, body.as_bytes(), &Secret::new("test-app-secret"))
}

/// The answer to a request, which has to arrive at once.
fn answer_at(sandbox: &mut Sandbox, request: &Exchange, now_ms: i64) -> (u16, String) {
    match sandbox.receive(request, now_ms) {
        Reaction { delay_ms: 0, delivery: Delivery::Answer(Answered { status, body }) } => {
            (status, String::from_utf8(body).expect("a text"))
        }
        other => panic!("expected an answer at once, got {other:?}"),
    }
}

/// The body of an answer with status 200.
fn answer(sandbox: &mut Sandbox, request: &Exchange) -> String {
    let (status, body) = answer_at(sandbox, request, NOW_MS);
    assert_eq!(status, 200, "{body}");
    body
}

/// The answer to a call of the gateway.
fn call(sandbox: &mut Sandbox, call: &str, wname: &str, parameters: &[(&str, &str)]) -> String {
    answer(sandbox, &signed(call, wname, parameters))
}
