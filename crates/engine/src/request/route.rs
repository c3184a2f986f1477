//! Functions that are also HTTP routes: which path leads to which function, and how a request and its reply read there.

use std::collections::BTreeMap;

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::request::{Refusal, Request, status};

/// How the body of a request becomes the function's arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteBody {
    /// The body is the arguments, a JSON object; the token may come in the header `Authorization: Bearer ..`. Sent with POST,
    /// or with GET, as real clients of document 5 do.
    Arguments,
    /// The arguments are the exact text of the body and of the header `Authorization`, which signs it. Sent with POST.
    Signed,
}

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The function's name.
    pub function: &'static str,
    /// How the body is read.
    pub body: RouteBody,
}

/// All routes by path.
#[derive(Debug, Default, Clone, Resource)]
pub struct RouteTable(BTreeMap<&'static str, Route>);

impl RouteTable {
    /// The route of that path.
    pub fn find(&self, path: &str) -> Option<Route> {
        self.0.get(path).copied()
    }

    /// All paths with their routes.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, Route)> {
        self.0.iter().map(|(path, route)| (*path, *route))
    }
}

/// How a feature says that a function is a route.
pub trait RouteApp {
    /// The function `R` is reached at `path` too.
    fn add_route<R: Request>(&mut self, path: &'static str) -> &mut Self;
    /// The function `R` is reached at `path` too, by requests that are signed as a whole.
    fn add_signed_route<R: Request>(&mut self, path: &'static str) -> &mut Self;
}

impl RouteApp for App {
    fn add_route<R: Request>(&mut self, path: &'static str) -> &mut Self {
        add(self, path, Route { function: R::FUNCTION, body: RouteBody::Arguments })
    }

    fn add_signed_route<R: Request>(&mut self, path: &'static str) -> &mut Self {
        add(self, path, Route { function: R::FUNCTION, body: RouteBody::Signed })
    }
}

fn add<'a>(app: &'a mut App, path: &'static str, route: Route) -> &'a mut App {
    let earlier = app.world_mut().resource_mut::<RouteTable>().0.insert(path, route);
    assert!(earlier.is_none(), "route {path} should be registered once");
    app
}

/// What goes back over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// The JSON.
    pub body: String,
}

impl HttpReply {
    /// A refusal: `{"status":..,"message":".."}` under the HTTP status that fits.
    pub fn refusal(refusal: &Refusal) -> Self {
        let body = json!({"status": refusal.status, "message": refusal.message});
        Self { status: http_status(refusal.status), body: body.to_string() }
    }
}

impl Route {
    /// The frame that a WebSocket client would send for this request. The field `world` of the body says which world;
    /// `known_token` may know the token of who sends none.
    pub fn frame(
        self,
        authorization: Option<&str>,
        body: &[u8],
        known_token: impl FnOnce(&Map<String, Value>) -> Option<String>,
    ) -> Result<String, HttpReply> {
        let (world, data) = match self.body {
            RouteBody::Signed => {
                let body = std::str::from_utf8(body).map_err(|_| malformed("the body should be UTF-8"))?;
                (json!(0), json!({"authorization": authorization.unwrap_or_default(), "body": body}))
            }
            RouteBody::Arguments => read_arguments(authorization, body, known_token)?,
        };
        Ok(json!({"world": world, "function": self.function, "data": data}).to_string())
    }

    /// The bare reply that the documents show: the `data` of a frame. A refusal shows status and message.
    pub fn reply(self, frame: &str) -> HttpReply {
        #[derive(Deserialize, Serialize)]
        struct Frame<'a> {
            status: i32,
            message: String,
            #[serde(borrow)]
            data: Option<&'a RawValue>,
        }
        let Ok(frame) = serde_json::from_str::<Frame<'_>>(frame) else {
            return HttpReply::refusal(&Refusal::internal());
        };
        match frame.data {
            Some(data) => HttpReply { status: http_status(frame.status), body: data.get().to_owned() },
            None if frame.status == status::SUCCESS => HttpReply { status: 200, body: "{}".to_owned() },
            None => HttpReply::refusal(&Refusal { status: frame.status, message: frame.message.into() }),
        }
    }
}

fn malformed(expected: &'static str) -> HttpReply {
    HttpReply::refusal(&Refusal::new(status::MALFORMED, expected))
}

