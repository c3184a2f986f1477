//! Functions that are also HTTP routes: the function of each path, and how requests and replies are encoded there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bevy_app::App;
use bevy_ecs::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use crate::request::envelope::{Envelope, RequestId, read_world};
use crate::request::{Refusal, Request, status};

/// How the body of a request becomes the function's arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteBody {
    /// The body is the arguments, a JSON object; the token may come in the header `Authorization: Bearer ..`. Sent with
    /// POST, or with GET, as real clients do (docs/contract/envelope.md#http).
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

/// How a feature makes a function a route.
pub trait RouteApp {
    /// Makes the function `R` available at `path` too.
    fn add_route<R: Request>(&mut self, path: &'static str) -> &mut Self;
    /// Makes the function `R` available at `path` too, for requests signed as a whole.
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

/// An HTTP reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// The JSON.
    pub body: String,
}

impl HttpReply {
    /// A refusal: `{"status":..,"message":".."}` with the matching HTTP status.
    pub fn refusal(refusal: &Refusal) -> Self {
        let body = json!({"status": refusal.status, "message": refusal.message});
        Self { status: http_status(refusal.status), body: body.to_string() }
    }
}

/// A request received over HTTP.
#[derive(Debug)]
pub struct RouteRequest<'a> {
    function: &'static str,
    world: u32,
    arguments: Option<Cow<'a, RawValue>>,
    token: Option<Cow<'a, str>>,
}

impl RouteRequest<'_> {
    /// The envelope that a WebSocket client would have sent.
    pub fn envelope(&self) -> Envelope<'_> {
        Envelope {
            world: self.world,
            function: self.function.into(),
            data: self.arguments.as_deref(),
            id: RequestId::Absent,
            once: None,
            token: self.token.as_deref(),
        }
    }
}

/// The fields of a body that say who the request is for, unread. A `null` counts as left out.
#[derive(Debug, Default, Deserialize)]
pub struct Asker<'a> {
    /// The world it is for.
    #[serde(borrow, default)]
    pub world: Option<&'a RawValue>,
    /// The token among the arguments.
    #[serde(borrow, default)]
    pub token: Option<&'a RawValue>,
    /// The acting role.
    #[serde(borrow, default)]
    pub role: Option<&'a RawValue>,
    /// The acting role, in requests that name a second one.
    #[serde(borrow, default)]
    pub role1: Option<&'a RawValue>,
}

impl Route {
    /// Reads a request. The field `world` of the body selects the world; `known_token` may supply the token of a caller
    /// that sends none.
    pub fn read<'a>(
        self,
        authorization: Option<&'a str>,
        body: &'a [u8],
        known_token: impl FnOnce(&Asker<'_>) -> Option<String>,
    ) -> Result<RouteRequest<'a>, HttpReply> {
        match self.body {
            RouteBody::Signed => {
                let body = std::str::from_utf8(body).map_err(|_| malformed("the body should be UTF-8"))?;
                let arguments = json!({"authorization": authorization.unwrap_or_default(), "body": body});
                let arguments = serde_json::value::to_raw_value(&arguments).ok().map(Cow::Owned);
                Ok(RouteRequest { function: self.function, world: 0, arguments, token: None })
            }
            RouteBody::Arguments => self.read_arguments(authorization, body.trim_ascii(), known_token),
        }
    }

    fn read_arguments<'a>(
        self,
        authorization: Option<&'a str>,
        body: &'a [u8],
        known_token: impl FnOnce(&Asker<'_>) -> Option<String>,
    ) -> Result<RouteRequest<'a>, HttpReply> {
        let no_object = |_| malformed("the body should be a JSON object");
        let (asker, arguments) = match body {
            [] => (Asker::default(), None),
            [b'{', ..] => {
                let arguments: &RawValue = serde_json::from_slice(body).map_err(no_object)?;
                (serde_json::from_str(arguments.get()).map_err(no_object)?, Some(Cow::Borrowed(arguments)))
            }
            _ => return Err(malformed("the body should be a JSON object")),
        };
        let world = asker.world.map_or(Ok(0), read_world).map_err(|refusal| HttpReply::refusal(&refusal))?;
        let bearer = authorization.and_then(|header| {
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| Cow::Borrowed(token.trim()))
        });
        let token = bearer.or_else(|| known_token(&asker).map(Cow::Owned));
        Ok(RouteRequest { function: self.function, world, arguments, token })
    }

    /// The bare reply (docs/contract/envelope.md#http): the `data` of a frame. A refusal shows status and message.
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

