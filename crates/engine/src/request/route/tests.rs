//! How routes translate requests and replies.

use proptest::prelude::*;
use schemars::JsonSchema;

use super::*;
use crate::request;
use crate::request::Player;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Talk {}

#[derive(Default, Serialize, JsonSchema)]
struct Told {
    text: String,
    status: bool,
    status_code: u16,
    roles: Vec<String>,
}

request!(Player, "talk", Talk => Told);

fn route(body: RouteBody) -> Route {
    Route::of::<Talk>(body)
}

fn headers(authorization: Option<&str>) -> RouteHeaders<'_> {
    RouteHeaders { authorization, idempotency_key: None }
}

/// World, arguments and the token outside them.
fn read(authorization: Option<&str>, body: &str) -> (u32, Option<Value>, Option<String>) {
    let request = route(RouteBody::Arguments).read(headers(authorization), body.as_bytes(), |_| None);
    let request = request.expect("a request");
    let world = request.worlds(9).start;
    let envelope = request.envelope(world);
    assert_eq!(envelope.function, "talk");
    let arguments = envelope.data.map(|data| serde_json::from_str(data.get()).expect("arguments are JSON"));
    (world, arguments, envelope.token.map(str::to_owned))
}

fn refused(body: &[u8]) -> Option<u16> {
    route(RouteBody::Arguments).read(headers(None), body, |_| None).err().map(|reply| reply.status)
}

fn told(frame: &str) -> (u16, Value) {
    let reply = route(RouteBody::Arguments).reply(frame);
    (reply.status, serde_json::from_str(&reply.body).expect("a reply is JSON"))
}

#[test]
fn the_body_is_the_arguments_and_the_header_may_hold_the_token() {
    let (ann, with_token) = (json!({"role": "ann"}), json!({"role": "ann", "token": "t"}));
    assert_eq!(read(Some("Bearer t"), r#" {"role":"ann"}"#), (0, Some(ann), Some("t".to_owned())));
    assert_eq!(read(None, r#"{"role":"ann","token":"t"}"#), (0, Some(with_token), None));
    assert_eq!(read(None, ""), (0, None, None), "an empty body has no arguments");
    assert_eq!(read(None, r#"{"world":"s1"}"#).0, 1);
    for odd in ["[]", "7", "{", "{} {}", "\u{0}", "{\"a\":\"\u{1}\"}"] {
        assert_eq!(refused(odd.as_bytes()), Some(400), "{odd}");
    }
    assert_eq!(refused(b"{\"a\":\"\xff\"}"), Some(400), "no UTF-8");
    assert_eq!(refused(br#"{"world":0.5}"#), Some(400), "no world number");
}

#[test]
fn a_token_is_looked_for_only_where_the_header_has_none() {
    let known = |asker: &Asker<'_>| asker.role.map(|role| format!("token of {}", role.get()));
    let token = |header| {
        let request = route(RouteBody::Arguments).read(headers(header), br#"{"role":"ann"}"#, known);
        request.expect("a request").token.map(Cow::into_owned)
    };
    assert_eq!(token(None).as_deref(), Some("token of \"ann\""));
    assert_eq!(token(Some("bearer t")).as_deref(), Some("t"));
}

#[test]
fn an_idempotency_key_comes_in_the_body_or_in_its_header() {
    let once = |idempotency_key, body: &'static str| {
        let headers = RouteHeaders { authorization: None, idempotency_key };
        let request = route(RouteBody::Arguments).read(headers, body.as_bytes(), |_| None);
        request.map(|request| request.envelope(0).once.map(Cow::into_owned)).map_err(|reply| reply.status)
    };
    assert_eq!(once(None, r#"{"once":"k\u0031"}"#), Ok(Some("k1".to_owned())));
    assert_eq!(once(Some("\"k2\""), r#"{"once":"k1"}"#), Ok(Some("k2".to_owned())), "the header wins");
    assert_eq!(once(None, r#"{"once":null}"#), Ok(None));
    for odd in [r#"{"once":""}"#, r#"{"once":7}"#] {
        assert_eq!(once(None, odd), Err(400), "{odd}");
    }
}

#[test]
fn a_signed_body_arrives_to_the_byte() {
    let route = route(RouteBody::Signed(|_| 0));
    let body = "{\"match_id\": \"1\" }\n";
    let request = route.read(headers(Some("Sud-Auth x")), body.as_bytes(), |_| None).expect("a request");
    assert_eq!(request.worlds(3), 0..3, "the body names no world");
    let arguments = request.envelope(0).data.expect("text and signature are arguments").get();
    let arguments: Value = serde_json::from_str(arguments).expect("arguments are JSON");
    assert_eq!(arguments, json!({"authorization": "Sud-Auth x", "body": body}));
    assert_eq!(route.read(headers(None), b"\xff", |_| None).err().map(|reply| reply.status), Some(400));
}

#[test]
fn a_success_is_bare() {
    let reply = route(RouteBody::Arguments).reply(r#"{"status":0,"message":"success","data":{"b":1, "a":2},"id":3}"#);
    assert_eq!(reply, HttpReply { status: 200, body: r#"{"b":1, "a":2}"#.to_owned() });
    assert_eq!(told(r#"{"status":0,"message":"success"}"#), (200, json!({})));
}

#[test]
fn a_refusal_keeps_the_shape_of_the_reply_and_says_why() {
    let refused = |code: i32, http: u16, data: Value| {
        let error = json!({"code": code, "message": "why", "data": data});
        json!({"text": "why", "status": false, "status_code": http, "roles": [], "error": error})
    };
    assert_eq!(told(r#"{"status":11,"message":"why"}"#), (401, refused(11, 401, Value::Null)));
    assert_eq!(told(r#"{"status":404,"message":"why"}"#), (404, refused(404, 404, Value::Null)));
    assert_eq!(told(r#"{"status":95,"message":"why"}"#), (409, refused(95, 409, Value::Null)));
    let (status, limited) = told(r#"{"status":15,"message":"why","data":{"retry_after_ms":7}}"#);
    assert_eq!((status, limited), (429, refused(15, 429, json!({"retry_after_ms": 7}))), "about the refusal");
    let (_, own) = told(r#"{"status":422,"message":"why","data":{"text":"words","status_code":422}}"#);
    assert_eq!((&own["text"], &own["status"]), (&json!("words"), &json!(false)), "a reply of the function's own");
    assert_eq!(told("nonsense").0, 500);
    let signed = route(RouteBody::Signed(|_| 0)).reply(r#"{"status":401,"message":"why"}"#).body;
    assert!(!signed.contains("error"), "a platform's format has its own fields for that: {signed}");
}

proptest! {
    #[test]
    fn any_body_is_a_request_or_a_refusal(body in proptest::collection::vec(any::<u8>(), 0..80), header in ".*") {
        for body_kind in [RouteBody::Arguments, RouteBody::Signed(|_| 0)] {
            let read = route(body_kind).read(headers(Some(&header)), &body, |_| None);
            if let Ok(request) = read {
                let is_object = request.envelope(0).data.is_none_or(|data| data.get().starts_with('{'));
                prop_assert!(is_object, "arguments are an object");
            }
        }
    }
}