fn read_arguments(
    authorization: Option<&str>,
    body: &[u8],
    known_token: impl FnOnce(&Map<String, Value>) -> Option<String>,
) -> Result<(Value, Value), HttpReply> {
    let body = if body.trim_ascii().is_empty() { b"{}" } else { body };
    let expected = "the body should be a JSON object";
    let mut data: Map<String, Value> = serde_json::from_slice(body).map_err(|_| malformed(expected))?;
    let bearer = authorization.and_then(|header| {
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let token = bearer.map(str::to_owned).or_else(|| known_token(&data));
    if let Some(token) = token {
        data.insert("token".to_owned(), token.into());
    }
    let world = data.remove("world").unwrap_or(json!(0));
    Ok((world, Value::Object(data)))
}

/// The HTTP status of a status of the protocol. A function's own codes are answers like any other.
fn http_status(status: i32) -> u16 {
    match status {
        status::INVALID_TOKEN | status::TOKEN_NOT_PRESENT | 401 => 401,
        403 => 403,
        status::MALFORMED => 400,
        status::UNKNOWN_FUNCTION | status::WORLD_NOT_FOUND => 404,
        status::TOO_MANY_REQUESTS => 429,
        status::BUSY => 503,
        status::INTERNAL_ERROR => 500,
        status::TIMED_OUT => 504,
        _ => 200,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROUTE: Route = Route { function: "status", body: RouteBody::Arguments };

    fn frame(authorization: Option<&str>, body: &str) -> Value {
        let frame = ROUTE.frame(authorization, body.as_bytes(), |_| None).expect("a request");
        serde_json::from_str(&frame).expect("a frame is JSON")
    }

    #[test]
    fn the_body_is_the_arguments_and_the_header_may_hold_the_token() {
        let expected = json!({"world": 0, "function": "status", "data": {"role": "ann", "token": "t"}});
        assert_eq!(frame(Some("Bearer t"), r#"{"role":"ann"}"#), expected);
        assert_eq!(frame(None, r#"{"role":"ann","token":"t"}"#), expected);
        assert_eq!(frame(None, "")["data"], json!({}), "no body is no arguments");
        assert_eq!(frame(None, r#"{"world":"s1"}"#)["world"], "s1");
        for odd in ["[]", "7", "{", "\u{0}"] {
            assert_eq!(ROUTE.frame(None, odd.as_bytes(), |_| None).map_err(|reply| reply.status), Err(400), "{odd}");
        }
    }

    #[test]
    fn a_signed_body_arrives_to_the_byte() {
        let route = Route { body: RouteBody::Signed, ..ROUTE };
        let body = "{\"match_id\": \"1\" }\n";
        let frame = route.frame(Some("Sud-Auth x"), body.as_bytes(), |_| None).expect("a request");
        let frame: Value = serde_json::from_str(&frame).expect("a frame is JSON");
        assert_eq!(frame["data"], json!({"authorization": "Sud-Auth x", "body": body}));
        assert_eq!(route.frame(None, b"\xff", |_| None).map_err(|reply| reply.status), Err(400));
    }

    #[test]
    fn replies_are_bare_and_refusals_have_a_status_of_http() {
        let reply = ROUTE.reply(r#"{"status":0,"message":"success","data":{"b":1, "a":2},"id":3}"#);
        assert_eq!(reply, HttpReply { status: 200, body: r#"{"b":1, "a":2}"#.to_owned() });
        assert_eq!(ROUTE.reply(r#"{"status":0,"message":"success"}"#).body, "{}");
        let refused = ROUTE.reply(r#"{"status":11,"message":"invalid token"}"#);
        assert_eq!(refused.status, 401);
        assert!(refused.body.contains("invalid token"));
        assert_eq!(ROUTE.reply(r#"{"status":403,"message":"m","data":{"status_code":403}}"#).status, 403);
        assert_eq!(ROUTE.reply("nonsense").status, 500);
    }

    proptest! {
        #[test]
        fn any_body_is_a_frame_or_a_refusal(body in proptest::collection::vec(any::<u8>(), 0..80), header in ".*") {
            for body_kind in [RouteBody::Arguments, RouteBody::Signed] {
                let framed = Route { body: body_kind, ..ROUTE }.frame(Some(&header), &body, |_| None);
                if let Ok(frame) = framed {
                    prop_assert!(serde_json::from_str::<Value>(&frame).is_ok());
                }
            }
        }
    }
}