/// The HTTP status for a protocol status. A function's own codes are answers like any other.
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
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const ROUTE: Route = Route { function: "status", body: RouteBody::Arguments };

    /// World, arguments and the token outside them.
    fn read(authorization: Option<&str>, body: &str) -> (u32, Option<Value>, Option<String>) {
        let request = ROUTE.read(authorization, body.as_bytes(), |_| None).expect("a request");
        let envelope = request.envelope();
        assert_eq!(envelope.function, "status");
        let arguments = envelope.data.map(|data| serde_json::from_str(data.get()).expect("arguments are JSON"));
        (envelope.world, arguments, envelope.token.map(str::to_owned))
    }

    fn refused(body: &[u8]) -> Option<u16> {
        ROUTE.read(None, body, |_| None).err().map(|reply| reply.status)
    }

    #[test]
    fn the_body_is_the_arguments_and_the_header_may_hold_the_token() {
        let (ann, with_token) = (json!({"role": "ann"}), json!({"role": "ann", "token": "t"}));
        assert_eq!(read(Some("Bearer t"), r#" {"role":"ann"}"#), (0, Some(ann), Some("t".to_owned())));
        assert_eq!(read(None, r#"{"role":"ann","token":"t"}"#), (0, Some(with_token), None));
        assert_eq!(read(None, ""), (0, None, None), "no body is no arguments");
        for (world, number) in [(r#""s1""#, 1), (r#""1""#, 1), ("1.0", 1), ("null", 0)] {
            assert_eq!(read(None, &format!(r#"{{"world":{world}}}"#)).0, number, "{world}");
        }
        for odd in ["[]", "7", "{", "{} {}", "\u{0}", "{\"a\":\"\u{1}\"}"] {
            assert_eq!(refused(odd.as_bytes()), Some(400), "{odd}");
        }
        assert_eq!(refused(b"{\"a\":\"\xff\"}"), Some(400), "no UTF-8");
        assert_eq!(refused(br#"{"world":"x"}"#), Some(400), "no world number");
        assert_eq!(refused(br#"{"world":0.5}"#), Some(400), "no world number");
    }

    #[test]
    fn a_token_is_looked_for_only_where_the_header_has_none() {
        let known = |asker: &Asker<'_>| asker.role.map(|role| format!("token of {}", role.get()));
        let token = |header| ROUTE.read(header, br#"{"role":"ann"}"#, known).expect("a request").token;
        assert_eq!(token(None).as_deref(), Some("token of \"ann\""));
        assert_eq!(token(Some("bearer t")).as_deref(), Some("t"));
    }

    #[test]
    fn a_signed_body_arrives_to_the_byte() {
        let route = Route { body: RouteBody::Signed, ..ROUTE };
        let body = "{\"match_id\": \"1\" }\n";
        let request = route.read(Some("Sud-Auth x"), body.as_bytes(), |_| None).expect("a request");
        let arguments = request.envelope().data.expect("text and signature are arguments").get();
        let arguments: Value = serde_json::from_str(arguments).expect("arguments are JSON");
        assert_eq!(arguments, json!({"authorization": "Sud-Auth x", "body": body}));
        assert_eq!(route.read(None, b"\xff", |_| None).err().map(|reply| reply.status), Some(400));
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
        fn any_body_is_a_request_or_a_refusal(body in proptest::collection::vec(any::<u8>(), 0..80), header in ".*") {
            for body_kind in [RouteBody::Arguments, RouteBody::Signed] {
                let read = Route { body: body_kind, ..ROUTE }.read(Some(&header), &body, |_| None);
                if let Ok(request) = read {
                    let is_object = request.envelope().data.is_none_or(|data| data.get().starts_with('{'));
                    prop_assert!(is_object, "arguments are an object");
                }
            }
        }
    }
}
