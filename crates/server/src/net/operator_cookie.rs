//! How operators log in on a page: the session's token is in a cookie that no script can read and that only requests of this
//! site carry, and a WebSocket opened with it acts for the operator.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::net::health::{Answer, text};
use crate::net::operator::OperatorDesk;
use crate::net::routes::ask_once;
use crate::net::sockets::Sockets;
use raidkeep_engine::outside::REALM_NAME;
use raidkeep_engine::request::{Request as _, status};
use raidkeep_realm::operators::OperatorLogin;
use raidkeep_realm::operators::log_in::{NEEDS_CODE, TOO_MANY, WRONG};

/// Where a page logs in and out.
pub(super) const LOGIN: &str = "/console/login";
pub(super) const LOGOUT: &str = "/console/logout";

const COOKIE: &str = "raidkeep_operator";
/// A body longer than this is no log-in.
const BODY_BYTES_MAX: usize = 4096;

/// What a page sends: a name with its password, or the server's own token.
#[derive(Deserialize)]
#[serde(untagged)]
enum LoginBody {
    Token {
        token: String,
    },
    Named {
        name: String,
        password: String,
        #[serde(default)]
        totp: String,
    },
}

/// The token in the cookie of a request.
pub(super) fn token_of(headers: &HeaderMap) -> Option<Box<str>> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, value)| *name == COOKIE && !value.is_empty()).map(|(_, value)| value.into())
}

/// Answers a request to log in or out.
pub(super) async fn answer(
    sockets: &Sockets,
    request: Request<Incoming>,
    address: IpAddr,
    is_encrypted: bool,
) -> Answer {
    if request.method() != Method::POST {
        let mut reply = text(StatusCode::METHOD_NOT_ALLOWED, "use POST\n");
        reply.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return reply;
    }
    let is_logout = request.uri().path() == LOGOUT;
    let cookie = token_of(request.headers());
    if is_logout {
        if let Some(token) = cookie {
            ask(sockets, "operator_logout", json!({}), Some(&token), address).await;
        }
        return with_cookie(reply(StatusCode::OK, &json!({})), "", is_encrypted);
    }
    let patience = Duration::from_secs(sockets.config().limits.handshake_seconds);
    let body = tokio::time::timeout(patience, Limited::new(request.into_body(), BODY_BYTES_MAX).collect()).await;
    let body = body.ok().and_then(Result::ok).map(http_body_util::Collected::to_bytes);
    let Some(body) = body.and_then(|body| serde_json::from_slice::<LoginBody>(&body).ok()) else {
        let expected = "expected {\"name\", \"password\", \"totp\"?}, or {\"token\"}";
        return reply(StatusCode::BAD_REQUEST, &json!({ "message": expected }));
    };
    match body {
        LoginBody::Token { token } => log_in_with_token(&sockets.way_in().operators, &token, address, is_encrypted),
        LoginBody::Named { name, password, totp } => {
            let data = json!({ "name": name, "password": password, "totp": totp });
            let told = ask(sockets, OperatorLogin::FUNCTION, data, None, address).await;
            log_in(told, is_encrypted)
        }
    }
}

fn log_in_with_token(desk: &Arc<OperatorDesk>, token: &str, address: IpAddr, is_encrypted: bool) -> Answer {
    let Some(known) = desk.identify(token, Some(address)) else {
        desk.note_guess(Some(address));
        return reply(StatusCode::UNAUTHORIZED, &json!({ "message": "the token is wrong" }));
    };
    let role = known.identity.role;
    let rights = desk.roles().rights(&role);
    let told = json!({
        "name": known.identity.name, "role": role, "rights": rights, "must_change_password": known.must_change,
    });
    with_cookie(reply(StatusCode::OK, &told), token, is_encrypted)
}

/// The page's answer to the reply of `operator_login`: without the token, which is in the cookie.
fn log_in(mut told: Value, is_encrypted: bool) -> Answer {
    let mut data = told["data"].take();
    let told_status = told["status"].as_i64().and_then(|told| i32::try_from(told).ok());
    if let (Some(status::SUCCESS), Some(token)) = (told_status, data["token"].take().as_str()) {
        data.as_object_mut().map(|data| data.remove("token"));
        return with_cookie(reply(StatusCode::OK, &data), token, is_encrypted);
    }
    let refusals = [
        (TOO_MANY.status, StatusCode::TOO_MANY_REQUESTS),
        (NEEDS_CODE.status, StatusCode::UNAUTHORIZED),
        (WRONG.status, StatusCode::UNAUTHORIZED),
        (status::BUSY, StatusCode::SERVICE_UNAVAILABLE),
        (status::MALFORMED, StatusCode::BAD_REQUEST),
    ];
    let known = refusals.iter().find(|(refused, _)| told_status == Some(*refused));
    reply(known.map_or(StatusCode::INTERNAL_SERVER_ERROR, |(_, shown)| *shown), &told)
}

async fn ask(sockets: &Sockets, function: &str, data: Value, token: Option<&str>, address: IpAddr) -> Value {
    let mut frame = json!({ "world": REALM_NAME, "function": function, "data": data });
    if let Some(token) = token {
        frame["data"]["token"] = token.into();
    }
    let text = ask_once(sockets.way_in(), &frame.to_string(), address).await;
    serde_json::from_str(&text).unwrap_or_default()
}

fn reply(status: StatusCode, body: &Value) -> Answer {
    let mut reply = text(status, body.to_string());
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// Sets the cookie, or takes it away if the token is empty.
fn with_cookie(mut reply: Answer, token: &str, is_encrypted: bool) -> Answer {
    let secure = if is_encrypted { "; Secure" } else { "" };
    let age = if token.is_empty() { "; Max-Age=0" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{age}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        reply.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; raidkeep_operator=tok; b=2"));
        assert_eq!(token_of(&headers).as_deref(), Some("tok"));
        headers.insert(header::COOKIE, HeaderValue::from_static("raidkeep_operator="));
        assert_eq!(token_of(&headers), None, "an empty one is none");
    }

    #[test]
    fn a_cookie_is_for_this_site_and_no_script() {
        let set = |encrypted| {
            let reply = with_cookie(reply(StatusCode::OK, &json!({})), "tok", encrypted);
            reply.headers()[header::SET_COOKIE].to_str().expect("plain text").to_owned()
        };
        assert_eq!(set(false), "raidkeep_operator=tok; Path=/; HttpOnly; SameSite=Strict");
        assert!(set(true).ends_with("; Secure"));
    }

    #[test]
    fn the_token_is_in_the_cookie_and_nowhere_else() {
        let told = json!({"status": 0, "message": "success", "data": {"token": "tok", "name": "ann"}});
        let reply = log_in(told, false);
        assert!(reply.headers().contains_key(header::SET_COOKIE));
        let wrong = log_in(json!({"status": 97, "message": "wrong"}), false);
        assert_eq!(
            (wrong.status(), wrong.headers().contains_key(header::SET_COOKIE)),
            (StatusCode::UNAUTHORIZED, false)
        );
    }
}
